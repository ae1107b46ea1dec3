"""Encoder pair for a product, with deterministic modes whose products are exact."""

from gateware.parameters import integer
from gateware.step import Range
from gateware.step.compose import Composite, connect, outside

from ..contract import Sequence, encoded
from ..sources.deterministic import ClockDivision, RelativelyPrime, Rotation
from ..sources.ramp import RampCounter
from ..sources.wiring import BitReversal
from .comparator import ComparatorEncoder

__all__ = ["EncoderPair"]

_DETERMINISTIC = {"clock division": ClockDivision, "rotation": Rotation, "relatively prime": RelativelyPrime}


class EncoderPair(Composite):
    r"""Two numbers as two streams with SCC = 0, in a mode that trades clocks for exactness.

    ===================== ================ ================================= ==========================================
    mode                  clocks           sources                           A B, of all operands
    ===================== ================ ================================= ==========================================
    ``low discrepancy``   N                ramp and its bits in reverse      RMSE 0.0014 at N = 256
    ``clock division``    N²               ``ClockDivision``                 exact
    ``rotation``          N²               ``Rotation``                      exact
    ``relatively prime``  N (N - 1)        ``RelativelyPrime``               exact
    ===================== ================ ================================= ==========================================

    with :math:`N = 2^n` and both numbers behind a comparator, :math:`a_t = [A > r_t],\; b_t = [B > r'_t]`.

    Parameters
    ----------
    width : int
        Bits n, 1 to 32, or to 16 in the deterministic modes.
    mode : {"low discrepancy", "clock division", "rotation", "relatively prime"}

    Members
    -------
    value_a : In(width + 1)
        The number A, 0 to ``2**width`` inclusive.
    value_b : In(width + 1)
        The number B, 0 to ``2**width`` inclusive; relatively prime, 0 to ``2**width - 1``, standing for ``B / (2**width - 1)``.
    a, b : Out(1)

    Attributes
    ----------
    length : int
        Clocks of a period.
    scale_b : int
        The number B that is 1.0.

    Raises
    ------
    ValueError
        If the width is out of range or the mode unknown.

    Notes
    -----
    Exact is: the AND of both streams has A B ones in ``2**width * scale_b`` clocks, because every pair of numbers of the two sources
    comes once; the same holds for every other function of two numbers that a gate computes. Latency 0, interval 1. Sources: as
    of the modes' sources.
    """

    def __init__(self, width=8, mode="low discrepancy"):
        width = integer("EncoderPair width", width)
        if not isinstance(mode, str) or mode not in ("low discrepancy", *_DETERMINISTIC):
            raise ValueError(f"EncoderPair mode must be 'low discrepancy', {', '.join(map(repr, _DETERMINISTIC))}, not {mode!r}")
        lowest, highest = (2 if mode == "relatively prime" else 1), (16 if mode in _DETERMINISTIC else 32)
        if not lowest <= width <= highest:
            raise ValueError(f"EncoderPair width must be between {lowest} and {highest} in the mode {mode!r}, not {width}")
        size = 1 << width
        self.width, self.mode = width, mode
        self.scale_b = size - 1 if mode == "relatively prime" else size
        if mode in _DETERMINISTIC:
            source = _DETERMINISTIC[mode](width)
            (first, second), self.length = connect(source), source.length
        else:
            first, self.length = connect(RampCounter(size)).ramp, size
            second = connect(BitReversal(width), random=first).reversed
        super().__init__(
            a=connect(ComparatorEncoder(width), value=outside("value_a", Range(0, size)), random=first).stream,
            b=connect(ComparatorEncoder(width), value=outside("value_b", Range(0, self.scale_b)), random=second).stream)

    def delivers(self, known):
        """What is known of the streams, in a circuit."""
        serial = "ramp" if self.mode in _DETERMINISTIC else "low discrepancy"
        return {name: encoded(known[f"value_{name}"], Sequence((type(self).__qualname__, self.mode, self.width, name), serial))
                for name in "ab"}

    @classmethod
    def examples(cls):
        return {"default": cls()} | {mode: cls(4, mode) for mode in _DETERMINISTIC}
