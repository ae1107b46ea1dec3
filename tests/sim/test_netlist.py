# amaranth: UnusedElaboratable=no
import re

import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import Out

from gateware.yosys import YosysError
from sim.netlist import check_netlist

from .designs import Accumulator, Adder, Neuron, Queue


def test_a_design_of_logic_and_registers_equals_its_rtl():
    result = check_netlist(Accumulator(), "accumulator")
    assert result.ok and result.reference == "rtl" and not result.cuts
    assert result.points >= 71
    assert str(result) == f"netlist: proven equal to the RTL in {result.points} signals; cut points: none"


def test_block_ram_and_dsp_are_cut_points_and_named():
    result = check_netlist(Neuron(), "neuron", dsp=True)
    assert result.ok and result.reference == "coarse"
    assert result.cuts == {"SB_MAC16": 1, "SB_RAM40_4K": 1}
    assert "cut points: 1 SB_MAC16, 1 SB_RAM40_4K" in str(result)


def test_a_memory_with_collision_logic_is_proven():
    result = check_netlist(Queue(), "queue")
    assert result.ok and set(result.cuts) == {"SB_RAM40_4K"}


def test_a_combinational_design_is_proven():
    assert check_netlist(Adder(), "adder").ok


def flip(pattern):
    """Flip the last bit of the first constant that the pattern finds."""
    def tamper(text):
        match = re.search(pattern, text)
        assert match, pattern
        bit = "0" if text[match.end() - 1] == "1" else "1"
        return text[:match.end() - 1] + bit + text[match.end():]
    return tamper


def test_a_wrong_lut_is_found():
    result = check_netlist(Accumulator(), "accumulator", tamper=flip(r"parameter \\LUT_INIT 16'[01]+"))
    assert not result.ok
    assert re.match(r"^netlist: \d+ signals not proven equal in the (first|next) clock: ", str(result))


def test_wrong_memory_contents_are_found():
    result = check_netlist(Neuron(), "neuron", dsp=True, tamper=flip(r"parameter \\INIT_3 256'[01x]+"))
    assert not result.ok
    assert re.match(r"^cut cell \S+ \(SB_RAM40_4K\) differs in the parameter INIT_3$", result.failure)


def test_a_wrong_dsp_mode_is_found():
    result = check_netlist(Neuron(), "neuron", dsp=True, tamper=flip(r"parameter \\A_SIGNED (?:\d+')?[01]+"))
    assert not result.ok
    assert re.match(r"^cut cell \S+ \(SB_MAC16\) differs in the parameter A_SIGNED$", result.failure)


def test_a_wrong_address_line_is_found():
    def swap(text):
        start = text.index("connect \\RADDR")
        line = text[start:text.index("\n", start)]
        bits = re.findall(r"\\\S+(?: \[\d+\])?", line[len("connect \\RADDR"):])
        return text.replace(line, line.replace(bits[-1], "@").replace(bits[-2], bits[-1]).replace("@", bits[-2]))
    assert not check_netlist(Neuron(), "neuron", dsp=True, tamper=swap).ok


class Toggle(wiring.Component):
    def __init__(self, init):
        super().__init__({"y": Out(1, init=init)})

    def elaborate(self, platform):
        m = Module()
        m.d.sync += self.y.eq(~self.y)
        return m


def test_a_wrong_initial_value_is_found():
    """The two differ in the first clock; their next states follow from their states in the same way."""
    texts = []
    assert check_netlist(Toggle(0), "toggle", tamper=lambda text: texts.append(text) or text).ok
    result = check_netlist(Toggle(1), "toggle", tamper=lambda text: texts[0])
    assert not result.ok


def test_ecp5():
    result = check_netlist(Neuron(), "neuron", family="ecp5")
    assert result.ok and result.cuts == {"MULT18X18D": 1}


def test_an_unknown_family_is_refused():
    with pytest.raises(ValueError, match="^family must be one of ice40, ecp5, not 'xc7'$"):
        check_netlist(Adder(), "adder", family="xc7")


def test_a_synthesis_that_hangs_is_an_error():
    with pytest.raises(YosysError, match="did not finish within 0.1 s$"):
        check_netlist(Adder(), "adder", timeout=0.1)
