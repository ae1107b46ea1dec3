"""A dataflow graph rewritten into nodes that a part has cells for: what the pipeline puts its registers between.

The lowered graph computes the same integers. A product becomes products of factors that one multiplier takes and sums of them,
by ``x = (x >> k) * 2**k + x mod 2**k``, which holds of any integer; a long sum becomes two halves and a carry; tables that
share an index become words of one memory. Five primitives are added to those of the step language:

``join``     ``hi * 2**k + lo`` for ``0 <= lo < 2**k``: wires
``times``    a product of two factors that fit a multiplier
``gate``     a product by a factor of one bit: 0 or 1, or 0 or -1
``table``    a word of a memory of constants, read with the clock
``entry``    one of the tables that such a word holds side by side
"""

from .shapes import BIT, Range, Vector, bits_for
from .trace import Graph, Node, _like

__all__ = ["LOGIC_TABLE", "lower"]

# Up to here a table is a LUT per bit.
LOGIC_TABLE = 16
# Constants of so few non-zero digits are sums of shifts wherever multipliers are.
_FEW_DIGITS = 2
_LOGIC = {"add", "sub", "gate"}
_NARROWED = {"add", "sub", "shl", "shr", "join", "times", "gate"}


def lower(graph, target, room):
    """The :class:`~gateware.step.trace.Graph` rewritten for a family of parts.

    Parameters
    ----------
    graph : Graph
    target : Target
    room : float
        Nanoseconds between two registers.

    Returns
    -------
    Graph
        Its nodes are all used. Products beyond the number of multipliers, the cheapest first, are sums in logic.
    """
    longest = max(8, int((room - target.chain - target.inverter) / target.carry))
    graphs = [_fitting(graph, target, thin, longest) for thin in target.thin]
    return min(graphs, key=lambda lowered: sum(node.shape.width for node in lowered.nodes if node.primitive in _LOGIC))


def _fitting(graph, target, thin, longest):
    """The graph with so few multipliers as the part has, if it can be."""
    products, soft = [k for k, node in enumerate(graph.nodes) if node.primitive == "mul"], set()
    while True:
        lowering = _Lowering(graph, target.factor, thin, longest, soft)
        lowered = lowering.run()
        taken = sum(node.primitive == "times" for node in lowered.nodes)
        hard = [k for k in products if k not in soft and lowering.multipliers[k]]
        if taken <= target.multipliers or not hard:
            return lowered
        for k in sorted(hard, key=lambda k: (lowering.logic[k] / lowering.multipliers[k], k)):
            if taken > target.multipliers:
                soft.add(k)
                taken -= lowering.multipliers[k]


def digits_of(value):
    """The non-zero digits of an integer as (sign, place): the fewest there are, no two side by side."""
    digits, place = [], 0
    while value:
        if value & 1:
            digit = 2 - (value & 3)
            digits.append((digit, place))
            value -= digit
        value >>= 1
        place += 1
    return digits


def _within(lo, hi, limits):
    """A range, of which it is known that it keeps to others."""
    return Range(lo, hi) if limits is None else Range(max(lo, limits.lo), min(hi, limits.hi))


