"""What hand-written Verilog of the primitives takes in the same flow of Yosys 0.70: LUTs and flip-flops to meet."""

from typing import Any, NamedTuple

from gateware.sc.arithmetic.multiply import AndMultiplier, XnorMultiplier
from gateware.sc.arithmetic.mux_adder import MuxAdder
from gateware.sc.arithmetic.popcount import Popcount
from gateware.sc.arithmetic.scaled_adder import ScaledAdder
from gateware.sc.arithmetic.unary_multiplier import UnaryMultiplier
from gateware.sc.correlation.decorrelator import Decorrelator
from gateware.sc.correlation.desynchronizer import Desynchronizer
from gateware.sc.correlation.skewed_synchronizer import SkewedSynchronizer
from gateware.sc.correlation.synchronizer import Synchronizer
from gateware.sc.decode.ones_counter import OnesCounter
from gateware.sc.division.addie import AddieDivider
from gateware.sc.division.correlated import CorrelatedDivider
from gateware.sc.division.harmonic_mean import HarmonicMeanWithOne
from gateware.sc.division.history import HistoryDivider
from gateware.sc.division.synchronized import SynchronizedDivider
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.encode.weighted_binary import WeightedBinaryEncoder
from gateware.sc.formats.sign import SignEstimator
from gateware.sc.functions.bernstein import BernsteinSelector
from gateware.sc.functions.log_odds_gain import LogOddsGain
from gateware.sc.functions.relu import ReLU
from gateware.sc.order.counter import CounterMaximum
from gateware.sc.sources.de_bruijn import DeBruijnLFSR
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.sobol import Sobol
from gateware.sc.sources.van_der_corput import VanDerCorput
from gateware.step import Range
from gateware.step.compose import Composite, connect, outside

__all__ = ["BUDGETS", "Budget"]


class Budget(NamedTuple):
    """A primitive, how it is made, and (LUTs, flip-flops) to meet in each family.

    Parameters
    ----------
    name : str
    make : callable
    ice40, xc7 : (int, int) or None
        None where there is no figure.
    note : str
        What differs from the Verilog.
    """

    name: str
    make: Any
    ice40: Any
    xc7: Any
    note: str = ""


def _generator():
    random = connect(LFSR(8, seed=128)).random
    return Composite(stream=connect(ComparatorEncoder(8), value=outside("value", Range(0, 256)), random=random).stream)


BUDGETS = (
    Budget("AND", AndMultiplier, (1, 0), (1, 0)),
    Budget("XNOR", XnorMultiplier, (1, 0), (1, 0)),
    Budget("multiplexer of two", MuxAdder, (1, 0), (1, 0)),
    Budget("scaled adder, 2", lambda: ScaledAdder(2), (2, 1), (2, 1)),
    Budget("scaled adder, 16", lambda: ScaledAdder(16), (33, 4), (25, 4)),
    Budget("scaled adder, 64", lambda: ScaledAdder(64), (132, 6), (112, 6)),
    Budget("parallel counter, 16", lambda: Popcount(16), (24, 0), (19, 0)),
    Budget("parallel counter, 64", lambda: Popcount(64), (113, 0), (93, 0)),
    Budget("LFSR, 8 bits", lambda: LFSR(8, seed=128), (2, 8), (1, 8)),
    Budget("LFSR, 16 bits", lambda: LFSR(16, seed=1 << 15), (2, 16), (1, 16)),
    Budget("LFSR with the zero state, 8 bits", lambda: DeBruijnLFSR(8), (5, 8), (2, 8)),
    Budget("bit-reversed counter, 8 bits", lambda: VanDerCorput(8), (9, 8), (0, 8)),
    Budget("Sobol dimension 2, 8 bits", lambda: Sobol(8, 2), (25, 16), (11, 16)),
    Budget("comparator, 8 bits", lambda: ComparatorEncoder(8), (15, 0), (6, 0), "the number has 9 bits"),
    Budget("comparator, 16 bits", lambda: ComparatorEncoder(16), (28, 0), (11, 0), "the number has 17 bits"),
    Budget("weighted binary generator, 8 bits", lambda: WeightedBinaryEncoder(8), (11, 0), (6, 0), "the number has 9 bits"),
    Budget("LFSR and comparator, 8 bits", _generator, (17, 8), (7, 8), "the number has 9 bits"),
    Budget("uMUL, 8 bits", lambda: UnaryMultiplier(8), (24, 8), (7, 8), "the number has 9 bits"),
    Budget("stanh, 8 states", lambda: LogOddsGain(8), (6, 3), (3, 3)),
    Budget("stanh, 32 states", lambda: LogOddsGain(32), (16, 5), (5, 5)),
    Budget("CORDIV", CorrelatedDivider, (1, 1), (1, 1)),
    Budget("CORDIV, history of 4", lambda: HistoryDivider(4), (4, 4), (2, 4)),
    Budget("ISCBDIV", SynchronizedDivider, (8, 4), (5, 4)),
    Budget("ADDIE divider, 5 bits", lambda: AddieDivider(5), (26, 5), (13, 5), "the counter holds 1.0 and has 6 bits"),
    Budget("BISQRT-S-JK", HarmonicMeanWithOne, (2, 1), (2, 1)),
    Budget("skewed synchronizer, 2", lambda: SkewedSynchronizer(2), (5, 2), (3, 2)),
    Budget("synchronizer, 1", lambda: Synchronizer(1), (5, 2), (4, 2)),
    Budget("desynchronizer, 1", lambda: Desynchronizer(1), (5, 2), (5, 2)),
    Budget("decorrelator, 4", lambda: Decorrelator(4), (7, 3), (4, 3)),
    Budget("maximum, counter of limit 8", lambda: CounterMaximum(8), (17, 5), (8, 5)),
    Budget("sign, 3 bits", lambda: SignEstimator(3), (7, 3), (3, 3)),
    Budget("ReLU, 6 bits", lambda: ReLU(6), (17, 6), (9, 6)),
    Budget("ReSC, degree 3", lambda: BernsteinSelector(3), (5, 0), (4, 0)),
    Budget("ReSC, degree 6", lambda: BernsteinSelector(6), (11, 0), (9, 0)),
    Budget("output counter, 9 bits", lambda: OnesCounter(256), (9, 9), (1, 9), "never wraps, and shows the present bit"),
)
