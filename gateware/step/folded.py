"""The folded form of a step: a small machine that computes one operation of it per clock, with one multiplier and one adder."""

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal
from amaranth.lib import data, memory, stream
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from gateware.component import Component
from gateware.parameters import integer

from .component import StepComponent
from .hardware import Hardware
from .microprogram import Program
from .shapes import bits_for
from .symbolic import symbol

__all__ = ["FoldedStep"]


class FoldedStep(Component):
    """A step component over many clocks: a program on one multiplier, one adder and rows of block RAM.

    The k-th input accepted belongs to neuron ``k % count``; outputs come in the same order.

    Parameters
    ----------
    component : StepComponent
        With state or inputs.
    count : int
        Neurons, 1 to 4096, updated in turn.
    factor : int
        Bits of a signed factor of one multiplier block: 16 as an iCE40UP5K has them, 18 on an ECP5.

    Members
    -------
    i : In(stream of struct)
        The step's inputs, and for a component with state ``first``: start this neuron anew, from its initial state.
    o : Out(stream of struct)
        The step's outputs.

    Attributes
    ----------
    program : Program
    interval : int
        Clocks between two steps, where neither stream waits.
    latency : int
        Clocks from the transfer of an input to its output.

    Raises
    ------
    TypeError
        If the component is no StepComponent, or a count no integer.
    ValueError
        If it has neither state nor inputs, or the count or the factor is out of range.

    Notes
    -----
    A step begins when its input is valid and the output before it is taken, and then does not wait. A reset in a step leaves
    the neuron in any state: start it with ``first``.
    """

    def __init__(self, component, count=1, *, factor=16):
        if not isinstance(component, StepComponent):
            raise TypeError(f"FoldedStep component must be a StepComponent, not {component!r}")
        if not component.state and not component.inputs:
            raise ValueError(f"FoldedStep component must have state or inputs, {type(component).__name__} has neither")
        self.component, self.count = component, integer("FoldedStep count", count)
        self.factor = integer("FoldedStep factor", factor)
        if not 1 <= self.count <= 4096:
            raise ValueError(f"FoldedStep count must be between 1 and 4096, not {self.count}")
        if not 8 <= self.factor <= 32:
            raise ValueError(f"FoldedStep factor must be between 8 and 32 bits, not {self.factor}")
        self.program = Program(component, self.count, self.factor)
        self.interval, self.latency = self.program.length, self.program.latency
        self.row_bits = self.program.row_bits
        if self.count > 1:
            self.row_bits = max(self.row_bits, ceil_log2(len(component.state or ())) + ceil_log2(self.count)) + 1
        inputs = {name: shape.shape for name, shape in getattr(component.inputs, "_asdict", dict)().items()}
        super().__init__({
            "i": In(stream.Signature(data.StructLayout(inputs | ({"first": 1} if component.state else {})))),
            "o": Out(stream.Signature(data.StructLayout(
                {name: shape.shape for name, shape in component.outputs._asdict().items()}))),
        })

    def row_of(self, value, neuron=0):
        """Where a value of the program lies in the memory of rows; a state that of a neuron."""
        row, program = self.program.rows[value], self.program
        if self.count > 1 and program.is_state(value):
            return 1 << self.row_bits - 1 | neuron << ceil_log2(len(program.state_fields)) | row
        return row

    def elaborate(self, platform):
        m = Module()
        word = self._sequence(m)
        a, b, c, total = self._rows(m, word)
        self._sum(m, word, a, b, c, total)
        return m

    def _sequence(self, m):
        """The program counter and the streams; the word of the clock, by field."""
        program = self.program
        depth = 1 << max(ceil_log2(program.length), 1)
        layout = data.StructLayout({name: width for name, width in program.widths.items() if width})
        m.submodules.program = words = memory.Memory(
            shape=layout, depth=depth, init=program.words + [{}] * (depth - program.length), attrs={"rom_style": "block"})
        port = words.read_port()
        place = Signal(range(depth))
        running = Signal()
        begin = Signal()
        current = Signal(layout, name="word")
        word = {name: current[name] if width else Const(program.fixed[name], max(program.fixed[name].bit_length(), 1))
                for name, width in program.widths.items()}
        for name in ("write", "take", "done"):
            # Before the first step, the memory's output is any word.
            word[name] = word[name] & running
        m.d.comb += [
            port.addr.eq(place),
            current.eq(port.data),
            begin.eq((place == 0) & self.i.valid & (self.o.ready | ~self.o.valid)),
            self.i.ready.eq(word["take"]),
        ]
        m.d.sync += running.eq(begin | (place != 0))
        with m.If(begin | (place != 0)):
            m.d.sync += place.eq(Mux(place == program.length - 1, 0, place + 1))
        with m.If(self.o.ready):
            m.d.sync += self.o.valid.eq(0)
        with m.If(word["done"]):
            m.d.sync += self.o.valid.eq(1)
        self._ends = running & (place == 0)
        return word

    def _rows(self, m, word):
        """The memory of values: what the addresses of the clock before have read, and the sum that is written."""
        program = self.program
        flag, total = Signal(name="flag"), Signal(program.sum_width, name="sum")
        fields, bits, number = program.state_fields, self.row_bits, Signal(range(self.count), name="number")
        init = list(program.init)
        if self.count > 1:
            # Below are the values that all neurons share, above each neuron's state.
            init += [0] * ((1 << bits - 1) - len(init))
            state = [int(getattr(self.component.init, name)) for name in fields]
            init += (state + [0] * ((1 << ceil_log2(len(fields))) - len(fields))) * self.count
            with m.If(self._ends):
                m.d.sync += number.eq(Mux(number == self.count - 1, 0, number + 1))

        def row(address):
            shared = Cat(address[:program.row_bits], Const(0, bits))[:bits]
            if len(address) <= program.row_bits:
                return shared
            own = Cat(address[:ceil_log2(len(fields))], number, Const(0, bits))[:bits - 1]
            return Mux(address[-1], own | 1 << bits - 1, shared)

        contents = [value & (1 << program.row_width) - 1 for value in init] + [0] * ((1 << bits) - len(init))
        m.submodules.rows = rows = memory.Memory(shape=program.row_width, depth=1 << bits, init=contents,
                                                 attrs={"no_rw_check": 1, "ram_style": "block"})
        write = rows.write_port()
        m.d.comb += [write.addr.eq(row(word["d"])), write.data.eq(total), write.en.eq(word["write"])]
        values = []
        for name in "abc":
            port = rows.read_port()
            address = row(word[name])
            m.d.comb += port.addr.eq(Mux(word["choose"] & flag, row(word["a"]), address) if name == "c" else address)
            values.append(port.data.as_signed())
        with m.If(word["flag"]):
            m.d.sync += flag.eq(total[-1])
        return *values, total

    def _sum(self, m, word, a, b, c, total):
        """The first term as the word says, and the sum with the addend; outputs are registers that take it."""
        program, width = self.program, self.program.sum_width
        product = None
        if program.has_product:
            factors = [Signal(Shape(each, True), name=f"factor_{name}") for name, each in
                       (("a", program.a_width), ("b", program.b_width))]
            m.d.comb += [factors[0].eq(a), factors[1].eq(b)]
            product = program.product.create(m, *factors)
        # One bit more below: what rounding adds.
        term, chosen = Signal(width + 1, name="term", reset_less=True), Signal(width + 1, name="chosen")

        def extended(value):
            wide = Signal(Shape(width, value.shape().signed))
            m.d.comb += wide.eq(value)
            return wide

        terms = []
        for source, what in program.sources:
            if source == "product":
                cut = product[what - 1:] if what else Cat(Const(0, 1), product)
                value = Signal.like(Const(0, width + 1))
                m.d.comb += value.eq(cut.as_signed())
                terms.append(value)
            elif source == "input":
                terms.append(Cat(Const(0, 1), extended(self.i.p[what])))
            elif source == "unit":
                terms.append(Cat(Const(0, 1), extended(self._unit(m, what, a, b))))
            elif source == "table":
                terms.append(Cat(Const(0, 1), extended(self._table(m, total))))
            else:
                terms.append(Const(0, width + 1))
        with m.Switch(word["source"]):
            for number, value in enumerate(terms[:-1]):
                with m.Case(number):
                    m.d.comb += chosen.eq(value)
            with m.Default():
                m.d.comb += chosen.eq(terms[-1])
        m.d.sync += term.eq(Cat(chosen[0] & word["rounds"], chosen[1:]))
        m.d.comb += total.eq((term + Cat(Const(1, 1), extended(c)))[1:])
        for name in self.component.outputs._fields:
            with m.If(word[f"out_{name}"]):
                m.d.sync += self.o.p[name].eq(total)

    def _table(self, m, address):
        """The entry whose address the clock before has added, of pieces of memory of 2**n entries."""
        entries, pieces, start = self.program.tables, [], 0
        low, high = min(entries), max(entries)
        width = bits_for(low, high)
        while start < len(entries):
            depth = 1 << max((len(entries) - start).bit_length() - 1, 8)
            part = [entry & (1 << width) - 1 for entry in entries[start:start + depth]]
            name = f"table_{start}"
            m.submodules[name] = block = memory.Memory(
                shape=width, depth=depth, init=part + [0] * (depth - len(part)), attrs={"rom_style": "block"})
            port = block.read_port()
            m.d.comb += port.addr.eq(address)
            pieces.append((start, depth, port.data))
            start += depth
        value = pieces[-1][2]
        if len(pieces) > 1:
            bits = ceil_log2(start)
            asked = Signal(bits, reset_less=True, name="asked")
            m.d.sync += asked.eq(address)
            # The pieces shrink: an address belongs to the first one that reaches beyond it.
            for begin, depth, read in reversed(pieces[:-1]):
                value = Mux(asked < begin + depth, read, value)
        return value.as_signed() if low < 0 else value

    def _unit(self, m, unit, a, b):
        """The logic of a primitive on vectors."""
        domain, sources = Hardware(m), {"a": a, "b": b}
        operands = []
        for operand, shape in unit.operands:
            if isinstance(operand, int):
                operands.append(domain.constant_symbol(shape, operand))
            else:
                value = Signal(shape.shape, name=f"operand_{operand}")
                m.d.comb += value.eq(sources[operand])
                operands.append(symbol(domain, shape, value))
        return domain.emit(unit.primitive, unit.shape, *operands, **dict(unit.static)).raw

    @classmethod
    def examples(cls):
        from gateware.neurons import catalogue
        from gateware.neurons.izhikevich import Izhikevich
        from gateware.neurons.lif import LIF
        return {"LIF": cls(LIF(refractory=3)), "Izhikevich": cls(Izhikevich()), "bank": cls(LIF(refractory=3, rest=-0.25), 3),
                "tables": cls(catalogue.neuron("escape_rate"))}
