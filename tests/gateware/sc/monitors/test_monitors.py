# amaranth: UnusedElaboratable=no
"""Monitors against the software metrics, which have truths of their own."""

import itertools

import numpy as np
import pytest

import models
from gateware.sc.monitors.correlation import CorrelationMonitor, SerialCorrelationMonitor
from gateware.sc.monitors.margin import MarginMonitor
from gateware.sc.monitors.settled import SettledMonitor
from gateware.sc.monitors.stability import StabilityMonitor
from models import metrics


def test_counts_of_a_pair_at_every_moment():
    x, y = np.random.default_rng(1).integers(0, 2, (2, 300))
    outputs = models.golden(CorrelationMonitor(256)).run({"x": x, "y": y})
    for t in (1, 2, 17, 255, 256):
        assert tuple(each[t - 1] for each in outputs) == metrics.counts(x[:t], y[:t])
    assert [each[-1] for each in outputs] == [each[255] for each in outputs]
    assert metrics.scc_of_counts(*(each[-1] for each in outputs)) == metrics.scc(x[:256], y[:256])


def test_every_count_can_be_full():
    model = models.golden(CorrelationMonitor(256))
    for k, (x, y) in enumerate(((1, 1), (1, 0), (0, 1), (0, 0))):
        outputs = model.run({"x": np.full(260, x), "y": np.full(260, y)})
        assert [each[-1] for each in outputs] == [256 if j == k else 0 for j in range(4)]


@pytest.mark.parametrize("lag", [1, 2, 7])
def test_counts_of_a_lag(lag):
    x = np.random.default_rng(lag).random(600) < 0.3
    outputs = models.golden(SerialCorrelationMonitor(lag, 500)).run({"stream": x})
    assert not any(each[lag - 1] for each in outputs)
    assert tuple(each[-1] for each in outputs) == metrics.counts(x[lag:lag + 500], x[:500])


@pytest.mark.parametrize(("width", "tolerance"), [(4, 2), (8, 8), (8, 0), (8, 256)])
def test_stability(width, tolerance):
    length = 1 << width
    rng, values = np.random.default_rng(2), np.arange(0, length + 1, max(1, length // 16))
    x = rng.integers(0, length, (length, 1)) < values
    outputs = models.golden(StabilityMonitor(width, tolerance)).run({"stream": x, "value": np.tile(values, (length, 1))})
    errors = metrics.progressive_error(x.T, values / length)
    clocks = np.arange(1, length + 1)[:, None]
    assert np.abs(outputs.difference) / (length * clocks) == pytest.approx(errors.T)
    assert 1 - outputs.unstable_until[-1] / length == pytest.approx(metrics.stability(x.T, values / length, tolerance / length))


def settled_by_fractions(x, width, block, agreements, tolerance):
    """The first end of a block at which the last estimates agreed, by NumPy's quotients of integers."""
    length, size = 1 << width, 1 << block
    counts = x.reshape(length // size, size).sum(axis=1).cumsum()
    run = 0
    for j in range(2, length // size + 1):
        difference = abs(int(counts[j - 1]) * (j - 1) - int(counts[j - 2]) * j)
        run = run + 1 if difference * length <= tolerance * size * j * (j - 1) else 0
        if run == agreements:
            return j, counts[j - 1]
    return length // size, counts[-1]


@pytest.mark.parametrize(("width", "block", "agreements", "tolerance"),
                         [(8, 4, 2, 4), (8, 2, 5, 1), (6, 1, 1, 0), (8, 7, 1, 256)])
def test_settled(width, block, agreements, tolerance):
    length = 1 << width
    x = np.random.default_rng(3).random((length, 40)) < np.linspace(0, 1, 40)
    outputs = models.golden(SettledMonitor(width, block, agreements=agreements, tolerance=tolerance)).run(
        {"stream": np.concatenate([x, ~x])})
    for k in range(40):
        blocks, ones = settled_by_fractions(x[:, k], width, block, agreements, tolerance)
        first = outputs.settled[:, k].argmax()
        assert first + 1 == blocks << block and outputs.settled[first:, k].all()
        # What it has settled on stands, whatever comes.
        assert (outputs.ones[first:, k] == ones).all() and (outputs.blocks[first:, k] == blocks).all()


def test_settled_never_before_the_certain_end_at_zero_tolerance_of_a_moving_estimate():
    x = np.repeat([1, 0], 128)
    outputs = models.golden(SettledMonitor(8, 4, agreements=15, tolerance=0)).run({"stream": x})
    assert outputs.settled.argmax() == 255 and outputs.ones[-1] == 128


def test_margin_of_every_pair_of_short_streams():
    """Without the statistical rule (z = 16): it settles as soon as the rest cannot turn the lead, and the lead is right."""
    streams = np.array(list(itertools.product((0, 1), repeat=6)))
    a, b = np.repeat(streams, 64, axis=0).T, np.tile(streams, (64, 1)).T
    settled, a_leads, margin, clocks = models.golden(MarginMonitor(6, 1024)).run({"a": a, "b": b})
    total = a.sum(axis=0) - b.sum(axis=0)
    assert settled[-1].all() and (a_leads[-1] == (total >= 0))[total != 0].all()
    first = settled.argmax(axis=0)
    running = (a - b).cumsum(axis=0)
    certain = np.abs(running) > 5 - np.arange(6)[:, None]
    certain[-1] = True
    assert (first == certain.argmax(axis=0)).all()
    assert (margin[-1] == np.take_along_axis(running, first[None], axis=0)[0]).all() and (clocks[-1] == first + 1).all()


@pytest.mark.parametrize(("build", "message"), [
    (lambda: CorrelationMonitor(0), "CorrelationMonitor length must be between 1 and 2**24, not 0"),
    (lambda: SerialCorrelationMonitor(65), "SerialCorrelationMonitor lag must be between 1 and 64, not 65"),
    (lambda: SerialCorrelationMonitor(1, 0), "SerialCorrelationMonitor length must be between 1 and 2**24, not 0"),
    (lambda: StabilityMonitor(13), "StabilityMonitor width must be between 1 and 12, not 13"),
    (lambda: StabilityMonitor(8, 257), "StabilityMonitor tolerance must be between 0 and 256, not 257"),
    (lambda: SettledMonitor(1), "SettledMonitor width must be between 2 and 12, not 1"),
    (lambda: SettledMonitor(8, 8), "SettledMonitor block must be between 1 and 7, not 8"),
    (lambda: SettledMonitor(8, 4, agreements=16), "SettledMonitor agreements must be between 1 and 15, not 16"),
    (lambda: SettledMonitor(8, 4, tolerance=-1), "SettledMonitor tolerance must be between 0 and 256, not -1"),
    (lambda: MarginMonitor(0), "MarginMonitor length must be between 1 and 2**16, not 0"),
    (lambda: MarginMonitor(8, 0), "MarginMonitor confidence must be between 1 and 1024, not 0"),
])
def test_out_of_range_refused(build, message):
    with pytest.raises(ValueError) as error:
        build()
    assert str(error.value) == message
