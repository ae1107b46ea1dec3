"""A step's dataflow graph covered by operations of the folded machine.

Every operation computes ``((a * b + half) >> shift) + c`` or puts another source in the place of the product. What the graph
has beyond that (comparisons, choices, limits, modulo) is made of such operations, Bits are the integers 0 and 1, and operations
on vectors become units of their own.
"""

from dataclasses import dataclass

from .microcode import Operation, Unit, constant, ordered
from .shapes import BIT, Range
from .simplified import SimplifiedGraph

__all__ = ["Cover"]

_ZERO, _ONE = ("constant", 0), ("constant", 1)


@dataclass(frozen=True)
class _Form:
    """A value that the product of one operation can be: ``((a * b + half) >> shift) + addend``."""

    a: int
    b: int | None
    mantissa: int | None
    shift: int
    rounds: bool | None
    addend: int = 0


class Cover(SimplifiedGraph):
    """The operations of a step component.

    Parameters
    ----------
    component : StepComponent
    separate : bool
        Whether the state lies where no operation but its first can read it.

    Attributes
    ----------
    operations : list of Operation
        In an order in which operands come first.
    tables : dict
        Each table's first address in the memory that holds them all.
    """

    def __init__(self, component, separate):
        super().__init__(component.graph)
        self.component = component
        self.operations, self.tables, self._values = [], {}, {}
        roots = [("state", name, k) for name, k in _fields(component.graph.next_state)]
        roots += [("output", name, k) for name, k in _fields(component.graph.outputs)]
        # Every neuron starts from its state, or where ``first`` is set from the initial one.
        self._setter = self.emit("input", -1, 0, what="first", c=("constant", -1)) if component.state else None
        # Values of several uses first: what they are made of is then known, and recursion stays shallow.
        for k in sorted(self.uses):
            if self.uses[k] > 1 and not self.is_comparison(k):
                self.value(k)
        self._bind(roots, separate)
        self.operations = self._needed()
        self._share_flags()
        self.operations = self._needed()

    def range(self, value):
        """The range of a value."""
        if isinstance(value, Operation):
            return value.lo, value.hi
        if value is None:
            return 0, 0
        if value[0] == "constant":
            return value[1], value[1]
        shape = getattr(self.component.state, value[1])
        return shape.lo, shape.hi

    # Operations

    def emit(self, source, lo, hi, **parts):
        operation = Operation(source, lo, hi, **parts)
        self.operations.append(operation)
        return operation

    def plain(self, a, c, node=None):
        """``a + c`` of two values."""
        (lo, hi), (c_lo, c_hi) = self.range(a), self.range(c)
        return self.emit("product", lo + c_lo, hi + c_hi, a=a, mantissa=1, c=c, node=node)

    def minus(self, c, a, node=None):
        """``c - a`` of two values."""
        (lo, hi), (c_lo, c_hi) = self.range(a), self.range(c)
        if constant(a) is not None:
            return self.plain(c, ("constant", -constant(a)), node)
        return self.emit("product", c_lo - hi, c_hi - lo, a=a, mantissa=-1, c=c, node=node)

    def choose(self, setter, inverted, a, b, shape, node=None):
        """``a`` where the sum of ``setter`` is negative, else ``b``; the other way round if ``inverted``."""
        a, b = (b, a) if inverted else (a, b)
        return self.emit("zero", shape.lo, shape.hi, c=b, other=a, flag=setter, node=node)

    def value(self, k):
        """What makes the value of a node: an operation or a constant."""
        k = self.alias(k)
        if self.constant(k) is not None:
            return ("constant", self.constant(k))
        if k not in self._values:
            node = self.nodes[k]
            made = getattr(self, f"_{node.primitive}", self._unit)(k, node)
            if isinstance(made, Operation) and made.node is None:
                made.node = k
            self._values[k] = made
        return self._values[k]

    def _state(self, k, node):
        name = node.static["name"]
        init = ("constant", int(getattr(self.component.init, name)))
        return self.choose(self._setter, False, ("state", name), init, node.shape)

    def _input(self, k, node):
        return self.emit("input", node.shape.lo, node.shape.hi, what=node.static["name"])

    def form(self, k):
        """A node as the product of one operation, with what it is made of; None where it is none."""
        node, operands = self.nodes[k], self.operands(k)
        if self.constant(k) is not None:
            return None
        if node.primitive == "mul":
            values = [self.constant(each) for each in operands]
            if values == [None, None]:
                return _Form(*operands, None, 0, None)
            place = 1 if values[0] is None else 0
            mantissa = values[place]
            zeros = (mantissa & -mantissa).bit_length() - 1
            return _Form(operands[1 - place], None, mantissa >> zeros, -zeros, None)
        if node.primitive == "shl":
            inner = self.form(operands[0]) if self.nodes[operands[0]].primitive in ("mul", "shl") else None
            if inner is not None and inner.b is None:
                return _Form(inner.a, None, inner.mantissa, inner.shift - node.static["n"], None)
            return _Form(operands[0], None, 1, -node.static["n"], None)
        return self._shifted(operands[0], node.static["n"]) if node.primitive == "shr" else None

    def _shifted(self, k, n):
        """``node k >> n``, with the constant that was added before."""
        addend, rounds = 0, False
        node = self.nodes[k]
        if node.primitive == "add":
            operands = self.operands(k)
            values = [self.constant(each) for each in operands]
            value = next((each for each in values if each is not None), None)
            half = 1 << n - 1
            if value is not None and value % half == 0:
                rounds = value % (1 << n) == half
                addend = (value - half * rounds) >> n
                k = operands[0 if values[0] is None else 1]
        # A product is as cheap again as its value would be kept, and need not be kept in full.
        inner = self.form(k) if self.nodes[k].primitive in ("mul", "shl") else None
        if inner is None:
            return _Form(k, None, 1, n, rounds, addend)
        shift = inner.shift + n
        return _Form(inner.a, inner.b, inner.mantissa, shift, rounds if shift > 0 else None, addend)

    def fused(self, k):
        """The form of an operand that nothing else uses."""
        return self.form(k) if self.uses.get(k) == 1 else None

    def product(self, form, c, shape, node=None, negative=False):
        """The operation of a form with an addend."""
        b = None if form.b is None else self.value(form.b)
        mantissa = form.mantissa if not negative else -form.mantissa
        return self.emit("product", shape.lo, shape.hi, a=self.value(form.a), b=b, mantissa=mantissa, shift=form.shift,
                         rounds=form.rounds, c=c, node=node)

    def _mul(self, k, node):
        form = self.form(k)
        return self.product(form, ("constant", form.addend) if form.addend else None, node.shape)

    _shl = _shr = _mul

    def _add(self, k, node):
        x, y = self.operands(k)
        x, y = (y, x) if self.constant(x) is not None else (x, y)
        for one, other in ((x, y), (y, x)):
            form, value = self.fused(one), self.constant(other)
            if form is not None and (value is not None or not form.addend):
                c = ("constant", value + form.addend) if value is not None else self.value(other)
                return self.product(form, c, node.shape)
        for one, other in ((x, y), (y, x)):
            if self.uses[one] == 1 and self.nodes[one].primitive == "lookup" and self.constant(one) is None:
                return self._read(self.nodes[one], node.shape, self.value(other))
        return self._ranged(self.plain(self.value(x), self.value(y)), node.shape)

    def _sub(self, k, node):
        x, y = self.operands(k)
        form = self.fused(y)
        if form is not None and form.b is None and form.shift <= 0:
            return self.product(form, self.value(x), node.shape, negative=True)
        value = self.constant(y)
        form = self.fused(x) if value is not None else None
        if form is not None:
            return self.product(form, ("constant", form.addend - value), node.shape)
        return self._ranged(self.minus(self.value(x), self.value(y)), node.shape)

    @staticmethod
    def _ranged(operation, shape):
        operation.lo, operation.hi = shape.lo, shape.hi
        return operation

    def _lookup(self, k, node):
        return self._read(node, node.shape, None)

    def _read(self, node, shape, c):
        """Two operations, one right after the other: the entry's address, and the entry with an addend."""
        table, i = node.static["table"], self.alias(node.operands[0])
        base = self.tables.setdefault(table, sum(map(len, self.tables)))
        i_lo, i_hi = self.nodes[i].shape.lo, self.nodes[i].shape.hi
        limits, form, value = Range(base + i_lo, base + i_hi), self.fused(i), self.constant(i)
        if value is not None:
            index = self.emit("zero", *limits, c=("constant", base + value))
        elif form is not None:
            index = self.product(form, ("constant", base + form.addend), limits)
        else:
            index = self._ranged(self.plain(self.value(i), ("constant", base)), limits)
        return self.emit("table", shape.lo, shape.hi, index=index, c=c)

    def _saturate(self, k, node):
        operand = self.alias(node.operands[0])
        value, limits = self.value(operand), node.static["limits"]
        lo, hi = self.nodes[operand].shape.lo, self.nodes[operand].shape.hi
        if lo < limits.lo:
            value = self.choose(self.plain(value, ("constant", -limits.lo)), False, ("constant", limits.lo), value,
                                Range(limits.lo, max(hi, limits.lo)))
        if hi > limits.hi:
            value = self.choose(self.plain(value, ("constant", -limits.hi)), False, value, ("constant", limits.hi), node.shape)
        return value

    def _wrap(self, k, node):
        # x - 2**w * (x >> w), where a signed result rounds in the place of the shift.
        operand = self.alias(node.operands[0])
        value, width, half = self.value(operand), (node.shape.hi - node.shape.lo).bit_length(), -node.shape.lo
        shape = self.nodes[operand].shape
        turns = self.emit("product", shape.lo + half >> width, shape.hi + half >> width, a=value, mantissa=1, shift=width,
                          rounds=half > 0)
        return self.emit("product", node.shape.lo, node.shape.hi, a=turns, mantissa=-1, shift=-width, c=value)

    # Bits: the integers 0 and 1; or the flag, set where the sum of an operation is negative

    def flag(self, k):
        """An operation that sets the flag, and whether the flag is the complement of the Bit of node ``k``."""
        k = self.alias(k)
        node = self.nodes[k]
        if node.primitive == "bit_not" and self.constant(k) is None:
            setter, inverted = self.flag(node.operands[0])
            return setter, not inverted
        if node.primitive == "less" and self.constant(k) is None:
            a, b = (self.alias(each) for each in node.operands)
            if self.constant(a) is not None:
                # a < b where b - (a + 1) is not negative.
                return self.plain(self.value(b), ("constant", -self.constant(a) - 1)), True
            return self.minus(self.value(a), self.value(b)), False
        return self.emit("product", -1, 0, a=self.value(k), mantissa=-1), False

    def _less(self, k, node):
        return self.choose(*self.flag(k), _ONE, _ZERO, BIT)

    def _mux(self, k, node):
        c, a, b = node.operands
        a, b = self.value(a), self.value(b)
        return self.choose(*self.flag(c), a, b, node.shape)

    def _equal(self, k, node):
        a, b = (self.value(each) for each in node.operands)
        a, b = (b, a) if constant(a) is not None else (a, b)
        not_less = self.choose(self.minus(a, b), False, _ZERO, _ONE, BIT)
        if constant(b) is not None:
            # b < a where a - (b + 1) is not negative.
            return self.choose(self.plain(a, ("constant", -constant(b) - 1)), False, not_less, _ZERO, BIT)
        return self.choose(self.minus(b, a), False, _ZERO, not_less, BIT)

    def _bit_not(self, k, node):
        operand = self.alias(node.operands[0])
        if node.shape.kind == "vector":
            return self._unit(k, node)
        return self._less(k, node) if self.is_comparison(operand) else self.minus(_ONE, self.value(operand))

    def _bits(self, k, node):
        """An operation on two Bits: the one that is better a flag chooses between what the other makes of it."""
        if node.shape.kind == "vector":
            return self._unit(k, node)
        x, y = (self.alias(each) for each in node.operands)
        x, y = (x, y) if self.is_comparison(x) and not self.is_comparison(y) or self.constant(y) is not None else (y, x)
        y = self.value(y)
        if node.primitive == "bit_and":
            return self.choose(*self.flag(x), y, _ZERO, BIT)
        if node.primitive == "bit_or":
            return self.choose(*self.flag(x), _ONE, y, BIT)
        return self.choose(*self.flag(x), self.minus(_ONE, y), y, BIT)

    _bit_and = _bit_or = _bit_xor = _bits

    def _unit(self, k, node):
        """A primitive of vectors: logic of its own, of at most two values."""
        operands = [self.alias(each) for each in node.operands]
        values = [self.value(each) for each in operands]
        shapes = [self.nodes[each].shape for each in operands]
        if node.primitive == "with_bit" and constant(values[1]) is None and constant(values[2]) is None:
            both = [self._unit_of(node, [*values[:2], bit], shapes) for bit in (_ONE, _ZERO)]
            return self.choose(*self.flag(operands[2]), *both, node.shape)
        return self._unit_of(node, values, shapes)

    def _unit_of(self, node, values, shapes):
        ports, operands = [], []
        for value, shape in zip(values, shapes):
            if constant(value) is None and value not in ports:
                ports.append(value)
            operands.append((constant(value) if constant(value) is not None else "ab"[ports.index(value)], shape))
        unit = Unit(node.primitive, node.shape, tuple(operands), tuple(sorted(node.static.items())))
        return self.emit("unit", node.shape.lo, node.shape.hi, a=(ports or [_ZERO])[0], b=ports[1] if ports[1:] else None,
                         what=unit)

    # The results

    def _bind(self, roots, separate):
        """Let the operations of the results write the state and the outputs; what has no operation of its own is copied."""
        values = [self.value(k) for _, _, k in roots]
        read = {id(each) for operation in self.operations for each in operation.operands}
        for (kind, name, k), value in zip(roots, values):
            own = isinstance(value, Operation)
            if own and kind == "state":
                load = value.flag is not None and value.flag is self._setter
                own = not (value.state or load and value.other != ("state", name) or separate and id(value) in read)
            if not own:
                lo, hi = self.range(value)
                value = self.emit("zero", lo, hi, c=value, node=self.alias(k))
            if kind == "state":
                value.state = name
            else:
                value.outputs.append(name)

    def _share_flags(self):
        """Let choices by one comparison share it, unless one of them is made of another."""
        known = {}
        for operation in self.operations:
            setter = operation.flag
            if setter is None:
                continue
            key = setter.source, setter.what, setter.a, setter.b, setter.mantissa, setter.shift, setter.c
            alike = known.setdefault(key, [])
            for operation.flag in (each for each in alike if each is not setter):
                if ordered(self.operations) is not None:
                    break
            else:
                operation.flag = setter
            if operation.flag not in alike:
                alike.append(operation.flag)

    def _needed(self):
        """The operations that lead to a result, in their order."""
        needed, waiting = set(), [each for each in self.operations if each.state or each.outputs]
        while waiting:
            each = waiting.pop()
            if each not in needed:
                needed.add(each)
                waiting += [operand for operand in (*each.operands, each.flag, each.index) if isinstance(operand, Operation)]
        return [each for each in self.operations if each in needed]


def _fields(shapes):
    return list(zip(getattr(shapes, "_fields", ()), shapes))
