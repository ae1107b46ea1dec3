"""The hardware domain: a step function as Amaranth values, every one as wide as its range."""

from amaranth.hdl import Array, Cat, Const, Mux, Shape, Signal
from amaranth.lib.memory import Memory

from .bind import bind
from .shapes import bits_for
from .symbolic import Domain, symbol
from .trace import _like

__all__ = ["Hardware", "graph_logic", "step_logic"]


class Hardware(Domain):
    """Primitives as Amaranth signals in a module; each is exactly as wide as its range needs."""

    def __init__(self, m):
        super().__init__()
        self._m = m

    def emit(self, primitive, shape, *operands, **static):
        """A signal per value: Amaranth writes out an expression anew at every use of it."""
        result = super().emit(primitive, shape, *operands, **static)
        value = Signal(Shape(result.shape.width, result.shape.signed), name=self._name(primitive))
        self._m.d.comb += value.eq(result.raw)
        result.raw = value
        return result

    def _name(self, primitive):
        return primitive

    def constant(self, shape, value):
        return Const(value, Shape(shape.width, shape.signed))

    def add(self, shape, a, b):
        return a.raw + b.raw

    def sub(self, shape, a, b):
        return a.raw - b.raw

    def mul(self, shape, a, b):
        return a.raw * b.raw

    def shl(self, shape, a, n):
        return a.raw.shift_left(n)

    def shr(self, shape, a, n):
        return a.raw.shift_right(n)

    def less(self, shape, a, b):
        return a.raw < b.raw

    def equal(self, shape, a, b):
        return a.raw == b.raw

    def bit_and(self, shape, a, b):
        return a.raw & b.raw

    def bit_or(self, shape, a, b):
        return a.raw | b.raw

    def bit_xor(self, shape, a, b):
        return a.raw ^ b.raw

    def bit_not(self, shape, a):
        return ~a.raw

    def mux(self, shape, c, a, b):
        return Mux(c.raw, a.raw, b.raw)

    def saturate(self, shape, x, limits):
        value = x.raw
        if limits.lo == ~limits.hi and x.shape.lo < 0:
            # A two's complement format: it fits where all bits above its sign equal the sign.
            width = limits.width
            above, sign = value[width - 1:], value[-1]
            fits = ~(above.any() & ~above.all())
            clamped = Cat((~sign).replicate(width - 1), sign).as_signed()
            return Mux(fits, value[:width].as_signed(), clamped)
        if x.shape.hi > limits.hi:
            value = Mux(x.raw > limits.hi, limits.hi, value)
        if x.shape.lo < limits.lo:
            value = Mux(x.raw < limits.lo, limits.lo, value)
        return value

    def wrap(self, shape, x):
        return x.raw

    def lookup(self, shape, i, table):
        entries, shape = self._table(i, table)
        return Array(Const(entry, shape) for entry in entries)[i.raw]

    @staticmethod
    def _table(i, table):
        """The entries that the bits of an index can name, and the shape of one."""
        size = 1 << bits_for(0, i.shape.hi)
        entries = (table + (0,) * size)[:size]
        return entries, Shape(bits_for(min(entries), max(entries)), min(entries) < 0)

    def to_int(self, shape, x):
        return x.raw

    def to_vector(self, shape, x):
        return x.raw

    def popcount(self, shape, v):
        counts = [(bit, 1) for bit in v.raw]
        while len(counts) > 1:
            pairs = [counts[k:k + 2] for k in range(0, len(counts), 2)]
            counts = [pair[0] if len(pair) == 1 else
                      ((pair[0][0] + pair[1][0])[:bits_for(0, pair[0][1] + pair[1][1])], pair[0][1] + pair[1][1])
                      for pair in pairs]
        return counts[0][0]

    def parity(self, shape, v):
        return v.raw.xor()

    def bit_at(self, shape, v, i):
        if i.shape.lo == i.shape.hi:
            return v.raw[i.shape.lo]
        return v.raw.bit_select(i.raw, 1)

    def with_bit(self, shape, v, i, b):
        if i.shape.lo == i.shape.hi:
            k = i.shape.lo
            return Cat(v.raw[:k], b.raw, v.raw[k + 1:])
        return Cat(Mux(i.raw == k, b.raw, bit) for k, bit in enumerate(v.raw))

    def shift_in(self, shape, v, b):
        return Cat(b.raw, v.raw)[:shape.width]

    def reverse(self, shape, v):
        return v.raw[::-1]

    def lowest_one(self, shape, v):
        return Cat(v.raw[k] & ~v.raw[:k].any() if k else v.raw[0] for k in range(len(v.raw)))

    def linear(self, shape, v, rows):
        return Cat((v.raw & row).xor() for row in rows)

    def trailing_zeros(self, shape, v):
        def lowest(lo, hi):
            # A tree over the halves: a chain over 64 bits is slow, and deeper than Amaranth's simulator can nest.
            middle = (lo + hi) // 2
            return lo if hi - lo == 1 else Mux(v.raw[lo:middle].any(), lowest(lo, middle), lowest(middle, hi))

        return Mux(v.raw.any(), lowest(0, len(v.raw)), len(v.raw))


