# amaranth: UnusedElaboratable=no
"""The traps of stochastic computing: each wiring computes something else than it seems to, shown by its golden model, and is refused."""

import numpy as np
import pytest

from gateware.sc.arithmetic.cemux import CeMux
from gateware.sc.arithmetic.multiply import AndMultiplier
from gateware.sc.arithmetic.square import IsolatedSquare
from gateware.sc.arithmetic.toggle_adder import ToggleAdder
from gateware.sc.circuit import connect, number
from gateware.sc.contract import ContractError
from gateware.sc.correlation.decorrelator import Decorrelator
from gateware.sc.correlation.isolator import Isolator
from gateware.sc.correlation.synchronizer import Synchronizer
from gateware.sc.division.correlated import CorrelatedDivider
from gateware.sc.division.harmonic_mean import HarmonicMeanWithOne
from gateware.sc.division.share_of_union import ShareOfUnion
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.functions.log_odds_gain import LogOddsGain
from gateware.sc.functions.odds_decay import OddsDecay
from gateware.sc.sources.leap_forward import LeapForwardLFSR
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.sc.sources.van_der_corput import VanDerCorput
from gateware.step.compose import Composite
from models import golden

WIDTH, ONE = 12, 1 << 12


def mean(circuit, clocks=8 * ONE, **numbers):
    run = golden(circuit).run({name: np.full(clocks, int(value * ONE)) for name, value in numbers.items()})
    return run.o.mean()


def encode(name, random, **limits):
    return connect(ComparatorEncoder(WIDTH), value=number(name, WIDTH, **limits), random=random).stream


def unchecked(component):
    """The component without its contract: what would happen if it were not refused."""
    component.contract = None
    return component


def sobol(dimension=1):
    return connect(Sobol(WIDTH, dimension)).random


def lfsr(seed=1):
    return connect(LFSR(WIDTH, seed=seed)).random


def leap(seed=1):
    return connect(LeapForwardLFSR(WIDTH, seed=seed)).random


def test_a_square_is_no_stream_and_itself():
    x = encode("x", leap())
    assert mean(Composite(o=connect(unchecked(AndMultiplier()), a=x, b=x).product), x=0.5) == pytest.approx(0.5, abs=0.01)
    with pytest.raises(ContractError, match=r"AndMultiplier needs a and b with SCC = 0, and they have SCC = \+1: encode them from differ"):
        connect(AndMultiplier(), a=x, b=x)
    square = Composite(o=connect(AndMultiplier(), a=x, b=encode("x", leap(777))).product)
    assert mean(square, x=0.5) == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("source", [sobol, lfsr])
def test_a_flip_flop_isolates_only_what_is_independent_from_clock_to_clock(source):
    x = encode("x", source())
    circuit = Composite(o=connect(unchecked(IsolatedSquare()), stream=x).square)
    assert max(abs(mean(circuit, x=p) - p * p) for p in (0.3, 0.5, 0.7)) > 0.03
    for component, port in ((IsolatedSquare(), "stream"), (Isolator(), "stream")):
        with pytest.raises(ContractError, match=f"needs {port} with bits independent from clock to clock.*encode it from a LeapForwardLFSR"):
            connect(component, stream=x)
    right = Composite(o=connect(IsolatedSquare(), stream=encode("x", leap())).square)
    assert mean(right, x=0.5) == pytest.approx(0.25, abs=0.015)


def test_a_toggling_select_aliases_with_sobol():
    # Every other number of the second dimension is in the lower half.
    a, b = encode("a", sobol(2)), encode("b", sobol(1))
    circuit = Composite(o=connect(unchecked(ToggleAdder()), a=a, b=b).sum)
    assert abs(mean(circuit, a=0.5, b=0.0) - 0.25) > 0.2
    with pytest.raises(ContractError, match="ToggleAdder needs a without the periodic pattern of a low discrepancy source: take an LFSR"):
        connect(ToggleAdder(), a=a, b=b)
    right = Composite(o=connect(ToggleAdder(), a=encode("a", lfsr()), b=encode("b", lfsr(99))).sum)
    assert mean(right, a=0.5, b=0.0) == pytest.approx(0.25, abs=0.01)


def test_a_divider_of_independent_streams_divides_nothing():
    x, y = encode("x", leap(), hi=0.6), encode("y", leap(777), lo=0.6)
    circuit = Composite(o=connect(unchecked(CorrelatedDivider()), dividend=x, divisor=y).quotient)
    assert mean(circuit, x=0.6, y=0.9) == pytest.approx(0.6, abs=0.02)
    with pytest.raises(ContractError, match=r"CorrelatedDivider needs dividend and divisor with SCC = \+1, and they have SCC = 0: encode both"):
        connect(CorrelatedDivider(), dividend=x, divisor=y)
    source = leap()
    right = connect(CorrelatedDivider(), dividend=encode("x", source, hi=0.6), divisor=encode("y", source, lo=0.6))
    assert mean(Composite(o=right.quotient), x=0.6, y=0.9) == pytest.approx(2 / 3, abs=0.02)


