# amaranth: UnusedElaboratable=no
"""Btanh against the steady state of the walk that it is, stanh where there is one stream, and the diffusion's tanh."""

import math

import numpy as np
import pytest

import models
from gateware.sc.functions.log_odds_gain import LogOddsGain
from gateware.sc.functions.saturating_sum_sign import SaturatingSumSign
from models.steady_state import steady_state


def counts(width, p):
    return [math.comb(width, c) * p**c * (1 - p) ** (width - c) for c in range(width + 1)]


def walk(width, states, p):
    """Share of the upper half in the stationary distribution of the walk, by repeated squaring of its matrix."""
    matrix = np.zeros((states, states))
    for start in range(states):
        for count, chance in enumerate(counts(width, p)):
            matrix[start, min(max(start + 2 * count - width, 0), states - 1)] += chance
    return np.linalg.matrix_power(matrix, 1 << 20)[states // 2, states // 2:].sum()


@pytest.mark.parametrize(("width", "states"), [(1, 8), (5, 14), (16, 32)])
def test_steady_state(width, states):
    component = SaturatingSumSign(width, states)
    for p in (0.3, 0.45, 0.5, 0.52):
        assert steady_state(component, count=counts(width, p)).result == pytest.approx(walk(width, states, p), abs=1e-9)


def test_one_stream_is_stanh():
    for p in (0.2, 0.5, 0.6):
        assert steady_state(SaturatingSumSign(1, 8), count=[1 - p, p]).result == pytest.approx(
            LogOddsGain(8).expectation(p), abs=1e-9)


def test_long_chains_are_a_tanh_of_the_sum():
    for v in (0.01, 0.02, 0.05):
        exact = 2 * steady_state(SaturatingSumSign(4, 80), count=counts(4, (v + 1) / 2)).result - 1
        assert exact == pytest.approx(math.tanh(40 * v / (1 - v * v)), abs=0.02)


def test_random_error_of_a_sum_of_16():
    """Root mean square error 0.11 at 1024 clocks, for 16 streams and 32 states."""
    rng, component, errors = np.random.default_rng(0), SaturatingSumSign(16, 32), []
    for p in rng.uniform(0.4, 0.6, 40).tolist():
        count = (rng.random((1024, 20, 16)) < p).sum(axis=2)
        result = models.golden(component).run({"count": count}).result.mean(axis=0)
        errors.append(2 * (result - steady_state(component, count=counts(16, p)).result))
    assert np.sqrt(np.mean(np.square(errors))) < 0.12


@pytest.mark.parametrize(("arguments", "message"), [
    ((0, 8), "SaturatingSumSign width must be between 1 and 1024, not 0"),
    ((4, 7), "SaturatingSumSign states must be an even number between 2 and 65536, not 7"),
])
def test_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        SaturatingSumSign(*arguments)
