# amaranth: UnusedElaboratable=no
"""The saturating subtractor against what it owes, and against its steady state."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.saturating_subtractor import SaturatingSubtractor

from .streams import encode, sobol


def test_what_is_not_forgiven_is_paid():
    # A depth that is never reached: every prefix is exact.
    rng = np.random.default_rng(4)
    x, y = rng.random((2000, 50)) < 0.5, rng.random((2000, 50)) < 0.45
    state, outputs = models.golden(SaturatingSubtractor(1 << 16)).advance(None, {"minuend": x, "subtrahend": y})
    assert np.array_equal(outputs.difference.sum(axis=0), x.sum(axis=0) - y.sum(axis=0).astype(int) + state.debt)
    # Ones come out as the running difference reaches a new height.
    heights = np.maximum(np.maximum.accumulate((x.astype(int) - y).cumsum(axis=0)), 0)
    assert np.array_equal(outputs.difference.cumsum(axis=0), heights)


@pytest.mark.parametrize("depth", [1, 3, 7])
def test_steady_state(depth):
    # 400 runs of 20000 clocks, seed 5; five standard deviations of their mean.
    clocks, runs = 20_000, 400
    for p, q in ((0.6, 0.5), (0.5, 0.6), (0.5, 0.5), (0.9, 0.2), (0.3, 0.3)):
        rng = np.random.default_rng(5)
        ones = models.golden(SaturatingSubtractor(depth)).run(
            {"minuend": rng.random((clocks, runs)) < p, "subtrahend": rng.random((clocks, runs)) < q}).difference.mean(axis=0)
        ratio = q * (1 - p) / (p * (1 - q))
        expected = p * (1 - p) / (depth + 1) if p == q else (p - q) / (1 - ratio**(depth + 1))
        assert abs(ones.mean() - expected) < 5 * ones.std() / np.sqrt(runs) + (depth + 1) / clocks


def test_the_difference_of_six_and_five_tenths():
    # Where a counter that is never drained gives 0.999.
    points = sobol(12)
    outputs = models.golden(SaturatingSubtractor()).run(
        {"minuend": encode([2458], points[:, 0]), "subtrahend": encode([2048], points[:, 1])})
    assert abs(outputs.difference.mean() - 0.1) < 0.001


def test_one_source_gives_the_difference_exactly():
    x, y = (each.ravel() for each in np.meshgrid(np.arange(257), np.arange(257)))
    random = sobol(8)[:, 2]
    streams = {"minuend": encode(x, random), "subtrahend": encode(y, random)}
    ones = models.golden(SaturatingSubtractor(255)).run(streams).difference.sum(axis=0)
    assert np.array_equal(ones[x >= y], (x - y)[x >= y]) and not ones[x < y].any()


@pytest.mark.parametrize(("depth", "error", "message"), [
    (0, ValueError, "depth must be between 1 and 2\\*\\*16, not 0"),
    (65537, ValueError, "depth must be between 1 and 2\\*\\*16, not 65537"),
    (1.5, TypeError, "depth must be an integer, not 1.5")])
def test_errors(depth, error, message):
    with pytest.raises(error, match=rf"^SaturatingSubtractor {message}$"):
        SaturatingSubtractor(depth)
