"""The named operations on symbolic values: the kinds they take, the ranges they give, and those made of others."""

from .constants import MAX_SHIFT, is_integer, shift_amount
from .errors import article, refuse
from .shapes import BIT, Range, Vector

__all__ = ["NamedOperations", "Unchecked"]


class Unchecked(tuple):
    """A range not yet checked against int64, so that the error can name the expression."""

    __slots__ = ()
    kind = "int"

    def __new__(cls, lo, hi):
        return super().__new__(cls, (lo, hi))


class NamedOperations:
    """The named operations on symbolic values: kinds, ranges, and those that are made of others."""

    def __init__(self, domain):
        self._domain = domain

    def _expect(self, name, value, *kinds):
        value = self._domain.lift(value)
        if value.shape.kind not in kinds:
            refuse(f"gives {name} {article(value.shape.kind)}: it takes {' or '.join(map(article, kinds))}")
        return value

    def _vector(self, name, v, width=None):
        v = self._expect(name, v, "vector")
        if width is not None and v.shape.width != width:
            refuse(f"gives {name} the width {width!r} for a Vector of {v.shape.width} bits")
        return v

    def bit(self, value):
        if not is_integer(value) or value not in (0, 1):
            refuse(f"makes a Bit of {value!r}: it is 0 or 1")
        return self._domain.constant_symbol(BIT, value)

    def vector(self, value, width):
        shape = Vector(width)
        if not is_integer(value) or value not in shape:
            refuse(f"makes a Vector of {width} bits of {value!r}")
        return self._domain.constant_symbol(shape, value)

    def not_(self, b):
        return self._domain.emit("bit_not", BIT, self._expect("not_", b, "bit"))

    def invert(self, v, width):
        v = self._vector("invert", v, width)
        return self._domain.emit("bit_not", v.shape, v)

    def to_int(self, x):
        x = self._expect("to_int", x, "bit", "vector")
        if x.shape.width > MAX_SHIFT:
            refuse(f"makes an Int of a Vector of {x.shape.width} bits: at most {MAX_SHIFT}")
        return self._domain.emit("to_int", Range(0, x.shape.hi), x)

    def to_vector(self, x, width):
        x, shape = self._expect("to_vector", x, "int"), Vector(width)
        if x.shape.lo < 0 or x.shape.hi > shape.hi:
            refuse(f"makes a Vector of {width} bits of an Int from {x.shape.lo} to {x.shape.hi}: wrap it first")
        return self._domain.emit("to_vector", shape, x)

    def mux(self, c, a, b):
        c, a, b = self._expect("mux", c, "bit"), self._domain.lift(a), self._domain.lift(b)
        if a.shape.kind != b.shape.kind or (a.shape.kind == "vector" and a.shape != b.shape):
            refuse(f"muxes {a.shape!r} with {b.shape!r}: both must be of one kind and width")
        shape = a.shape
        if shape.kind == "int":
            shape = Range(min(a.shape.lo, b.shape.lo), max(a.shape.hi, b.shape.hi))
        return self._mux(shape, c, a, b)

    def _mux(self, shape, c, a, b):
        return self._domain.emit("mux", shape, c, a, b)

    def saturate(self, x, fmt):
        x, limits = self._expect("saturate", x, "int"), self._limits("saturate", fmt)
        if limits.lo <= x.shape.lo and x.shape.hi <= limits.hi:
            return x
        lo, hi = (min(max(end, limits.lo), limits.hi) for end in x.shape)
        return self._domain.emit("saturate", Range(lo, hi), x, limits=limits)

    def wrap(self, x, fmt):
        x, limits = self._expect("wrap", x, "int"), self._limits("wrap", fmt)
        size = limits.hi - limits.lo + 1
        if size & (size - 1) or limits.lo not in (0, -size // 2):
            refuse(f"wraps into {fmt!r}: its limits must be those of a signed or unsigned number of bits")
        if limits.lo <= x.shape.lo and x.shape.hi <= limits.hi:
            return x
        return self._domain.lift(limits.lo) if size == 1 else self._domain.emit("wrap", limits, x)

    def _limits(self, name, fmt):
        if getattr(fmt, "kind", None) != "int":
            refuse(f"gives {name} the format {fmt!r}: it is a Q or a Range")
        return Range(fmt.lo, fmt.hi)

    def scale(self, x, n):
        x = self._expect("scale", x, "int")
        return x << -n if is_integer(n) and n < 0 else x >> n

    def scale_round(self, x, n):
        x = self._expect("scale_round", x, "int")
        if is_integer(n) and n <= 0:
            return x << -n
        return (x + (1 << (shift_amount(n) - 1))) >> n

    def lookup(self, table, i):
        i = self._expect("lookup", i, "int")
        if not isinstance(table, tuple) or not table or not all(type(entry) is int for entry in table):
            refuse("looks up in something that is no tuple of integers")
        if i.shape.lo < 0 or i.shape.hi >= len(table):
            refuse(f"looks up index {i.shape.lo} to {i.shape.hi} in a table of {len(table)} entries")
        return self._domain.emit("lookup", Unchecked(min(table), max(table)), i, table=table)

    def minimum(self, a, b):
        a, b = self._expect("minimum", a, "int"), self._expect("minimum", b, "int")
        shape = Range(min(a.shape.lo, b.shape.lo), min(a.shape.hi, b.shape.hi))
        return self._mux(shape, a < b, a, b)

    def maximum(self, a, b):
        a, b = self._expect("maximum", a, "int"), self._expect("maximum", b, "int")
        shape = Range(max(a.shape.lo, b.shape.lo), max(a.shape.hi, b.shape.hi))
        return self._mux(shape, b < a, a, b)

    def absolute(self, x):
        x = self._expect("absolute", x, "int")
        if x.shape.lo >= 0:
            return x
        shape = Unchecked(max(0, -x.shape.hi), max(-x.shape.lo, x.shape.hi))
        return self._mux(shape, x < 0, -x, x)

    def count_to(self, x, modulus):
        x = self._expect("count_to", x, "int")
        if not is_integer(modulus) or modulus < 1 or x.shape.lo < 0 or x.shape.hi >= modulus:
            refuse(f"counts {x.shape.lo} to {x.shape.hi} modulo {modulus!r}: the range must lie within it")
        return self._mux(Range(0, modulus - 1), x == modulus - 1, self._domain.lift(0), x + 1)

    def sum_tree(self, xs):
        terms = [self._expect("sum_tree", x, "int") for x in xs]
        if not terms:
            refuse("sums nothing")
        while len(terms) > 1:
            terms = [terms[k] + terms[k + 1] if k + 1 < len(terms) else terms[k] for k in range(0, len(terms), 2)]
        return terms[0]

    def popcount(self, v):
        v = self._vector("popcount", v)
        return self._domain.emit("popcount", Range(0, v.shape.width), v)

    def parity(self, v):
        return self._domain.emit("parity", BIT, self._vector("parity", v))

    def _index(self, name, v, i):
        i = self._expect(name, i, "int")
        if i.shape.lo < 0 or i.shape.hi >= v.shape.width:
            refuse(f"gives {name} bit {i.shape.lo} to {i.shape.hi} of a Vector of {v.shape.width} bits")
        return i

    def bit_at(self, v, i):
        v = self._vector("bit_at", v)
        return self._domain.emit("bit_at", BIT, v, self._index("bit_at", v, i))

    def with_bit(self, v, i, b):
        v = self._vector("with_bit", v)
        return self._domain.emit("with_bit", v.shape, v, self._index("with_bit", v, i), self._expect("with_bit", b, "bit"))

    def shift_in(self, v, b, width):
        v = self._vector("shift_in", v, width)
        return self._domain.emit("shift_in", v.shape, v, self._expect("shift_in", b, "bit"))

    def reverse(self, v, width):
        v = self._vector("reverse", v, width)
        return self._domain.emit("reverse", v.shape, v)

    def lowest_one(self, v, width):
        v = self._vector("lowest_one", v, width)
        return self._domain.emit("lowest_one", v.shape, v)

    def linear(self, rows, v):
        v = self._vector("linear", v)
        if v.shape.width > MAX_SHIFT:
            refuse(f"multiplies a Vector of {v.shape.width} bits by a matrix: at most {MAX_SHIFT}")
        if not isinstance(rows, tuple) or not rows or not all(type(row) is int and row in v.shape for row in rows):
            refuse(f"gives linear rows that are no tuple of masks of {v.shape.width} bits")
        return self._domain.emit("linear", Vector(len(rows)), v, rows=rows)

    def trailing_zeros(self, v, width):
        v = self._vector("trailing_zeros", v, width)
        return self._domain.emit("trailing_zeros", Range(0, width), v)