def step_logic(m, step, params, state, inputs, state_values, input_values):
    """The combinational logic of one step between Amaranth values.

    Parameters
    ----------
    m : Module
        Where the logic goes.
    step : function
    params : NamedTuple
    state, inputs : NamedTuple of shapes
    state_values, input_values : sequence of Value
        In the order of the fields, each of its field's shape.

    Returns
    -------
    (NamedTuple of Value, NamedTuple of Value)
        Next state and outputs.
    """
    domain = Hardware(m)
    symbols = [_like(shapes, [symbol(domain, shape, value) for shape, value in zip(shapes, values)])
               for shapes, values in ((state, state_values), (inputs, input_values))]
    next_state, outputs = bind(step, domain.operations)(params, *symbols)
    return tuple(_like(part, [domain.lift(value).raw for value in part]) for part in (next_state, outputs))


class _NumberedHardware(Hardware):
    """The hardware of a graph, in which the signal of node ``k`` is called ``node<k>``."""

    def __init__(self, m):
        super().__init__(m)
        self.index = None

    def _name(self, primitive):
        return f"node{self.index}"

    def lookup(self, shape, i, table):
        # A read-only memory is the same logic as a choice between constants, and the text of thousands of those takes seconds.
        entries, shape = self._table(i, table)
        if len(entries) == 1:
            return Const(entries[0], shape)
        self._m.submodules[f"table{self.index}"] = memory = Memory(shape=shape, depth=len(entries), init=entries)
        port = memory.read_port(domain="comb")
        self._m.d.comb += port.addr.eq(i.raw)
        return port.data


def graph_logic(m, graph, state, inputs, state_values, input_values):
    """The combinational logic of a traced step, each value in a signal of a known name, ``node<k>``.

    Equal expressions of the step share one node, so that the logic is at most that of :func:`step_logic`; and the names let a
    proof go from node to node, which it must where a step is too large to be proven as a whole.

    Parameters
    ----------
    m : Module
        Where the logic goes.
    graph : gateware.step.trace.Graph
    state, inputs : NamedTuple of shapes
    state_values, input_values : sequence of Value
        In the order of the fields, each of its field's shape.

    Returns
    -------
    (NamedTuple of Value, NamedTuple of Value)
        Next state and outputs.
    """
    domain = _NumberedHardware(m)
    sources = {(kind, name): symbol(domain, shape, value)
               for kind, shapes, values in (("state", state, state_values), ("input", inputs, input_values))
               for name, shape, value in zip(getattr(shapes, "_fields", ()), shapes, values)}
    values = []
    for domain.index, node in enumerate(graph.nodes):
        values.append(graph.apply(node, domain, sources, [values[k] for k in node.operands]))
    return tuple(_like(part, [values[k].raw for k in part]) for part in (graph.next_state, graph.outputs))
