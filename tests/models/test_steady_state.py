# amaranth: UnusedElaboratable=no
"""Exact long-run means of components whose means are known."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from gateware.sc.arithmetic.multiply import AndMultiplier
from gateware.sc.arithmetic.popcount import Popcount
from gateware.sc.arithmetic.scaled_adder import ScaledAdder
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.step import BIT, Range, StepComponent, Vector, mux, shift_in
from models.steady_state import steady_state


class State(NamedTuple):
    value: Any


class Inputs(NamedTuple):
    set: Any


class Numbers(NamedTuple):
    random: Any


class Outputs(NamedTuple):
    value: Any


def latch(params, state, inputs):
    return State(state.value | inputs.set), Outputs(state.value)


def history(params, state, inputs):
    return State(shift_in(state.value, inputs.set, 3)), Outputs(state.value)


def branch(params, state, inputs):
    return State(mux(state.value == 0, mux(inputs.set, 1, 2), state.value)), Outputs(state.value)


def wide(params, state, inputs):
    return (), Outputs(inputs.random > 5)


def test_stateless():
    assert steady_state(AndMultiplier(), a=0.3, b=0.6).product == pytest.approx(0.18)
    assert steady_state(ComparatorEncoder(4), value=np.eye(17)[5], random="uniform").stream == pytest.approx(5 / 16)
    assert steady_state(Popcount(3), streams=(0.1, 0.2, 0.9))[0] == pytest.approx(1.2)


def test_states():
    assert steady_state(ScaledAdder(3), streams=(0.1, 0.2, 0.9)).sum == pytest.approx(0.4)
    assert steady_state(ScaledAdder(3), streams=0.7).sum == pytest.approx(0.7)


def test_transients_do_not_count():
    component = StepComponent(latch, state=State(BIT), init=State(0), inputs=Inputs(BIT))
    assert steady_state(component, set=0.01).value == pytest.approx(1)


def test_bits_of_a_vector():
    component = StepComponent(history, state=State(Vector(3)), init=State(0), inputs=Inputs(BIT))
    assert steady_state(component, set=0.2).value == pytest.approx([0.2, 0.2, 0.2])


def test_two_ends_refused():
    component = StepComponent(branch, state=State(Range(0, 2)), init=State(0), inputs=Inputs(BIT))
    with pytest.raises(ValueError, match="^the chain has more than one stationary distribution for these inputs$"):
        steady_state(component, set=0.2)
    assert steady_state(component, set=1).value == pytest.approx(1)


@pytest.mark.parametrize(("inputs", "message"), [
    ({"a": 1.2, "b": 0}, "a must be probabilities between 0 and 1, not 1.2"),
    ({"a": float("nan"), "b": 0}, "a must be probabilities between 0 and 1, not nan"),
    ({"a": (0.1, 0.2), "b": 0}, "a must be one probability or 1, not \\(0.1, 0.2\\)"),
    ({"a": "half", "b": 0}, "a must be probabilities or 'uniform', not 'half'"),
])
def test_probabilities_refused(inputs, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        steady_state(AndMultiplier(), **inputs)


def test_inputs_refused():
    with pytest.raises(TypeError, match="^inputs must be a, b, not a$"):
        steady_state(AndMultiplier(), a=0.5)
    with pytest.raises(ValueError, match="^value must be 3 probabilities with the sum 1, not"):
        steady_state(ComparatorEncoder(1), value=(0.5, 0.6, 0), random="uniform")
    with pytest.raises(ValueError, match="^random must have at most 1048576 values, not 4294967296$"):
        steady_state(StepComponent(wide, inputs=Numbers(Range.unsigned(32))), random="uniform")


def test_too_large_refused():
    from gateware.sc.sources.lfsr import LFSR
    with pytest.raises(ValueError, match="^the component can reach more than 4096 states$"):
        steady_state(LFSR(13))
