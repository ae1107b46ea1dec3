"""Values that stand for something: kinds and ranges, checked once for every domain that is not plain numbers.

A :class:`Domain` gives the primitives a meaning (a node of a graph, an Amaranth value, a z3 bit-vector, a list of
bit planes). This file gives them their rules: which kinds an operation takes, and which range its result has.
"""

import sys
from itertools import product

from .errors import StepError
from .operations import OPERATIONS
from .shapes import BIT, INT64_MAX, INT64_MIN, Range, Vector

__all__ = ["Domain", "SymbolicBit", "SymbolicInt", "SymbolicVector", "checked", "symbol"]

_MAX_SHIFT = 62


class Domain:
    """Primitives of one domain; each method gets the shape of its result and symbolic operands.

    A domain defines ``constant(shape, value)`` and a method per primitive: ``add``, ``sub``, ``mul``, ``shl``,
    ``shr``, ``less``, ``equal``, ``bit_and``, ``bit_or``, ``bit_xor``, ``bit_not``, ``mux``, ``saturate``, ``wrap``,
    ``lookup``, ``to_int``, ``to_vector``, ``popcount``, ``parity``, ``bit_at``, ``with_bit``, ``shift_in``,
    ``reverse``, ``trailing_zeros``. What a method returns becomes the ``raw`` of the result.
    """

    def __init__(self):
        symbolic = _Operations(self)
        self.operations = {name: getattr(symbolic, name) for name in OPERATIONS}

    def emit(self, primitive, shape, *operands, **static):
        """The symbolic result of a primitive, whose range must lie within int64."""
        if shape.kind == "int":
            lo, hi = shape
            if lo < INT64_MIN or hi > INT64_MAX:
                _refuse(f"gives a value outside int64 ({lo} to {hi}): saturate or scale earlier")
            shape = Range(lo, hi)
        return symbol(self, shape, getattr(self, primitive)(shape, *operands, **static))

    def constant_symbol(self, shape, value):
        return symbol(self, shape, self.constant(shape, value))

    def lift(self, value):
        """``value``, an integer becoming a constant Int."""
        if isinstance(value, Symbol):
            return value
        if not _is_integer(value):
            _refuse(f"uses {value!r} as a value: only integers, Bits and Vectors are values")
        value = int(value)
        if not INT64_MIN <= value <= INT64_MAX:
            _refuse(f"uses the constant {value}, which is outside int64")
        return self.constant_symbol(Range(value, value), value)


class _Unchecked(tuple):
    """A range not yet checked against int64, so that the error can name the expression."""

    __slots__ = ()
    kind = "int"

    def __new__(cls, lo, hi):
        return super().__new__(cls, (lo, hi))


class _Constant(int):
    """An integer of which whatever is computed lies within int64, as it must in a compiled model."""


def _within_int64(name):
    def operator(self, *others):
        result = getattr(int, name)(self, *others)
        if result is NotImplemented:
            return result
        if not INT64_MIN <= result <= INT64_MAX:
            _refuse(f"computes the constant {result}, which is outside int64")
        return _Constant(result)
    return operator


for _name in ("add", "sub", "mul", "lshift", "rshift", "radd", "rsub", "rmul", "rlshift", "rrshift", "neg"):
    setattr(_Constant, f"__{_name}__", _within_int64(f"__{_name}__"))


def checked(value):
    """A constant of a step function, or a NamedTuple of some, arithmetic with its integers being checked."""
    if isinstance(value, tuple) and hasattr(value, "_fields") and not hasattr(value, "kind"):
        return type(value)(*map(checked, value))
    return _Constant(value) if type(value) is int else value


def _is_integer(value):
    return type(value) in (int, _Constant)


def _refuse(what):
    """Raise a StepError that names the line of the step function now being evaluated."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("gateware.step."):
        frame = frame.f_back
    if frame is None:
        raise StepError(what)
    import linecache
    file, line = frame.f_code.co_filename, frame.f_lineno
    source = linecache.getline(file, line).strip()
    raise StepError(f"{file}:{line}: {frame.f_code.co_name} {what}\n    {source}")


class Symbol:
    """A value of a symbolic domain: its shape (kind and range) and the domain's own ``raw``."""

    __slots__ = ("domain", "raw", "shape")

    def __init__(self, domain, shape, raw):
        self.domain, self.shape, self.raw = domain, shape, raw

    def __bool__(self):
        _refuse(f"takes a {self.shape.kind} as a Python truth value: use mux, & and |")

    def __index__(self):
        _refuse("uses a value where a constant is needed (a shift, a width or a table)")

    def _no(self, other):
        _refuse(f"does arithmetic on a {self.shape.kind}: use to_int first")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _no
    __lt__ = __le__ = __gt__ = __ge__ = __lshift__ = __rshift__ = _no

    def __neg__(self):
        self._no(None)

    __hash__ = None

    def _no_equality(self, other):
        _refuse(f"compares a {self.shape.kind}: use ^ and not_, or to_int first")

    __eq__ = __ne__ = _no_equality

    def _no_bits(self, other):
        _refuse(f"uses a bitwise operator on an {self.shape.kind}")

    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _no_bits


