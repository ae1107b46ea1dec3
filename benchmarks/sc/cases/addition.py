"""Sums and differences of streams."""

import numpy as np

from gateware.sc.arithmetic.absolute_difference import AbsoluteDifference
from gateware.sc.arithmetic.any_scale_adder import AnyScaleAdder, NonScaledAdder
from gateware.sc.arithmetic.approximate_parallel_counter import ApproximateParallelCounter
from gateware.sc.arithmetic.cemux import CeMux
from gateware.sc.arithmetic.constant_gain import ConstantGain
from gateware.sc.arithmetic.linear_gain import LinearGain
from gateware.sc.arithmetic.mux_adder import MuxAdder
from gateware.sc.arithmetic.or_adder import OrAdder, SaturatingAdder
from gateware.sc.arithmetic.partial_binary_adder import PartialBinaryAdder
from gateware.sc.arithmetic.popcount import Popcount
from gateware.sc.arithmetic.saturating_subtractor import SaturatingSubtractor
from gateware.sc.arithmetic.scaled_adder import ScaledAdder
from gateware.sc.arithmetic.select_adder import SelectAdder
from gateware.sc.arithmetic.toggle_adder import ToggleAdder

from ..case import Case
from ..wiring import Encoded, Random

__all__ = ["CASES"]

_PAIR = {"a": Encoded(0, 0), "b": Encoded(1, 1)}


def _streams(count):
    return {"streams": tuple(Encoded(k, k) for k in range(count))}


def _sum(name, make, wiring, truth, formula, operands=2, *, family="addition of two", output="sum", **others):
    return Case(name, family, make, wiring, output, truth, formula, operands=operands, **others)


def _many(name, make, count, truth, formula, **others):
    return _sum(name, make, others.pop("wiring", _streams(count)), truth, formula, count, family="addition of many", **others)


def _mean(*p):
    return sum(p) / len(p)


def _gain(v, states, inner):
    """Steady state of the chain whose moves away from the middle are thinned out by ``inner``, as a bipolar value."""
    places = np.arange(states)
    p, q = (1 + v)[:, None] / 2, (1 - v)[:, None] / 2
    up, down = np.where(places >= states // 2, inner, 1.0) * p, np.where(places < states // 2, inner, 1.0) * q
    # Detailed balance, with all products so that no denominator is 0.
    weights = np.stack([up[:, :k].prod(axis=1) * down[:, k + 1:].prod(axis=1) for k in places], axis=1)
    return 2 * weights[:, states // 2:].sum(axis=1) / weights.sum(axis=1) - 1


CASES = (
    _sum("multiplexer", lambda n: MuxAdder(), _PAIR | {"select": Encoded(0.5, 2)}, _mean, "(p + q)/2"),
    _sum("multiplexer with a toggling select", lambda n: ToggleAdder(), _PAIR, _mean, "(p + q)/2"),
    _sum("CeMux, weights 1 and 1", lambda n: CeMux((1 << n - 1, 1 << n - 1)), {"streams": (Encoded(0, 2), Encoded(1, 2))}, _mean,
         "(p + q)/2"),
    _sum("CeMux, weights 3, -1, 2, 2, bipolar", lambda n: CeMux((3 << n - 3, -(1 << n - 3), 1 << n - 2, 1 << n - 2)),
         {"streams": tuple(Encoded(k, 2) for k in range(4))}, lambda a, b, c, d: (3 * a - b + 2 * c + 2 * d) / 8,
         "(3a - b + 2c + 2d)/8", 4, format="bipolar", result="bipolar"),
    _sum("scaled adder", lambda n: ScaledAdder(2), _streams(2), _mean, "(p + q)/2"),
    _sum("saturating adder (OR at SCC -1)", lambda n: SaturatingAdder(), {"a": Encoded(0, 0), "b": Encoded(1, 0, mirrored=True)},
         lambda p, q: np.minimum(p + q, 1), "min(p + q, 1)"),
    _sum("saturating adder on separate sources", lambda n: SaturatingAdder(), _PAIR, lambda p, q: np.minimum(p + q, 1),
         "min(p + q, 1)"),
    _sum("saturating subtractor, depth 7", lambda n: SaturatingSubtractor(7),
         {"minuend": Encoded(0, 0), "subtrahend": Encoded(1, 1)}, lambda p, q: np.maximum(p - q, 0), "max(p - q, 0)",
         output="difference"),
    _sum("absolute difference (XOR at SCC +1)", lambda n: AbsoluteDifference(), {"a": Encoded(0, 0), "b": Encoded(1, 0)},
         lambda p, q: abs(p - q), "|p - q|", output="difference"),
    _sum("constant gain 1/3", lambda n: ConstantGain(1, 3), {"stream": Encoded(0, 0)}, lambda p: p / 3, "p/3", 1,
         output="product"),
    _sum("linear gain 3, 16 states", lambda n: LinearGain(16), {"stream": Encoded(0, 0), "outward": Encoded(0.5, 1)},
         lambda v: _gain(v, 16, 0.5), "steady state of the chain", 1, output="product", format="bipolar", result="bipolar"),
    _many("OR of 4", lambda n: OrAdder(4), 4, lambda *p: 1 - np.prod([1 - each for each in p], axis=0),
          "1 - (1 - p1)...(1 - p4)"),
    _many("OR of 4, as a sum cut off at 1", lambda n: OrAdder(4), 4, lambda *p: np.minimum(sum(p), 1), "min(1, p1 + ... + p4)"),
    _many("OR in 4 groups of 3, sum of groups over 4", lambda n: PartialBinaryAdder(4, 3), 12,
          lambda *p: sum(1 - (1 - a) * (1 - b) * (1 - c) for a, b, c in zip(p[::3], p[1::3], p[2::3])) / 4,
          "sum (1 - (1 - p)(1 - q)(1 - r)) / 4", output="ones", result=4),
    _many("multiplexer of 16, uniform select", lambda n: SelectAdder(16), 16, _mean, "(p1 + ... + p16)/16",
          wiring=_streams(16) | {"select": Random(16)}),
    _many("scaled adder of 16", lambda n: ScaledAdder(16), 16, _mean, "(p1 + ... + p16)/16"),
    _many("parallel counter of 16, per stream", lambda n: Popcount(16), 16, _mean, "(p1 + ... + p16)/16", output="ones",
          result=16),
    _many("approximate parallel counter of 16, per stream", lambda n: ApproximateParallelCounter(16), 16, _mean,
          "(p1 + ... + p16)/16", output="ones", result=16),
    _many("any-scale adder, 4 over 2", lambda n: AnyScaleAdder(4, 2), 4, lambda *v: np.clip(sum(v) / 2, -1, 1),
          "clip(sum v / 2, -1, 1)", format="bipolar", result="bipolar"),
    _many("non-scaled adder of 16", lambda n: NonScaledAdder(16), 16, lambda *v: np.clip(sum(v), -1, 1), "clip(sum v, -1, 1)",
          format="bipolar", result="bipolar"),
)
