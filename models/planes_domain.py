"""The planes domain: a step function as logic on single bits, each bit a word of 64 instances."""

from gateware.step.symbolic import Domain

__all__ = ["Planes"]

ZERO, ONE = "ZERO", "ONE"


class Planes(Domain):
    """Primitives as lists of names of bit planes, lowest first; the gates between them are kept.

    An Int has as many planes as its range needs, a Vector its width, a Bit one.

    Attributes
    ----------
    gates : list of (str, str, str, str)
        ``(name, operation, a, b)``, the operation one of and, or, xor, in an order in which they can be evaluated.
    """

    def __init__(self):
        super().__init__()
        self.gates, self._known = [], {}

    # Gates, with constants folded and equal gates shared.

    def _gate(self, operation, a, b):
        gate = (operation, min(a, b), max(a, b))
        if gate not in self._known:
            self._known[gate] = f"p{len(self._known)}"
            self.gates.append((self._known[gate], *gate))
        return self._known[gate]

    def _not(self, a):
        if a in (ZERO, ONE):
            return ONE if a == ZERO else ZERO
        return self._gate("xor", a, ONE)

    def _and(self, a, b):
        if ZERO in (a, b):
            return ZERO
        if a == b or ONE in (a, b):
            return b if a == ONE else a
        return self._gate("and", a, b)

    def _or(self, a, b):
        if ONE in (a, b):
            return ONE
        if a == b or ZERO in (a, b):
            return b if a == ZERO else a
        return self._gate("or", a, b)

    def _xor(self, a, b):
        if a == b:
            return ZERO
        for x, y in ((a, b), (b, a)):
            if x == ZERO:
                return y
            if x == ONE:
                return self._not(y)
        return self._gate("xor", a, b)

    def _choose(self, c, a, b):
        return self._xor(b, self._and(c, self._xor(a, b)))

    # Numbers.

    @staticmethod
    def _extend(value, width):
        planes = value.raw
        return planes[:width] + [planes[-1] if value.shape.signed else ZERO] * (width - len(planes))

    def _sum(self, a, b, carry=ZERO):
        planes = []
        for x, y in zip(a, b):
            half = self._xor(x, y)
            planes.append(self._xor(half, carry))
            carry = self._or(self._and(x, y), self._and(half, carry))
        return planes

    def _difference(self, a, b):
        return self._sum(a, [self._not(plane) for plane in b], ONE)

    def constant(self, shape, value):
        return [ONE if value >> k & 1 else ZERO for k in range(shape.width)]

    def add(self, shape, a, b):
        return self._sum(self._extend(a, shape.width), self._extend(b, shape.width))

    def sub(self, shape, a, b):
        return self._difference(self._extend(a, shape.width), self._extend(b, shape.width))

    def mul(self, shape, a, b):
        width, result = shape.width, [ZERO] * shape.width
        x, y = self._extend(a, width), self._extend(b, width)
        for k, bit in enumerate(y):
            partial = [ZERO] * k + [self._and(bit, plane) for plane in x[:width - k]]
            result = self._sum(result, partial)
        return result

    def shl(self, shape, a, n):
        return self._fit(shape, [ZERO] * n + a.raw, a)

    def shr(self, shape, a, n):
        return self._fit(shape, a.raw[n:], a)

    @staticmethod
    def _fit(shape, planes, a):
        """``planes``, extended by the sign of ``a`` where its range counts more bits."""
        fill = (planes or a.raw or [ZERO])[-1] if a.shape.signed else ZERO
        return (planes + [fill] * shape.width)[:shape.width]

    def less(self, shape, a, b):
        width = max(a.shape.width, b.shape.width) + 2
        return [self._difference(self._extend(a, width), self._extend(b, width))[-1]]

    def equal(self, shape, a, b):
        width = max(a.shape.width, b.shape.width) + 1
        different = ZERO
        for x, y in zip(self._extend(a, width), self._extend(b, width)):
            different = self._or(different, self._xor(x, y))
        return [self._not(different)]

    def saturate(self, shape, x, limits):
        value = self._extend(x, max(shape.width, x.shape.width))
        lo, hi = self.lift(limits.lo), self.lift(limits.hi)
        for (condition,), limit in ((self.less(None, x, lo), limits.lo), (self.less(None, hi, x), limits.hi)):
            value = [self._choose(condition, ONE if limit >> k & 1 else ZERO, plane) for k, plane in enumerate(value)]
        return value[:shape.width]

    def wrap(self, shape, x):
        return self._extend(x, shape.width)

    def lookup(self, shape, i, table):
        entries = [[ONE if entry >> k & 1 else ZERO for k in range(shape.width)] for entry in table]
        return self._pick(entries, i.raw)

    def _pick(self, entries, planes):
        for plane in planes:
            entries = [[self._choose(plane, y, x) for x, y in zip(entries[k], entries[k + 1])] if k + 1 < len(entries)
                       else entries[k] for k in range(0, len(entries), 2)]
        return entries[0]

    # Bits and Vectors.

    def bit_and(self, shape, a, b):
        return [self._and(x, y) for x, y in zip(a.raw, b.raw)]

    def bit_or(self, shape, a, b):
        return [self._or(x, y) for x, y in zip(a.raw, b.raw)]

    def bit_xor(self, shape, a, b):
        return [self._xor(x, y) for x, y in zip(a.raw, b.raw)]

    def bit_not(self, shape, a):
        return [self._not(plane) for plane in a.raw]

    def mux(self, shape, c, a, b):
        if shape.kind != "int":
            return [self._choose(c.raw[0], x, y) for x, y in zip(a.raw, b.raw)]
        return [self._choose(c.raw[0], x, y) for x, y in zip(self._extend(a, shape.width), self._extend(b, shape.width))]

    def to_int(self, shape, x):
        return x.raw

    def to_vector(self, shape, x):
        return self._extend(x, shape.width)

    def popcount(self, shape, v):
        counts = [[plane] for plane in v.raw]
        while len(counts) > 1:
            pairs = [counts[k:k + 2] for k in range(0, len(counts), 2)]
            counts = []
            for pair in pairs:
                width = max(map(len, pair)) + 1
                padded = [each + [ZERO] * (width - len(each)) for each in pair]
                counts.append(self._sum(*padded) if len(pair) == 2 else pair[0])
        return (counts[0] + [ZERO] * shape.width)[:shape.width]

    def parity(self, shape, v):
        result = ZERO
        for plane in v.raw:
            result = self._xor(result, plane)
        return [result]

    def bit_at(self, shape, v, i):
        return self._pick([[plane] for plane in v.raw], i.raw) if i.raw else v.raw[:1]

    def with_bit(self, shape, v, i, b):
        return [self._choose(self.equal(None, i, self.lift(k))[0], b.raw[0], plane) for k, plane in enumerate(v.raw)]

    def shift_in(self, shape, v, b):
        return (b.raw + v.raw)[:shape.width]

    def reverse(self, shape, v):
        return v.raw[::-1]

    def lowest_one(self, shape, v):
        below, result = ZERO, []
        for plane in v.raw:
            result.append(self._and(plane, self._not(below)))
            below = self._or(below, plane)
        return result

    def linear(self, shape, v, rows):
        result = []
        for row in rows:
            plane = ZERO
            for k, each in enumerate(v.raw):
                plane = self._xor(plane, each) if row >> k & 1 else plane
            result.append(plane)
        return result

    def trailing_zeros(self, shape, v):
        result = self.constant(shape, len(v.raw))
        for k in reversed(range(len(v.raw))):
            result = [self._choose(v.raw[k], new, old) for new, old in zip(self.constant(shape, k), result)]
        return result
