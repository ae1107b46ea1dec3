# amaranth: UnusedElaboratable=no
"""Hard sigmoid and hard tanh against exact counts for every prefix."""

import itertools

import numpy as np
import pytest

import models
from gateware.sc.functions.hard_sigmoid import HardSigmoid, HardTanh
from models.steady_state import steady_state

from .protocol import rmse


def test_hard_sigmoid_is_exact_for_every_prefix_of_every_stream():
    streams = np.array(list(itertools.product((0, 1), repeat=10))).T
    result = models.golden(HardSigmoid()).run({"stream": streams}).result
    ones, clocks = streams.cumsum(axis=0), np.arange(1, 11)[:, None]
    assert np.array_equal(result.cumsum(axis=0), (ones + clocks) // 2)


def test_hard_sigmoid_of_a_random_stream():
    for p in (0, 0.3, 1):
        assert 2 * steady_state(HardSigmoid(), stream=p).result - 1 == pytest.approx(p, abs=1e-9)


@pytest.mark.parametrize("kind", ["LFSR", "Sobol"])
def test_hard_sigmoid_errors(kind):
    assert rmse(HardSigmoid(), 8, kind, lambda v: (v + 1) / 2) <= 0.005


@pytest.mark.parametrize(("gain", "width"), [(2, 5), (5, 7)])
def test_hard_tanh_owes_at_most_its_residue(gain, width):
    """While a residue of twice the width would not be clamped either, the output is within the bound."""
    streams = np.array(list(itertools.product((0, 1), repeat=12))).T
    result = models.golden(HardTanh(gain, width)).run({"stream": streams}).result.astype(int)
    owed = gain * (2 * streams - 1).cumsum(axis=0) - (2 * result - 1).cumsum(axis=0)
    limit = 1 << width - 1
    free = np.maximum.accumulate(np.abs(gain * (2 * streams - 1).cumsum(axis=0)), axis=0) < limit - 1
    assert free.sum() > 500 and np.abs(owed[free]).max() <= limit


@pytest.mark.parametrize(("gain", "width"), [(2, 5), (5, 7), (3, 8)])
def test_hard_tanh_with_a_low_discrepancy_stream(gain, width):
    assert rmse(HardTanh(gain, width), 10, "Sobol", lambda v: max(-1, min(1, gain * v))) <= 0.02


def test_hard_tanh_of_a_random_stream():
    exact = [2 * steady_state(HardTanh(2, 8), stream=(v + 1) / 2).result - 1 for v in (-0.8, -0.2, 0, 0.1, 0.3, 0.7)]
    assert exact == pytest.approx([-1, -0.4, 0, 0.2, 0.6, 1], abs=0.001)


@pytest.mark.parametrize(("arguments", "message"), [
    ((1,), "HardTanh gain must be between 2 and 64, not 1, which is a wire"),
    ((65,), "HardTanh gain must be between 2 and 64, not 65"),
    ((5, 3), "HardTanh width must be between 4 and 32 for a gain of 5, not 3"),
])
def test_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        HardTanh(*arguments)
