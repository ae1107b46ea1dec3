# amaranth: UnusedElaboratable=no
"""Temporal operators over every pair of values, and windows given again in another order."""

import numpy as np
import pytest

import models
from gateware.sc.circuit import connect, number
from gateware.sc.contract import ContractError, scc
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.encode.low_discrepancy import LowDiscrepancyRegenerator
from gateware.sc.formats.rate_to_temporal import RateToTemporal
from gateware.sc.formats.temporal import Inhibit, TemporalMaximum, TemporalMinimum
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
def test_rates_become_pulses_and_rates_again(width):
    length = 1 << width
    x = np.random.default_rng(1).random((4 * length, 30)) < np.linspace(0, 1, 30)
    counts = x.reshape(4, length, 30).sum(axis=1)
    stream = models.golden(RateToTemporal(width)).run({"stream": x}).temporal
    temporal = stream.reshape(4, length, 30)
    assert not temporal[0].any() and (temporal[1:] == (np.arange(length)[:, None] < counts[:-1, None])).all()
    rate = models.golden(LowDiscrepancyRegenerator(width)).run({"stream": stream}).regenerated.reshape(4, length, 30)
    assert (rate[2:].sum(axis=1) == counts[:-2]).all()
    assert RateToTemporal(width).latency == length


@pytest.mark.parametrize("width", [0, 17])
def test_width_refused(width):
    with pytest.raises(ValueError, match=f"^RateToTemporal width must be between 1 and 16, not {width}$"):
        RateToTemporal(width)


def test_in_circuits():
    sobol = connect(Sobol(8, 1)).random
    a = connect(ComparatorEncoder(8), value=number("a", 8), random=sobol).stream
    b = connect(ComparatorEncoder(8), value=number("b", 8), random=connect(Sobol(8, 2)).random).stream
    with pytest.raises(ContractError, match=r"^TemporalMinimum needs a and b with SCC = \+1, and they have SCC = 0"):
        connect(TemporalMinimum(), a=a, b=b)
    a, b = (connect(RateToTemporal(), stream=stream).temporal for stream in (a, b))
    assert connect(TemporalMinimum(), a=a, b=b).minimum.known.serial == "ramp"
    again = connect(LowDiscrepancyRegenerator(8), stream=a).regenerated
    assert scc(again.known, a.known) == 0 and again.known.serial == "low discrepancy"
