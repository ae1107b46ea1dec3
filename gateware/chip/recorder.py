"""What happened in the last sample, kept for the host to read: every neuron's spikes and membrane, and counters."""

from functools import reduce
from operator import or_

from amaranth.hdl import Array, Cat, Const, Module, Mux, Shape, Signal
from amaranth.lib import data, memory, stream
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from gateware.component import Component
from gateware.parameters import integer
from gateware.step import Q

from ..bus.format import REGISTERS_VERSION, Region

__all__ = ["Recorder", "WhereLayout", "membrane_bytes"]

COUNTER_BITS = 32
#: Which byte of what is read.
WhereLayout = data.StructLayout({"region": 8, "layer": 8, "byte": 16})


def membrane_bytes(width):
    """Bytes of a membrane as the host reads it: a power of two."""
    return 1 << ceil_log2(-(-width // 8))


class Recorder(Component):
    """Watches a chip and its line.

    A layer's spikes are bits, those of a time step padded to bytes; its membranes are those of the last time step, sign-extended to
    whole bytes; registers have 32 bits. All numbers are little-endian. While a layer answers, what is read of it is undefined: the
    server reads between samples only.

    Parameters
    ----------
    answers : sequence of StructLayout
        What a neuron of each layer says in a time step, as :func:`~gateware.chip.core.AnswerLayout`.
    neurons : sequence of int
        Of each layer.
    time_steps : int
        Of a sample.

    Members
    -------
    answers<k> : In(stream of answers[k], always ready)
        Of layer ``k``, neuron by neuron, time step by time step.
    event<k> : In(1)
        High in each clock in which an event arrives at layer ``k``.
    start : In(1)
        High when the first value of a sample is taken.
    done : In(1)
        High when a result is taken, with the ``clocks`` of its sample.
    clocks : In(32)
    frame, dropped, lost : In(1)
        High for a good frame, for one that is given up, and for a byte that the line lost.
    where : In(WhereLayout)
        The byte to be read, of a region and of a layer; the registers are those of layer 0.
    end : Out(17)
        Bytes that there are in that region of that layer, 0 where there is none, one clock later.
    data : Out(8)
        The byte, ``latency`` clocks later; each clock can ask for another.

    Attributes
    ----------
    latency : int

    Raises
    ------
    ValueError
        If there are no layers, or a layer has more than fits 16 bits of address.
    """

    #: Of a block RAM or the choice of a register, and of the choice among them.
    latency = 2

    def __init__(self, answers, neurons, time_steps):
        self.answers, self.neurons = tuple(answers), tuple(integer("Recorder neurons", each) for each in neurons)
        self.time_steps = integer("Recorder time_steps", time_steps)
        if not 1 <= len(self.answers) == len(self.neurons) <= 16:
            raise ValueError(f"Recorder neurons must be 1 to 16 numbers, one for each of {len(self.answers)} answers, not {self.neurons}")
        self.widths = tuple(Shape.cast(answer["v"].shape).width for answer in self.answers)
        largest = max(max(self.spike_bytes(k), self.neurons[k] * membrane_bytes(self.widths[k])) for k in range(len(self.neurons)))
        if min(self.neurons) < 1 or self.time_steps < 1 or largest > 1 << 16:
            raise ValueError(f"Recorder neurons and time_steps must be 1 or more, and a layer's membranes and spikes at most 65,536 bytes, "
                             f"not {self.neurons}, {self.time_steps} and {largest:,} bytes")
        members = {f"answers{k}": In(stream.Signature(answer, always_ready=True)) for k, answer in enumerate(self.answers)}
        members |= {f"event{k}": In(1) for k in range(len(self.answers))}
        members |= {name: In(1) for name in ("start", "done", "frame", "dropped", "lost")}
        super().__init__(members | {"clocks": In(COUNTER_BITS), "where": In(WhereLayout), "end": Out(17), "data": Out(8)})

    def row_bytes(self, k):
        """Bytes of the spikes of layer ``k`` in a time step."""
        return -(-self.neurons[k] // 8)

    def spike_bytes(self, k):
        """Bytes of the spikes of layer ``k``."""
        return self.time_steps * self.row_bytes(k)

    @property
    def memories(self):
        """Bits and rows of each memory."""
        layers = range(len(self.neurons))
        return [*((8, self.spike_bytes(k)) for k in layers), *((self.widths[k], self.neurons[k]) for k in layers)]

    @classmethod
    def examples(cls):
        """Configurations for which all evidence is produced."""
        def answer(shape):
            return data.StructLayout({"spike": 1, "v": shape})

        return {"default": cls([answer(Q(4, 10).shape), answer(Q(3, 4).shape)], (11, 3), 5), "one": cls([answer(Q(8, 12).shape)], (8,), 1)}

    def elaborate(self, platform):
        m = Module()
        byte = self.where.byte
        # The place in a row of more than one byte, beside the row.
        part = Signal(max(2, *(ceil_log2(membrane_bytes(width)) for width in self.widths)))
        m.d.sync += part.eq(byte)
        readable = []
        for k in range(len(self.neurons)):
            place = self._place(m, k)
            readable += [(Region.SPIKES, k, *self._spikes(m, k, byte, place)), (Region.MEMBRANES, k, *self._membranes(m, k, byte, part, place))]
        words = self._registers(m)
        word = Signal(COUNTER_BITS)
        m.d.sync += word.eq(Array(words)[byte[2:2 + ceil_log2(len(words))]])
        readable.append((Region.REGISTERS, 0, 4 * len(words), word.word_select(part[:2], 8)))

        chosen, bytes_ = Signal(len(readable)), []
        m.d.sync += self.end.eq(0)
        for which, (region, layer, end, value) in enumerate(readable):
            asked = (self.where.region == region) & (self.where.layer == layer)
            m.d.sync += chosen[which].eq(asked)
            with m.If(asked):
                m.d.sync += self.end.eq(end)
            bytes_.append(Mux(chosen[which], value, 0))
        m.d.sync += self.data.eq(reduce(or_, bytes_))
        return m

    def _place(self, m, k):
        """The number of the neuron that answers."""
        answer = getattr(self, f"answers{k}")
        neuron = Signal(range(max(2, self.neurons[k])), name=f"neuron{k}")
        last = neuron == self.neurons[k] - 1
        with m.If(answer.valid):
            m.d.sync += neuron.eq(Mux(last, 0, neuron + 1))
        return answer, neuron, last

    def _spikes(self, m, k, address, place):
        answer, neuron, last = place
        rows = self.spike_bytes(k)
        m.submodules[f"spikes{k}"] = kept = memory.Memory(shape=8, depth=1 << ceil_log2(max(2, rows)), init=[],
                                                              attrs={"no_rw_check": 1, "ram_style": "block"})
        write, read = kept.write_port(), kept.read_port()
        row, bits, now = Signal(range(rows), name=f"row{k}"), Signal(7, name=f"bits{k}"), Signal(8, name=f"now{k}")
        m.d.comb += [now.eq(bits | answer.payload.spike << neuron[:3]), write.addr.eq(row), write.data.eq(now),
                     write.en.eq(answer.valid & (last | (neuron[:3] == 7))), read.addr.eq(address), read.en.eq(~write.en)]
        with m.If(answer.valid):
            m.d.sync += bits.eq(Mux(write.en, 0, now))
        with m.If(write.en):
            m.d.sync += row.eq(Mux(row == rows - 1, 0, row + 1))
        return rows, read.data

    def _membranes(self, m, k, address, part, place):
        (answer, neuron, _), width, size = place, self.widths[k], membrane_bytes(self.widths[k])
        m.submodules[f"membranes{k}"] = kept = memory.Memory(shape=width, depth=1 << ceil_log2(max(2, self.neurons[k])),
                                                                 init=[], attrs={"no_rw_check": 1, "ram_style": "block"})
        write, read = kept.write_port(), kept.read_port()
        m.d.comb += [write.addr.eq(neuron), write.data.eq(answer.payload.v), write.en.eq(answer.valid),
                     read.addr.eq(address >> ceil_log2(size)), read.en.eq(~write.en)]
        signed = Shape.cast(self.answers[k]["v"].shape).signed
        extended = Cat(read.data, (read.data[-1] if signed else Const(0, 1)).replicate(8 * size - width))
        return self.neurons[k] * size, extended.word_select(part[:ceil_log2(size)], 8)

    def _registers(self, m):
        """All registers, in the order of their addresses."""
        def counter(name, event, clear=None, highest=None):
            """Counts the clocks of an event, a clock later, of a sample where something clears it."""
            bits = COUNTER_BITS if highest is None else highest.bit_length()
            count, now = Signal(bits, name=name), Signal(name=f"{name}_now")
            m.d.sync += [now.eq(event), count.eq(count + now)]
            if clear is not None:
                with m.If(clear):
                    m.d.sync += count.eq(now)
            return Cat(count, Const(0, COUNTER_BITS - bits)) if bits < COUNTER_BITS else count

        clocks, start_now = Signal(COUNTER_BITS), Signal()
        m.d.sync += start_now.eq(self.start)
        with m.If(self.done):
            m.d.sync += clocks.eq(self.clocks)
        words = [Const(REGISTERS_VERSION | len(self.neurons) << 8 | self.time_steps << 16, COUNTER_BITS)]
        words += [counter(name, getattr(self, event)) for name, event in
                  (("samples", "done"), ("frames", "frame"), ("frames_dropped", "dropped"), ("bytes_lost", "lost"))]
        words.append(clocks)
        for k, neurons in enumerate(self.neurons):
            answer, all_spikes = getattr(self, f"answers{k}"), neurons * self.time_steps
            words += [Const(neurons | self.widths[k] << 16, COUNTER_BITS), counter(f"events{k}", getattr(self, f"event{k}"), start_now),
                      counter(f"count{k}", answer.valid & answer.payload.spike, start_now, all_spikes)]
        return words
