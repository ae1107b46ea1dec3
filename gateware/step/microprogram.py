"""The program of a folded step: what each part of the machine does in every clock, as words of a read-only memory."""

from amaranth.utils import ceil_log2

from .cover import Cover
from .microcode import Operation, constant, signed_width
from .microschedule import Schedule
from .wide_product import WideProduct

__all__ = ["Program"]


class Program:
    """The program of a folded step.

    Parameters
    ----------
    component : StepComponent
    count : int
        Neurons, each with a state of its own.
    factor : int
        Bits of a signed factor of one multiplier block.

    Attributes
    ----------
    operations : list of Operation
    schedule : Schedule
    sum_width, row_width, a_width, b_width : int
        Bits of the sum, of a row, and of the factors.
    product : WideProduct
    sources : list of tuple
        What the first term of a sum can be: ``("product", shift)``, ``("input", field)``, ``("unit", Unit)``,
        ``("table", None)``, ``("zero", None)``.
    tables : tuple of int
        All tables, one after another.
    rows : dict of value to int
        The row of every value that is kept.
    init : list of int
        The contents of the rows at the start; for several neurons without their states.
    widths : dict of str to int
        Bits of each field of a word, 0 where it has one value only, the one in ``fixed``.
    words : list of dict of str to int
    take, done : int
        The words in which the input is taken and the last output given.
    latency : int
        Clocks from an input to its output.
    """

    def __init__(self, component, count, factor):
        self.component, self.count, self.factor = component, count, factor
        cover = Cover(component, count > 1)
        self.operations, self._range = cover.operations, cover.range
        self.tables = tuple(entry for table in cover.tables for entry in table)
        self._products = [each for each in self.operations if each.source == "product"]
        self._size()
        self._choose_shifts()
        self.schedule = Schedule(self.operations, self.product.clocks, self.second, self._exchanges)
        # The output is there before the next step begins, which waits until it is taken.
        self.done = max(clock for each, clock in self.schedule.clocks.items() if each.outputs)
        self.length = max(self.schedule.length, self.done + 2)
        self.sources = list(dict.fromkeys(self.source(each) for each in self.operations))
        self._allocate()
        self._assemble()

    @property
    def has_product(self):
        """Whether there is a product at all."""
        return bool(self._products)

    def _width(self, value):
        return signed_width(*self._range(value))

    # Factors

    def _size(self):
        for each in self._products:
            value = constant(each.c) if each.swappable else None
            if value is not None and value > 0 and value & (value - 1) == 0:
                # A power of two is a bit shorter as the product of its negative by -1.
                each.a, each.c, each.mantissa = ("constant", -value), each.a, -1
            if each.b is not None and self._width(each.a) < self._width(each.b):
                each.a, each.b = each.b, each.a
        self.sum_width = max(each.width for each in self.operations)
        self.a_width = max((min(self._width(each.a), self._width(each.c)) if each.swappable and each.c is not None else
                            self._width(each.a) for each in self._products), default=1)
        wanted = max((self._width(each.b) if each.b is not None else self._bits(each.mantissa << max(-each.shift, 0))
                      for each in self._products), default=1)
        # What a block has left over makes room for constants with a greater shift.
        self.b_width = self.factor + -(-max(wanted - self.factor, 0) // (self.factor - 1)) * (self.factor - 1)
        self.product = WideProduct(self.a_width, self.b_width, self.factor)

    @staticmethod
    def _bits(value):
        return signed_width(value, value)

    def _exchanges(self, each):
        if not each.swappable or each.c is None:
            return (False,)
        return tuple(exchanged for exchanged, value in ((False, each.a), (True, each.c)) if self._width(value) <= self.a_width)

    def _choose_shifts(self):
        """As few places of the product as will do: a constant may be as many times 2 as there are bits for it."""
        limits = {each: (each.shift, each.shift) if each.b is not None else
                  (max(each.shift, 0), each.shift + self.b_width - self._bits(each.mantissa)) for each in self._products}
        places = []
        for lo, hi in sorted(limits.values(), key=lambda ends: (ends[1], -ends[0])):
            if not any(lo <= place <= hi for place in places):
                places.append(hi)
        self.shift, self.second = {}, {}
        for each, (lo, hi) in limits.items():
            self.shift[each] = next(place for place in places if lo <= place <= hi)
            self.second[each] = each.b if each.b is not None else ("constant", each.mantissa << self.shift[each] - each.shift)

    def source(self, each):
        """The first term of an operation's sum, as in ``sources``."""
        return each.source, self.shift[each] if each.source == "product" else each.what

    # Rows

    def _allocate(self):
        clocks = self.schedule.clocks
        last, constants = {}, {0: None}
        for each in self.operations:
            for before, _, value in self.schedule.reads(each):
                last[value] = max(last.get(value, 0), clocks[each] - before)
                if constant(value) is not None:
                    constants[constant(value)] = None
        self.rows = {("constant", value): row for row, value in enumerate(constants)}
        self.init = list(constants)
        self.state_fields = list(getattr(self.component.state, "_fields", ()))
        if self.count == 1:
            for name in self.state_fields:
                self.rows["state", name] = len(self.init)
                self.init.append(int(getattr(self.component.init, name)))
        else:
            self.rows |= {("state", name): number for number, name in enumerate(self.state_fields)}
        free, until, used = [], {}, len(self.init)
        for each in sorted(self.operations, key=clocks.get):
            if each.state:
                self.rows[each] = self.rows["state", each.state]
            elif each in last:
                row = next((row for row in free if until[row] < clocks[each]), None)
                if row is None:
                    row, used = used, used + 1
                    free.append(row)
                self.rows[each], until[row] = row, last[each]
        self.init += [0] * (used - len(self.init))
        shapes = [getattr(self.component.state, name) for name in self.state_fields]
        self.row_width = max([*(each.width for each in self.operations if each in self.rows), *map(self._bits, constants),
                              *(signed_width(shape.lo, shape.hi) for shape in shapes)])
        self.sum_width = max(self.sum_width, self.row_width)
        self.row_bits = max(ceil_log2(used), ceil_log2(len(self.state_fields)) if self.count > 1 else 0, 1)

    @staticmethod
    def is_state(value):
        """Whether a value lies in a row of the state."""
        return bool(value.state) if isinstance(value, Operation) else value[0] == "state"

    # Words

    def _assemble(self):
        clocks, top = self.schedule.clocks, 1 << self.row_bits if self.count > 1 else 0
        words = [dict(a=None, b=None, c=None, d=None, write=0, source=None, rounds=None, flag=0, choose=0, take=0, done=0,
                      **{f"out_{name}": 0 for name in self.component.outputs._fields}) for _ in range(self.length)]

        def address(value):
            return self.rows[value] | (top if self.is_state(value) else 0)

        setters = {each.flag for each in self.operations if each.flag is not None}
        for each in self.operations:
            word, before = words[clocks[each]], words[clocks[each] - 1]
            before["source"] = self.sources.index(self.source(each))
            if each.source == "product" and each.rounds is not None:
                before["rounds"] = int(each.rounds)
            if each.other is not None:
                before["choose"] = 1
            word["flag"] = int(each in setters)
            for ahead, port, value in self.schedule.reads(each):
                words[clocks[each] - ahead][port] = address(value)
            if each in self.rows:
                word["d"], word["write"] = address(each), 1
            for name in each.outputs:
                word[f"out_{name}"] = 1
        taken = [clocks[each] - 1 for each in self.operations if each.source == "input"]
        self.take = max(taken, default=0)
        words[self.take]["take"] = words[self.done]["done"] = 1
        self.latency = self.done - self.take + 1
        self.fixed, self.widths = {}, {}
        for name in words[0]:
            values = {word[name] for word in words} - {None}
            self.fixed[name] = min(values, default=0)
            self.widths[name] = max(values).bit_length() if len(values) > 1 else 0
        # What does not matter reads row 0, which nothing writes.
        self.words = [{name: word[name] or 0 for name in word if self.widths[name]} for word in words]