class SymbolicInt(Symbol):
    __slots__ = ()

    def _pair(self, other):
        other = self.domain.lift(other)
        if other.shape.kind != "int":
            _refuse(f"mixes an int with a {other.shape.kind}: use to_int first")
        return self, other

    def __add__(self, other):
        a, b = self._pair(other)
        return self.domain.emit("add", _Unchecked(a.shape.lo + b.shape.lo, a.shape.hi + b.shape.hi), a, b)

    def __sub__(self, other):
        a, b = self._pair(other)
        return self.domain.emit("sub", _Unchecked(a.shape.lo - b.shape.hi, a.shape.hi - b.shape.lo), a, b)

    def __mul__(self, other):
        a, b = self._pair(other)
        corners = [x * y for x, y in product((a.shape.lo, a.shape.hi), (b.shape.lo, b.shape.hi))]
        return self.domain.emit("mul", _Unchecked(min(corners), max(corners)), a, b)

    def __radd__(self, other):
        return self.domain.lift(other) + self

    def __rsub__(self, other):
        return self.domain.lift(other) - self

    def __rmul__(self, other):
        return self.domain.lift(other) * self

    def __neg__(self):
        return 0 - self

    def __lshift__(self, n):
        n = _shift(n)
        return self.domain.emit("shl", _Unchecked(self.shape.lo << n, self.shape.hi << n), self, n=n)

    def __rshift__(self, n):
        n = _shift(n)
        return self.domain.emit("shr", _Unchecked(self.shape.lo >> n, self.shape.hi >> n), self, n=n)

    def __lt__(self, other):
        a, b = self._pair(other)
        return self.domain.emit("less", BIT, a, b)

    def __gt__(self, other):
        a, b = self._pair(other)
        return self.domain.emit("less", BIT, b, a)

    def __le__(self, other):
        return self.domain.operations["not_"](self > other)

    def __ge__(self, other):
        return self.domain.operations["not_"](self < other)

    def __eq__(self, other):
        a, b = self._pair(other)
        return self.domain.emit("equal", BIT, a, b)

    def __ne__(self, other):
        return self.domain.operations["not_"](self == other)


def _shift(n):
    if not _is_integer(n) or not 0 <= n <= _MAX_SHIFT:
        _refuse(f"shifts by {n!r}: a shift is by a constant integer from 0 to {_MAX_SHIFT}"
                if not isinstance(n, Symbol) else "shifts by a value: a shift is by a constant integer")
    return n


def _bitwise(primitive):
    def operator(self, other):
        if not isinstance(other, Symbol) or other.shape != self.shape:
            other_name = repr(other.shape) if isinstance(other, Symbol) else repr(other)
            _refuse(f"combines {self.shape!r} with {other_name}: both must be Bits, or Vectors of one width")
        return self.domain.emit(primitive, self.shape, self, other)
    return operator


class _Bits(Symbol):
    __slots__ = ()
    __and__, __or__, __xor__ = _bitwise("bit_and"), _bitwise("bit_or"), _bitwise("bit_xor")


class SymbolicBit(_Bits):
    __slots__ = ()


class SymbolicVector(_Bits):
    __slots__ = ()


_CLASSES = {"int": SymbolicInt, "bit": SymbolicBit, "vector": SymbolicVector}


def symbol(domain, shape, raw):
    """The symbolic value of the kind of ``shape``; a Q format counts as its range."""
    if shape.kind == "int":
        shape = Range(shape.lo, shape.hi)
    return _CLASSES[shape.kind](domain, shape, raw)


