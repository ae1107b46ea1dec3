"""Small designs of every shape that the engines must handle, independent of the project's own components."""

from amaranth.hdl import Module, Mux, Signal, signed, unsigned
from amaranth.lib import data, fifo, memory, stream, wiring
from amaranth.lib.wiring import In, Out


RECORD = data.StructLayout({"a": unsigned(4), "b": signed(3), "lanes": data.ArrayLayout(signed(5), 3), "wide": unsigned(70)})


class Accumulator(wiring.Component):
    """A signed accumulator wider than a word, with an enable, and an output that mixes state and input."""

    step_by: In(signed(16))
    enable: In(1)
    total: Out(signed(70))
    sign: Out(1)

    def elaborate(self, platform):
        m = Module()
        with m.If(self.enable):
            m.d.sync += self.total.eq(self.total + self.step_by)
        m.d.comb += self.sign.eq((self.total + self.step_by) < 0)
        return m


class Adder(wiring.Component):
    """Combinational, without clock and reset, wide, and with a port of no bits."""

    a: In(64)
    b: In(signed(64))
    nothing: In(0)
    y: Out(signed(66))
    low: Out(64)
    empty: Out(0)

    def elaborate(self, platform):
        m = Module()
        m.d.comb += [self.y.eq(self.a + self.b), self.low.eq(self.a)]
        return m


class Queue(wiring.Component):
    """A FIFO between two streams of records."""

    i: In(stream.Signature(RECORD))
    o: Out(stream.Signature(RECORD))

    def elaborate(self, platform):
        m = Module()
        m.submodules.fifo = queue = fifo.SyncFIFOBuffered(width=RECORD.size, depth=8)
        m.d.comb += [
            queue.w_data.eq(self.i.payload.as_value()), queue.w_en.eq(self.i.valid), self.i.ready.eq(queue.w_rdy),
            self.o.payload.as_value().eq(queue.r_data), self.o.valid.eq(queue.r_rdy), queue.r_en.eq(self.o.ready),
        ]
        return m


class Squarer(wiring.Component):
    """A stream stage that squares, with a tap that reports every result."""

    i: In(stream.Signature(8))
    o: Out(stream.Signature(16))
    tap: Out(stream.Signature(16, always_ready=True))

    def elaborate(self, platform):
        m = Module()
        with m.If(self.o.ready | ~self.o.valid):
            m.d.comb += self.i.ready.eq(1)
            m.d.sync += [self.o.valid.eq(self.i.valid), self.o.payload.eq(self.i.payload * self.i.payload)]
        m.d.comb += [self.tap.payload.eq(self.o.payload), self.tap.valid.eq(self.o.valid & self.o.ready)]
        return m


class Liar(wiring.Component):
    """A stream source that breaks the rule asked for: it takes ``valid`` back, changes the ``payload``, or stays ``silent``."""

    o: Out(stream.Signature(8))

    def __init__(self, fault):
        super().__init__()
        self.fault = fault

    def elaborate(self, platform):
        m = Module()
        clock = Signal(8)
        m.d.sync += clock.eq(clock + 1)
        m.d.comb += [
            self.o.valid.eq({"valid": clock[0], "payload": 1, "silent": 0}[self.fault]),
            self.o.payload.eq(clock if self.fault == "payload" else 5),
        ]
        return m


class Neuron(wiring.Component):
    """A 16-bit leaky integrator with a product, saturation, a threshold and a table: something nontrivial to time and to map."""

    current: In(signed(16))
    spike: Out(1)
    v: Out(signed(16))
    gain: Out(8)

    def elaborate(self, platform):
        m = Module()
        raw = Signal(signed(18))
        leak = Signal(signed(28))
        m.d.comb += [leak.eq(self.v * 205), raw.eq(self.v - (leak >> 12) + self.current), self.spike.eq(raw > 12000)]
        m.d.sync += self.v.eq(Mux(self.spike, 0, Mux(raw < -32768, -32768, raw)))
        m.submodules.table = table = memory.Memory(shape=8, depth=256, init=[(x * x + 7) & 255 for x in range(256)])
        port = table.read_port()
        m.d.comb += [port.addr.eq(self.v[8:]), self.gain.eq(port.data)]
        return m


class TwoClocks(wiring.Component):
    """A design with a second clock domain, which the engine refuses."""

    y: Out(1)

    def elaborate(self, platform):
        m = Module()
        m.d.fast += self.y.eq(~self.y)
        return m


class ShortTable(wiring.Component):
    """A table of three rows with an address of two bits."""

    address: In(2)
    y: Out(8)

    def elaborate(self, platform):
        m = Module()
        m.submodules.table = table = memory.Memory(shape=8, depth=3, init=[5, 6, 7])
        port = table.read_port()
        m.d.comb += [port.addr.eq(self.address), self.y.eq(port.data)]
        return m
