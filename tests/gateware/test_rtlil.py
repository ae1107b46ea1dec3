# amaranth: UnusedElaboratable=no
import pytest
from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from gateware.rtlil import component_ports, to_rtlil


class Always(wiring.Component):
    i: In(stream.Signature(3, always_ready=True))
    o: Out(stream.Signature(3))

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.o.payload.eq(self.i.payload)
        return m


def test_ports_are_listed_in_order_without_constants():
    ports = component_ports(Always())
    assert [(port.name, port.shape.width, port.is_input) for port in ports] == [
        ("i__payload", 3, True), ("i__valid", 1, True), ("o__payload", 3, False), ("o__valid", 1, False), ("o__ready", 1, True)]


def test_an_undriven_output_stays_an_output():
    outputs = [line.split()[-1] for line in to_rtlil(Always()).splitlines() if " output " in line]
    assert outputs == ["\\o__payload", "\\o__valid"]


def test_equal_hardware_gives_equal_text_without_source_locations():
    assert to_rtlil(Always()) == to_rtlil(Always())
    assert "\\src" not in to_rtlil(Always())


def test_what_is_no_component_is_refused():
    with pytest.raises(TypeError, match="^component must be an amaranth.lib.wiring.Component, not 5$"):
        to_rtlil(5)
