"""The proof domain: a step function as z3 bit-vectors.

Each Int operation is taken at the width at which it is exact, then cut to the width that the interval analysis gives its
result, as in the hardware; that no cut changes a value is a goal of its own. So a wrong range shows as a failed proof, and
the solver sees the same products on both sides (equal products at unequal widths it hardly ever decides).
"""

import z3

from gateware.step.bind import bind
from gateware.step.symbolic import Domain, symbol
from gateware.step.trace import _like

__all__ = ["Proof", "equal", "evaluate", "term", "within"]


def term(shape, bits):
    """The raw of a symbol whose hardware signal holds ``bits`` (None for a signal of no width)."""
    if shape.kind == "bit":
        return bits == 1
    return z3.BitVecVal(0, 1) if bits is None else bits


def _value(symbol, width):
    """An Int, extended to ``width`` bits by its sign."""
    raw = symbol.raw
    if raw.size() >= width:
        return raw
    return (z3.SignExt if symbol.shape.signed else z3.ZeroExt)(width - raw.size(), raw)


def _signed_width(*symbols):
    """Bits in which every one of some Ints is a signed number."""
    return max(each.raw.size() + (not each.shape.signed) for each in symbols)


def _arithmetic_width(a, b):
    """Bits of the operands of an addition, as Amaranth counts them: with room for a sign if one has a sign."""
    return _signed_width(a, b) if a.shape.signed or b.shape.signed else max(a.raw.size(), b.raw.size())


