# amaranth: UnusedElaboratable=no
"""The absolute difference, for all operands behind one source."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.absolute_difference import AbsoluteDifference

from .streams import encode, sobol

MODEL = models.golden(AbsoluteDifference())


@pytest.mark.parametrize(("bits", "dimension"), [(4, 0), (8, 0), (8, 5)])
def test_one_permutation_gives_it_exactly(bits, dimension):
    # So the RMSE with a shared Sobol source is 0, at every length.
    x, y = (each.ravel() for each in np.meshgrid(np.arange((1 << bits) + 1), np.arange((1 << bits) + 1)))
    random = sobol(bits)[:, dimension]
    assert np.array_equal(MODEL.run({"a": encode(x, random), "b": encode(y, random)}).difference.sum(axis=0), abs(x - y))


def test_uncorrelated_streams_give_another_function():
    clock = np.arange(256)
    for x, y in ((3, 9), (8, 8), (16, 5), (0, 7)):
        ones = MODEL.run({"a": clock % 16 < x, "b": clock // 16 < y}).difference.sum()
        assert ones == 16 * x + 16 * y - 2 * x * y
