# amaranth: UnusedElaboratable=no
"""The sum of ORs: every input, and its expectation counted exactly."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.partial_binary_adder import PartialBinaryAdder

from .streams import joined


@pytest.mark.parametrize(("groups", "size"), [(4, 3), (5, 2)])
def test_every_input(groups, size):
    streams = np.arange(1 << groups * size)
    bits = (streams[:, None] >> np.arange(groups * size) & 1).reshape(-1, groups, size)
    ones = models.golden(PartialBinaryAdder(groups, size)).run({"streams": streams}).ones
    assert np.array_equal(ones, bits.any(axis=2).sum(axis=1))


def test_the_closed_form_where_every_pair_meets():
    # Two groups of two: within a group every two numbers of the sources meet once in 256 clocks.
    clock = np.arange(256)
    for x in ((3, 9, 16, 0), (5, 5, 5, 5), (1, 15, 8, 12)):
        streams = joined(clock % 16 < x[0], clock // 16 < x[1], clock % 16 < x[2], clock // 16 < x[3])
        ones = models.golden(PAIRS).run({"streams": streams}).ones.sum()
        assert ones == 512 - (16 - x[0]) * (16 - x[1]) - (16 - x[2]) * (16 - x[3])


PAIRS = PartialBinaryAdder(2, 2)


@pytest.mark.parametrize(("groups", "size", "error", "message"), [
    (0, 2, ValueError, "groups must be between 1 and 32, not 0"), (33, 2, ValueError, "groups must be between 1 and 32, not 33"),
    (2, 1, ValueError, "size must be between 2 and 32, not 1"), (1, 33, ValueError, "size must be between 2 and 32, not 33"),
    (13, 5, ValueError, "groups times size must be at most 64, not 65"), (2, 2.0, TypeError, "size must be an integer, not 2.0")])
def test_errors(groups, size, error, message):
    with pytest.raises(error, match=f"^PartialBinaryAdder {message}$"):
        PartialBinaryAdder(groups, size)
