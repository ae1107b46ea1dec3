# amaranth: UnusedElaboratable=no
"""Sorting networks against NumPy's sort: of bits, of the counts of every prefix, and of numbers on one source."""

import itertools

import numpy as np
import pytest

import models
from gateware.sc.contract import ContractError, Stream
from gateware.sc.order.sorting import Median, SortingNetwork, merge_exchange

from ..division.streams import sobol
from .test_tree import close, packed


def unpacked(values, width):
    return values[:, None] >> np.arange(width, dtype=np.uint64) & np.uint64(1)


@pytest.mark.parametrize("width", range(2, 13))
def test_the_network_sorts_every_input_of_zeros_and_ones(width):
    """Which makes it sort everything (the 0-1 principle)."""
    keys = np.array(list(itertools.product((0, 1), repeat=width))).T
    for i, j in merge_exchange(width):
        assert 0 <= i < j < width
        keys[i], keys[j] = np.minimum(keys[i], keys[j]), np.maximum(keys[i], keys[j])
    assert (np.diff(keys, axis=0) >= 0).all()


def test_its_known_numbers_of_comparisons():
    assert [len(merge_exchange(width)) for width in (2, 3, 4, 5, 8, 16)] == [1, 3, 5, 9, 19, 63]


@pytest.mark.parametrize("width", [3, 4, 7])
def test_sorted_counts_for_every_prefix(width):
    streams = close(width)
    ascending = unpacked(models.golden(SortingNetwork(width, 31)).run({"streams": packed(streams)}).ascending, width)
    assert (ascending.cumsum(axis=0) == np.sort(streams.cumsum(axis=0), axis=1)).all()


@pytest.mark.parametrize("width", [2, 5, 16])
def test_numbers_on_one_source_sorted_by_gates(width):
    numbers = np.random.default_rng(width).integers(0, 257, width)
    random = sobol(2, 8, 256)
    ascending = models.golden(SortingNetwork(width, None)).run({"streams": packed(numbers > random[:, None])}).ascending
    assert unpacked(ascending, width).sum(axis=0).tolist() == sorted(numbers)


def test_no_one_is_lost_beyond_the_limit():
    streams = np.random.default_rng(0).integers(0, 32, 3000).astype(np.uint64)
    streams[1000:] |= np.uint64(8)
    ascending = models.golden(SortingNetwork(5, 2)).run({"streams": streams}).ascending
    assert (np.bitwise_count(ascending) == np.bitwise_count(streams)).all()


@pytest.mark.parametrize("width", [3, 5, 9])
def test_median(width):
    numbers = np.random.default_rng(width).integers(0, 257, width)
    streams = packed(numbers > sobol(1, 8, 256)[:, None])
    assert models.golden(Median(width, None)).run({"streams": streams}).median.sum() == np.median(numbers)
    if width < 9:
        streams = close(width)
        median = models.golden(Median(width, 31)).run({"streams": packed(streams)}).median
        assert (median.cumsum() == np.median(streams.cumsum(axis=0), axis=1)).all()


def test_refused():
    for width in (1, 17):
        with pytest.raises(ValueError, match=f"^SortingNetwork width must be between 2 and 16, not {width}$"):
            SortingNetwork(width)
    with pytest.raises(ValueError, match="^Median width must be odd, not 4$"):
        Median(4)
    with pytest.raises(ValueError, match="^Median width must be between 2 and 16, not 17$"):
        Median(17)
    with pytest.raises(ValueError, match="^CompareExchange limit must be between 1 and 1023, not 0$"):
        SortingNetwork(3, 0)


def test_gates_demand_one_source():
    streams = [Stream(frozenset({name}), "ramp", (name, 1)) for name in "ab"]
    SortingNetwork(2).contract.check("SortingNetwork", {"streams": streams})
    with pytest.raises(ContractError, match=r"SCC = \+1, and they have SCC = 0"):
        SortingNetwork(2, None).contract.check("SortingNetwork", {"streams": streams})