class _Operations:
    """The named operations on symbolic values: kinds, ranges, and those that are made of others."""

    def __init__(self, domain):
        self._domain = domain

    def _expect(self, name, value, *kinds):
        value = self._domain.lift(value)
        if value.shape.kind not in kinds:
            _refuse(f"gives {name} a {value.shape.kind}: it takes a {' or '.join(kinds)}")
        return value

    def _vector(self, name, v, width=None):
        v = self._expect(name, v, "vector")
        if width is not None and v.shape.width != width:
            _refuse(f"gives {name} the width {width!r} for a Vector of {v.shape.width} bits")
        return v

    def bit(self, value):
        if not _is_integer(value) or value not in (0, 1):
            _refuse(f"makes a Bit of {value!r}: it is 0 or 1")
        return self._domain.constant_symbol(BIT, value)

    def vector(self, value, width):
        shape = Vector(width)
        if not _is_integer(value) or value not in shape:
            _refuse(f"makes a Vector of {width} bits of {value!r}")
        return self._domain.constant_symbol(shape, value)

    def not_(self, b):
        return self._domain.emit("bit_not", BIT, self._expect("not_", b, "bit"))

    def invert(self, v, width):
        v = self._vector("invert", v, width)
        return self._domain.emit("bit_not", v.shape, v)

    def to_int(self, x):
        x = self._expect("to_int", x, "bit", "vector")
        if x.shape.width > _MAX_SHIFT:
            _refuse(f"makes an Int of a Vector of {x.shape.width} bits: at most {_MAX_SHIFT}")
        return self._domain.emit("to_int", Range(0, x.shape.hi), x)

    def to_vector(self, x, width):
        x, shape = self._expect("to_vector", x, "int"), Vector(width)
        if x.shape.lo < 0 or x.shape.hi > shape.hi:
            _refuse(f"makes a Vector of {width} bits of an Int from {x.shape.lo} to {x.shape.hi}: wrap it first")
        return self._domain.emit("to_vector", shape, x)

    def mux(self, c, a, b):
        c, a, b = self._expect("mux", c, "bit"), self._domain.lift(a), self._domain.lift(b)
        if a.shape.kind != b.shape.kind or (a.shape.kind == "vector" and a.shape != b.shape):
            _refuse(f"muxes {a.shape!r} with {b.shape!r}: both must be of one kind and width")
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
            _refuse(f"wraps into {fmt!r}: its limits must be those of a signed or unsigned number of bits")
        if limits.lo <= x.shape.lo and x.shape.hi <= limits.hi:
            return x
        return self._domain.lift(limits.lo) if size == 1 else self._domain.emit("wrap", limits, x)

    def _limits(self, name, fmt):
        if getattr(fmt, "kind", None) != "int":
            _refuse(f"gives {name} the format {fmt!r}: it is a Q or a Range")
        return Range(fmt.lo, fmt.hi)

    def scale(self, x, n):
        x = self._expect("scale", x, "int")
        return x << -n if _is_integer(n) and n < 0 else x >> n

    def scale_round(self, x, n):
        x = self._expect("scale_round", x, "int")
        if _is_integer(n) and n <= 0:
            return x << -n
        return (x + (1 << (_shift(n) - 1))) >> n

    def lookup(self, table, i):
        i = self._expect("lookup", i, "int")
        if not isinstance(table, tuple) or not table or not all(type(entry) is int for entry in table):
            _refuse("looks up in something that is no tuple of integers")
        if i.shape.lo < 0 or i.shape.hi >= len(table):
            _refuse(f"looks up index {i.shape.lo} to {i.shape.hi} in a table of {len(table)} entries")
        return self._domain.emit("lookup", _Unchecked(min(table), max(table)), i, table=table)

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
        shape = _Unchecked(max(0, -x.shape.hi), max(-x.shape.lo, x.shape.hi))
        return self._mux(shape, x < 0, -x, x)

    def count_to(self, x, modulus):
        x = self._expect("count_to", x, "int")
        if not _is_integer(modulus) or modulus < 1 or x.shape.lo < 0 or x.shape.hi >= modulus:
            _refuse(f"counts {x.shape.lo} to {x.shape.hi} modulo {modulus!r}: the range must lie within it")
        return self._mux(Range(0, modulus - 1), x == modulus - 1, self._domain.lift(0), x + 1)

    def sum_tree(self, xs):
        terms = [self._expect("sum_tree", x, "int") for x in xs]
        if not terms:
            _refuse("sums nothing")
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
            _refuse(f"gives {name} bit {i.shape.lo} to {i.shape.hi} of a Vector of {v.shape.width} bits")
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

    def trailing_zeros(self, v, width):
        v = self._vector("trailing_zeros", v, width)
        return self._domain.emit("trailing_zeros", Range(0, width), v)
