"""Blocks of address events from a host: checked as a whole, then passed on; samples of any length in a small buffer."""

from math import prod

from amaranth.hdl import Assert, Cat, Const, Module, Mux, Signal
from amaranth.lib import stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.parameters import integer

from ..bus.format import END_OF_STEP, LONGEST_BLOCK, MAX_PAYLOAD, Status, event_bytes
from .events import EventLayout

__all__ = ["EventBlocks"]

NUMBER_BITS = 16


class EventBlocks(Component):
    """Takes blocks of events out of a buffer and passes their events on.

    A block is its number, one byte, and words: the number of an input in two bytes, low byte first, and its level in a third where
    ``levels`` is above 1; or ``END_OF_STEP``, with a level of 0, which ends a time step. Block 0 begins a sample, the others follow one
    another, 1 after 255, until its last time step has ended. Numbers rise within a time step, over the borders of blocks as well.

    A block is read twice: once to see that all of it is in order, and then to be passed on. So nothing of a block that is refused ever
    leaves. The last block that was passed on is not passed on again, which a host whose answer was lost asks for. Block 0 ends the
    time steps of an unfinished sample, and has a result thrown away, before its own events leave.

    Parameters
    ----------
    inputs : int
        1 to 65535.
    levels : int
        Of an event, 1 to 255.
    time_steps : int
        Of a sample, 1 to 255.
    capacity : int
        Bytes of the buffer, for at least two words and at most 4095.
    shape : (int, int, int), optional
        Channels, height and width of the inputs, which an event then says as well.

    Members
    -------
    i : ``In(stream.Signature(range(MAX_PAYLOAD + 1)))``
        A block in the buffer: its length, one that ``fits``; the transfer says that it is done with.
    address : ``Out(range(capacity))``
    data : ``In(8)``
        The byte to be read, and that byte, one clock later.
    fits : ``Out(1)``
        Whether the length at ``i`` is that of a number and one or more words.
    status : ``Out(Status)``
        Of the block, at the transfer: OK; ``BAD_BLOCK`` where it is not this block's turn; ``BAD_EVENT`` where a word is not in order.
    ended : ``Out(1)``
        Whether the last block that was passed on has ended its sample.
    finished : ``In(1)``
        Whether the result of a sample waits, until ``forget``.
    forget : ``Out(1)``
        High for one clock to have the result thrown away.
    o : ``Out(stream.Signature(EventLayout(inputs, levels, shape)))``

    Raises
    ------
    TypeError, ValueError
        If a parameter is not an integer or out of its range, or the shape has another number of inputs.
    """

    def __init__(self, inputs, levels, time_steps, *, capacity=LONGEST_BLOCK, shape=None):
        for name, value, lo, hi in (("inputs", inputs, 1, END_OF_STEP), ("levels", levels, 1, 255), ("time_steps", time_steps, 1, 255)):
            value = integer(f"EventBlocks {name}", value)
            if not lo <= value <= hi:
                raise ValueError(f"EventBlocks {name} must be between {lo} and {hi}, not {value}")
            setattr(self, name, value)
        self.word_bytes, self.capacity = event_bytes(self.levels), integer("EventBlocks capacity", capacity)
        if not 1 + 2 * self.word_bytes <= self.capacity <= MAX_PAYLOAD:
            raise ValueError(f"EventBlocks capacity must be between {1 + 2 * self.word_bytes} and {MAX_PAYLOAD} bytes, not {self.capacity}")
        self.shape = None
        if shape is not None:
            if not isinstance(shape, (tuple, list)):
                raise TypeError(f"EventBlocks shape must be channels, height and width, not {shape!r}")
            self.shape = tuple(integer("EventBlocks shape", size) for size in shape)
            if len(self.shape) != 3 or min(self.shape) < 1 or prod(self.shape) != self.inputs:
                raise ValueError(f"EventBlocks shape must be channels, height and width of {self.inputs} inputs, not {shape!r}")
        super().__init__({
            "i": In(stream.Signature(range(MAX_PAYLOAD + 1))), "address": Out(range(self.capacity)), "data": In(8),
            "fits": Out(1), "status": Out(Status), "ended": Out(1), "finished": In(1), "forget": Out(1),
            "o": Out(stream.Signature(EventLayout(self.inputs, self.levels, self.shape))),
        })

    @classmethod
    def examples(cls):
        """Configurations for which all evidence is produced."""
        return {"spikes": cls(9, 1, 3, capacity=7), "levels": cls(5, 6, 2, capacity=10), "image": cls(12, 1, 2, capacity=9, shape=(2, 3, 2))}

    def elaborate(self, platform):
        m = Module()
        length = self.i.payload
        m.d.comb += self.fits.eq((length > self.word_bytes) & (length <= self.capacity) & self._whole(length))

        # The buffer is read with the index of the next clock, so that `data` always belongs to `index`.
        index = Signal(range(self.capacity + 1))
        following_index = Signal.like(index)
        m.d.comb += [following_index.eq(index), self.address.eq(following_index)]
        m.d.sync += index.eq(following_index)

        # Of the block that is read: its number, whether it is passed on, the word, and which numbers and time steps may come.
        block = Signal(8)
        first = Signal()
        feeding = Signal()
        part = Signal(range(self.word_bytes))
        word = Signal(8 * self.word_bytes)
        lowest = Signal(range(self.inputs + 1))
        step = Signal(range(self.time_steps + 1))
        # What the blocks passed on have left behind.
        begun = Signal()
        last = Signal(8)
        following = Signal(8)
        kept_lowest = Signal.like(lowest)
        kept_step = Signal.like(step)
        m.d.comb += self.ended.eq(begun & (kept_step == self.time_steps))

        number = word[:NUMBER_BITS]
        level = word[NUMBER_BITS:] if self.levels > 1 else None
        end = Signal()
        ends = Signal()
        good = Signal()
        m.d.comb += [end.eq(number == END_OF_STEP), ends.eq(end)]
        in_order = (number >= lowest) & (number < self.inputs)
        if level is None:
            m.d.comb += good.eq((step != self.time_steps) & (end | in_order))
        else:
            m.d.comb += good.eq((step != self.time_steps) & Mux(end, level == 0, in_order & (level != 0) & (level <= self.levels)))

        event = self.o.payload
        m.d.comb += [event.last.eq(ends), event.number.eq(Mux(ends, 0, number)), event.level.eq(Mux(ends, 0, 1 if level is None else level))]
        there, forward, back = self._find_place(m, number, ends) if self.shape else (Const(1), [], [])

        def turn_to(word_or_end):
            """Go on with the next word, or with what comes after the last one."""
            with m.If(index == length):
                m.next = word_or_end
            with m.Else():
                m.next = "READ"

        with m.FSM() as fsm:
            with m.State("IDLE"):
                m.d.comb += following_index.eq(0)
                with m.If(self.i.valid):
                    m.next = "NUMBER"
            with m.State("NUMBER"):
                m.d.comb += following_index.eq(1)
                m.d.sync += [block.eq(self.data), first.eq(self.data == 0), self.status.eq(Status.OK), feeding.eq(0), part.eq(0)]
                m.d.sync += [lowest.eq(Mux(self.data == 0, 0, kept_lowest)), step.eq(Mux(self.data == 0, 0, kept_step))]
                m.next = "DONE"
                with m.If((self.data == 0) | (begun & ~self.ended & (self.data == following))):
                    m.next = "READ"
                with m.Elif(self.data != last):
                    m.d.sync += self.status.eq(Status.BAD_BLOCK)
            with m.State("READ"):
                m.d.comb += following_index.eq(index + 1)
                m.d.sync += [word.eq(Cat(word[8:], self.data)), part.eq(part + 1)]
                with m.If(part == self.word_bytes - 1):
                    m.d.sync += part.eq(0)
                    m.next = "JUDGE"
            with m.State("JUDGE"):
                with m.If(good):
                    m.d.sync += [lowest.eq(Mux(end, 0, number + 1)), step.eq(step + end)]
                with m.If(~good & ~feeding):
                    m.d.sync += self.status.eq(Status.BAD_EVENT)
                    m.next = "DONE"
                with m.Elif(good & feeding):
                    m.next = "SEND"
                with m.Elif(feeding):
                    # Never where the buffer holds still.
                    turn_to("DONE")
                with m.Else():
                    turn_to("AGAIN")
            with m.State("AGAIN"):
                m.d.comb += following_index.eq(1)
                m.d.sync += [feeding.eq(1), lowest.eq(Mux(first, 0, kept_lowest)), step.eq(Mux(first & ~begun, 0, kept_step))]
                m.next = "READ"
                with m.If(first & begun):
                    m.next = "CLOSE"
            with m.State("CLOSE"):
                m.d.comb += [following_index.eq(1), ends.eq(1)]
                m.d.sync += back
                with m.If(step != self.time_steps):
                    m.d.comb += self.o.valid.eq(1)
                    with m.If(self.o.ready):
                        m.d.sync += step.eq(step + 1)
                with m.Elif(self.finished):
                    m.d.comb += self.forget.eq(1)
                    m.d.sync += step.eq(0)
                    m.next = "READ"
            with m.State("SEND"):
                m.d.comb += self.o.valid.eq(there)
                with m.If(~there):
                    m.d.sync += forward
                with m.Elif(self.o.ready):
                    with m.If(end):
                        m.d.sync += back
                    turn_to("DONE")
            with m.State("DONE"):
                m.d.comb += self.i.ready.eq(1)
                m.next = "IDLE"
                with m.If(feeding):
                    m.d.sync += [last.eq(block), following.eq(Mux(block == 255, 1, block + 1)), begun.eq(1),
                                 kept_lowest.eq(lowest), kept_step.eq(step), feeding.eq(0)]
        if platform == "formal":
            with m.If(~fsm.ongoing("IDLE")):
                m.d.comb += Assert(self.i.valid)
        return m

    def _whole(self, length):
        """Whether a length is a byte and whole words."""
        if self.word_bytes == 2:
            return length[0]
        # Of its digits to the base 4, which leaves 1 when divided by 3, as the length modulo 3 is that of their sum.
        rest, bits = length, len(length)
        while bits > 3:
            rest = sum((rest[k:k + 2] for k in range(2, bits, 2)), rest[:2])
            bits = len(rest)
        return (rest == 1) | (rest == 4) | (rest == 7)

    def _find_place(self, m, number, ends):
        """Walk row by row to that of a number; whether it is reached, and what is set for one row more and for the first row."""
        channels, height, width = self.shape
        base = Signal(range(self.inputs))
        y = Signal(range(max(2, height)))
        channel = Signal(range(max(2, channels)))
        offset = Signal(NUMBER_BITS)
        event, bottom = self.o.payload, y == height - 1
        m.d.comb += [offset.eq(number - base), event.channel.eq(Mux(ends, 0, channel)), event.y.eq(Mux(ends, 0, y)),
                     event.x.eq(Mux(ends, 0, offset))]
        forward = [base.eq(base + width), y.eq(Mux(bottom, 0, y + 1)), channel.eq(channel + bottom)]
        return ends | (offset < width), forward, [base.eq(0), y.eq(0), channel.eq(0)]
