# amaranth: UnusedElaboratable=no
import pytest
from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from gateware.bus import FrameReceiver
from gateware.bus.format import Identity
from gateware.chip.recorder import Recorder
from gateware.chip.server import Server
from sim.contracts import prove_contracts


class ServerWithPayload(wiring.Component):
    """The server beside a payload buffer that holds any bytes and, observed, beside what can be read: bytes that follow their addresses."""

    def __init__(self, pixels=4, *, observed=False):
        result = data.StructLayout({"counts": data.ArrayLayout(6, 2), "label": 1, "clocks": 32})
        self.server, self.observed = Server(Identity(1, 24_000_000, pixels, (pixels, 3, 2), "small"), result, observed=observed), observed
        members = {name: member for name, member in self.server.signature.members.items()
                   if name not in ("address", "data", "where", "end", "seen")}
        super().__init__(members | {"payload": In(8 * pixels)})

    def elaborate(self, platform):
        m = Module()
        m.submodules.server = self.server
        payload, kept = Signal.like(self.payload), Signal()
        if self.observed:
            seen = self.server.where.byte[:8]
            for stage in range(Recorder.latency):
                behind = Signal(8, name=f"seen{stage}")
                m.d.sync += behind.eq(seen)
                seen = behind
            m.d.comb += self.server.seen.eq(seen)
            m.d.sync += self.server.end.eq(self.server.where.layer << 8)
        m.d.sync += kept.eq(1)
        with m.If(~kept):
            m.d.sync += payload.eq(self.payload)
        m.d.sync += self.server.data.eq(payload.word_select(self.server.address, 8))
        for name in ("request", "reply", "o", "pixels", "result"):
            inner, outer = getattr(self.server, name), getattr(self, name)
            source, sink = (outer, inner) if self.signature.members[name].flow == In else (inner, outer)
            m.d.comb += [sink.valid.eq(source.valid), sink.payload.eq(source.payload), source.ready.eq(sink.ready)]
        return m


class Impatient(wiring.Component):
    """Passes bytes through a register that takes the next one without a look at ``o.ready``."""

    i: In(stream.Signature(8))
    o: Out(stream.Signature(8))

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.i.ready.eq(1)
        m.d.sync += [self.o.valid.eq(self.i.valid), self.o.payload.eq(self.i.payload)]
        return m


class EarlyHeader(FrameReceiver):
    """A frame receiver that takes bytes, and so changes the header, while it shows one."""

    def elaborate(self, platform):
        m = super().elaborate(platform)
        with m.If(self.i.valid):
            m.d.sync += self.o.payload.sequence.eq(self.i.payload)
        return m


@pytest.mark.parametrize("server", [ServerWithPayload(), ServerWithPayload(5, observed=True)], ids=["plain", "observed"])
def test_the_server_holds_its_outputs_and_its_assertions_hold(server):
    result = prove_contracts(server, depth=4)
    assert result.ok, str(result)
    assert {"stream pixels holds valid and payload until the transfer",
            "the component's own assertions hold"} <= {goal.name for goal in result.goals}


@pytest.mark.parametrize("make", [Impatient, lambda: EarlyHeader(capacity=4, timeout=20)],
                         ids=["Impatient", "EarlyHeader"])
def test_the_proof_fails_on_a_broken_component(make):
    goals = {goal.name: goal.holds for goal in prove_contracts(make()).goals}
    assert not goals["stream o holds valid and payload until the transfer"]