class _Lowering:
    """The rewriting of one graph; equal nodes are one."""

    def __init__(self, graph, factor, thin, longest, soft):
        self.graph, self.factor, self.thin, self.longest, self.soft = graph, factor, thin, longest, soft
        self.nodes, self._known = [], {}
        # Of each product: the multipliers it took, and roughly the LUTs that it is without one.
        self.multipliers, self.logic, self.taken = {}, {}, 0
        self._tables = {}
        for node in graph.nodes:
            if node.primitive == "lookup":
                tables = self._tables.setdefault(node.operands[0], [])
                if node.static["table"] not in tables:
                    tables.append(node.static["table"])

    def run(self):
        new = []
        for number, node in enumerate(self.graph.nodes):
            before = self.taken
            rewrite = getattr(self, f"_{node.primitive}", None)
            operands = [new[k] for k in node.operands]
            new.append(rewrite(number, node, *operands) if rewrite else
                       self.node(node.primitive, node.shape, *operands, **node.static))
            self._narrow(new[-1], node.shape)
            if node.primitive == "mul":
                self.multipliers[number] = self.taken - before
        return self._used([new[k] for k in self.graph.next_state], [new[k] for k in self.graph.outputs])

    def _narrow(self, k, shape):
        """A value that the traced graph has in a narrower range keeps to it."""
        node = self.nodes[k]
        if node.primitive in _NARROWED and (node.shape.lo < shape.lo or shape.hi < node.shape.hi):
            self.nodes[k] = Node(node.primitive, node.operands, _within(*node.shape, shape), node.static)

    def _used(self, next_state, outputs):
        needed, waiting = set(), [*next_state, *outputs]
        while waiting:
            k = waiting.pop()
            if k not in needed:
                needed.add(k)
                waiting += self.nodes[k].operands
        place = {k: number for number, k in enumerate(sorted(needed))}
        nodes = tuple(Node(node.primitive, tuple(place[k] for k in node.operands), node.shape, node.static)
                      for node in (self.nodes[k] for k in sorted(needed)))
        return Graph(nodes, _like(self.graph.next_state, [place[k] for k in next_state]),
                     _like(self.graph.outputs, [place[k] for k in outputs]))

    # Nodes, with their ranges.

    def node(self, primitive, shape, *operands, **static):
        key = (primitive, operands, shape, type(shape), tuple(sorted(static.items())))
        if key not in self._known:
            self._known[key] = len(self.nodes)
            self.nodes.append(Node(primitive, operands, shape, static))
            self.taken += primitive == "times"
        return self._known[key]

    def constant(self, value):
        return self.node("constant", Range(value, value), value=value)

    def shape(self, k):
        return self.nodes[k].shape

    def value(self, k):
        """The value of a constant Int; None of anything else."""
        lo, hi = self.shape(k).lo, self.shape(k).hi
        return lo if lo == hi and self.shape(k).kind == "int" else None

    def _shifted(self, k):
        """An Int as (another one, how far it is shifted to the left)."""
        node, value = self.nodes[k], self.value(k)
        if value:
            places = (value & -value).bit_length() - 1
            return (k, 0) if not places else (self.constant(value >> places), places)
        return (node.operands[0], node.static["n"]) if node.primitive == "shl" else (k, 0)

    def shl(self, a, n):
        if n == 0 or self.value(a) == 0:
            return a
        if self.value(a) is not None:
            return self.constant(self.value(a) << n)
        a, more = self._shifted(a)
        lo, hi = self.shape(a).lo, self.shape(a).hi
        return self.node("shl", Range(lo << n + more, hi << n + more), a, n=n + more)

    def shr(self, a, n):
        node, lo, hi = self.nodes[a], self.shape(a).lo >> n, self.shape(a).hi >> n
        if n == 0:
            return a
        if lo == hi:
            return self.constant(lo)
        if node.primitive == "shl":
            places = node.static["n"]
            return self.shr(node.operands[0], n - places) if n >= places else self.shl(node.operands[0], places - n)
        if node.primitive == "shr":
            return self.shr(node.operands[0], n + node.static["n"])
        if node.primitive == "join":
            (high, low), places = node.operands, node.static["k"]
            return self.shr(high, n - places) if n >= places else self.join(high, self.shr(low, n), places - n)
        return self.node("shr", Range(lo, hi), a, n=n)

    def low(self, a, k):
        """The lowest ``k`` bits as an unsigned number."""
        node, limits = self.nodes[a], Range.unsigned(k)
        if self.value(a) is not None:
            return self.constant(self.value(a) & limits.hi)
        if 0 <= self.shape(a).lo and self.shape(a).hi <= limits.hi:
            return a
        if node.primitive == "shl":
            places = node.static["n"]
            return self.constant(0) if k <= places else self.shl(self.low(node.operands[0], k - places), places)
        if node.primitive == "join":
            (high, low), places = node.operands, node.static["k"]
            return self.low(low, k) if k <= places else self.join(self.low(high, k - places), low, places)
        return self.node("wrap", limits, a)

    def join(self, high, low, k, limits=None):
        if self.value(low) == 0:
            return self.shl(high, k)
        if self.value(high) == 0:
            return low
        lo, hi = (self.shape(high).lo << k) + self.shape(low).lo, (self.shape(high).hi << k) + self.shape(low).hi
        return self.node("join", _within(lo, hi, limits), high, low, k=k)

    def add(self, a, b, limits=None):
        """A sum; ``limits`` is a range that it is known to keep to."""
        if self.value(a) == 0 or self.value(b) == 0:
            return b if self.value(a) == 0 else a
        (x, m), (y, n) = self._shifted(a), self._shifted(b)
        if m and n:
            k = min(m, n)
            return self.shl(self.add(self.shl(x, m - k), self.shl(y, n - k)), k)
        if m or n:
            # What stands below the shifted one is not changed by it.
            (plain, shifted, k) = (b, x, m) if m else (a, y, n)
            return self.join(self.add(self.shr(plain, k), shifted), self.low(plain, k), k, limits)
        return self._chain("add", a, b, limits)

    def sub(self, a, b, limits=None):
        if self.value(b) == 0:
            return a
        if self.value(b) is not None:
            return self.add(a, self.constant(-self.value(b)), limits)
        (x, m), (y, n) = self._shifted(a), self._shifted(b)
        if m and n or n and self.value(a) == 0:
            k = min(m, n) if m else n
            return self.shl(self.sub(self.shl(x, m - k) if m else a, self.shl(y, n - k)), k)
        if n:
            return self.join(self.sub(self.shr(a, n), y), self.low(a, n), n, limits)
        return self._chain("sub", a, b, limits)

    def _chain(self, primitive, a, b, limits=None):
        """A sum or difference by one carry chain, or by two whose carry is handed on."""
        p, q = self.shape(a), self.shape(b)
        shape = _within(*((p.lo + q.lo, p.hi + q.hi) if primitive == "add" else (p.lo - q.hi, p.hi - q.lo)), limits)
        if shape.width <= self.longest:
            return self.node(primitive, shape, a, b)
        k = -(-shape.width // 2)
        low = self._chain(primitive, self.low(a, k), self.low(b, k))
        high = self._chain(primitive, self.shr(a, k), self.shr(b, k))
        return self.join(self._chain("add", high, self.shr(low, k)), self.low(low, k), k, limits)

    def less(self, a, b):
        if bits_for(min(self.shape(a).lo, self.shape(b).lo), max(self.shape(a).hi, self.shape(b).hi)) > self.longest:
            return self.node("less", BIT, self.sub(a, b), self.constant(0))
        return self.node("less", BIT, a, b)

    # Products.

    def _widths(self, a, b):
        """Bits of two factors as a multiplier takes them, which has a sign for both or for none."""
        sign = self.shape(a).lo < 0 or self.shape(b).lo < 0
        return [self.shape(k).width + (sign and self.shape(k).lo >= 0) for k in (a, b)]

    def product(self, a, b, limits=None, soft=False):
        if self.value(a) is not None:
            a, b = b, a
        if self.value(b) is not None:
            digits = digits_of(self.value(b))
            if soft or len(digits) <= _FEW_DIGITS:
                return self._of_digits(a, digits)
        for one, other in ((a, b), (b, a)):
            if (self.shape(one).lo, self.shape(one).hi) in ((0, 1), (-1, 0)):
                return self.node("gate", self._product_range(one, other), one, other)
        if self._widths(a, b)[0] < self._widths(a, b)[1]:
            a, b = b, a
        if soft:
            return self._of_bits(a, b)
        width = self._widths(a, b)[0]
        if width <= self.factor:
            return self.node("times", _within(*self._product_range(a, b), limits), *sorted((a, b)))
        excess = width - self.factor
        k = excess if excess <= self.factor // 2 else self.factor - 1
        high, low = self.product(self.shr(a, k), b), self.product(self.low(a, k), b, soft=excess <= self.thin)
        return self._sum([(1, high, k), (1, low, 0)], limits)

    def _product_range(self, a, b):
        p, q = self.shape(a), self.shape(b)
        corners = [x * y for x in (p.lo, p.hi) for y in (q.lo, q.hi)]
        return Range(0 if a == b else min(corners), max(corners))

    def _of_digits(self, a, digits):
        return self._sum([(digit, a, place) for digit, place in digits])

    def _of_bits(self, a, b):
        """A product as a sum of the one factor gated by the bits of the other."""
        width = self.shape(b).width
        bits = [self.low(self.shr(b, k), 1) for k in range(width - 1)]
        bits.append(self.shr(b, width - 1))
        return self._sum([(1, self.product(bit, a), k) for k, bit in enumerate(bits) if self.value(bit) != 0])

    def _sum(self, terms, limits=None):
        """A balanced sum of (sign, node, shift to the left), the least significant next to each other."""
        if not terms:
            return self.constant(0)
        while len(terms) > 1:
            pairs = [terms[k:k + 2] for k in range(0, len(terms), 2)]
            terms = [pair[0] if len(pair) == 1 else self._pair(*pair, limits if len(pairs) == 1 else None) for pair in pairs]
        sign, a, k = terms[0]
        return self.shl(a if sign > 0 else self.sub(self.constant(0), a), k)

    def _pair(self, first, second, limits):
        (p, a, m), (q, b, n) = first, second
        k = min(m, n)
        a, b = self.shl(a, m - k), self.shl(b, n - k)
        limits = limits if k == 0 else None
        if p == q:
            return p, self.add(a, b, limits if p > 0 else None), k
        return (1, self.sub(a, b, limits), k) if p > 0 else (1, self.sub(b, a, limits), k)

    # Primitives of the step language that are not taken as they are.

    def _constant(self, number, node):
        return self.constant(node.static["value"]) if node.shape.kind == "int" else self.node("constant", node.shape, **node.static)

    def _add(self, number, node, a, b):
        return self.add(a, b, node.shape)

    def _sub(self, number, node, a, b):
        return self.sub(a, b, node.shape)

    def _shl(self, number, node, a):
        return self.shl(a, node.static["n"])

    def _shr(self, number, node, a):
        return self.shr(a, node.static["n"])

    def _wrap(self, number, node, a):
        return self.low(a, node.shape.width) if node.shape.lo == 0 else self.node("wrap", node.shape, a)

    def _less(self, number, node, a, b):
        return self.less(a, b)

    def _mul(self, number, node, a, b):
        widths = self._widths(a, b)
        constant = self.value(a) if self.value(a) is not None else self.value(b)
        self.logic[number] = (len(digits_of(constant)) * max(widths) if constant is not None else 2 * widths[0] * widths[1])
        return self.product(a, b, node.shape, soft=number in self.soft)

    def _saturate(self, number, node, a):
        limits, shape = node.static["limits"], self.shape(a)
        if limits.lo == ~limits.hi and limits.hi & limits.hi + 1 == 0 and shape.lo < 0:
            return self.node("saturate", node.shape, a, limits=limits)
        result, least, most = a, shape.lo, shape.hi
        if most > limits.hi:
            most = limits.hi
            result = self.node("mux", Range(min(least, most), most), self.less(self.constant(most), a), self.constant(most), result)
        if least < limits.lo:
            least = limits.lo
            result = self.node("mux", Range(least, max(least, most)), self.less(a, self.constant(least)), self.constant(least),
                               result)
        return result

    def _lookup(self, number, node, i):
        if node.shape.lo == node.shape.hi:
            return self.constant(node.shape.lo)
        tables = tuple(self._tables[self.graph.nodes[number].operands[0]])
        entries = self.shape(i).hi + 1
        if entries <= LOGIC_TABLE:
            return self.node("lookup", node.shape, i, table=node.static["table"])
        widths = [bits_for(min(table), max(table)) for table in tables]
        word = self.node("table", Vector(sum(widths)), i, tables=tables)
        which = tables.index(node.static["table"])
        return self.node("entry", node.shape, word, start=sum(widths[:which]), table=node.static["table"])
