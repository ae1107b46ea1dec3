"""Components that the tests of the bus are about, and lines as lists of levels."""

import numpy as np
from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from gateware.bus import FrameReceiver, FrameTransmitter, UARTReceiver, UARTTransmitter

__all__ = ["Echo", "Loop", "line"]


def line(data, bit_clocks, idle=2.0, stop=1):
    """Levels of a line that carries bytes without gaps, with bits of any length in clocks, between idle bits."""
    bits = [bit for byte in data for bit in (0, *((byte >> k) & 1 for k in range(8)), stop)]
    ends = np.cumsum([idle, *[1.0] * len(bits), idle]) * bit_clocks
    clocks = np.arange(int(ends[-1]))
    return np.array([1, *bits, 1])[np.searchsorted(ends, clocks, side="right")]


class Loop(wiring.Component):
    """A transmitter whose line goes to a receiver."""

    def __init__(self, divisor):
        self.divisor = divisor
        super().__init__({"i": In(stream.Signature(8)), "o": Out(stream.Signature(8)), "tx": Out(1)})

    def elaborate(self, platform):
        m = Module()
        m.submodules.transmitter = transmitter = UARTTransmitter(self.divisor)
        m.submodules.receiver = receiver = UARTReceiver(self.divisor)
        connect(m, flipped(self.i), transmitter.i)
        connect(m, receiver.o, flipped(self.o))
        m.d.comb += [receiver.rx.eq(transmitter.tx), self.tx.eq(transmitter.tx)]
        return m


class Echo(wiring.Component):
    """Sends every good frame back."""

    def __init__(self, capacity, timeout):
        self.capacity, self.timeout = capacity, timeout
        super().__init__({"i": In(stream.Signature(8)), "o": Out(stream.Signature(8))})

    def elaborate(self, platform):
        m = Module()
        m.submodules.receiver = receiver = FrameReceiver(capacity=self.capacity, timeout=self.timeout)
        m.submodules.transmitter = transmitter = FrameTransmitter(longest=self.capacity)
        connect(m, flipped(self.i), receiver.i)
        connect(m, transmitter.o, flipped(self.o))

        request, header = receiver.o, transmitter.header
        index, next_index = Signal(range(self.capacity + 1)), Signal(range(self.capacity + 1))
        answered = Signal()
        m.d.comb += [
            header.valid.eq(request.valid & ~answered),
            header.payload.sequence.eq(request.payload.sequence),
            header.payload.command.eq(request.payload.command),
            header.payload.length.eq(request.payload.length),
            transmitter.i.valid.eq(answered & (index != request.payload.length)),
            transmitter.i.payload.eq(receiver.data),
            request.ready.eq(answered & (index == request.payload.length)),
            next_index.eq(index + (transmitter.i.valid & transmitter.i.ready)),
            receiver.address.eq(next_index),
        ]
        m.d.sync += index.eq(next_index)
        with m.If(header.valid & header.ready):
            m.d.sync += answered.eq(1)
        with m.If(request.valid & request.ready):
            m.d.sync += [answered.eq(0), index.eq(0)]
        return m
