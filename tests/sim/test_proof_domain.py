# amaranth: UnusedElaboratable=no
import z3

from sim.proof_domain import equal, evaluate, term, within
from gateware.step import BIT, Q, Range, Vector
from gateware.step.symbolic import symbol

from ..gateware.step.everything import everything, stimulus


def constants(shapes, values):
    return [term(shape, z3.BitVecVal(int(value), shape.width)) for shape, value in zip(shapes, values)]


def test_on_constants_it_is_what_python_computes_with_every_operation():
    component, state = everything(), everything().init
    for k, row in enumerate(zip(*(column.tolist() for column in stimulus(12)))):
        inputs = type(component.inputs)(*row)
        next_state, outputs, exact = evaluate(component, constants(component.state, state), constants(component.inputs, inputs))
        state, expected = component.step(component.params, state, inputs)
        shapes = (*component.state, *component.outputs)
        for shape, each, value in zip(shapes, (*next_state, *outputs), (*state, *expected)):
            raw = z3.BoolVal(bool(value)) if shape.kind == "bit" else z3.BitVecVal(int(value), shape.width)
            assert z3.is_true(z3.simplify(equal(shape, raw, each))), (k, shape, value)
        for assumed, claim in exact:
            solver = z3.Solver()
            solver.add(*(assumed or []), z3.Not(claim))
            assert solver.check() == z3.unsat, (k, claim)
        assert exact


def test_equal_extends_by_the_sign():
    # 8 bits all ones are -1 in one shape and 255 in the other: equal bits, unequal values.
    ones = z3.BitVecVal(255, 8)
    assert z3.is_false(z3.simplify(equal(Q(4, 4), ones, symbol(None, Range(0, 255), ones))))
    assert z3.is_true(z3.simplify(equal(Q(4, 4), ones, symbol(None, Range(-1, 1), z3.BitVecVal(3, 2)))))


def test_within_the_limits():
    for value, inside in ((3, True), (7, True), (2, False), (8, False)):
        assert z3.is_true(z3.simplify(within(Range(3, 7), symbol(None, Range(0, 15), z3.BitVecVal(value, 4))))) is inside
    assert z3.is_true(within(BIT, None)) and z3.is_true(within(Vector(3), None))
