"""A fixed-point step for eight neurons at once, in LLVM's text, from the step's traced graph.

The range of every value says how many bits it takes. Up to 32 bits eight neurons are one vector of 32-bit lanes. What is wider,
products above all, is two vectors of 64-bit lanes, one of the even and one of the odd neurons: that is how processors multiply
32 by 32 bits, and a product that is scaled back to 32 bits needs two shifts and a blend.

Tables are in :mod:`models.neurons.bank_tables`.
"""

import numpy as np

from .bank_lanes import Lines
from .bank_tables import fetched_rows

__all__ = ["FixedLanes"]

_NARROW, _WIDE = "<8 x i32>", "<4 x i64>"
_LO, _HI = -(2**31), 2**31 - 1
_BLEND = "<8 x i32> <i32 0, i32 9, i32 2, i32 11, i32 4, i32 13, i32 6, i32 15>"


def _is_narrow(shape):
    return shape.width <= 32 if shape.kind != "int" else _LO <= shape.lo and shape.hi <= _HI


class _Value:
    """A value in forms, each made when asked for: ``narrow`` (a Bit as a mask of ones), ``wide`` (even and odd neurons)."""

    def __init__(self, shape, narrow=None, wide=None, constant=None):
        self.shape, self.narrow, self.wide, self.constant = shape, narrow, wide, constant


