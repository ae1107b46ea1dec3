# amaranth: UnusedElaboratable=no
"""The linear state machine against its exact steady state and the machines that are special cases of it."""

import math

import pytest

from gateware.sc.functions.linear_fsm import LinearFSM
from gateware.sc.functions.log_odds_gain import LogOddsGain
from models.steady_state import steady_state


def test_steady_state_is_the_weighted_sum_of_powers_of_the_odds():
    weights = (16, 5, 0, 5, 16)
    component = LinearFSM(weights, 4)
    for p in (0.05, 0.4, 0.5, 0.9):
        odds = p / (1 - p)
        exact = steady_state(component, stream=p, random="uniform").result
        assert exact == pytest.approx(sum(w * odds**i for i, w in enumerate(weights))
                                      / sum(16 * odds**i for i in range(5)), abs=1e-9)
        assert component.expectation(p) == pytest.approx(exact, abs=1e-9)


def test_weights_of_0_and_1_are_stanh():
    component = LinearFSM((0,) * 4 + (4,) * 4, 2)
    for p in (0, 0.3, 0.8, 1):
        assert component.expectation(p) == pytest.approx(LogOddsGain(8).expectation(p), abs=1e-12)


def test_two_states_are_linear():
    component = LinearFSM((64, 192), 8)
    assert [component.expectation(p) for p in (0, 0.5, 1)] == [0.25, 0.5, 0.75]


@pytest.mark.parametrize(("arguments", "message"), [
    (((0, 1), 0), "LinearFSM width must be between 1 and 16, not 0"),
    (((0,), 8), "LinearFSM weights must be those of 2 to 64 states, not of 1"),
    (((0,) * 65, 8), "LinearFSM weights must be those of 2 to 64 states, not of 65"),
    (((0, 257), 8), "LinearFSM weights must be between 0 and 256, not 257"),
    (((0, -1), 8), "LinearFSM weights must be between 0 and 256, not -1"),
])
def test_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        LinearFSM(*arguments)


def test_weight_of_another_type_refused():
    with pytest.raises(TypeError, match=r"^LinearFSM weights must be an integer, not 0.5$"):
        LinearFSM((0.5, math.pi))