class Proof(Domain):
    """Primitives as z3 terms: an Int is as many bits as its range needs, a Bit a Bool, a Vector its bits.

    Attributes
    ----------
    exact : list of (list of Bool or None, Bool)
        That each result lies in its range, so that its width is enough: what is assumed (None: the ranges of state and
        inputs) and what is claimed. A claim is made of operands that may be anything in *their* ranges, which the claims
        before it have shown to hold; so that a product does not come back in everything that is computed from it.
    """

    def __init__(self):
        super().__init__()
        self.exact, self._natural = [], None

    def emit(self, primitive, shape, *operands, **static):
        self._natural = None
        result = super().emit(primitive, shape, *operands, **static)
        if self._natural is not None:
            self.exact += self._claims(primitive, result.shape, operands, static)
        return result

    def _claims(self, primitive, shape, operands, static):
        if primitive == "mul":
            # A product over two intervals is extreme at their ends, a square also at zero.
            a, b = (each.shape for each in operands)
            if operands[0].raw.eq(operands[1].raw):
                ends = [a.lo * a.lo, a.hi * a.hi, *([0] if a.lo <= 0 <= a.hi else [])]
            else:
                ends = [x * y for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
            yield [], z3.BoolVal(shape.lo <= min(ends) and max(ends) <= shape.hi)
        elif primitive == "mux":
            # Where it is narrower than both sides together, condition and sides are related: nothing can be forgotten.
            _, a, b = operands
            if shape.lo > min(a.shape.lo, b.shape.lo) or shape.hi < max(a.shape.hi, b.shape.hi):
                yield None, self._natural_within(shape)
        else:
            anything = [type(each)(self, each.shape, z3.FreshConst(each.raw.sort())) for each in operands]
            getattr(self, primitive)(shape, *anything, **static)
            yield [within(each.shape, each) for each in anything], self._natural_within(shape)

    def _natural_within(self, shape):
        natural, signed = self._natural
        width = max(natural.size(), shape.width) + 1
        value = (z3.SignExt if signed else z3.ZeroExt)(width - natural.size(), natural)
        return z3.And(z3.BitVecVal(shape.lo, width) <= value, value <= z3.BitVecVal(shape.hi, width))

    def _cut(self, shape, natural, signed=True):
        """The bits of an exact result that its range needs."""
        self._natural = natural, signed
        width = max(shape.width, 1)
        if natural.size() < width:
            return (z3.SignExt if signed else z3.ZeroExt)(width - natural.size(), natural)
        return z3.Extract(width - 1, 0, natural) if natural.size() > width else natural

    def constant(self, shape, value):
        if shape.kind == "bit":
            return z3.BoolVal(bool(value))
        return z3.BitVecVal(value, max(shape.width, 1))

    def add(self, shape, a, b):
        width = _arithmetic_width(a, b) + 1
        return self._cut(shape, _value(a, width) + _value(b, width), a.shape.signed or b.shape.signed)

    def sub(self, shape, a, b):
        width = _arithmetic_width(a, b) + 1
        return self._cut(shape, _value(a, width) - _value(b, width))

    def mul(self, shape, a, b):
        width = a.raw.size() + b.raw.size()
        return self._cut(shape, _value(a, width) * _value(b, width), a.shape.signed or b.shape.signed)

    def shl(self, shape, a, n):
        return self._cut(shape, z3.Concat(a.raw, z3.BitVecVal(0, n)) if n else a.raw, a.shape.signed)

    def shr(self, shape, a, n):
        wide = _value(a, n + 1)
        return self._cut(shape, z3.Extract(wide.size() - 1, n, wide), a.shape.signed)

    def less(self, shape, a, b):
        width = _signed_width(a, b)
        return _value(a, width) < _value(b, width)

    def equal(self, shape, a, b):
        width = _signed_width(a, b)
        return _value(a, width) == _value(b, width)

    def bit_and(self, shape, a, b):
        return z3.And(a.raw, b.raw) if shape.kind == "bit" else a.raw & b.raw

    def bit_or(self, shape, a, b):
        return z3.Or(a.raw, b.raw) if shape.kind == "bit" else a.raw | b.raw

    def bit_xor(self, shape, a, b):
        return z3.Xor(a.raw, b.raw) if shape.kind == "bit" else a.raw ^ b.raw

    def bit_not(self, shape, a):
        return z3.Not(a.raw) if shape.kind == "bit" else ~a.raw

    def mux(self, shape, c, a, b):
        if shape.kind != "int":
            return z3.If(c.raw, a.raw, b.raw)
        width = _arithmetic_width(a, b)
        return self._cut(shape, z3.If(c.raw, _value(a, width), _value(b, width)), a.shape.signed or b.shape.signed)

    def saturate(self, shape, x, limits):
        width = max(_signed_width(x), limits.width + 1)
        value, lo, hi = _value(x, width), z3.BitVecVal(limits.lo, width), z3.BitVecVal(limits.hi, width)
        return self._cut(shape, z3.If(value < lo, lo, z3.If(value > hi, hi, value)))

    def wrap(self, shape, x):
        return z3.Extract(shape.width - 1, 0, _value(x, shape.width))

    def lookup(self, shape, i, table):
        # A balanced tree over the bits of the index; what lies past the table is never asked for.
        width = max((entry if entry >= 0 else ~entry).bit_length() for entry in table) + 1
        entries = [z3.BitVecVal(entry, width) for entry in table[:i.shape.hi + 1]]
        level = 0
        while len(entries) > 1:
            chosen = z3.Extract(level, level, i.raw) == 1
            entries = [z3.If(chosen, entries[k + 1], entries[k]) if k + 1 < len(entries) else entries[k]
                       for k in range(0, len(entries), 2)]
            level += 1
        return self._cut(shape, entries[0])

    def to_int(self, shape, x):
        if x.shape.kind == "bit":
            return z3.If(x.raw, z3.BitVecVal(1, 1), z3.BitVecVal(0, 1))
        return x.raw

    def to_vector(self, shape, x):
        return z3.Extract(shape.width - 1, 0, _value(x, shape.width))

    def popcount(self, shape, v):
        # The widths of the hardware's tree, at which the solver finds the two equal at once.
        terms = [z3.Extract(k, k, v.raw) for k in range(v.raw.size())]
        while len(terms) > 1:
            pairs = [terms[k:k + 2] for k in range(0, len(terms), 2)]
            width = terms[0].size() + 1
            terms = [z3.ZeroExt(width - pair[0].size(), pair[0]) + z3.ZeroExt(width - pair[1].size(), pair[1])
                     if len(pair) == 2 else pair[0] for pair in pairs]
        return z3.Extract(shape.width - 1, 0, terms[0])

    def parity(self, shape, v):
        result = z3.Extract(0, 0, v.raw)
        for k in range(1, v.raw.size()):
            result = result ^ z3.Extract(k, k, v.raw)
        return result == 1

    @staticmethod
    def _position(v, i):
        width = max(v.raw.size(), i.raw.size())
        return z3.ZeroExt(width - v.raw.size(), v.raw), _value(i, width)

    def bit_at(self, shape, v, i):
        vector, position = self._position(v, i)
        return z3.Extract(0, 0, z3.LShR(vector, position)) == 1

    def with_bit(self, shape, v, i, b):
        vector, position = self._position(v, i)
        mask = z3.BitVecVal(1, vector.size()) << position
        return z3.Extract(v.raw.size() - 1, 0, z3.If(b.raw, vector | mask, vector & ~mask))

    def shift_in(self, shape, v, b):
        low = z3.If(b.raw, z3.BitVecVal(1, 1), z3.BitVecVal(0, 1))
        return z3.Concat(z3.Extract(shape.width - 2, 0, v.raw), low) if shape.width > 1 else low

    def reverse(self, shape, v):
        bits = [z3.Extract(k, k, v.raw) for k in range(shape.width)]
        return z3.Concat(bits) if len(bits) > 1 else bits[0]

    def lowest_one(self, shape, v):
        return v.raw & -v.raw

    def linear(self, shape, v, rows):
        bits = []
        for row in rows:
            bit = z3.BitVecVal(0, 1)
            for k in range(v.raw.size()):
                bit = bit ^ z3.Extract(k, k, v.raw) if row >> k & 1 else bit
            bits.append(bit)
        return z3.Concat(bits[::-1]) if len(bits) > 1 else bits[0]

    def trailing_zeros(self, shape, v):
        result = z3.BitVecVal(v.raw.size(), shape.width)
        for k in reversed(range(v.raw.size())):
            result = z3.If(z3.Extract(k, k, v.raw) == 1, z3.BitVecVal(k, shape.width), result)
        return result


def evaluate(component, state, inputs):
    """Next state and outputs of one step as NamedTuples of symbols, from the raws of state and inputs; and the cuts' claims."""
    domain = Proof()
    symbols = [_like(shapes, [symbol(domain, shape, raw) for shape, raw in zip(shapes, raws)])
               for shapes, raws in ((component.state, state), (component.inputs, inputs))]
    result = bind(component.step, domain.operations)(component.params, *symbols)
    return *(_like(part, [domain.lift(value) for value in part]) for part in result), domain.exact


def equal(shape, raw, symbol):
    """That the signal ``raw`` of a declared shape has the value of a symbol, both sign-extended."""
    if shape.kind != "int":
        return raw == symbol.raw
    declared = type(symbol)(symbol.domain, shape, raw)
    width = _signed_width(declared, symbol)
    return _value(declared, width) == _value(symbol, width)


def within(shape, symbol):
    """That an Int symbol lies in a shape; true of the other kinds."""
    if shape.kind != "int":
        return z3.BoolVal(True)
    width = max(_signed_width(symbol), shape.width + 1)
    value = _value(symbol, width)
    return z3.And(z3.BitVecVal(shape.lo, width) <= value, value <= z3.BitVecVal(shape.hi, width))
