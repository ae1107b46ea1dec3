"""The rule of streams as a specification that Yosys proves by induction, with the SAT solver that it contains."""

from amaranth.back import rtlil
from amaranth.hdl import Assert, Assume, ClockDomain, Elaboratable, Module, Signal, Value
from amaranth.lib.wiring import In

from gateware.yosys import run_yosys

__all__ = ["prove_stream_rule"]


class StreamRule(Elaboratable):
    """If every input stream keeps the rule, every output stream does: ``valid`` and payload hold until the transfer."""

    def __init__(self, dut):
        self.dut = dut
        # Registers begin at their initial values; nothing resets them.
        self.domain = ClockDomain("sync", reset_less=True)
        self.free = []
        self.streams = []
        for name, member in dut.signature.members.items():
            port = getattr(dut, name)
            is_input = member.flow == In
            if member.is_signature:
                self.streams.append((name, port, is_input))
                inputs = [port.valid, port.payload] if is_input else [port.ready]
            else:
                inputs = [port] if is_input else []
            for value in map(Value.cast, inputs):
                self.free.append((value, Signal(len(value), name=f"free{len(self.free)}")))

    @property
    def ports(self):
        return [self.domain.clk, *(source for _, source in self.free)]

    def elaborate(self, platform):
        m = Module()
        m.domains += self.domain
        m.submodules.dut = self.dut
        m.d.comb += [value.eq(source) for value, source in self.free]
        for name, port, is_input in self.streams:
            payload = Value.cast(port.payload)
            waited = Signal(name=f"{name}_waited")
            before = Signal(len(payload), name=f"{name}_before")
            m.d.sync += [waited.eq(port.valid & ~port.ready), before.eq(payload)]
            with m.If(waited):
                m.d.comb += (Assume if is_input else Assert)(port.valid & (payload == before))
        return m


def prove_stream_rule(dut, depth=4):
    """Prove the rule for a component, and the assertions that it carries; YosysError where that fails."""
    spec = StreamRule(dut)
    script = f"""
        read_rtlil top.il
        prep -top top -flatten
        memory_map
        async2sync
        chformal -lower
        sat -tempinduct -prove-asserts -set-assumes -seq 1 -maxsteps {depth} -verify
    """
    text = rtlil.convert(spec, ports=spec.ports, platform="formal", emit_src=False)
    run_yosys(script, {"top.il": text}, timeout=120)
