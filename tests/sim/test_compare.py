from typing import Any, NamedTuple

import numpy as np
import pytest

from gateware.rtlil import to_rtlil
from gateware.step import Q, Range, StepComponent, mux, saturate
from sim import compare, cxxrtl
from sim.compare import Comparison, Difference, compare_exact, compare_rtl, corner_values


class Params(NamedTuple):
    format: Any


class State(NamedTuple):
    v: Any


class Inputs(NamedTuple):
    x: Any


class Outputs(NamedTuple):
    v: Any
    high: Any


def step(params, state, inputs):
    total = saturate(state.v + inputs.x, params.format)
    return State(total), Outputs(state.v, total >= 100)


class Saturating(StepComponent):
    def __init__(self, width):
        super().__init__(step, params=Params(Q(width, 0)), state=State(Q(width, 0)), init=State(3), inputs=Inputs(Range(-5, 5)))


@pytest.fixture(scope="module")
def narrow():
    return Saturating(8)


def simulate(component, change=lambda text: text):
    text = change(to_rtlil(component))
    return cxxrtl.compile({"dut": component}, rtlil={"dut": text})["dut"]


def test_equal_hardware_is_equal_over_a_million_clocks(narrow):
    result = compare_rtl(narrow, simulate(narrow))
    assert result.ok and result.cases >= 1_000_000
    assert str(result) == f"RTL = golden: {result.cases:,} equal"


@pytest.mark.parametrize("line, wrong, where", [
    ("attribute \\init 8'00000011", "attribute \\init 8'00000010", "clock 0"),
    ("cell $add", "cell $sub", "clock "),
])
def test_the_first_difference_is_named(narrow, line, wrong, where):
    result = compare_rtl(narrow, simulate(narrow, lambda text: text.replace(line, wrong)), cycles=10_000)
    assert not result.ok
    assert result.difference.where.startswith(where) and result.difference.port in ("v", "high")
    assert result.difference.expected != result.difference.got
    assert str(result.difference.expected) in str(result) and result.difference.where in str(result)


def test_a_wrong_reset_value_is_found(narrow):
    """The initial value is right and only the reset brings back another."""
    def change(text):
        start = text.index("switch \\rst [0]")
        return text[:start] + text[start:].replace("8'00000011", "8'00000111", 1)
    result = compare_rtl(narrow, simulate(narrow, change), cycles=1000)
    assert str(result.difference) == "v in clock 0 after a reset must be 3, not 7"


def test_exact_integers_are_exhaustive_where_they_can_be(narrow):
    result = compare_exact(narrow)
    assert result.ok and result.exhaustive and result.cases == 256 * 11
    assert str(result) == "golden = step on exact integers: all 2,816 equal"


def test_exact_integers_are_sampled_where_there_are_too_many():
    result = compare_exact(Saturating(24), seconds=0.2)
    assert result.ok and not result.exhaustive and result.cases >= 10_000


def test_a_wrong_golden_model_is_found(narrow, monkeypatch):
    class Wrong:
        def __init__(self, model):
            self.model = model

        def advance(self, *arguments, **keywords):
            following, outputs = self.model.advance(*arguments, **keywords)
            return following, outputs._replace(v=outputs.v + (outputs.v == 77))

    model = compare.golden(narrow)
    monkeypatch.setattr(compare, "golden", lambda component: Wrong(model))
    result = compare_exact(narrow)
    assert str(result.difference) == "v in the case v = 77, x = -5 must be 77, not 78"


def test_corners_are_limits_zero_and_powers_of_two():
    assert corner_values(Range(-3, 6)) == [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6]
    assert {-32768, -32767, -1, 0, 1, 255, 256, 257, 32766, 32767} <= set(corner_values(Q(8, 8)))
    assert all(value in Q(8, 8) for value in corner_values(Q(8, 8)))


def test_inputs_dwell_at_every_combination_of_limits():
    inputs = compare.stimulus(Pair(Range(-4, 3), Range(0, 1)), np.random.default_rng(0), 1000)
    for a in (-4, 3):
        for b in (0, 1):
            both = (inputs["a"] == a) & (inputs["b"] == b)
            assert both[:4].any() and max(map(len, "".join(map(str, both.astype(int))).split("0"))) >= 512


def test_no_case_is_no_success():
    assert not Comparison("x", 0).ok
    assert not Comparison("x", 5, difference=Difference("clock 1", "v", 1, 2)).ok


class Pair(NamedTuple):
    a: Any
    b: Any


class Larger(NamedTuple):
    y: Any


def larger(params, state, inputs):
    return (), Larger(mux(inputs.a > inputs.b, inputs.a, inputs.b))


def test_a_stateless_component_is_compared():
    component = StepComponent(larger, inputs=Pair(Range(-3, 3), Range(0, 9)))
    assert compare_rtl(component, simulate(component), cycles=5000).ok
    assert compare_exact(component).cases == 70
