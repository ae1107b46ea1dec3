"""Square roots, and what has been taken for one."""

import numpy as np

from gateware.sc.division.addie_root import AddieRoot, DelayedAddieRoot
from gateware.sc.division.emit_root import EmitRoot
from gateware.sc.division.harmonic_mean import HarmonicMeanWithOne
from gateware.sc.division.trace_root import TraceRoot

from ..case import Case
from ..wiring import Encoded, Random

__all__ = ["CASES"]


def _root(name, make, wiring, *, output="root", truth=np.sqrt, formula="sqrt(p)", **others):
    return Case(name, "square root", make, {"stream": Encoded(0, 0)} | wiring, output, truth, formula, operands=1, **others)


CASES = (
    _root("ADDIE, two comparators, 6 bits", lambda n: AddieRoot(6), {"random": Random(1), "other": Random(2)}),
    # The counter settles in 2^W clocks and more: one bit less where the stream is short.
    _root("ADDIE, two comparators, counter over the last half", lambda n: AddieRoot(6 if n > 8 else 5),
          {"stream": Encoded(0, 1), "random": Random(0), "other": Random(4)}, output="count", result="level", settle=0.5),
    _root("ADDIE, delayed square, 6 bits", lambda n: DelayedAddieRoot(6), {"random": Random(1)}),
    _root("emitted ones (BISQRT-O)", lambda n: EmitRoot(4), {"index": Random(1)}),
    _root("trace (BISQRT-S-IS)", lambda n: TraceRoot(4), {"half": Encoded(0.5, 1), "index": Random(2)}),
    _root("JK trace (BISQRT-S-JK), as a root", lambda n: HarmonicMeanWithOne(), {}, output="mean"),
    _root("JK trace (BISQRT-S-JK), as what it computes", lambda n: HarmonicMeanWithOne(), {}, output="mean",
          truth=lambda p: 2 * p / (1 + p), formula="2p/(1 + p)"),
)
