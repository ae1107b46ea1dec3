"""The netlist rung of structures: that of :mod:`sim.netlist`, with bits that keep their names, and memories that may lose blocks.

An array's element has the name that Yosys gives a bit of the whole, ``sums[0]``: of the two one is renamed, on either side
another one, and neither finds its like. Here a bit is called ``sums<0>``. And where logic makes no use of the bits that a block of memory
holds, mapping drops the block: what it holds is then free on the side that has it, and the proof is for all its contents.
"""

from __future__ import annotations

import re
import time

from gateware.rtlil import to_rtlil
from gateware.yosys import run_yosys

from .netlist import _FAMILIES, NetlistResult, _cell_types, _cells, _count, _cut_cells, _difference, _synthesis, _without_undefined, prove_equal


__all__ = ["check_structure_netlist"]

_RULES = _FAMILIES["ice40"]
# Blocks of memory that mapping may drop, and what leaves them.
_DROPPED = {"SB_RAM40_4K": {"RDATA": 16}}


def check_structure_netlist(component, name: str, *, dsp: bool = False, timeout: float = 300.0, tamper=None) -> NetlistResult:
    """Synthesise a structure for an iCE40 and prove that the netlist equals it.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        The design.
    name, dsp, timeout, tamper
        As in :func:`sim.netlist.check_netlist`.

    Returns
    -------
    NetlistResult

    Raises
    ------
    gateware.yosys.YosysError
        If synthesis fails.
    """
    start = time.monotonic()
    text = to_rtlil(component).replace("$signature__", "signature__")
    references = ["coarse"] if re.search(r"cell \$(mul|mem\w*) ", text) else ["rtl", "coarse"]
    for reference in references:
        patience = timeout if reference == references[-1] else min(timeout, 30.0)
        ok, facts = _attempt(text, reference, dsp, (timeout, patience), tamper)
        if ok:
            break
    return NetlistResult(name, ok, reference, **facts, seconds=time.monotonic() - start)


def _attempt(text, reference, dsp, limits, tamper):
    synthesis = _synthesis(reference, _RULES, dsp).replace("splitnets\n", "splitnets -format <>\n")
    done = run_yosys(synthesis, {"design.il": text}, ["reference.il", "netlist.il"], limits[0])
    golden, netlist = done["reference.il"], done["netlist.il"]
    if tamper is not None:
        netlist = tamper(netlist)
    expected, got = _cut_cells(golden, _RULES), _cut_cells(netlist, _RULES)
    dropped = {cell: _DROPPED[kind] for cell, (kind, _) in expected.items() if cell not in got and kind in _DROPPED}
    kinds = [f"{kind} dropped by mapping" if cell in dropped else kind for cell, (kind, _) in expected.items()]
    facts = {"cuts": _count(kinds), "cells": _count(_cell_types(netlist))}
    for cell in sorted((expected.keys() | got.keys()) - dropped.keys()):
        difference = _difference(cell, expected.get(cell), got.get(cell))
        if difference:
            return False, {**facts, "failure": difference}
    expose, library = (f"expose -evert {_cells(_RULES)}\n" if expected else ""), f"read_verilog -lib {' '.join(_RULES.models)}\n"
    # What goes into a dropped block is compared with nothing, and what leaves it is an input of both sides.
    forgotten = "".join(f"delete -output design/w:{cell}.*\n" for cell in dropped)
    free = "".join(f"add -input {cell}.{port} {width}\n" for cell, ports in dropped.items() for port, width in ports.items())
    models = " ".join(f"-map {model}" for model in _RULES.models)
    gold = f"{library}read_rtlil reference.il\n{expose}{forgotten}"
    gate = f"{library}read_rtlil netlist.il\n{expose}select -module design\n{free}select -clear\ntechmap -wb -D EQUIV -autoproc {models}\n"
    points, failure = prove_equal(gold, gate, {"reference.il": golden, "netlist.il": _without_undefined(netlist)}, limits[1])
    return not failure, {**facts, "points": points, "failure": re.sub(r"<(\d+)>", r"[\1]", failure)}
