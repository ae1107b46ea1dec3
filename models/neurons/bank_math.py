"""Functions of eight doubles at once, in LLVM's text: the exponential and its family; others through the C library, one by one.

``exp(x) = 2**n * exp(r)`` with ``n`` the integer nearest to ``x / ln 2``; ``exp(r) - 1`` by its Taylor polynomial of degree 13,
whose remainder for ``|r| <= ln(2)/2`` is below 2e-17 of it; ``ln 2`` in two parts, so that ``r`` keeps all its bits.
"""

import math
import struct

from .bank_lanes import LANES

__all__ = ["DOUBLES", "WORDS", "VectorMath"]

DOUBLES, WORDS = f"<{LANES} x double>", f"<{LANES} x i64>"
_INVERSE_LN2 = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = float.fromhex("0x1.62e42fee00000p-1"), float.fromhex("0x1.a39ef35793c76p-33")
# Added to a double below 2**51 it leaves the nearest integer in the lower bits of the sum.
_MAGIC = 6755399441055744.0
_DEGREE = 13
_LEAST, _MOST = -707.0, 709.782712893384


class VectorMath:
    """Functions on vectors of doubles; results are names of values in ``lines``."""

    def __init__(self, lines):
        self.lines = lines

    def number(self, value):
        """A constant for all neurons."""
        # In hexadecimal digits of the bits: LLVM takes no other doubles that it must round.
        bits = struct.unpack("<Q", struct.pack("<d", value))[0]
        return f"<{', '.join([f'double 0x{bits:016X}'] * LANES)}>"

    def word(self, value):
        """A constant 64-bit integer for all neurons."""
        return f"<{', '.join([f'i64 {value}'] * LANES)}>"

    def op(self, name, a, b):
        return self.lines.emit(f"{name} {DOUBLES} {a}, {b}")

    def fma(self, a, b, c):
        return self.lines.intrinsic("fma", DOUBLES, a, b, c)

    def where(self, condition, a, b, yes, no):
        """``yes`` where ``a`` and ``b`` compare so, else ``no``."""
        bits = self.lines.emit(f"fcmp {condition} {DOUBLES} {a}, {b}")
        return self.lines.emit(f"select <{LANES} x i1> {bits}, {DOUBLES} {yes}, {DOUBLES} {no}")

    def _reduced(self, x):
        """``2**(n-1)`` and ``exp(r) - 1``; half the power, so that the greatest results do not overflow on the way."""
        least, most = self.number(_LEAST), self.number(_MOST)
        x = self.where("olt", x, least, least, x)       # in this order a NaN stays
        x = self.where("ogt", x, most, most, x)
        shifted = self.fma(x, self.number(_INVERSE_LN2), self.number(_MAGIC))
        n = self.op("fsub", shifted, self.number(_MAGIC))
        r = self.fma(n, self.number(-_LN2_HIGH), x)
        r = self.fma(n, self.number(-_LN2_LOW), r)
        square = self.op("fmul", r, r)
        # The polynomial in pairs of terms, then in pairs of pairs: half as long a chain as term by term.
        terms = [self.fma(r, self.number(1 / math.factorial(k + 1)), self.number(1 / math.factorial(k)))
                 for k in range(2, _DEGREE, 2)]
        fourth = self.op("fmul", square, square)
        pairs = [self.fma(terms[k + 1], square, terms[k]) for k in range(0, len(terms) - 1, 2)] + terms[len(terms) & ~1:]
        tail = pairs[-1]
        for pair in reversed(pairs[:-1]):
            tail = self.fma(tail, fourth, pair)
        power = self.lines.emit(f"bitcast {DOUBLES} {shifted} to {WORDS}")
        power = self.lines.emit(f"shl {WORDS} {power}, {self.word(52)}")
        power = self.lines.emit(f"add {WORDS} {power}, {self.word(1022 << 52)}")
        return self.lines.emit(f"bitcast {WORDS} {power} to {DOUBLES}"), self.fma(square, tail, r)

    def exp(self, x):
        power, rest = self._reduced(x)
        half = self.fma(power, rest, power)
        result = self.op("fadd", half, half)
        result = self.where("olt", x, self.number(_LEAST), self.number(0.0), result)
        return self.where("ogt", x, self.number(_MOST), self.number(math.inf), result)

    def expm1(self, x):
        power, rest = self._reduced(x)
        half = self.fma(power, rest, self.op("fsub", power, self.number(0.5)))
        return self.where("ogt", x, self.number(_MOST), self.number(math.inf), self.op("fadd", half, half))

    def exprel(self, x):
        close = self.fma(x, self.number(0.5), self.number(1.0))
        size = self.lines.intrinsic("fabs", DOUBLES, x)
        return self.where("ogt", size, self.number(1e-9), self.op("fdiv", self.expm1(x), x), close)

    def logistic(self, x):
        return self.op("fdiv", self.number(1.0), self.op("fadd", self.exp(self.negative(x)), self.number(1.0)))

    def tanh(self, x):
        # Beyond 20 it is 1, and expm1 below infinity.
        twice = self.lines.intrinsic("minnum", DOUBLES, self.op("fadd", x, x), self.number(40.0))
        e = self.expm1(twice)
        return self.op("fdiv", e, self.op("fadd", e, self.number(2.0)))

    def sinh(self, x):
        # Of the magnitude: for negative numbers expm1 + 1 would lose their last places.
        e = self.expm1(self.lines.intrinsic("fabs", DOUBLES, x))
        total = self.op("fadd", e, self.op("fdiv", e, self.op("fadd", e, self.number(1.0))))
        return self.lines.intrinsic("copysign", DOUBLES, self.op("fmul", self.number(0.5), total), x)

    def cosh(self, x):
        e = self.exp(self.lines.intrinsic("fabs", DOUBLES, x))
        return self.op("fmul", self.number(0.5), self.op("fadd", e, self.op("fdiv", self.number(1.0), e)))

    def negative(self, x):
        return self.lines.emit(f"fneg {DOUBLES} {x}")

    def library(self, name, *arguments):
        """A function of the C library, called for every neuron."""
        self.lines.declared[name] = f"declare double @{name}({', '.join(['double'] * len(arguments))})"
        result = "poison"
        for lane in range(LANES):
            parts = [self.lines.emit(f"extractelement {DOUBLES} {each}, i64 {lane}") for each in arguments]
            value = self.lines.emit(f"call double @{name}({', '.join(f'double {part}' for part in parts)})")
            result = self.lines.emit(f"insertelement {DOUBLES} {result}, double {value}, i64 {lane}")
        return result
