"""Values that stand for something: kinds and ranges, checked once for every domain that is not plain numbers.

A :class:`Domain` gives the primitives a meaning (a node of a graph, an Amaranth value, a z3 bit-vector, a list of
bit planes). This file gives them their rules: which kinds an operation takes, and which range its result has.
"""

from itertools import product

from .constants import is_integer, shift_amount
from .errors import article, refuse
from .named_operations import NamedOperations, Unchecked
from .operations import OPERATIONS
from .shapes import BIT, INT64_MAX, INT64_MIN, Range

__all__ = ["Domain", "SymbolicBit", "SymbolicInt", "SymbolicVector", "symbol"]

class Domain:
    """Primitives of one domain; each method gets the shape of its result and symbolic operands.

    A domain defines ``constant(shape, value)`` and a method per primitive: ``add``, ``sub``, ``mul``, ``shl``,
    ``shr``, ``less``, ``equal``, ``bit_and``, ``bit_or``, ``bit_xor``, ``bit_not``, ``mux``, ``saturate``, ``wrap``,
    ``lookup``, ``to_int``, ``to_vector``, ``popcount``, ``parity``, ``bit_at``, ``with_bit``, ``shift_in``,
    ``reverse``, ``trailing_zeros``, ``lowest_one``, ``linear``. What a method returns becomes the ``raw`` of the result.
    """

    def __init__(self):
        symbolic = NamedOperations(self)
        self.operations = {name: getattr(symbolic, name) for name in OPERATIONS}

    def emit(self, primitive, shape, *operands, **static):
        """The symbolic result of a primitive, whose range must lie within int64."""
        if shape.kind == "int":
            lo, hi = shape
            if lo < INT64_MIN or hi > INT64_MAX:
                refuse(f"gives a value outside int64 ({lo} to {hi}): saturate or scale earlier")
            shape = Range(lo, hi)
        return symbol(self, shape, getattr(self, primitive)(shape, *operands, **static))

    def constant_symbol(self, shape, value):
        return symbol(self, shape, self.constant(shape, value))

    def lift(self, value):
        """``value``, an integer becoming a constant Int."""
        if isinstance(value, Symbol):
            return value
        if not is_integer(value):
            refuse(f"uses {value!r} as a value: only integers, Bits and Vectors are values")
        value = int(value)
        if not INT64_MIN <= value <= INT64_MAX:
            refuse(f"uses the constant {value}, which is outside int64")
        return self.constant_symbol(Range(value, value), value)


class Symbol:
    """A value of a symbolic domain: its shape (kind and range) and the domain's own ``raw``."""

    __slots__ = ("domain", "raw", "shape")

    def __init__(self, domain, shape, raw):
        self.domain, self.shape, self.raw = domain, shape, raw

    def __bool__(self):
        refuse(f"takes {article(self.shape.kind)} as a Python truth value: use mux, & and |")

    def __index__(self):
        refuse("uses a value where a constant is needed (a shift, a width or a table)")

    def _no(self, other):
        refuse(f"does arithmetic on {article(self.shape.kind)}: use to_int first")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _no
    __lt__ = __le__ = __gt__ = __ge__ = __lshift__ = __rshift__ = _no

    def __neg__(self):
        self._no(None)

    __hash__ = None

    def _no_equality(self, other):
        refuse(f"compares {article(self.shape.kind)}: use ^ and not_, or to_int first")

    __eq__ = __ne__ = _no_equality

    def _no_bits(self, other):
        refuse(f"uses a bitwise operator on {article(self.shape.kind)}")

    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _no_bits


class SymbolicInt(Symbol):
    __slots__ = ()

    def _pair(self, other):
        other = self.domain.lift(other)
        if other.shape.kind != "int":
            refuse(f"mixes an int with {article(other.shape.kind)}: use to_int first")
        return self, other

    def __add__(self, other):
        a, b = self._pair(other)
        return self.domain.emit("add", Unchecked(a.shape.lo + b.shape.lo, a.shape.hi + b.shape.hi), a, b)

    def __sub__(self, other):
        a, b = self._pair(other)
        return self.domain.emit("sub", Unchecked(a.shape.lo - b.shape.hi, a.shape.hi - b.shape.lo), a, b)

    def __mul__(self, other):
        a, b = self._pair(other)
        corners = [x * y for x, y in product((a.shape.lo, a.shape.hi), (b.shape.lo, b.shape.hi))]
        # A square is never negative, which the two factors' ranges alone do not say.
        lo = max(min(corners), 0) if other is self else min(corners)
        return self.domain.emit("mul", Unchecked(lo, max(corners)), a, b)

    def __radd__(self, other):
        return self.domain.lift(other) + self

    def __rsub__(self, other):
        return self.domain.lift(other) - self

    def __rmul__(self, other):
        return self.domain.lift(other) * self

    def __neg__(self):
        return 0 - self

    def __lshift__(self, n):
        n = shift_amount(n)
        return self.domain.emit("shl", Unchecked(self.shape.lo << n, self.shape.hi << n), self, n=n)

    def __rshift__(self, n):
        n = shift_amount(n)
        return self.domain.emit("shr", Unchecked(self.shape.lo >> n, self.shape.hi >> n), self, n=n)

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


def _bitwise(primitive):
    def operator(self, other):
        if not isinstance(other, Symbol) or other.shape != self.shape:
            other_name = repr(other.shape) if isinstance(other, Symbol) else repr(other)
            refuse(f"combines {self.shape!r} with {other_name}: both must be Bits, or Vectors of one width")
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
