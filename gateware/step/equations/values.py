"""Values of a fixed-point step: the text that computes each, its binary point, its range and its error."""

import math
from dataclasses import dataclass

__all__ = ["Value", "bracketed", "dyadic", "nearest"]


@dataclass(frozen=True)
class Value:
    """An emitted Int or Bit: the text that names it, its binary point, its range, and how far it may be from the exact value.

    Attributes
    ----------
    text : str
    fraction : int
        The integer n stands for ``n / 2**fraction``.
    lo, hi : int
    error : float
        Bound of the deviation, for exact states and inputs.
    """

    text: str
    fraction: int
    lo: int
    hi: int
    error: float = 0.0

    @property
    def magnitude(self):
        return max(abs(self.lo), abs(self.hi))

    @property
    def bits(self):
        return self.magnitude.bit_length()

    @property
    def largest(self):
        return math.ldexp(self.magnitude, -self.fraction)


def nearest(x):
    """The integer nearest to a number, ties upwards."""
    return math.floor(x + 0.5)


def dyadic(value):
    """The least fraction bits in which a number is exact, if at most 12."""
    for bits in range(-40, 13):
        if math.ldexp(value, bits).is_integer() and (bits >= 0 or value):
            return max(bits, 0) if value else 0
    return None


def bracketed(shown):
    """A text that stands after a minus."""
    return shown if shown.isidentifier() or shown.isdigit() or shown.startswith(("scale_round(", "lookup(", "(")) else f"({shown})"
