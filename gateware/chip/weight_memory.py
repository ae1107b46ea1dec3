"""Memory of weights: block RAM with its contents in the bitstream, or the iCE40 UltraPlus' large single-port RAM."""

from amaranth.hdl import Cat, ClockSignal, Const, Instance, Module, Signal
from amaranth.lib import memory
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from gateware.component import Component
from gateware.parameters import integer

__all__ = ["SPRAM_DEPTH", "SPRAM_WIDTH", "LargeMemory", "WeightROM"]

SPRAM_DEPTH, SPRAM_WIDTH = 16384, 16


class WeightROM(Component):
    """Rows of constants in block RAM.

    Parameters
    ----------
    rows : sequence of int
    width : int
        Bits of a row.

    Members
    -------
    address : In(range(rows))
    data : Out(width)
        That row, one clock later.
    """

    def __init__(self, rows, width):
        self.rows, self.width = tuple(rows), integer("WeightROM width", width)
        if not self.rows or self.width < 1 or min(self.rows) < 0 or max(self.rows) >> self.width:
            raise ValueError(f"WeightROM rows must be one or more unsigned numbers of {self.width} bits")
        super().__init__({"address": In(range(max(2, len(self.rows)))), "data": Out(self.width)})

    def elaborate(self, platform):
        m = Module()
        # As deep as the address goes, for a read beyond the end of a memory is undefined.
        depth = 1 << len(self.address)
        m.submodules.rom = rom = memory.Memory(shape=self.width, depth=depth, init=[*self.rows, *[0] * (depth - len(self.rows))],
                                               attrs={"rom_style": "block"})
        read = rom.read_port()
        m.d.comb += [read.addr.eq(self.address), self.data.eq(read.data)]
        return m


class LargeMemory(Component):
    """Single-port memory of 16384 rows, of SB_SPRAM256KA cells on the iCE40 UltraPlus; written word by word.

    Its contents are not in the bitstream: until a row is written it holds anything.

    Parameters
    ----------
    width : int
        Bits of a row, 1 to 64; each 16 of them begin a cell.

    Members
    -------
    address : In(14)
    data : Out(width)
        That row, one clock later; undefined in the clock after a write.
    write : In(1)
        Write ``word`` into part ``part`` of the row.
    part : In(range(cells))
    word : In(16)
    """

    def __init__(self, width):
        self.width = integer("LargeMemory width", width)
        if not 1 <= self.width <= 64:
            raise ValueError(f"LargeMemory width must be between 1 and 64, not {self.width}")
        self.cells = -(-self.width // SPRAM_WIDTH)
        super().__init__({"address": In(ceil_log2(SPRAM_DEPTH)), "data": Out(self.width), "write": In(1),
                          "part": In(range(max(2, self.cells))), "word": In(SPRAM_WIDTH)})

    def elaborate(self, platform):
        m = Module()
        parts = []
        for k in range(self.cells):
            part = Signal(SPRAM_WIDTH, name=f"part{k}")
            write = self.write & (self.part == k)
            if getattr(platform, "device", "") == "iCE40UP5K":
                m.submodules[f"cell{k}"] = Instance(
                    "SB_SPRAM256KA", i_ADDRESS=self.address, i_DATAIN=self.word, i_MASKWREN=Const(0b1111, 4), i_WREN=write,
                    i_CHIPSELECT=Const(1), i_CLOCK=ClockSignal(), i_STANDBY=Const(0), i_SLEEP=Const(0), i_POWEROFF=Const(1),
                    o_DATAOUT=part)
            else:
                m.submodules[f"cell{k}"] = cell = memory.Memory(shape=SPRAM_WIDTH, depth=SPRAM_DEPTH, init=[])
                read, port = cell.read_port(), cell.write_port()
                m.d.comb += [read.addr.eq(self.address), read.en.eq(~write), part.eq(read.data),
                             port.addr.eq(self.address), port.data.eq(self.word), port.en.eq(write)]
            parts.append(part)
        m.d.comb += self.data.eq(Cat(parts))
        return m
