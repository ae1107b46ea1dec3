"""Memory of weights: block RAM with its contents in the bitstream, or the iCE40 UltraPlus' large single-port RAM."""

from amaranth.hdl import Cat, ClockSignal, Const, Instance, Module, Mux, Signal
from amaranth.lib import data, memory
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from gateware.component import Component
from gateware.parameters import integer

__all__ = ["LargeMemory", "LoadLayout", "SPRAM_DEPTH", "SPRAM_WIDTH", "WeightROM"]

SPRAM_DEPTH, SPRAM_WIDTH = 16384, 16


def LoadLayout(words):
    """What writes one of ``words`` words into a memory, in clocks with ``write``."""
    return data.StructLayout({"write": 1, "address": range(max(2, words)), "word": SPRAM_WIDTH})


class WeightROM(Component):
    """Rows of constants in block RAM.

    Parameters
    ----------
    rows : sequence of int
    width : int
        Bits of a row.
    bounded : bool
        Whether no address past the last row ever comes, so that there need not be rows of 0 up to the next power of two.

    Members
    -------
    address : In(range(rows))
    data : Out(width)
        That row, one clock later.
    """

    def __init__(self, rows, width, *, bounded=False):
        self.rows, self.width, self.bounded = tuple(rows), integer("WeightROM width", width), bool(bounded)
        if not self.rows or self.width < 1 or min(self.rows) < 0 or max(self.rows) >> self.width:
            raise ValueError(f"WeightROM rows must be one or more unsigned numbers of {self.width} bits")
        super().__init__({"address": In(range(max(2, len(self.rows)))), "data": Out(self.width)})

    def elaborate(self, platform):
        m = Module()
        # As deep as the address goes, for a read beyond the end of a memory is undefined.
        depth = len(self.rows) if self.bounded else 1 << len(self.address)
        m.submodules.rom = rom = memory.Memory(shape=self.width, depth=depth, init=[*self.rows, *[0] * (depth - len(self.rows))],
                                               attrs={"rom_style": "block"})
        read = rom.read_port()
        m.d.comb += [read.addr.eq(self.address), self.data.eq(read.data)]
        return m


class LargeMemory(Component):
    """Single-port memory of up to 16384 rows, of SB_SPRAM256KA cells on the iCE40 UltraPlus; written word by word.

    Its contents are not in the bitstream: until a row is written it holds anything.

    Parameters
    ----------
    rows : int
        1 to 16384.
    width : int
        Bits of a row, 1 to 64; each 16 of them take a cell.

    Members
    -------
    address : In(range(rows))
    data : Out(width)
        That row, one clock later; undefined in the clock after a write.
    load : In(LoadLayout(words))
        The words of row 0, low bits first, then those of row 1, and so on. In a clock with ``write`` nothing is read.

    Attributes
    ----------
    parts : int
        Words of a row, a power of two.
    words : int
        Of all rows.

    Raises
    ------
    TypeError, ValueError
        If a parameter is not an integer or out of its range.
    """

    def __init__(self, rows, width):
        self.rows, self.width = integer("LargeMemory rows", rows), integer("LargeMemory width", width)
        for name, value, hi in (("rows", self.rows, SPRAM_DEPTH), ("width", self.width, 4 * SPRAM_WIDTH)):
            if not 1 <= value <= hi:
                raise ValueError(f"LargeMemory {name} must be between 1 and {hi}, not {value}")
        self.parts = 1 << ceil_log2(-(-self.width // SPRAM_WIDTH))
        self.words = self.rows * self.parts
        super().__init__({"address": In(range(max(2, self.rows))), "data": Out(self.width), "load": In(LoadLayout(self.words))})

    def elaborate(self, platform):
        m = Module()
        places = ceil_log2(self.parts)
        address = Signal(ceil_log2(SPRAM_DEPTH))
        m.d.comb += address.eq(Mux(self.load.write, self.load.address >> places, self.address))
        parts = []
        for k in range(-(-self.width // SPRAM_WIDTH)):
            part = Signal(SPRAM_WIDTH, name=f"part{k}")
            write = Signal(name=f"write{k}")
            m.d.comb += write.eq(self.load.write & (self.load.address[:places] == k))
            if getattr(platform, "device", "") == "iCE40UP5K":
                m.submodules[f"cell{k}"] = Instance(
                    "SB_SPRAM256KA", i_ADDRESS=address, i_DATAIN=self.load.word, i_MASKWREN=Const(0b1111, 4), i_WREN=write,
                    i_CHIPSELECT=Const(1), i_CLOCK=ClockSignal(), i_STANDBY=Const(0), i_SLEEP=Const(0), i_POWEROFF=Const(1),
                    o_DATAOUT=part)
            else:
                m.submodules[f"cell{k}"] = cell = memory.Memory(shape=SPRAM_WIDTH, depth=1 << len(self.address), init=[],
                                                                       attrs={"no_rw_check": 1})
                read, port = cell.read_port(), cell.write_port()
                m.d.comb += [read.addr.eq(address), read.en.eq(~write), part.eq(read.data),
                             port.addr.eq(address), port.data.eq(self.load.word), port.en.eq(write)]
            parts.append(part)
        m.d.comb += self.data.eq(Cat(parts))
        return m
