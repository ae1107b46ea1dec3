# amaranth: UnusedElaboratable=no
"""Temporal operators over every pair of values, and windows given again in another order."""

import numpy as np
import pytest

import models
from gateware.sc.circuit import connect, number
from gateware.sc.contract import ContractError, scc
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.formats.temporal import Inhibit, TemporalMaximum, TemporalMinimum
from gateware.sc.formats.temporal_rate import RateToTemporal, TemporalToRate
from gateware.sc.sources.sobol import Sobol

LENGTH = 16
X, Y = (each.ravel() for each in np.meshgrid(np.arange(LENGTH + 1), np.arange(LENGTH + 1)))


def pulses(values):
    return np.arange(LENGTH)[:, None] < values


@pytest.mark.parametrize(("kind", "truth"), [(TemporalMinimum, np.minimum), (TemporalMaximum, np.maximum)])
def test_every_pair(kind, truth):
    for a, b in ((pulses(X), pulses(Y)), (~pulses(LENGTH - X), ~pulses(LENGTH - Y))):
        output, = models.golden(kind()).run({"a": a, "b": b})
        assert (output.sum(axis=0) == truth(X, Y)).all()
        # Pulses stay pulses, and edges edges: at most one change.
        assert (np.diff(output.astype(int), axis=0) != 0).sum(axis=0).max() <= 1


def test_inhibit_of_events_and_of_edges():
    model = models.golden(Inhibit())
    events = {name: np.arange(LENGTH)[:, None] == times for name, times in (("stream", X), ("inhibitor", Y))}
    passed = model.run(events).passed
    assert (passed.sum(axis=0) == ((X < Y) & (X < LENGTH))).all() and not (passed & ~events["stream"]).any()
    edges = {"stream": ~pulses(X), "inhibitor": ~pulses(Y)}
    assert (model.run(edges).passed.sum(axis=0) == np.maximum(Y - X, 0)).all()


@pytest.mark.parametrize("width", [3, 8])
def test_windows_in_another_order(width):
    length = 1 << width
    x = np.random.default_rng(1).random((3 * length, 30)) < np.linspace(0, 1, 30)
    counts = x.reshape(3, length, 30).sum(axis=1)
    temporal = models.golden(RateToTemporal(width)).run({"rate": x}).temporal.reshape(3, length, 30)
    rate = models.golden(TemporalToRate(width)).run({"temporal": x}).rate.reshape(3, length, 30)
    assert not temporal[0].any() and not rate[0].any()
    assert (temporal[1:] == (np.arange(length)[:, None] < counts[:-1, None])).all()
    assert (rate[1:].sum(axis=1) == counts[:-1]).all()
    # Of low discrepancy: every aligned piece of 2**k clocks has its share, within one.
    for k in range(width + 1):
        share = rate[1:].reshape(2, length >> k, 1 << k, 30).sum(axis=2)
        assert np.abs(share - counts[:-1, None] / (length >> k)).max() <= 1
    assert RateToTemporal(width).latency == TemporalToRate(width).latency == length


@pytest.mark.parametrize("kind", [RateToTemporal, TemporalToRate])
def test_width_refused(kind):
    with pytest.raises(ValueError, match=f"^{kind.__name__} width must be between 1 and 16, not 0$"):
        kind(0)


def test_in_circuits():
    sobol = connect(Sobol(8, 1)).random
    a = connect(ComparatorEncoder(8), value=number("a", 8), random=sobol).stream
    b = connect(ComparatorEncoder(8), value=number("b", 8), random=connect(Sobol(8, 2)).random).stream
    with pytest.raises(ContractError, match=r"^TemporalMinimum needs a and b with SCC = \+1, and they have SCC = 0"):
        connect(TemporalMinimum(), a=a, b=b)
    a, b = (connect(RateToTemporal(), rate=stream).temporal for stream in (a, b))
    assert connect(TemporalMinimum(), a=a, b=b).minimum.known.serial == "ramp"
    again = connect(TemporalToRate(), temporal=a).rate
    assert scc(again.known, a.known) == 0 and again.known.serial == "low discrepancy"
