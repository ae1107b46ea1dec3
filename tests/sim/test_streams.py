import re

import pytest
from amaranth.hdl import CombinationalCycle, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sim.streams import simulate, stream_get, stream_put

from .designs import Adder, Liar, Squarer


class Loop(wiring.Component):
    a: In(1)
    y: Out(1)

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.y.eq(~(self.y & self.a))
        return m


def test_put_and_get_pass_every_item_in_order(tmp_path):
    dut = Squarer()
    received = []

    async def put(ctx):
        for item in (3, 0, 255, 16):
            await stream_put(ctx, dut.i, item)

    async def get(ctx):
        for _ in range(4):
            received.append(await stream_get(ctx, dut.o))
            await ctx.tick().repeat(2)

    simulate(dut, put, get, vcd=tmp_path / "trace.vcd")
    assert received == [9, 0, 65025, 256]
    assert "$enddefinitions" in (tmp_path / "trace.vcd").read_text()


def test_simulate_needs_no_clock_for_a_combinational_design():
    dut = Adder()

    async def bench(ctx):
        ctx.set(dut.a, 2**64 - 1)
        ctx.set(dut.b, -1)
        await ctx.delay(1e-9)
        assert ctx.get(dut.y) == 2**64 - 2

    simulate(dut, bench)


def test_simulate_refuses_a_combinational_loop_instead_of_hanging():
    with pytest.raises(CombinationalCycle):
        simulate(Loop())


def test_simulate_names_the_clock_limit():
    dut = Liar("silent")

    async def wait(ctx):
        await stream_get(ctx, dut.o)

    with pytest.raises(TimeoutError, match="^simulation of Liar must end within 500 clocks$"):
        simulate(dut, wait, max_clocks=500)


def test_simulate_names_the_time_limit():
    dut = Liar("silent")

    async def wait(ctx):
        await stream_get(ctx, dut.o)

    with pytest.raises(TimeoutError, match=re.escape("simulation of Liar must end within 0.05 s; it stands at clock ")):
        simulate(dut, wait, timeout=0.05)
