"""Quotients and shares of two streams."""

from gateware.sc.division.addie import AddieDivider
from gateware.sc.division.correlated import CorrelatedDivider
from gateware.sc.division.history import HistoryDivider
from gateware.sc.division.jk_normalizer import JKNormalizer
from gateware.sc.division.share_of_union import ShareOfUnion
from gateware.sc.division.synchronized import SynchronizedDivider

from ..case import Case, ordered
from ..wiring import Encoded, Random

__all__ = ["CASES"]


def _quotient(name, make, wiring, *, output="quotient", truth=lambda p, q: p / q, formula="p/q, p <= q", **others):
    return Case(name, "division", make, wiring, output, truth, formula, domain=ordered, at_most=((0, 1),), **others)


_SHARED = {"dividend": Encoded(0, 0), "divisor": Encoded(1, 0)}
_APART = {"dividend": Encoded(0, 0), "divisor": Encoded(1, 1)}

CASES = (
    _quotient("CORDIV, one flip-flop", lambda n: CorrelatedDivider(), _SHARED),
    _quotient("CORDIV on separate sources", lambda n: CorrelatedDivider(), _APART),
    _quotient("CORDIV, history of 4", lambda n: HistoryDivider(4),
              {"dividend": Encoded(0, 2), "divisor": Encoded(1, 2), "index": Random(5)}),
    _quotient("ISCBDIV: synchronizer, history of 2", lambda n: SynchronizedDivider(), _APART | {"index": Random(2)}),
    _quotient("ADDIE, 5 bits", lambda n: AddieDivider(5), _SHARED | {"random": Random(1)}),
    # The counter settles in 2^W/q clocks: one bit less where the stream is short.
    _quotient("ADDIE, counter over the last half", lambda n: AddieDivider(6 if n > 10 else 5), _SHARED | {"random": Random(1)},
              output="count", result="level", settle=0.5),
    Case("JK flip-flop", "division", lambda n: JKNormalizer(), {"a": Encoded(0, 0), "b": Encoded(1, 1)}, "share",
         lambda p, q: p / (p + q), "p/(p + q)", domain=ordered),
    _quotient("share of a union", lambda n: ShareOfUnion(), {"part": Encoded(0, 0), "other": Encoded(1, 0)}, output="share"),
    _quotient("share of a union on separate sources, as a quotient", lambda n: ShareOfUnion(),
              {"part": Encoded(0, 0), "other": Encoded(1, 1)}, output="share"),
    _quotient("share of a union on separate sources, as what it computes", lambda n: ShareOfUnion(),
              {"part": Encoded(0, 0), "other": Encoded(1, 1)}, output="share", truth=lambda p, q: p / (p + (1 - p) * q),
              formula="p/(p + (1 - p)q)"),
)
