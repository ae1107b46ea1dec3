# amaranth: UnusedElaboratable=no
"""Circuits of expressions: their results against floating point, and what is inserted where."""

import numpy as np
import pytest

from gateware.sc import expression as sc
from gateware.sc.expression import SC, bernstein, dot, sqrt
from gateware.sc.synthesis import StochasticCircuit
from models import golden
from models.sc_report import exact

A, B, C = SC.input("a"), SC.input("b"), SC.input("c")
X = SC.input("x", at_most=B)


def run(circuit, count=300):
    rng = np.random.default_rng(0)
    operands = {name: rng.integers(shape.lo, shape.hi + 1, count) for name, shape in circuit.inputs._asdict().items()}
    if "x" in operands:
        operands["b"] = np.maximum(operands["b"], 64)
        operands["x"] = np.minimum(operands["x"], operands["b"])
    clocks = circuit.fill + circuit.length + 1
    outputs = golden(circuit).run({name: np.broadcast_to(values, (clocks, count)) for name, values in operands.items()})
    assert outputs.done[-1].all() and not outputs.done[-2].any()
    true = exact(circuit.expression, {name: values / 2**circuit.width for name, values in operands.items()})
    return outputs.ones[-1] / circuit.length - true, outputs


@pytest.mark.parametrize("expression, bound", [
    (A * B, 0.003), ((A + B) / 2, 0.002), (sc.max(A, B), 0), (sc.min(A, B), 0), (abs(A - B), 0), (X / B, 0.02), (sqrt(A), 0.02),
    (A * A, 0.004), (dot([0.25, 0.75], [A, B]), 0.003), ((A * B) * ((A * B + B) / 2), 0.006), (1 - A, 0),
    (bernstein([0.25, 0.625, 0.375, 0.75], A), 0.015), (sc.max(A * B, (A + B) / 2), 0.02),
], ids=str)
def test_results(expression, bound):
    error, _ = run(StochasticCircuit(expression, 8))
    assert np.sqrt(np.mean(error**2)) <= bound


def test_a_number_times_itself_comes_from_two_dimensions():
    circuit = StochasticCircuit(A * A, 8)
    assert circuit.dimensions == (1, 2) and circuit.inputs._fields == ("a",)


def test_operands_of_a_maximum_share_a_dimension():
    assert StochasticCircuit(sc.max(A, B), 8).dimensions == (1,) and StochasticCircuit(sc.max(A, B), 8).fixes == ()


def test_an_expression_used_twice_is_built_once():
    half = (A * B + C) / 2
    circuit = StochasticCircuit((half + half + 1) / 3, 6)
    assert sum(name.startswith("and_multiplier") for name in circuit.part_names) == 1


def test_nested_products_are_built_in_time_with_their_number():
    nested = A
    for k in range(8):
        nested = SC.input(f"i{k}") * (1 - nested)
    circuit = StochasticCircuit(nested, 5)
    assert circuit.fixes == () and sum(name.startswith("and_multiplier") for name in circuit.part_names) == 8


def test_few_bits_have_few_independent_sources():
    # Of two bits dimensions 1 and 5 are one sequence, as are 2 and 4.
    assert StochasticCircuit(A * B, 2).dimensions == (1, 2)
    with pytest.raises(ValueError, match="more than 2 independent sources, which is all that width 2 has: take a smaller expression, or m"):
        StochasticCircuit(A * B * C, 2)


def test_a_synchronizer_is_inserted_where_operands_are_no_numbers_of_one_source():
    fix, = StochasticCircuit(sc.max(A * B, C), 8).fixes
    assert fix == "Synchronizer(4) before max(a * b, c): its operands are not encoded from one source"


def test_the_cheaper_of_computing_again_and_regenerating_is_taken():
    assert StochasticCircuit((A * B) * A, 8).fixes == ()
    fix, = StochasticCircuit((A * B) * ((A * B + B) / 2), 8).fixes
    assert fix == "(a * b + b) / 2 regenerated from Sobol dimension 4: cheaper than computed again"


def test_regenerated_streams_and_roots_are_waited_for():
    assert StochasticCircuit((A * B) * ((A * B + B) / 2), 8).fill == 256 and StochasticCircuit(sqrt(A), 8).fill == 256
    assert StochasticCircuit(A * B, 8).fill == 0


def test_equal_inputs_give_equal_results():
    circuit = StochasticCircuit(A * B, 6)
    inputs = {"a": [20] * 65, "b": [50] * 65}
    assert (golden(circuit).run(inputs).stream == golden(circuit).run(inputs).stream).all()


@pytest.mark.parametrize("make, error, message", [
    (lambda: StochasticCircuit(3), TypeError, "StochasticCircuit takes an expression of gateware.sc.expression, not 3"),
    (lambda: StochasticCircuit(A * B, 1), ValueError, "StochasticCircuit width must be between 2 and 16, not 1"),
    (lambda: StochasticCircuit(A * B, length=0), ValueError, r"StochasticCircuit length must be between 1 and 2\*\*24, not 0"),
    (lambda: StochasticCircuit(SC.constant(0.5)), ValueError, "an expression without inputs needs no circuit: 0.5"),
    (lambda: StochasticCircuit((SC.input("u", 0, 0.3) + SC.input("v", 0, 0.3)) / 1), ValueError, "has more terms than its divisor"),
    (lambda: StochasticCircuit(bernstein([0.5] * 16, bernstein([0.1, 0.2, 0.3, 0.4], A))), ValueError,
     "the expression needs more than 31 independent sources"),
])
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
