# amaranth: UnusedElaboratable=no
"""The linear gain against the steady state of its chain, by linear algebra and in closed form, and against long runs."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.linear_gain import LinearGain


def closed_form(p, k, states):
    q, powers = 1 - p, np.arange(states // 2)
    upper, lower = ((k * p / q)**powers).sum() / q, ((k * q / p)**powers).sum() / p
    return upper / (upper + lower)


def steady_state(p, k, states):
    """The probability of the upper half, the chain solved as a set of linear equations."""
    half, matrix = states // 2, np.zeros((states, states))
    for state in range(states):
        up, down = (p, (1 - p) * k) if state < half else (p * k, 1 - p)
        matrix[min(state + 1, states - 1), state] += up
        matrix[max(state - 1, 0), state] += down
        matrix[state, state] += 1 - up - down
    equations = np.vstack([matrix - np.eye(states), np.ones(states)])
    return np.linalg.lstsq(equations, np.append(np.zeros(states), 1.0), rcond=None)[0][half:].sum()


@pytest.mark.parametrize("states", [2, 10, 16])
def test_closed_form_is_the_chain_s(states):
    for p in (0.05, 0.31, 0.5, 0.62, 0.97):
        for k in (0.2, 1 / 3, 0.6):
            assert closed_form(p, k, states) == pytest.approx(steady_state(p, k, states), abs=1e-9)


@pytest.mark.parametrize("states", [2, 10, 16])
def test_long_runs_reach_it(states):
    # 300 runs of 20000 clocks, seed 8; five standard deviations of their mean, and the way from the start.
    rng, clocks, runs, model = np.random.default_rng(8), 20_000, 300, models.golden(LinearGain(states))
    for v in (-0.7, 0.1, 0.2):
        p, k = (1 + v) / 2, 0.5
        streams = {"stream": rng.random((clocks, runs)) < p, "outward": rng.random((clocks, runs)) < k}
        mean = model.run(streams).product.mean(axis=0)
        assert abs(mean.mean() - closed_form(p, k, states)) < 5 * mean.std() / np.sqrt(runs) + 20 * states / clocks


@pytest.mark.parametrize("states", [64, 400])
def test_the_gain_of_a_long_chain(states):
    for gain in (1.5, 2, 3, 5):
        k = (gain - 1) / (gain + 1)
        v = np.append(np.linspace(-0.95, 0.95, 39), 1 / gain)
        error = np.array([2 * closed_form((1 + each) / 2, k, states) - 1 for each in v]) - np.clip(gain * v, -1, 1)
        assert abs(error).max() == abs(error[-1]) == pytest.approx((gain - 1 / gain) / states, rel=0.05)


@pytest.mark.parametrize(("states", "error", "message"), [
    (0, ValueError, "states must be an even number between 2 and 1024, not 0"),
    (7, ValueError, "states must be an even number between 2 and 1024, not 7"),
    (1026, ValueError, "states must be an even number between 2 and 1024, not 1026"),
    (8.0, TypeError, "states must be an integer, not 8.0")])
def test_errors(states, error, message):
    with pytest.raises(error, match=f"^LinearGain {message}$"):
        LinearGain(states)
