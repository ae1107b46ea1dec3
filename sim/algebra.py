"""The algebra domain: what a step computes as polynomials over the integers, to compare two ways of computing it.

A value is a polynomial in unknowns, brought to one form; what is no polynomial (a table, a choice, a comparison) is an unknown
of its own, named by the forms of its operands. Half of a value, rounded down, is taken term by term as far as coefficients are
even, and of the rest it is an unknown, ``floor(rest / 2)``; a value's lowest bits are the value less what is above them. So
``(x >> k) * 2**k + x mod 2**k`` is ``x``, whatever ``x``, and a product split into the products of the parts of its factors, or
a sum made of two halves and a carry, has the form of the product or the sum. Equal forms are equal integers; unequal forms say
nothing. No width enters, so that 60 bits are no harder than 6.
"""

from typing import NamedTuple

from gateware.step.bind import bind
from gateware.step.shapes import BIT, Range
from gateware.step.symbolic import Domain, symbol
from gateware.step.trace import _like

__all__ = ["Algebra", "compare_graph"]

_LARGEST = 20_000  # terms of a product, at most


class _Limits(NamedTuple):
    """A range that is not that of a value of a step, and may leave int64."""

    lo: int
    hi: int
    kind: str = "int"


class Algebra(Domain):
    """Primitives as forms: of an Int a polynomial, a sorted tuple of (unknowns, coefficient); of other kinds a number.

    Attributes
    ----------
    recording : bool
        Whether the ranges of values are remembered.
    ranges : dict of tuple to Range
        Of the polynomials that were made meanwhile.
    """

    def __init__(self):
        super().__init__()
        self.recording, self.ranges = False, {}
        self._names, self._numbers, self._limits, self._halves = [], {}, [], {}

    def emit(self, primitive, shape, *operands, **static):
        result = super().emit(primitive, shape, *operands, **static)
        if result.shape.kind == "int":
            if result.shape.lo == result.shape.hi:
                result.raw = _constant(result.shape.lo)
            self._record(result)
        return result

    def _record(self, made):
        if self.recording:
            known = self.ranges.get(made.raw, made.shape)
            self.ranges[made.raw] = Range(max(known.lo, made.shape.lo), min(known.hi, made.shape.hi))

    def unknown(self, shape, *name):
        """An unknown by a name that tells what it is: a polynomial if it is an Int."""
        if name not in self._numbers:
            self._numbers[name] = len(self._names)
            self._names.append(name)
            self._limits.append((shape.lo, shape.hi))
        number = self._numbers[name]
        return (((number,), 1),) if shape.kind == "int" else number

    def constant(self, shape, value):
        return _constant(value) if shape.kind == "int" else self.unknown(shape, "constant", shape.width, int(value))

    # Polynomials.

    def _interval(self, polynomial):
        lo = hi = 0
        for unknowns, coefficient in polynomial:
            least = most = 1
            for each in sorted(set(unknowns)):
                ends = [end ** unknowns.count(each) for end in self._limits[each]]
                if unknowns.count(each) % 2 == 0 and self._limits[each][0] < 0 < self._limits[each][1]:
                    ends.append(0)
                corners = [x * y for x in (least, most) for y in (min(ends), max(ends))]
                least, most = min(corners), max(corners)
            lo += min(coefficient * least, coefficient * most)
            hi += max(coefficient * least, coefficient * most)
        return lo, hi

    def _half(self, polynomial):
        """``floor(polynomial / 2)``."""
        if polynomial not in self._halves:
            rest = tuple((unknowns, 1) for unknowns, coefficient in polynomial if coefficient & 1)
            half = {unknowns: coefficient >> 1 for unknowns, coefficient in polynomial}
            lo, hi = (end >> 1 for end in self._interval(rest))
            more = _constant(lo) if lo == hi else self.unknown(_Limits(lo, hi), "half", rest)
            self._halves[polynomial] = _sum(half, more)
        return self._halves[polynomial]

    def _shifted(self, polynomial, n):
        for _ in range(n):
            polynomial = self._half(polynomial)
        return polynomial

    def add(self, shape, a, b):
        return _sum(dict(a.raw), b.raw)

    def sub(self, shape, a, b):
        return _sum(dict(a.raw), b.raw, -1)

    def mul(self, shape, a, b):
        terms = {}
        if len(a.raw) * len(b.raw) > _LARGEST:
            raise OverflowError(f"a product of {len(a.raw)} and {len(b.raw)} terms")
        for x, p in a.raw:
            for y, q in b.raw:
                unknowns = tuple(sorted(x + y))
                terms[unknowns] = terms.get(unknowns, 0) + p * q
        return _sum(terms, ())

    def shl(self, shape, a, n):
        return _sum({}, a.raw, 1 << n)

    def shr(self, shape, a, n):
        return self._shifted(a.raw, n)

    def wrap(self, shape, x):
        above = self._shifted(_sum(dict(x.raw), _constant(-shape.lo)), shape.width)
        return _sum(dict(x.raw), above, -(1 << shape.width))

    # The nodes of lowered graphs, see gateware.step.lowering.

    def join(self, shape, high, low, k):
        return _sum(dict(low.raw), high.raw, 1 << k)

    def times(self, shape, a, b):
        return self.mul(shape, a, b)

    def gate(self, shape, a, b):
        return self.mul(shape, a, b)

    def table(self, shape, i, tables):
        return i

    def entry(self, shape, word, start, table):
        return self.lookup(shape, word.raw, table)

    # What is no polynomial.

    def lookup(self, shape, i, table):
        return self.unknown(Range(min(table), max(table)), "lookup", table, i.raw)

    def less(self, shape, a, b):
        difference = self.sub(None, a, b)
        lo, hi = self._interval(difference)
        if lo >= 0 or hi < 0:
            return self.constant(shape, hi < 0)
        return self.unknown(shape, "negative", difference)

    def equal(self, shape, a, b):
        return self.unknown(shape, "zero", max(self.sub(None, a, b), self.sub(None, b, a)))

    def bit_not(self, shape, a):
        name = self._names[a.raw]
        return name[1] if name[0] == "not" else self.unknown(shape, "not", a.raw, shape.width)

    def mux(self, shape, c, a, b):
        if a.raw == b.raw:
            return a.raw
        lo, hi = min(a.shape.lo, b.shape.lo), max(a.shape.hi, b.shape.hi)
        return self.unknown(Range(lo, hi) if shape.kind == "int" else shape, "mux", c.raw, a.raw, b.raw)

    def saturate(self, shape, x, limits):
        low, high = (symbol(self, Range(value, value), _constant(value)) for value in (limits.lo, limits.hi))
        result = x
        for limit, beyond, needed in ((high, (high, x), x.shape.hi > limits.hi), (low, (x, low), x.shape.lo < limits.lo)):
            if needed:
                bit = symbol(self, BIT, self.less(BIT, *beyond))
                ends = [min(end, limits.hi) for end in x.shape]
                ends = [max(end, limits.lo) for end in ends] if limit is low else ends
                result = symbol(self, Range(*ends), self.mux(Range(*ends), bit, limit, result))
                self._record(result)
        return result.raw

    def __getattr__(self, primitive):
        if primitive.startswith("_"):
            raise AttributeError(primitive)
        return lambda shape, *operands, **static: self.unknown(
            shape, primitive, *(each.raw for each in operands), shape.width, *sorted(static.items()))


