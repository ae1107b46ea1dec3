# amaranth: UnusedElaboratable=no
"""Parameters of correlation control refused by name and value, and its contracts in circuits."""

import pytest

from gateware.sc.arithmetic.multiply import AndMultiplier
from gateware.sc.circuit import connect, number
from gateware.sc.contract import ContractError, Stream, scc
from gateware.sc.correlation.decorrelator import Decorrelator
from gateware.sc.correlation.desynchronizer import Desynchronizer
from gateware.sc.correlation.edge_memory import EdgeMemory
from gateware.sc.correlation.isolator import Isolator
from gateware.sc.correlation.regenerator import Regenerator
from gateware.sc.correlation.skewed_synchronizer import SkewedSynchronizer
from gateware.sc.correlation.synchronizer import Synchronizer
from gateware.sc.correlation.tracking_forecast_memory import TrackingForecastMemory
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.leap_forward import LeapForwardLFSR
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.sobol import Sobol


@pytest.mark.parametrize(("build", "message"), [
    (lambda: Synchronizer(0), "Synchronizer depth must be between 1 and 31, not 0"),
    (lambda: Synchronizer(32), "Synchronizer depth must be between 1 and 31, not 32"),
    (lambda: SkewedSynchronizer(7), "SkewedSynchronizer width must be between 1 and 6, not 7"),
    (lambda: Desynchronizer(65), "Desynchronizer depth must be between 1 and 64, not 65"),
    (lambda: Decorrelator(1), "Decorrelator depth must be between 2 and 64, not 1"),
    (lambda: Isolator(0), "Isolator depth must be between 1 and 64, not 0"),
    (lambda: Regenerator(17), "Regenerator width must be between 1 and 16, not 17"),
    (lambda: EdgeMemory(1), "EdgeMemory depth must be between 2 and 64, not 1"),
    (lambda: TrackingForecastMemory(0), "TrackingForecastMemory width must be between 1 and 16, not 0"),
    (lambda: TrackingForecastMemory(8, 17), "TrackingForecastMemory shift must be between 1 and 16, not 17"),
])
def test_out_of_range_refused(build, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        build()


@pytest.mark.parametrize("kind", [Synchronizer, Desynchronizer, SkewedSynchronizer, Decorrelator, Isolator, Regenerator,
                                  EdgeMemory, TrackingForecastMemory])
def test_no_integer_refused(kind):
    with pytest.raises(TypeError, match=rf"^{kind.__name__} (depth|width) must be an integer, not 2.5$"):
        kind(2.5)


def stream(name, source):
    return connect(ComparatorEncoder(8), value=number(name, 8), random=source).stream


def test_what_synchronizers_deliver():
    x, y = stream("x", connect(Sobol(8, 1)).random), stream("y", connect(Sobol(8, 2)).random)
    assert scc(x.known, y.known) == 0
    for component, sign in ((Synchronizer(), 1), (Desynchronizer(), -1)):
        pair = connect(component, x=x, y=y)
        assert scc(*(wire.known for wire in pair)) == sign
        assert scc(pair[0].known, x.known) is None
    assert scc(*(wire.known for wire in connect(SkewedSynchronizer(), stream=x, reference=y))) == 1


def test_index_of_low_discrepancy_refused():
    x, sobol = stream("x", connect(LFSR(8)).random), connect(Sobol(2, 1)).random
    for component, others in ((Decorrelator(), {}), (EdgeMemory(), {"update": 1})):
        with pytest.raises(ContractError, match=r"needs index without the periodic pattern of a low discrepancy source"):
            connect(component, stream=x, index=sobol, **others)


def test_decorrelator_makes_a_square():
    x = stream("x", connect(LFSR(8)).random)
    with pytest.raises(ContractError, match="AndMultiplier needs a and b with SCC = 0"):
        connect(AndMultiplier(), a=x, b=x)
    other = connect(Decorrelator(16), stream=x, index=connect(LFSR(4)).random).shuffled
    assert isinstance(connect(AndMultiplier(), a=x, b=other).product.known, Stream)


def test_isolator_needs_independent_bits():
    with pytest.raises(ContractError, match="^Isolator needs stream with bits independent from clock to clock, and .* shifted"):
        connect(Isolator(), stream=stream("x", connect(LFSR(8)).random))
    x = stream("x", connect(LeapForwardLFSR(8)).random)
    late, later = connect(Isolator(1), stream=x).delayed, connect(Isolator(2), stream=x).delayed
    assert scc(x.known, late.known) == scc(late.known, later.known) == 0
    # Twice one clock is two clocks, however it is built.
    assert scc(connect(Isolator(1), stream=late).delayed.known, later.known) == 1


@pytest.mark.parametrize("kind", [Regenerator, TrackingForecastMemory])
def test_regenerated_streams_have_the_correlations_of_their_random_numbers(kind):
    x, random = stream("x", connect(Sobol(8, 1)).random), connect(Sobol(8, 2)).random
    new = connect(kind(), stream=x, random=random).regenerated
    assert scc(x.known, new.known) == 0
    assert scc(new.known, stream("y", random).known) in ((1,) if kind is Regenerator else (None,))