class FixedLanes:
    """The instructions of a fixed-point step.

    Parameters
    ----------
    component : StepComponent
        Of Ints, Bits, and Vectors of at most 32 bits that are only shifted linearly.

    Attributes
    ----------
    lines : Lines
    tables : list of str
        Definitions of constants.
    """

    def __init__(self, component):
        self.component, self.graph = component, component.graph
        for node in self.graph.nodes:
            if node.primitive not in ("state", "input", "constant") and not hasattr(self, f"_{node.primitive}"):
                raise ValueError(f"a bank's neuron must do without {node.primitive}, which {type(component).__name__} uses")
            if node.shape.kind == "vector" and node.shape.width > 32:
                raise ValueError(f"a bank's neuron must have Vectors of at most 32 bits, not {node.shape!r}")
        self.lines, self.tables = Lines(), []
        self._columns = {}

    @staticmethod
    def dtype(shape):
        """The NumPy dtype in which a bank keeps values of a shape; int64: of each eight neurons the even before the odd ones."""
        return np.dtype(np.int32 if _is_narrow(shape) else np.int64)

    @staticmethod
    def element(shape):
        """LLVM's type of one value in a bank's array."""
        return "i32" if _is_narrow(shape) else "i64"

    def load(self, shape, pointer):
        """The value of eight neurons at a pointer."""
        emit = self.lines.emit
        if _is_narrow(shape):
            value = emit(f"load {_NARROW}, ptr {pointer}, align 4")
            return _Value(shape, self.lines.emit(f"sub {_NARROW} zeroinitializer, {value}") if shape.kind == "bit" else value)
        other = emit(f"getelementptr i64, ptr {pointer}, i64 4")
        return _Value(shape, wide=tuple(emit(f"load {_WIDE}, ptr {each}, align 8") for each in (pointer, other)))

    def shared(self, shape, scalar):
        """The value of a scalar that all neurons share."""
        if not _is_narrow(shape):
            value = self._splat(_WIDE, "i64", scalar)
            return _Value(shape, wide=(value, value))
        value = self._splat(_NARROW, "i32", scalar)
        return _Value(shape, self.lines.emit(f"sub {_NARROW} zeroinitializer, {value}") if shape.kind == "bit" else value)

    def store(self, value, pointer):
        """Keep a value as its shape's dtype; a Bit as 0 or 1."""
        if _is_narrow(value.shape):
            text = self._narrow(value)
            if value.shape.kind == "bit":
                text = self.lines.emit(f"lshr {_NARROW} {text}, {self._constant(_NARROW, 31)}")
            self.lines.body.append(f"store {_NARROW} {text}, ptr {pointer}, align 4")
            return
        for text, at in zip(self._wide(value), (pointer, self.lines.emit(f"getelementptr i64, ptr {pointer}, i64 4"))):
            self.lines.body.append(f"store {_WIDE} {text}, ptr {at}, align 8")

    def count(self, value, pointer):
        """Add a Bit to the 32-bit counts at a pointer."""
        before = self.lines.emit(f"load {_NARROW}, ptr {pointer}, align 4")
        after = self.lines.emit(f"sub {_NARROW} {before}, {self._narrow(value)}")
        self.lines.body.append(f"store {_NARROW} {after}, ptr {pointer}, align 4")

    def store_bit(self, value, pointer):
        """Keep a Bit as bytes, 0 or 1."""
        bits = self.lines.emit(f"lshr {_NARROW} {self._narrow(value)}, {self._constant(_NARROW, 31)}")
        text = self.lines.emit(f"trunc {_NARROW} {bits} to <8 x i8>")
        self.lines.body.append(f"store <8 x i8> {text}, ptr {pointer}, align 1")

    def step(self, state, inputs):
        """Values of the next state and of the outputs by name, from those of the state and the inputs."""
        sources, nodes, values = {"state": state, "input": inputs}, self.graph.nodes, []
        needed = self._needed()
        for k, node in enumerate(nodes):
            if node.primitive in sources:
                values.append(sources[node.primitive][node.static["name"]])
            elif node.primitive == "constant":
                values.append(_Value(node.shape, constant=int(node.static["value"])))
            elif node.primitive == "lookup":
                values.append(self._lookup(k, node, values) if k in needed else None)
            elif k in needed:
                values.append(getattr(self, f"_{node.primitive}")(node.shape, *(values[j] for j in node.operands), **node.static))
            else:
                values.append(None)
        graph = self.graph
        following = {name: _as(shape, values[k]) for name, shape, k in
                     zip(getattr(graph.next_state, "_fields", ()), self.component.state, graph.next_state)}
        return following, {name: values[k] for name, k in zip(graph.outputs._fields, graph.outputs)}

    def _needed(self):
        needed, nodes = set(), self.graph.nodes
        todo = [*self.graph.next_state, *self.graph.outputs]
        while todo:
            k = todo.pop()
            if k not in needed:
                needed.add(k)
                todo += nodes[k].operands
        return needed

    # Forms of values.

    def _constant(self, kind, value):
        if value == 0:
            return "zeroinitializer"
        count, element = (8, "i32") if kind == _NARROW else (4, "i64")
        return f"<{', '.join([f'{element} {value}'] * count)}>"

    def _splat(self, kind, element, scalar):
        one = self.lines.emit(f"insertelement {kind} poison, {element} {scalar}, i64 0")
        return self.lines.emit(f"shufflevector {kind} {one}, {kind} poison, <{kind[1]} x i32> zeroinitializer")

    def _narrow(self, value):
        """The lower 32 bits of all neurons."""
        if value.narrow is None:
            if value.constant is not None:
                number = -value.constant if value.shape.kind == "bit" else value.constant
                value.narrow = self._constant(_NARROW, (number - _LO) % 2**32 + _LO)
            else:
                even, odd = value.wide
                value.narrow = self._blend(even, self._both("shl", (odd,), 32)[0])
        return value.narrow

    def _wide(self, value):
        if value.wide is None:
            if value.constant is not None:
                value.wide = (self._constant(_WIDE, value.constant),) * 2
            elif value.shape.lo >= 0:
                pairs = self._pairs(value.narrow)
                value.wide = (*self._both("and", (pairs,), 0xFFFF_FFFF), *self._both("lshr", (pairs,), 32))
            else:
                value.wide = self._factor(value)
        return value.wide

    def _pairs(self, narrow):
        return self.lines.emit(f"bitcast {_NARROW} {narrow} to {_WIDE}")

    def _blend(self, even, odd):
        """The lower halves of ``even`` and the upper ones of ``odd``, 64-bit lanes."""
        halves = [self.lines.emit(f"bitcast {_WIDE} {each} to {_NARROW}") for each in (even, odd)]
        return self.lines.emit(f"shufflevector {_NARROW} {halves[0]}, {_NARROW} {halves[1]}, {_BLEND}")

    def _both(self, operation, pair, constant):
        return tuple(self.lines.emit(f"{operation} {_WIDE} {each}, {self._constant(_WIDE, constant)}") for each in pair)

    def _where(self, mask):
        """The condition of a mask, of all neurons and of the even and the odd ones."""
        return self.lines.emit(f"icmp slt {_NARROW} {mask}, zeroinitializer")

    def _where_wide(self, mask):
        pairs = self._pairs(mask)
        shifted, = self._both("shl", (pairs,), 32)
        return [self.lines.emit(f"icmp slt {_WIDE} {each}, zeroinitializer") for each in (shifted, pairs)]

    # Primitives. What has a narrow result and is exact modulo 2**32 needs only the lower halves of its operands.

    def _ring(self, operation, shape, a, b):
        if _is_narrow(shape):
            return _Value(shape, self.lines.emit(f"{operation} {_NARROW} {self._narrow(a)}, {self._narrow(b)}"))
        pairs = zip(self._wide(a), self._wide(b))
        return _Value(shape, wide=tuple(self.lines.emit(f"{operation} {_WIDE} {x}, {y}") for x, y in pairs))

    def _add(self, shape, a, b):
        return self._ring("add", shape, a, b)

    def _sub(self, shape, a, b):
        return self._ring("sub", shape, a, b)

    def _mul(self, shape, a, b):
        if not _is_narrow(shape) and _is_narrow(a.shape) and _is_narrow(b.shape):
            pairs = self._factor(a), self._factor(b)
        elif not _is_narrow(shape) and all(0 <= each.shape.lo and each.shape.hi < 2**32 for each in (a, b)):
            pairs = [self._both("and", self._wide(each), 0xFFFF_FFFF) for each in (a, b)]
        else:
            return self._ring("mul", shape, a, b)
        return _Value(shape, wide=tuple(self.lines.emit(f"mul {_WIDE} {x}, {y}") for x, y in zip(*pairs)))

    def _factor(self, value):
        """A narrow Int as 64-bit lanes that LLVM sees to be 32-bit ones with their sign: it then multiplies 32 by 32 bits."""
        if value.constant is None:
            pairs = self._pairs(value.narrow)
            return self._both("ashr", (*self._both("shl", (pairs,), 32), pairs), 32)
        # From memory: LLVM would draw a later shift into a constant that it sees, and the product would need 64 by 64 bits.
        name = f"@constant{value.constant + 2**63}"
        text = f"{name} = internal constant {_WIDE} {self._constant(_WIDE, value.constant)}"
        if text not in self.tables:
            self.tables.append(text)
        loaded = self.lines.emit(f"load {_WIDE}, ptr {name}")
        return self._both("ashr", self._both("shl", (loaded, loaded), 32), 32)

    def _shl(self, shape, a, n):
        if _is_narrow(shape):
            return _Value(shape, self.lines.emit(f"shl {_NARROW} {self._narrow(a)}, {self._constant(_NARROW, min(n, 31))}"))
        return _Value(shape, wide=self._both("shl", self._wide(a), n))

    def _shr(self, shape, a, n):
        if _is_narrow(a.shape):
            return _Value(shape, self.lines.emit(f"ashr {_NARROW} {self._narrow(a)}, {self._constant(_NARROW, min(n, 31))}"))
        even, odd = self._wide(a)
        if not _is_narrow(shape):
            return _Value(shape, wide=self._both("ashr", (even, odd), n))
        if n <= 32:
            # The bits that shift in are above the 32 that are kept.
            low, = self._both("lshr", (even,), n)
            high, = self._both("shl", (odd,), 32 - n)
            return _Value(shape, self._blend(low, high))
        upper = self._blend(*self._both("lshr", (even,), 32), odd)
        return _Value(shape, self.lines.emit(f"ashr {_NARROW} {upper}, {self._constant(_NARROW, n - 32)}"))

    def _compare(self, condition, a, b):
        if _is_narrow(a.shape) and _is_narrow(b.shape):
            bits = self.lines.emit(f"icmp {condition} {_NARROW} {self._narrow(a)}, {self._narrow(b)}")
            return self.lines.emit(f"sext <8 x i1> {bits} to {_NARROW}")
        masks = []
        for x, y in zip(self._wide(a), self._wide(b)):
            bits = self.lines.emit(f"icmp {condition} {_WIDE} {x}, {y}")
            masks.append(self.lines.emit(f"sext <4 x i1> {bits} to {_WIDE}"))
        return self._blend(*masks)

    def _less(self, shape, a, b):
        return _Value(shape, self._compare("slt", a, b))

    def _equal(self, shape, a, b):
        return _Value(shape, self._compare("eq", a, b))

    def _bit_and(self, shape, a, b):
        return self._ring("and", shape, a, b)

    def _bit_or(self, shape, a, b):
        return self._ring("or", shape, a, b)

    def _bit_xor(self, shape, a, b):
        return self._ring("xor", shape, a, b)

    def _bit_not(self, shape, a):
        ones = -1 if shape.kind == "bit" else shape.hi
        return _Value(shape, self.lines.emit(f"xor {_NARROW} {self._narrow(a)}, {self._constant(_NARROW, ones)}"))

    def _mux(self, shape, c, a, b):
        mask = self._narrow(c)
        if shape.kind == "bit" or _is_narrow(shape):
            return _Value(shape, self.lines.emit(
                f"select <8 x i1> {self._where(mask)}, {_NARROW} {self._narrow(a)}, {_NARROW} {self._narrow(b)}"))
        return _Value(shape, wide=tuple(self.lines.emit(f"select <4 x i1> {c}, {_WIDE} {x}, {_WIDE} {y}")
                                        for c, x, y in zip(self._where_wide(mask), self._wide(a), self._wide(b))))

    def _saturate(self, shape, a, limits):
        bounds = [("smax", limits.lo)] * (a.shape.lo < limits.lo) + [("smin", limits.hi)] * (a.shape.hi > limits.hi)
        if _is_narrow(a.shape):
            text = self._narrow(a)
            for name, limit in bounds:
                text = self.lines.intrinsic(name, _NARROW, text, self._constant(_NARROW, min(max(limit, _LO), _HI)))
            return _Value(shape, text)
        pair = self._wide(a)
        for name, limit in bounds:
            pair = tuple(self.lines.intrinsic(name, _WIDE, each, self._constant(_WIDE, limit)) for each in pair)
        return self._settled(shape, pair)

    def _settled(self, shape, pair):
        """A wide result in the form that its shape has."""
        value = _Value(shape, wide=pair)
        return _Value(shape, self._narrow(value)) if _is_narrow(shape) else value

    def _wrap(self, shape, a, limits=None):
        width = (shape.hi - shape.lo).bit_length()
        if _is_narrow(shape):
            text, spare = self._narrow(a), self._constant(_NARROW, 32 - width)
            if shape.lo >= 0:
                return _Value(shape, self.lines.emit(f"and {_NARROW} {text}, {self._constant(_NARROW, shape.hi)}"))
            return _Value(shape, self.lines.emit(f"ashr {_NARROW} {self.lines.emit(f'shl {_NARROW} {text}, {spare}')}, {spare}"))
        if shape.lo >= 0:
            return _Value(shape, wide=self._both("and", self._wide(a), shape.hi))
        return _Value(shape, wide=self._both("ashr", self._both("shl", self._wide(a), 64 - width), 64 - width))

    def _to_int(self, shape, a):
        if a.shape.kind == "bit":
            return _Value(shape, self.lines.emit(f"lshr {_NARROW} {self._narrow(a)}, {self._constant(_NARROW, 31)}"))
        if _is_narrow(shape):
            return _Value(shape, self._narrow(a))
        return _Value(shape, wide=self._wide(a))

    def _linear(self, shape, v, rows):
        """A matrix over GF(2) by its diagonals: the bits of ``v`` that move by the same distance move together."""
        masks = {}
        for i, row in enumerate(rows):
            for j in range(v.shape.width):
                if row >> j & 1:
                    masks[i - j] = masks.get(i - j, 0) | 1 << j
        text = None
        for distance, mask in masks.items():
            part = self.lines.emit(f"and {_NARROW} {self._narrow(v)}, {self._constant(_NARROW, mask)}")
            shift = "shl" if distance > 0 else "lshr"
            part = self.lines.emit(f"{shift} {_NARROW} {part}, {self._constant(_NARROW, abs(distance))}")
            text = part if text is None else self.lines.emit(f"xor {_NARROW} {text}, {part}")
        return _Value(shape, text or "zeroinitializer")

    # Tables.

    def _lookup(self, k, node, values):
        index, = node.operands
        if index not in self._columns:
            self._columns[index] = self._rows(index, values[index])
        columns = self._columns[index][k]
        if len(columns) == 1:
            return _Value(node.shape, columns[0])
        low, high = (self._pairs(each) for each in columns)
        even = self.lines.emit(f"or {_WIDE} {self._both('and', (low,), 0xFFFF_FFFF)[0]}, {self._both('shl', (high,), 32)[0]}")
        odd = self.lines.emit(f"or {_WIDE} {self._both('lshr', (low,), 32)[0]}, {self._both('and', (high,), -1 << 32)[0]}")
        return _Value(node.shape, wide=(even, odd))

    def _rows(self, index, where):
        """The entries of all tables of one index, by node: one vector, or the lower and the upper one of 64-bit entries."""
        columns, places = [], {}
        for k in sorted(self._needed()):
            node = self.graph.nodes[k]
            if node.primitive == "lookup" and node.operands == (index,):
                table = np.array(node.static["table"], np.int64)
                halves = [table] if _is_narrow(node.shape) else [table & 0xFFFF_FFFF, table >> 32]
                places[k] = range(len(columns), len(columns) + len(halves))
                columns += [(half & 0xFFFF_FFFF).astype(np.uint32).view(np.int32) for half in halves]
        definition, entries = fetched_rows(self.lines, f"@table{index}", columns, self._narrow(where))
        self.tables.append(definition)
        return {k: [entries[j] for j in place] for k, place in places.items()}


def _as(shape, value):
    """A next state in the shape of its register: the same numbers, whose own range may be narrower."""
    return value if _is_narrow(value.shape) == _is_narrow(shape) else _Value(shape, value.narrow, value.wide, value.constant)
