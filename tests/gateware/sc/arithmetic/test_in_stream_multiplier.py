# amaranth: UnusedElaboratable=no
"""The in-stream multiplier against counts of SciPy's sequence, where its window holds a steady count."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.in_stream_multiplier import InStreamMultiplier

from .streams import balanced, encode, pairs, rms, sobol

WIDTH = 3
DEPTH = 1 << WIDTH
MODEL = models.golden(InStreamMultiplier(WIDTH))


def test_a_stream_of_the_window_s_period_counts_as_its_number():
    # After a window without ones in a, its index is still 0; then a may do anything.
    clocks, rng = 5 * DEPTH, np.random.default_rng(1)
    y = np.repeat(np.arange(DEPTH + 1), 20)
    b = np.tile(encode(y, rng.permutation(DEPTH)), (6, 1))
    a = np.vstack([np.zeros((DEPTH, len(y)), bool), rng.random((clocks, len(y))) < 0.7])
    ones = a.cumsum(axis=0)
    below = (np.tile(balanced(WIDTH), 6)[:, None] < np.arange(DEPTH + 1)).cumsum(axis=0)
    below = np.vstack([np.zeros_like(below[:1]), below])
    assert np.array_equal(MODEL.run({"a": a, "b": b}).product.cumsum(axis=0), below[ones, y])


def test_the_count_is_that_of_the_window():
    rng = np.random.default_rng(2)
    state, _ = MODEL.advance(None, {"a": rng.integers(0, 2, (100, 500)), "b": rng.integers(0, 2, (100, 500))})
    assert np.array_equal(state.count, np.bitwise_count(state.window))
    start, _ = MODEL.advance(None, {"a": [0] * DEPTH, "b": [0] * DEPTH})
    assert start.count == start.window == start.index == 0


@pytest.mark.parametrize("source", ["another", "the same"])
def test_rmse_of_random_pairs(source):
    # 1000 pairs, seed 0, Sobol dimension 1 for a and 2 or 1 for b: correlation does not matter. Measured: 0.0014 to 0.0017.
    x, y = pairs(12)
    points = sobol(12)
    a, b = encode(x, points[:, 0]), encode(y, points[:, 1 if source == "another" else 0])
    product = models.golden(InStreamMultiplier()).run({"a": a, "b": b}).product.mean(axis=0)
    assert rms(product - x * y / 4**12) < 0.0018


@pytest.mark.parametrize(("width", "error", "message"), [(0, ValueError, "width must be between 1 and 6, not 0"),
                                                         (7, ValueError, "width must be between 1 and 6, not 7"),
                                                         ("3", TypeError, "width must be an integer, not '3'")])
def test_errors(width, error, message):
    with pytest.raises(error, match=rf"^InStreamMultiplier {message}$"):
        InStreamMultiplier(width)
