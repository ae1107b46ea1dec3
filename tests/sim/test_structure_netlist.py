# amaranth: UnusedElaboratable=no
import re

from amaranth.hdl import Module, Signal
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from sim.netlist import check_netlist
from sim.structure_netlist import check_structure_netlist

from .designs import Accumulator


class Lanes(wiring.Component):
    """Two rows of two lanes: an element of a row has the name that a bit of the row would have."""

    address: In(1)
    lane: In(1)
    number: In(3)
    read: In(1)
    write: In(1)
    o: Out(3)
    sums: Out(data.ArrayLayout(3, 2))

    def elaborate(self, platform):
        m = Module()
        m.submodules.rows = rows = memory.Memory(shape=data.ArrayLayout(3, 2), depth=2, init=[], attrs={"no_rw_check": 1})
        read, write = rows.read_port(), rows.write_port()
        before = Signal.like(read.data)
        m.d.sync += before.eq(read.data)
        m.d.comb += [read.addr.eq(self.address), read.en.eq(self.read), write.addr.eq(self.address), write.en.eq(self.write),
                     *(write.data[k].eq(before[k] + self.number) for k in range(2)), self.sums.eq(before),
                     self.o.eq(read.data.as_value().word_select(self.lane, 3))]
        return m


class Masked(wiring.Component):
    """A memory of two blocks, of one of which every bit is ANDed with 0: only logic can tell."""

    address: In(8)
    number: In(8)
    write: In(1)
    o: Out(17)

    def elaborate(self, platform):
        m = Module()
        m.submodules.rows = rows = memory.Memory(shape=24, depth=256, init=[], attrs={"no_rw_check": 1})
        read, write = rows.read_port(), rows.write_port()
        m.d.comb += [read.addr.eq(self.address), write.addr.eq(self.address), write.data.eq(self.number * 65793), write.en.eq(self.write),
                     self.o.eq(read.data[:16]), self.o[16].eq(read.data[16] & self.number[0] & ~read.data[16])]
        return m


def flip(pattern):
    """Flip the last bit of the first constant that the pattern finds."""
    def tamper(text):
        match = re.search(pattern, text)
        assert match, pattern
        return text[:match.end() - 1] + ("0" if text[match.end() - 1] != "0" else "1") + text[match.end():]
    return tamper


def test_a_design_of_logic_and_registers_equals_its_rtl():
    result = check_structure_netlist(Accumulator(), "accumulator")
    assert result.ok and result.reference == "rtl" and not result.cuts


def test_elements_of_arrays_are_told_from_bits():
    assert not check_netlist(Lanes(), "lanes").ok
    result = check_structure_netlist(Lanes(), "lanes")
    assert result.ok and result.reference == "coarse", result


def test_a_block_that_nothing_depends_on_may_be_dropped():
    result = check_structure_netlist(Masked(), "masked")
    assert result.ok, result
    assert str(result).endswith("cut points: 1 SB_RAM40_4K, 1 SB_RAM40_4K dropped by mapping")


def test_a_block_that_is_needed_may_not_be_dropped():
    def without_memory(text):
        return re.sub(r"^  cell \\SB_RAM40_4K \S+\n.*?^  end$", "", text, flags=re.MULTILINE | re.DOTALL)
    result = check_structure_netlist(Masked(), "masked", tamper=without_memory)
    assert not result.ok and re.search(r"signals not proven equal in the (first|next) clock: \S+\[\d+\]", result.failure), result


def test_a_wrong_lut_is_found():
    assert not check_structure_netlist(Lanes(), "lanes", tamper=flip(r"parameter \\LUT_INIT 16'[01]+")).ok


def test_other_memory_contents_are_found():
    result = check_structure_netlist(Masked(), "masked", tamper=flip(r"parameter \\INIT_3 256'[01x]+"))
    assert re.match(r"^cut cell \S+ \(SB_RAM40_4K\) differs in the parameter INIT_3$", result.failure)
