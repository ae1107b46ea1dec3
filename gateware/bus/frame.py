"""Frames with CRC over a byte stream: receiver with a payload buffer, and transmitter.

The format is stated in :mod:`gateware.bus.format` and described in ``docs/protocol.md``.
"""

import contextlib
import operator

from amaranth.hdl import Assert, Module, ResetInserter, Signal
from amaranth.lib import data, memory, stream
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from gateware.component import Component

from .format import CRC, MAX_PAYLOAD, PROTOCOL_VERSION, SYNC

__all__ = ["FrameReceiver", "FrameTransmitter"]


def _integer(name, value, lowest, highest, unit):
    try:
        value = operator.index(value)
    except TypeError:
        raise TypeError(f"frame {name} must be an integer number of {unit}, not {value!r}") from None
    if not lowest <= value <= highest:
        raise ValueError(f"frame {name} must be between {lowest} and {highest} {unit}, not {value}")
    return value


class FrameReceiver(Component):
    """Finds frames in a stream of bytes and shows each one whose CRCs are right.

    While ``o`` is valid the frame's payload can be read from the buffer, in any order and any number of
    times; meanwhile no byte is taken. The transfer at ``o`` gives the buffer free. A payload longer than
    the buffer is checked to its end and shown with its true length, but only its beginning is kept.

    A frame is given up, and the search for sync bytes begins anew with the byte after it, where the
    header's CRC is wrong (so that a wrong length never counts bytes), where the length is above 4095,
    where the payload's CRC is wrong, and where no byte came for ``timeout`` clocks.

    A frame is shown two clocks after its last byte was taken. One byte can be taken per clock, but for
    one clock after each CRC.

    Parameters
    ----------
    capacity : int
        Bytes in the buffer, 2 to 4095.
    timeout : int
        Clocks without a byte, in the middle of a frame, after which it is given up; 2 to 2**32 - 1.

    Members
    -------
    i : ``In(stream.Signature(8))``
        Bytes from the line.
    o : ``Out(stream.Signature(StructLayout({"supported": 1, "sequence": 8, "command": 8, "length": 12})))``
        Headers of good frames; ``supported`` is low where the protocol version is not ours.
    address : ``In(range(capacity))``
        Byte of the payload to be read.
    data : ``Out(8)``
        That byte, one clock later.
    dropped : ``Out(1)``
        High for one clock when a frame is given up.

    Raises
    ------
    TypeError, ValueError
        A parameter is not an integer or out of range.
    """

    def __init__(self, *, capacity, timeout):
        self._capacity = _integer("capacity", capacity, 2, MAX_PAYLOAD, "bytes")
        self._timeout = _integer("timeout", timeout, 2, 2**32 - 1, "clocks")
        super().__init__({
            "i": In(stream.Signature(8)),
            "o": Out(stream.Signature(data.StructLayout(
                {"supported": 1, "sequence": 8, "command": 8, "length": range(MAX_PAYLOAD + 1)}))),
            "address": In(range(self._capacity)),
            "data": Out(8),
            "dropped": Out(1),
        })

    @property
    def capacity(self):
        """Bytes in the buffer."""
        return self._capacity

    @property
    def timeout(self):
        """Clocks without a byte after which a frame is given up."""
        return self._timeout

    @classmethod
    def examples(cls):
        """Configurations for which all evidence is produced."""
        return {"default": cls(capacity=64, timeout=240_000), "small": cls(capacity=4, timeout=20)}

    def elaborate(self, platform):
        m = Module()

        header = self.o.payload
        taken = Signal()
        m.d.comb += taken.eq(self.i.valid & self.i.ready)

        # Reset of the register instead of the processor's own `start`, which costs a multiplexer per bit.
        restart = Signal()
        m.submodules.crc = crc = ResetInserter(restart)(CRC.create())
        m.d.comb += crc.data.eq(self.i.payload)

        # As deep as the address goes, for a read beyond the end of a memory is undefined.
        m.submodules.buffer = buffer = memory.Memory(shape=8, depth=2 ** len(self.address), init=[])
        write = buffer.write_port()
        read = buffer.read_port()
        position = Signal.like(header.length)
        # The buffer is written only while `o` is not valid and read only while it is.
        m.d.comb += [
            write.addr.eq(position),
            write.data.eq(self.i.payload),
            read.addr.eq(self.address),
            read.en.eq(self.o.valid),
            self.data.eq(read.data),
        ]
        if platform == "formal":
            m.d.comb += Assert(~(write.en & read.en))

        # Counts up to a power of two, so that the carry says when the line has been quiet for too long.
        limit = 1 << ceil_log2(self._timeout)
        quiet = Signal(range(limit + 1), init=limit - self._timeout)
        late = Signal()
        m.d.comb += late.eq(quiet[-1] & ~self.i.valid)
        m.d.sync += quiet.eq(quiet + 1)
        with m.If(taken):
            m.d.sync += quiet.eq(quiet.init)

        in_payload = Signal()
        with m.FSM():
            with m.State("SYNC0"):
                m.d.comb += [self.i.ready.eq(1), restart.eq(1)]
                m.d.sync += [in_payload.eq(0), position.eq(0)]
                with m.If(self.i.valid & (self.i.payload == SYNC[0])):
                    m.next = "SYNC1"
            with m.State("SYNC1"):
                m.d.comb += [self.i.ready.eq(1), restart.eq(1)]
                with m.If(late | (self.i.valid & (self.i.payload != SYNC[0]))):
                    m.next = "SYNC0"
                with m.If(self.i.valid & (self.i.payload == SYNC[1])):
                    m.next = "VERSION"

            @contextlib.contextmanager
            def byte(name, following):
                """State that waits for one byte of the frame; the body says what becomes of it."""
                with m.State(name):
                    m.d.comb += self.i.ready.eq(1)
                    with m.If(self.i.valid):
                        m.d.comb += crc.valid.eq(1)
                        m.next = following
                        yield
                    with m.Elif(late):
                        m.d.comb += self.dropped.eq(1)
                        m.next = "SYNC0"

            with byte("VERSION", "SEQUENCE"):
                m.d.sync += header.supported.eq(self.i.payload == PROTOCOL_VERSION)
            with byte("SEQUENCE", "COMMAND"):
                m.d.sync += header.sequence.eq(self.i.payload)
            with byte("COMMAND", "LENGTH0"):
                m.d.sync += header.command.eq(self.i.payload)
            with byte("LENGTH0", "LENGTH1"):
                m.d.sync += header.length[:8].eq(self.i.payload)
            with byte("LENGTH1", "BODY"):
                m.d.sync += header.length[8:].eq(self.i.payload)
                with m.If(self.i.payload > MAX_PAYLOAD >> 8):
                    m.d.comb += self.dropped.eq(1)
                    m.next = "SYNC0"
            # The payload, and after it the first byte of its CRC; before it, that of the header's.
            with byte("BODY", "BODY"):
                with m.If(in_payload & (position != header.length)):
                    m.d.comb += write.en.eq(position < self._capacity)
                    m.d.sync += position.eq(position + 1)
                with m.Else():
                    m.next = "CRC1"
            with byte("CRC1", "CHECK"):
                pass

            with m.State("CHECK"):
                m.d.comb += restart.eq(1)
                m.d.sync += in_payload.eq(1)
                with m.If(~crc.match_detected):
                    m.d.comb += self.dropped.eq(1)
                    m.next = "SYNC0"
                with m.Elif(in_payload | (header.length == 0)):
                    m.next = "SHOW"
                with m.Else():
                    m.next = "BODY"
            with m.State("SHOW"):
                m.d.comb += self.o.valid.eq(1)
                with m.If(self.o.ready):
                    m.next = "SYNC0"

        return m


