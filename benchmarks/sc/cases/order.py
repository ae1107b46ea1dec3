"""Maximum, minimum and median of streams."""

import numpy as np

from gateware.sc.order.counter import CounterMaximum, CounterMinimum
from gateware.sc.order.shared import SharedMaximum, SharedMinimum
from gateware.sc.order.sorting import Median
from gateware.sc.order.synchronized import SynchronizedMaximum, SynchronizedMinimum
from gateware.sc.order.tree import MaximumTree

from ..case import Case
from ..wiring import Encoded

__all__ = ["CASES"]

_PAIR = {"a": Encoded(0, 0), "b": Encoded(1, 1)}
_ONE_SOURCE = {"streams": (Encoded(0, 0), Encoded(1, 0))}
_FOUR = {"streams": tuple(Encoded(k, k) for k in range(4))}
_THREE = {"streams": tuple(Encoded(k, k) for k in range(3))}


def _maximum(name, make, wiring, formula="max(p, q)", operands=2):
    return Case(name, "order statistics", make, wiring, "maximum", lambda *p: np.max(p, axis=0), formula, operands=operands)


def _minimum(name, make, wiring):
    return Case(name, "order statistics", make, wiring, "minimum", lambda *p: np.min(p, axis=0), "min(p, q)")


CASES = (
    _maximum("maximum, one source (OR)", lambda n: SharedMaximum(2), _ONE_SOURCE),
    _maximum("maximum, synchronizer of depth 1", lambda n: SynchronizedMaximum(1), _PAIR),
    _maximum("maximum, counter of limit 8", lambda n: CounterMaximum(8), _PAIR),
    _minimum("minimum, one source (AND)", lambda n: SharedMinimum(2), _ONE_SOURCE),
    _minimum("minimum, synchronizer of depth 1", lambda n: SynchronizedMinimum(1), _PAIR),
    _minimum("minimum, counter of limit 8", lambda n: CounterMinimum(8), _PAIR),
    _maximum("maximum of 4, tree of counters", lambda n: MaximumTree(4, 8), _FOUR, "max(p1, ..., p4)", 4),
    Case("median of 3, counters", "order statistics", lambda n: Median(3, 8), _THREE, "median", lambda *p: np.median(p, axis=0),
         "median(p1, p2, p3)", operands=3),
)
