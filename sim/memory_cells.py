"""That large memory built of the iCE40 UltraPlus' cells does what its description for all other parts does."""

import re
import time
from types import SimpleNamespace

from amaranth.back import rtlil
from amaranth.hdl import ClockDomain, Elaboratable, Fragment, Module, Signal, Value
from amaranth.hdl._ir import PortDirection

from gateware.chip.weight_memory import LargeMemory
from gateware.yosys import find_yosys, run_yosys

from .proof import Goal, ProofResult

__all__ = ["prove_memory_cells"]

CELL = "SB_SPRAM256KA"
_SCRIPT = """\
read_verilog cell.v
read_rtlil pair.il
hierarchy -top pair
proc
flatten
opt -full
memory_nordff
memory_collect
memory_map -rom-only
async2sync
dffunmap
write_smt2 -wires pair.smt2
"""


def prove_memory_cells(rows, width, *, timeout=60.0):
    """Prove a :class:`~gateware.chip.weight_memory.LargeMemory` of SB_SPRAM256KA cells equal to its behavioural description.

    The cell is Yosys' own simulation model, at its full size; memories are arrays for the solver. For all inputs and however long it
    runs: from equal contents both hold equal contents for ever, and give the same data but in the clock after a write, in which the
    cell's are undefined. What the cell does asynchronously when it sleeps or its power goes is left out, as those pins are tied.

    Parameters
    ----------
    rows, width : int
        Of the memory, more than half the cell's 16384 rows: the description of a smaller one is not as deep as the cell.
    timeout : float
        Seconds for each question to the solver.

    Returns
    -------
    ProofResult
    """
    import z3
    start = time.monotonic()
    text = run_yosys(_SCRIPT, {"cell.v": _cell(), "pair.il": _Pair(rows, width).rtlil()}, ["pair.smt2"])["pair.smt2"]
    names = re.findall(r"^; yosys-smt2-memory (\S+)", text, re.MULTILINE)
    model, cells = sorted(name for name in names if "model" in name), sorted(name for name in names if "cells" in name)
    assert len(model) == len(cells) == -(-width // 16), names
    equal = [f"(= (|pair_m {a}| {{0}}) (|pair_m {b}| {{0}}))" for a, b in zip(model, cells)]
    claims = {"data are equal but in the clock after a write": "(|pair_n same| {0})", "contents stay equal": f"(and {' '.join(equal)} true)"}
    goals = []
    for words, claim in claims.items():
        query = ["(declare-fun now () |pair_s|)", "(declare-fun next () |pair_s|)"]
        first = [*query, "(assert (|pair_i| now))", *(f"(assert {each.format('now')})" for each in equal), f"(assert (not {claim.format('now')}))"]
        step = [*query, "(assert (|pair_t| now next))", *(f"(assert {each.format('now')})" for each in claims.values()),
                f"(assert (not {claim.format('next')}))"]
        answers = []
        for lines in (first, step):
            solver = z3.Solver()
            solver.set("timeout", int(timeout * 1000))
            solver.from_string(text + "\n".join(lines))
            answers.append(solver.check())
        goals.append(Goal(words, True if answers == [z3.unsat, z3.unsat] else False if z3.sat in answers else None, ""))
    return ProofResult(tuple(goals), time.monotonic() - start)


def _cell():
    """The cell's module from Yosys' library, without what its pins for power and sleep do at once: they are tied."""
    library = (find_yosys().share / "ice40" / "cells_sim.v").read_text(encoding="utf-8")
    module = re.search(rf"^module {CELL} .*?^endmodule", library, re.MULTILINE | re.DOTALL)[0]
    for what in (r"\n\s*always @\(negedge POWEROFF\) begin.*?\n\tend\n", ", posedge off"):
        module, count = re.subn(what, "", module, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"{CELL} of Yosys must have one {what!r}, not {count}")
    return module


class _Pair(Elaboratable):
    """Both memories side by side, with the same free inputs."""

    def __init__(self, rows, width):
        self._memories = {"model": (LargeMemory(rows, width), None),
                          "cells": (LargeMemory(rows, width), SimpleNamespace(device="iCE40UP5K"))}
        self._clock = ClockDomain("sync", reset_less=True)
        model = self._memories["model"][0]
        self._address, self._load = Signal.like(model.address), Signal(len(Value.cast(model.load)))
        self._same = Signal()

    def rtlil(self):
        ports = {"clk": (self._clock.clk, PortDirection.Input), "address": (self._address, PortDirection.Input),
                 "load": (self._load, PortDirection.Input), "same": (self._same, PortDirection.Output)}
        return rtlil.convert_fragment(Fragment.get(self, None), ports, "pair", emit_src=False)[0]

    def elaborate(self, platform):
        m = Module()
        m.domains += self._clock
        wrote = Signal(init=1)
        for name, (memory, target) in self._memories.items():
            m.submodules[name] = Fragment.get(memory, target)
            m.d.comb += [memory.address.eq(self._address), Value.cast(memory.load).eq(self._load)]
        (model, _), (cells, _) = self._memories.values()
        m.d.sync += wrote.eq(model.load.write)
        m.d.comb += self._same.eq(wrote | (model.data == cells.data))
        return m
