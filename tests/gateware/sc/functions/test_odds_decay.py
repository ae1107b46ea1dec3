# amaranth: UnusedElaboratable=no
"""Sexp and its two-sided form against the closed forms of their exact steady states."""

import math

import pytest

from gateware.sc.contract import Stream
from gateware.sc.functions.odds_decay import OddsDecay, TwoSidedOddsDecay
from models.steady_state import steady_state

from .protocol import rmse

VALUES = (-0.9, -0.3, 0.1, 0.6, 0.95)


@pytest.mark.parametrize(("states", "gap"), [(16, 2), (11, 3), (2, 1)])
def test_one_side(states, gap):
    component = OddsDecay(states, gap)
    for v in VALUES:
        odds = (1 + v) / (1 - v)
        exact = steady_state(component, stream=(v + 1) / 2).result
        assert exact == pytest.approx((1 - odds ** (states - gap)) / (1 - odds**states), abs=1e-9)
        assert component.expectation((v + 1) / 2) == pytest.approx(exact, abs=1e-9)
    assert steady_state(component, stream=0.5).result == pytest.approx((states - gap) / states)
    assert [component.expectation(p) for p in (0, 1)] == [1, 0]


@pytest.mark.parametrize(("states", "gap"), [(16, 2), (11, 3), (3, 1)])
def test_two_sides(states, gap):
    component = TwoSidedOddsDecay(states, gap)
    for v in VALUES:
        odds = (1 + v) / (1 - v)
        exact = steady_state(component, stream=(v + 1) / 2).result
        assert exact == pytest.approx(odds**gap * (1 - odds ** (states - 2 * gap)) / (1 - odds**states), abs=1e-9)
        assert component.expectation((v + 1) / 2) == pytest.approx(exact, abs=1e-9)
        assert component.expectation((1 - v) / 2) == pytest.approx(exact, abs=1e-9)
    assert steady_state(component, stream=0.5).result == pytest.approx((states - 2 * gap) / states)


def test_long_chains_are_exponentials_of_artanh():
    one, two = OddsDecay(200, 2), TwoSidedOddsDecay(200, 2)
    for v in (0.2, 0.6):
        limit = math.exp(-4 * math.atanh(v))
        assert one.expectation((1 + v) / 2) == pytest.approx(limit, abs=1e-9)
        assert two.expectation((1 - v) / 2) == pytest.approx(limit, abs=1e-9)
    assert limit == pytest.approx(0.0625) and math.exp(-2 * 2 * 0.6) == pytest.approx(0.0907, abs=1e-4)


def test_sources():
    component = OddsDecay(16, 2)

    def truth(v):
        return 2 * component.expectation((v + 1) / 2) - 1

    assert rmse(component, 12, "leap", truth) <= 0.02
    assert rmse(component, 12, "LFSR", truth) > 0.12 and rmse(component, 12, "Sobol", truth) > 0.2


@pytest.mark.parametrize("component", [OddsDecay(), TwoSidedOddsDecay()])
def test_output_is_unipolar(component):
    sources = {"stream": Stream(frozenset("a"), "independent", format="bipolar")}
    assert component.delivers(sources) == {"result": Stream(frozenset("a"), "derived", format="unipolar")}
    assert component.delivers({"stream": None}) == {}


@pytest.mark.parametrize("component", [OddsDecay, TwoSidedOddsDecay])
def test_refused(component):
    name = component.__name__
    with pytest.raises(ValueError, match=rf"^{name} states must be between 2 and 1024, not 1$"):
        component(1)
    one = component is OddsDecay
    with pytest.raises(ValueError, match=rf"^{name} gap must be between 1 and {15 if one else 7} for 16 states, not 0$"):
        component(16, 0)
    with pytest.raises(ValueError, match=rf"^{name} gap must be between 1 and {9 if one else 4} for 10 states, not 12$"):
        component(10, 12)
    with pytest.raises(TypeError, match=rf"^{name} gap must be an integer, not '2'$"):
        component(16, "2")
