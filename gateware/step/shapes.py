"""Shapes of values: Q formats and integer ranges (Ints), one bit (Bit), n bits (Vector)."""

import math
from collections import namedtuple
from operator import index

__all__ = ["BIT", "Bit", "Q", "Range", "Vector"]

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


def _integer(name, value):
    try:
        return index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, not {value!r}") from None


def bits_for(lo, hi):
    """Width of the narrowest hardware signal that holds ``lo..hi``, signed where ``lo < 0``."""
    if lo < 0:
        return max((~lo).bit_length(), max(hi, 0).bit_length()) + 1
    return hi.bit_length()


class _Int:
    """What every shape of the kind Int has: ``lo`` and ``hi``, both inclusive."""

    __slots__ = ()
    kind = "int"

    @property
    def width(self):
        """Bits of the hardware signal."""
        return bits_for(self.lo, self.hi)

    @property
    def signed(self):
        return self.lo < 0

    @property
    def shape(self):
        """The Amaranth shape of a signal of this range."""
        from amaranth.hdl import Shape
        return Shape(self.width, self.signed)

    def __contains__(self, value):
        return self.lo <= value <= self.hi


class Range(_Int, namedtuple("Range", ["lo", "hi"])):
    """An Int between ``lo`` and ``hi``, both inclusive.

    Parameters
    ----------
    lo, hi : int
        Limits, within int64, ``lo <= hi``.

    Raises
    ------
    ValueError
        If ``lo > hi`` or a limit is outside int64.
    """

    __slots__ = ()

    def __new__(cls, lo, hi):
        lo, hi = _integer("Range lo", lo), _integer("Range hi", hi)
        if lo > hi:
            raise ValueError(f"Range lo must be at most hi, not {lo} with hi {hi}")
        if lo < INT64_MIN or hi > INT64_MAX:
            raise ValueError(f"Range must lie within int64, not {lo} to {hi}")
        return super().__new__(cls, lo, hi)

    @classmethod
    def unsigned(cls, width):
        """The range of ``width`` unsigned bits."""
        return cls(0, 2**_integer("width", width) - 1)


class Q(_Int, namedtuple("Q", ["integer_bits", "fraction_bits"])):
    """Two's complement fixed point: ``Q(8, 8)`` is 16 bits with 8 after the point.

    The integer ``n`` stands for the real number ``n / 2**fraction_bits``.

    Parameters
    ----------
    integer_bits : int
        Bits before the point, the sign bit among them, at least 1.
    fraction_bits : int
        Bits after the point, at least 0; both together at most 63.

    Raises
    ------
    ValueError
        If a count of bits is out of range.
    """

    __slots__ = ()

    def __new__(cls, integer_bits, fraction_bits):
        integer_bits = _integer("Q integer_bits", integer_bits)
        fraction_bits = _integer("Q fraction_bits", fraction_bits)
        if integer_bits < 1:
            raise ValueError(f"Q integer_bits must be at least 1, not {integer_bits}")
        if fraction_bits < 0:
            raise ValueError(f"Q fraction_bits must be at least 0, not {fraction_bits}")
        if integer_bits + fraction_bits > 63:
            raise ValueError(f"Q must have at most 63 bits, not {integer_bits + fraction_bits}")
        return super().__new__(cls, integer_bits, fraction_bits)

    @property
    def lo(self):
        return -(1 << (self.integer_bits + self.fraction_bits - 1))

    @property
    def hi(self):
        return (1 << (self.integer_bits + self.fraction_bits - 1)) - 1

    @property
    def resolution(self):
        """The real value of one least significant bit."""
        return 2.0**-self.fraction_bits

    def encode(self, value, name="value"):
        """The integer nearest to the real ``value`` (ties upwards).

        The one place where a real number becomes an integer.

        Parameters
        ----------
        value : float
        name : str
            What an error calls it.

        Raises
        ------
        ValueError
            If ``value`` is NaN, infinite, or rounds to an integer outside the format.
        """
        real = float(value)
        if not math.isfinite(real):
            raise ValueError(f"{name} must be finite, not {value!r}")
        scaled = math.ldexp(real, self.fraction_bits) if abs(real) <= 1 << self.integer_bits else math.copysign(2.0**63, real)
        result = math.floor(scaled)
        result += scaled - result >= 0.5
        if not self.lo <= result <= self.hi:
            raise ValueError(f"{name} must lie between {self.decode(self.lo)} and {self.decode(self.hi)} "
                             f"to fit {self!r}, not {value!r}")
        return result

    def decode(self, value):
        """The real number that the integer ``value`` (or an array of them) stands for."""
        return value / 2.0**self.fraction_bits

    def __repr__(self):
        return f"Q({self.integer_bits}, {self.fraction_bits})"


class Vector(namedtuple("Vector", ["width"])):
    """``width`` bits without a numeric meaning, bit 0 first."""

    __slots__ = ()
    kind = "vector"
    signed = False
    lo = 0

    def __new__(cls, width):
        width = _integer("Vector width", width)
        if width < 1:
            raise ValueError(f"Vector width must be at least 1, not {width}")
        return super().__new__(cls, width)

    @property
    def hi(self):
        return (1 << self.width) - 1

    @property
    def shape(self):
        from amaranth.hdl import unsigned
        return unsigned(self.width)

    def __contains__(self, value):
        return 0 <= value <= self.hi


class Bit(namedtuple("Bit", [])):
    """One bit; its only instance is :data:`BIT`."""

    __slots__ = ()
    kind = "bit"
    width = 1
    signed = False
    lo, hi = 0, 1

    @property
    def shape(self):
        from amaranth.hdl import unsigned
        return unsigned(1)

    def __contains__(self, value):
        return value in (0, 1)

    def __repr__(self):
        return "BIT"


BIT = Bit()