class FrameTransmitter(Component):
    """Makes frames: sync bytes, version, the header's other fields, its CRC, payload and CRC.

    The header is taken with the second byte of its length. Without stalls a frame with a payload of
    ``n > 0`` bytes takes ``n + 11`` clocks, one without payload 9; each byte waits for ``o.ready``.

    Parameters
    ----------
    longest : int
        Bytes in the longest payload that will be sent, 1 to 4095.

    Members
    -------
    header : ``In(stream.Signature(StructLayout({"sequence": 8, "command": 8, "length": range(longest + 1)})))``
        One transfer for each frame.
    i : ``In(stream.Signature(8))``
        The payload, ``length`` bytes for each frame, passed to ``o`` in the same clock.
    o : ``Out(stream.Signature(8))``
        Bytes for the line.

    Raises
    ------
    TypeError, ValueError
        ``longest`` is not an integer or out of range.
    """

    def __init__(self, *, longest=MAX_PAYLOAD):
        self._longest = _integer("longest payload", longest, 1, MAX_PAYLOAD, "bytes")
        super().__init__({
            "header": In(stream.Signature(data.StructLayout(
                {"sequence": 8, "command": 8, "length": range(self._longest + 1)}))),
            "i": In(stream.Signature(8)),
            "o": Out(stream.Signature(8)),
        })

    @property
    def longest(self):
        """Bytes in the longest payload that can be sent."""
        return self._longest

    @classmethod
    def examples(cls):
        """Configurations for which all evidence is produced."""
        return {"default": cls(), "small": cls(longest=16)}

    def elaborate(self, platform):
        m = Module()

        header = self.header.payload
        restart = Signal()
        m.submodules.crc = crc = ResetInserter(restart)(CRC.create())
        m.d.comb += crc.data.eq(self.o.payload)

        remaining = Signal.like(header.length)

        with m.FSM():
            @contextlib.contextmanager
            def byte(name, value, following, *, valid, covered=True):
                """State that sends one byte, which the CRC may cover; the body says what goes with its transfer."""
                with m.State(name):
                    m.d.comb += [self.o.valid.eq(valid), self.o.payload.eq(value)]
                    with m.If(valid & self.o.ready):
                        m.d.comb += crc.valid.eq(covered)
                        m.next = following
                        yield

            with byte("SYNC0", SYNC[0], "SYNC1", valid=self.header.valid, covered=False):
                m.d.comb += restart.eq(1)
            with byte("SYNC1", SYNC[1], "VERSION", valid=self.header.valid, covered=False):
                pass
            with byte("VERSION", PROTOCOL_VERSION, "SEQUENCE", valid=self.header.valid):
                pass
            with byte("SEQUENCE", header.sequence, "COMMAND", valid=self.header.valid):
                pass
            with byte("COMMAND", header.command, "LENGTH0", valid=self.header.valid):
                pass
            with byte("LENGTH0", header.length[:8], "LENGTH1", valid=self.header.valid):
                pass
            with byte("LENGTH1", header.length[8:], "CRC0", valid=self.header.valid):
                m.d.comb += self.header.ready.eq(1)
                m.d.sync += remaining.eq(header.length)
            with byte("CRC0", crc.crc[:8], "CRC1", valid=1, covered=False):
                pass
            with byte("CRC1", crc.crc[8:], "SYNC0", valid=1, covered=False):
                m.d.comb += restart.eq(1)
                with m.If(remaining != 0):
                    m.next = "PAYLOAD"
            with byte("PAYLOAD", self.i.payload, "PAYLOAD", valid=self.i.valid):
                m.d.comb += self.i.ready.eq(1)
                m.d.sync += remaining.eq(remaining - 1)
                with m.If(remaining == 1):
                    m.next = "CRC0"

        return m
