# amaranth: UnusedElaboratable=no
"""Greatest, its index and the winner of many streams against NumPy on running counts, for three sizes."""

import numpy as np
import pytest

import models
from gateware.sc.order.tree import Argmax, IndexMultiplexer, MaximumTree, PassOne, WinnerTakeAll

SIZES = (2, 3, 7)
LIMIT = 31


def close(width):
    """Random streams ``(480, width)`` of different numbers whose counts stay within the limit of each other."""
    rng = np.random.default_rng(width)
    ones = [[8 + (block < stream) for block in range(30)] for stream in range(width)]
    return np.array([np.concatenate([rng.permutation(np.arange(16) < k) for k in each]) for each in ones]).T


def packed(streams):
    return (streams << np.arange(streams.shape[1], dtype=np.uint64)).sum(axis=1, dtype=np.uint64)


@pytest.mark.parametrize("width", SIZES)
def test_greatest_count_for_every_prefix(width):
    streams = close(width)
    counts = streams.cumsum(axis=0)
    assert np.ptp(counts, axis=1).max() <= LIMIT
    maximum = models.golden(MaximumTree(width, LIMIT)).run({"streams": packed(streams)}).maximum
    assert (maximum.cumsum() == counts.max(axis=1)).all()


@pytest.mark.parametrize("width", SIZES)
def test_argmax_and_winner_of_the_clocks_before(width):
    streams = close(width)
    before = np.r_[np.zeros((1, width), int), streams.cumsum(axis=0)[:-1]].argmax(axis=1)
    given = {"streams": packed(streams)}
    assert (models.golden(Argmax(width, LIMIT)).run(given).index == before).all()
    winner = models.golden(WinnerTakeAll(width, LIMIT)).run(given).winner
    assert (winner == packed(streams & (np.arange(width) == before[:, None]))).all()


def test_the_index_follows_when_another_stream_takes_over():
    streams = np.zeros((400, 3), bool)
    streams[:200, 0], streams[200:, 2] = True, True
    index = models.golden(Argmax(3, 8)).run({"streams": packed(streams)}).index
    assert index[199] == 0 and index[-1] == 2 and np.flatnonzero(index == 2)[0] < 220


def test_parts():
    select, rng = models.golden(IndexMultiplexer(5)), np.random.default_rng(0)
    a, b = rng.integers(0, 5, (2, 100))
    choice = rng.integers(0, 2, 100)
    assert (select.run({"select": choice, "a": a, "b": b}).index == np.where(choice, b, a)).all()
    streams = rng.integers(0, 32, 100)
    assert (models.golden(PassOne(5)).run({"streams": streams, "index": a}).winner == (streams & 1 << a)).all()


@pytest.mark.parametrize("cls", [MaximumTree, Argmax, WinnerTakeAll, IndexMultiplexer, PassOne])
@pytest.mark.parametrize("width", [1, 33])
def test_width_refused(cls, width):
    with pytest.raises(ValueError, match=f"^{cls.__name__} width must be between 2 and 32, not {width}$"):
        cls(width)


def test_limit_refused():
    with pytest.raises(ValueError, match="^CompareExchange limit must be between 1 and 1023, not 0$"):
        Argmax(3, 0)
