# amaranth: UnusedElaboratable=no
"""The approximate parallel counter: its error counted over all inputs, and its bias over a random run."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.approximate_parallel_counter import ApproximateParallelCounter


@pytest.mark.parametrize("width", [4, 8, 16])
def test_error_over_all_inputs(width):
    streams = np.arange(1 << width)
    ones = models.golden(ApproximateParallelCounter(width)).run({"streams": streams}).ones
    bits = streams[:, None] >> np.arange(width) & 1
    error = ones - bits.sum(axis=1)
    assert error.sum() == 0 and error.min() == -width // 4 and error.max() == width // 4
    assert error.var() == width / 8
    differ = bits[:, ::2] ^ bits[:, 1::2]
    assert np.array_equal(error, differ[:, 1::2].sum(axis=1) - differ[:, ::2].sum(axis=1))
    assert not (ones % 2).any()


def test_the_widest():
    model = models.golden(ApproximateParallelCounter(64))
    assert model.run({"streams": np.array([0, 2**64 - 1, 2**63, 2, 1], np.uint64)}).ones.tolist() == [0, 64, 2, 0, 0]


def test_bias_of_pairs_that_differ():
    # p = 0.9 and q = 0.1 at the ANDs, 1/2 at the ORs: d = 0.82 and 0.5, so 2 * 0.5 - 2 * 0.82 at a width of 8.
    rng, clocks = np.random.default_rng(3), 1 << 18
    p = np.array([0.9, 0.1, 0.5, 0.5, 0.9, 0.1, 0.5, 0.5])
    streams = ((rng.random((clocks, 8)) < p) << np.arange(8)).sum(axis=1)
    mean = models.golden(ApproximateParallelCounter(8)).run({"streams": streams}).ones.mean()
    assert abs(mean - p.sum() - (1.0 - 1.64)) < 5 * 2 / np.sqrt(clocks)


@pytest.mark.parametrize("width", [0, 2, 6, 68])
def test_width_refused(width):
    message = f"^ApproximateParallelCounter width must be a multiple of 4 between 4 and 64, not {width}$"
    with pytest.raises(ValueError, match=message):
        ApproximateParallelCounter(width)


def test_width_is_an_integer():
    with pytest.raises(TypeError, match="^ApproximateParallelCounter width must be an integer, not 4.0$"):
        ApproximateParallelCounter(4.0)
