# amaranth: UnusedElaboratable=no
import pytest
from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from gateware.rtlil import to_rtlil
from platforms.designs.harness import Harness, is_serial
from sim.streams import simulate


class Adder(wiring.Component):
    a: In(4)
    b: In(4)
    total: Out(5)

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.total.eq(self.a + self.b)
        return m


class Counter(wiring.Component):
    count: Out(3)

    def elaborate(self, platform):
        m = Module()
        m.d.sync += self.count.eq(self.count + 1)
        return m


class Serial(wiring.Component):
    rx: In(1)
    tx: Out(1)

    def elaborate(self, platform):
        m = Module()
        held = Signal()
        m.d.sync += held.eq(self.rx)
        m.d.comb += self.tx.eq(held)
        return m


def test_bits_move_through_the_component():
    harness = Harness(Adder())
    received = []

    async def bench(ctx):
        # b = 8, then a = 5, highest bits first; a 1 in the last place is also the order to copy.
        for bit in (1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0):
            ctx.set(harness.rx, bit)
            await ctx.tick()
            received.append(ctx.get(harness.tx))

    simulate(harness, bench)
    # In place after eight clocks, captured in the ninth, copied in the tenth, then sent from the low bit.
    assert received[9:14] == [(8 + 5) >> bit & 1 for bit in range(5)]


def test_component_without_inputs_is_harnessed():
    assert "count" in to_rtlil(Harness(Counter()))


class Source(wiring.Component):
    i: In(stream.Signature(2, always_ready=True))
    o: Out(stream.Signature(2, always_valid=True))

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.o.payload.eq(self.i.payload)
        return m


def test_constant_ports_are_left_alone():
    text = to_rtlil(Harness(Source()))
    assert "i__payload" in text and "i__ready" not in text and "o__valid" not in text


def test_serial_component_is_told_from_others():
    assert is_serial(Serial()) and is_serial(Harness(Adder()))
    assert not is_serial(Adder())


def test_what_is_no_component_is_refused():
    with pytest.raises(TypeError, match=r"^component must be an amaranth.lib.wiring.Component, not 3$"):
        Harness(3)
