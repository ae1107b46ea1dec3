"""A small design that has every kind of cell, built to its bitstream; and what breaks it."""

import json
import re

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from gateware.chip.weight_memory import LargeMemory, WeightROM
from platforms.bitstream import prepare_plan
from platforms.boards import find_board
from platforms.clocks import choose_clock
from platforms.progress import Steps
from platforms.toolchain import find_tool, find_toolchain, run_tool

ROWS = [row * 2654435761 % 65536 for row in range(256)]


class Everything(wiring.Component):
    """LUTs, carries, flip-flops with enables and resets, a memory with contents, a product and the large memory of an UltraPlus."""

    rx: In(1)
    tx: Out(1)

    def __init__(self, large):
        self._large = large
        super().__init__()

    def elaborate(self, platform):
        m = Module()
        count, shift = Signal(8), Signal(32)
        total = Signal(24, init=5)
        m.submodules.rom = rom = WeightROM(ROWS, 16)
        product = Signal(32)
        m.d.comb += rom.address.eq(count)
        m.d.sync += shift.eq(Cat(self.rx, shift))
        with m.If(self.rx):
            m.d.sync += [count.eq(count + 1), total.eq(total + rom.data)]
        last = product[-1] ^ total[-1]
        if self._large:
            m.submodules.memory = memory = LargeMemory(1024, 16)
            m.d.comb += [memory.address.eq(shift[:10]), memory.load.write.eq(shift[31]), memory.load.address.eq(shift[10:20]),
                         memory.load.word.eq(shift[:16])]
            m.d.sync += product.eq(shift[:16] * shift[16:])
            last = last ^ memory.data.xor()
        m.d.comb += self.tx.eq(last)
        return m


def build(folder, board, component):
    """All files of a build, in a folder."""
    board = find_board(board)
    plan = prepare_plan(component, board, choose_clock(board))
    plan.extract(folder)
    tools = find_toolchain(board.part.family)
    for name, *arguments in json.loads(plan.files["build_top.json"])["commands"]:
        with Steps()(name) as step:
            run_tool(tools[name], arguments, folder, log=None, timeout=600, step=step)
    return board


def run(name, arguments, folder):
    """Run one tool in a folder."""
    with Steps()(name) as step:
        run_tool(find_tool(name), arguments, folder, log=None, timeout=300, step=step)


def flip(text, section, row, column):
    """Flip one bit of an unpacked bitstream: of the tile or memory that ``section`` names, in the given row."""
    head = re.search(rf"^\.{section}\n", text, re.MULTILINE)
    lines = text[head.end():].split("\n")
    if section.startswith("ram_data"):
        digits = len(lines[row])
        lines[row] = f"{int(lines[row], 16) ^ 1 << column:0{digits}x}"
    else:
        bits = list(lines[row])
        bits[column] = "10"[int(bits[column])]
        lines[row] = "".join(bits)
    return text[:head.end()] + "\n".join(lines)
