# amaranth: UnusedElaboratable=no
import pytest
import z3

from gateware.neurons import catalogue
from gateware.rtlil import to_rtlil
from gateware.step.hardware import graph_logic
from sim.wires import Wires

from ..gateware.step.written import written


@pytest.fixture(scope="module")
def wires(tmp_path_factory):
    text = "t = inputs.y + 3\nz = saturate(t - inputs.i, LIMITS)\nreturn State(z), Outputs(state.s == z)"
    component = written(tmp_path_factory.mktemp("wires"), text, before="LIMITS = Range(-3, 5)\n", state="Range(-3, 5)", init=2)
    component.logic = lambda m, state, inputs: graph_logic(m, component.graph, component.state, component.inputs, state, inputs)
    nodes = [f"node{k}" for k, node in enumerate(component.graph.nodes) if node.primitive not in ("state", "input", "constant")]
    return Wires(to_rtlil(component), ["rst", "state_s", "y", "i", *nodes, "o"]), nodes


def unknowns(term):
    """The names of the unknowns in a term."""
    if z3.is_const(term):
        return {str(term)} if term.decl().kind() == z3.Z3_OP_UNINTERPRETED else set()
    return set().union(*map(unknowns, term.children()))


def holds(*formulas):
    solver = z3.Solver()
    solver.add(z3.Not(z3.And(*formulas)))
    return solver.check() == z3.unsat


def test_a_wire_is_computed_from_those_before_it(wires):
    wires, (add, sub, saturate, _) = wires
    assert unknowns(wires.computed(saturate)) == unknowns(wires.wire(sub))
    assert unknowns(wires.computed(sub)) == unknowns(wires.wire(add)) | unknowns(wires.wire("i"))
    y, i = wires.wire("y"), wires.wire("i")
    assert holds(wires.computed(add) == y + 3)
    assert holds(wires.computed(sub) == wires.wire(add) - z3.ZeroExt(9, i))


def test_an_opened_wire_says_what_it_is_made_of(wires):
    wires, (add, sub, _, _) = wires
    assert unknowns(wires.computed(sub, opened=(add,))) == unknowns(wires.wire("y")) | unknowns(wires.wire("i"))


def test_registers_in_the_first_and_in_the_following_clock(wires):
    wires, (_, _, saturate, _) = wires
    assert holds(z3.Implies(wires.initial, wires.wire("state_s") == 2))
    reset, following = wires.wire("rst"), wires.after("state_s")
    assert holds(z3.Implies(z3.And(wires.transition, reset), following == 2))
    assert holds(z3.Implies(z3.And(wires.transition, z3.Not(reset)), following == wires.wire(saturate)))
    assert not holds(z3.Implies(wires.transition, following == wires.wire(saturate)))


def test_a_wire_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="^the RTL must have the wire nothing$"):
        Wires(to_rtlil(catalogue.neuron("plif")), ["rst", "nothing"])