def test_a_set_and_hold_flip_flop_is_no_divider_of_independent_streams():
    x, y = encode("x", leap()), encode("y", leap(777))
    circuit = Composite(o=connect(unchecked(ShareOfUnion()), part=x, other=y).share)
    assert mean(circuit, x=0.6, y=0.9) == pytest.approx(0.625, abs=0.01)
    with pytest.raises(ContractError, match="ShareOfUnion needs part and other with SCC = .*put a Synchronizer before them"):
        connect(ShareOfUnion(), part=x, other=y)


@pytest.mark.parametrize("source", [sobol, lfsr])
@pytest.mark.parametrize("component, true", [(LogOddsGain(8), lambda v: (np.tanh(4 * np.arctanh(v)) + 1) / 2),
                                             (OddsDecay(16, 2), None)], ids=["tanh", "exponential"])
def test_chains_need_bits_that_are_independent_from_clock_to_clock(source, component, true):
    x = encode("x", source())
    if true:
        chain = type(component)(8)
        errors = [mean(Composite(o=connect(unchecked(chain), stream=x)[0]), x=p) - true(2 * p - 1) for p in (0.4, 0.45, 0.55, 0.6)]
        assert np.abs(errors).max() > 0.07
        right = [mean(Composite(o=connect(component, stream=encode("x", leap()))[0]), x=p) - true(2 * p - 1) for p in (0.4, 0.6)]
        assert np.abs(right).max() < 0.04
    with pytest.raises(ContractError, match="needs stream with bits independent from clock to clock, and they are .*LeapForwardLFSR"):
        connect(component, stream=x)


def test_a_shuffle_must_not_be_indexed_by_sobol():
    x, index = encode("x", sobol(1)), sobol(2)
    with pytest.raises(ContractError, match="Decorrelator needs index without the periodic pattern of a low discrepancy source: take an L"):
        connect(Decorrelator(4), stream=x, index=(index[10], index[11]))
    other = lfsr()
    connect(Decorrelator(4), stream=x, index=(other[0], other[5]))


def test_the_jk_root_is_no_root():
    x = encode("x", leap())
    circuit = Composite(o=connect(HarmonicMeanWithOne(), stream=x)[0])
    assert mean(circuit, x=0.25) == pytest.approx(2 * 0.25 / 1.25, abs=0.01), "0.4, where the root is 0.5"


def test_a_synchronizer_is_a_fix_that_works():
    x, y = encode("x", leap(), hi=0.6), encode("y", leap(777), lo=0.6)
    pair = connect(Synchronizer(4), x=x, y=y)
    source = Composite(a=pair.aligned_x, b=pair.aligned_y)
    run = golden(source).run({"x": np.full(5000, 2457), "y": np.full(5000, 3686)})
    assert (run.a & run.b).mean() == pytest.approx(0.6, abs=0.03)


def test_a_short_shuffle_leaves_a_stream_correlated_with_itself():
    x, random = encode("x", sobol()), lfsr()
    with pytest.raises(ContractError, match="needs a and b with SCC = 0, and they have an unknown SCC"):
        connect(AndMultiplier(), a=x, b=connect(Decorrelator(4), stream=x, index=(random[0], random[5])).shuffled)
    connect(AndMultiplier(), a=x, b=connect(Decorrelator(16), stream=x, index=tuple(random[k] for k in (0, 3, 6, 9))).shuffled)


@pytest.mark.parametrize("order, source", [("ramp", RampCounter), ("bit reversed", VanDerCorput)])
def test_the_select_of_a_cemux_must_not_be_the_source_of_its_streams(order, source):
    size = 256
    random = connect(source(size) if source is RampCounter else source(8))[0]
    a, b = (connect(ComparatorEncoder(8), value=number(name, 8), random=random).stream for name in "ab")
    component = CeMux([128, 128], order=order)
    run = golden(Composite(o=connect(unchecked(CeMux([128, 128], order=order)), streams=(a, b)).sum)).run(
        {"a": np.full(size, 192), "b": np.full(size, 128)})
    assert run.o.sum() == 128, "where the mean is 160"
    with pytest.raises(ContractError, match="CeMux needs streams "):
        connect(component, streams=(a, b))