def compare_graph(component, graph):
    """Compare a step with a lowered graph of it.

    Parameters
    ----------
    component : StepComponent
    graph : gateware.step.trace.Graph
        From :func:`gateware.step.lowering.lower`.

    Yields
    ------
    (str, bool)
        What is compared, and whether it holds: of every next state and output, that it is the step's; of every node, that its
        value lies in its range, by the ranges of its operands or because the step has the same value in that range.
    """
    domain = Algebra()
    sources = {(part, name): symbol(domain, shape, domain.unknown(symbol(domain, shape, None).shape, part, name))
               for part, shapes in (("state", component.state), ("input", component.inputs))
               for name, shape in zip(getattr(shapes, "_fields", ()), shapes)}
    state, inputs = (_like(shapes, [sources[part, name] for name in getattr(shapes, "_fields", ())])
                     for part, shapes in (("state", component.state), ("input", component.inputs)))
    domain.recording = True
    step = bind(component.step, domain.operations)(component.params, state, inputs)
    domain.recording = False
    values = graph.evaluate(domain, sources)
    for number, (node, value) in enumerate(zip(graph.nodes, values)):
        if node.shape.kind == "int" and node.primitive not in ("state", "input"):
            known = domain.ranges.get(value.raw)
            yield f"the range of node {number}", any(node.shape.lo <= each.lo and each.hi <= node.shape.hi for each in
                                                     (known, _hull(node, [values[k].shape for k in node.operands])) if each)
    for results, indices in zip(step, (graph.next_state, graph.outputs)):
        for name, result, k in zip(getattr(results, "_fields", ()), results, indices):
            yield name, domain.lift(result).raw == values[k].raw


def _hull(node, shapes):
    """The range of a node's value that those of its operands give; None where they give none."""
    a, b = (*shapes, None, None)[:2]
    n = node.static.get("n", node.static.get("k"))
    if node.primitive in ("add", "join"):
        places = n or 0
        return Range((a.lo << places) + b.lo, (a.hi << places) + b.hi)
    if node.primitive == "sub":
        return Range(a.lo - b.hi, a.hi - b.lo)
    if node.primitive in ("times", "gate"):
        corners = [x * y for x in a for y in b]
        return Range(0 if node.operands[0] == node.operands[1] and a.lo <= 0 <= a.hi else min(corners), max(corners))
    if node.primitive in ("shl", "shr"):
        return Range(a.lo << n, a.hi << n) if node.primitive == "shl" else Range(a.lo >> n, a.hi >> n)
    if node.primitive == "mux":
        return Range(min(b.lo, shapes[2].lo), max(b.hi, shapes[2].hi))
    if node.primitive == "saturate":
        return Range(*(min(max(end, node.static["limits"].lo), node.static["limits"].hi) for end in a))
    if node.primitive in ("entry", "lookup"):
        return Range(min(node.static["table"]), max(node.static["table"]))
    if node.primitive == "constant":
        return Range(node.static["value"], node.static["value"])
    # The remainder is by its meaning in its range.
    return node.shape if node.primitive == "wrap" else None


def _constant(value):
    return (((), value),) if value else ()


def _sum(terms, more, factor=1):
    """A dictionary of terms and a polynomial ``factor`` times, as a polynomial."""
    for unknowns, coefficient in more:
        terms[unknowns] = terms.get(unknowns, 0) + factor * coefficient
    return tuple(sorted(each for each in terms.items() if each[1]))
