"""The netlist rung: what synthesis made of a component equals the component, with memory and multiplier cells as cut points.

Synthesis is done in two halves. The *reference* is the register-transfer netlist: where a component has neither memories nor
multipliers, its RTL itself; otherwise the coarse netlist, in which Yosys has turned both into block RAM and DSP cells (small
memories into registers, products without a DSP into sums) but nothing into logic. The *netlist* is what the whole flow makes of it: LUTs, carries and
flip-flops by the vendor's models. The cut cells are removed on both sides, their inputs compared as outputs and their outputs
free; their parameters (memory contents, DSP modes) must be equal. Two proofs then say that the two never differ:

1. they agree in the first clock, from the initial values, in every output and every signal that both still name,
2. where they agree in one clock they agree in the next one.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from gateware.rtlil import to_rtlil
from gateware.yosys import YosysError, run_yosys


__all__ = ["NetlistResult", "check_netlist", "prove_equal"]


@dataclass(frozen=True)
class _Family:
    """How Yosys synthesises for a family of parts: its command, the cells that are cut, and the models of all others."""

    command: str
    cuts: tuple
    models: tuple


_FAMILIES = {
    "ice40": _Family("synth_ice40", ("SB_RAM40_4K*", "SB_MAC16", "SB_SPRAM256KA"), ("+/ice40/cells_sim.v",)),
    "ecp5": _Family("synth_ecp5", ("DP16KD", "PDPW16KD", "TRELLIS_DPR16X4", "MULT18X18D", "ALU54B"),
                    ("+/ecp5/cells_sim.v",)),
}
_CUT_NAME = "cut_"
# In the first clock every flip-flop holds its initial value, which `dfflegalize` has made 0 everywhere.
_FIRST_CLOCK = "module \\$_DFF_P_ (input D, C, output Q); assign Q = 1'b0; endmodule\n"


@dataclass(frozen=True)
class NetlistResult:
    """How far a netlist was shown to equal its component.

    Parameters
    ----------
    name : str
        The component.
    ok : bool
        Whether both proofs succeeded and every parameter of a cut cell agreed.
    reference : str
        ``"rtl"`` or ``"coarse"``: what the netlist was compared with.
    cuts : dict of str to int
        Cut cells by type.
    points : int
        Signals proven equal, bit by bit.
    cells : dict of str to int
        Cells of the netlist by type.
    failure : str
        What differs or could not be proven; empty if nothing.
    seconds : float
        Wall time.
    """

    name: str
    ok: bool
    reference: str
    cuts: dict = field(default_factory=dict)
    points: int = 0
    cells: dict = field(default_factory=dict)
    failure: str = ""
    seconds: float = 0.0

    def __str__(self):
        cuts = ", ".join(f"{count} {kind}" for kind, count in sorted(self.cuts.items())) or "none"
        reference = {"rtl": "the RTL", "coarse": "the coarse netlist, its memories and products already cells"}[self.reference]
        verdict = f"proven equal to {reference} in {self.points} signals" if self.ok else self.failure
        return f"netlist: {verdict}; cut points: {cuts}"


def check_netlist(component, name: str, *, dsp: bool = False, family: str = "ice40", timeout: float = 300.0, tamper=None) -> NetlistResult:
    """Synthesise a component and prove that the netlist equals it.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        The design.
    name : str
        What it is called in the result.
    dsp : bool
        Whether products are mapped to DSP cells (``synth_ice40 -dsp``; ECP5 always does).
    family : str
        ``"ice40"`` or ``"ecp5"``.
    timeout : float
        Seconds for synthesis and for each attempt at a proof.
    tamper : function of str to str, optional
        Changes the RTLIL of the netlist before the proof: how a test sees the proof fail.

    Returns
    -------
    NetlistResult

    Raises
    ------
    ValueError
        If ``family`` is unknown.
    gateware.yosys.YosysError
        If synthesis fails.
    """
    if family not in _FAMILIES:
        raise ValueError(f"family must be one of {', '.join(_FAMILIES)}, not {family!r}")
    start = time.monotonic()
    rules = _FAMILIES[family]
    # Yosys takes the name that Amaranth gives to a memory's ports for one of its own, which it need not keep.
    text = to_rtlil(component).replace("$signature__", "signature__")
    # Memories, with their collision logic, and DSP cells are made from the coarse netlist and can only be cut there.
    # A product as sums has no signals in common with a product.
    references = ["coarse"] if re.search(r"cell \$(mul|mem\w*) ", text) else ["rtl", "coarse"]
    for reference in references:
        # Large sums may be out of reach from the RTL, and are seconds from the coarse netlist.
        patience = timeout if reference == references[-1] else min(timeout, 30.0)
        result = _attempt(text, name, reference, rules, dsp and family == "ice40", (timeout, patience), tamper)
        if result.ok:
            break
    return NetlistResult(**{**vars(result), "seconds": time.monotonic() - start})


def _attempt(text, name, reference, rules, dsp, limits, tamper):
    done = run_yosys(_synthesis(reference, rules, dsp), {"design.il": text}, ["reference.il", "netlist.il"], limits[0])
    golden, netlist = done["reference.il"], done["netlist.il"]
    if tamper is not None:
        netlist = tamper(netlist)
    expected, got = _cut_cells(golden, rules), _cut_cells(netlist, rules)
    cuts, cells = _count(kind for kind, _ in expected.values()), _count(_cell_types(netlist))
    facts = {"name": name, "reference": reference, "cuts": cuts, "cells": cells}
    for cell in sorted(expected.keys() | got.keys()):
        difference = _difference(cell, expected.get(cell), got.get(cell))
        if difference:
            return NetlistResult(ok=False, failure=difference, **facts)
    expose, library = (f"expose -evert {_cells(rules)}\n" if cuts else ""), f"read_verilog -lib {' '.join(rules.models)}\n"
    models = " ".join(f"-map {model}" for model in rules.models)
    gold = f"{library}read_rtlil reference.il\n{expose}"
    gate = f"{library}read_rtlil netlist.il\n{expose}techmap -wb -D EQUIV -autoproc {models}\n"
    points, failure = prove_equal(gold, gate, {"reference.il": golden, "netlist.il": _without_undefined(netlist)}, limits[1])
    return NetlistResult(ok=not failure, points=points, failure=failure, **facts)


def prove_equal(gold: str, gate: str, files: dict, timeout: float) -> tuple[int, str]:
    """Prove that two designs never differ, from their initial values on.

    Parameters
    ----------
    gold, gate : str
        Yosys commands that each make a flat module ``design`` of registers and logic.
    files : dict of str to str
        What they read.
    timeout : float
        Seconds.

    Returns
    -------
    int
        Signals that both name, bit by bit, and that are equal.
    str
        Why this is not proven; empty if it is.
    """
    # Two signals that are one on either side alone would hide each other: both sides are tidied up first.
    tidy = "opt_expr\nopt_merge\nopt_clean"
    registers = f"async2sync\ntechmap\n{tidy}\ndfflegalize -cell $_DFF_P_ 0\nsetattr -unset init w:*\n{tidy}"
    # `ifraig` and `fraig` find the equal inner signals of sums, at which SAT alone does not end.
    script = f"""
{gold}{registers}
rename design gold
design -stash gold
{gate}{registers}
rename design gate
design -stash gate
design -copy-from gold -as gold gold
design -copy-from gate -as gate gate
equiv_make gold gate equiv
hierarchy -top equiv
opt_clean
abc -g AND,XOR -script +strash;ifraig;fraig
opt_clean
design -save equiv
techmap -map first.v
equiv_simple
tee -o first.txt equiv_status
design -load equiv
equiv_simple
equiv_induct
tee -o next.txt equiv_status
"""
    try:
        done = run_yosys(script, files | {"first.v": _FIRST_CLOCK}, ["first.txt", "next.txt"], timeout)
    except YosysError as error:
        return 0, f"not proven: {error}"
    points = 0
    for when in ("first", "next"):
        status = done[f"{when}.txt"]
        points = int(re.search(r"Found (\d+) \$equiv cells|$", status)[1] or 0)
        unproven = sorted({signal.lstrip("\\") for signal in re.findall(r"Unproven \$equiv \S+: (.+?)_gold", status)})
        if unproven:
            return 0, f"{len(unproven)} signals not proven equal in the {when} clock: {', '.join(unproven[:3])}"
    return points, "" if points else "no signal compared"


def _cells(rules):
    return " ".join(f"t:{cut}" for cut in rules.cuts)


def _synthesis(reference, rules, dsp):
    command = f"{rules.command} -top design {'-dsp' if dsp else ''}"
    first, second = ("begin:coarse", "coarse:") if reference == "rtl" else ("begin:map_gates", "map_gates:")
    # Flip-flops start at 0 on the part. To invert the others at once, and to give every register and every cut cell a public
    # name, lets both sides be matched by name. What is undefined (a row past a memory's last, a
    # choice of two states of a state machine at once) is settled for both alike.
    middle = (f"{command} -run {first}\nzinit -all\nsetundef -zero\ntechmap t:$pmux\nrename -enumerate -pattern {_CUT_NAME}% {_cells(rules)}\n"
              f"rename -enumerate -pattern register_% t:$*ff* %co1:+[Q] w:$* %i\nopt_clean\ndesign -save middle\n")
    rest = f"{command} -run {second}"
    # Split into bits, a signal of which some bits are optimised away keeps the others as points of comparison.
    return (f"read_rtlil design.il\n{middle}splitnets\nopt_clean\nselect -module design\nwrite_rtlil -selected reference.il\nselect -clear\n"
            f"design -load middle\n{rest}\nsplitnets\nopt_clean\nselect -module design\nwrite_rtlil -selected netlist.il\n")


def _blocks(text):
    """Yield type, name and body of every cell."""
    for match in re.finditer(r"^  cell (\S+) (\S+)\n(.*?)^  end$", text, re.MULTILINE | re.DOTALL):
        yield match[1].lstrip("\\"), match[2].lstrip("\\"), match[3]


def _cell_types(text):
    return (kind for kind, _, _ in _blocks(text) if not kind.startswith("$"))


def _cut_cells(text, rules):
    patterns = [re.compile(cut.replace("*", ".*") + "$") for cut in rules.cuts]
    return {name: (kind, dict(re.findall(r"^    parameter (\S+) (.+)$", body, re.MULTILINE)))
            for kind, name, body in _blocks(text) if any(pattern.match(kind) for pattern in patterns)}


def _difference(cell, expected, got):
    if expected is None or got is None:
        return f"cut cell {cell} is in the {'netlist' if expected is None else 'reference'} only"
    if expected[0] != got[0]:
        return f"cut cell {cell} is {got[0]} in the netlist and {expected[0]} in the reference"
    wrong = sorted(key for key in expected[1].keys() | got[1].keys() if expected[1].get(key) != got[1].get(key))
    return f"cut cell {cell} ({expected[0]}) differs in the parameter {wrong[0].lstrip(chr(92))}" if wrong else ""


def _count(kinds):
    counts = {}
    for kind in kinds:
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def _without_undefined(text):
    """Drop the names that optimisation left without a driver: they are no points of comparison."""
    undefined = set(re.findall(r"^  connect (\S+) 1'x$", text, re.MULTILINE))
    text = re.sub(r"^  connect \S+ 1'x\n", "", text, flags=re.MULTILINE)
    used = {name for body in (body for _, _, body in _blocks(text)) for name in re.findall(r"\\\S+", body)}
    used |= {name for line in re.findall(r"^  connect .*$", text, re.MULTILINE) for name in re.findall(r"\\\S+", line)}

    def keep(match):
        return "" if match[1] in undefined - used else match[0]
    return re.sub(r"(?:^  attribute .*\n)*^  wire (?:offset -?\d+ )?(\S+)\n", keep, text, flags=re.MULTILINE)
