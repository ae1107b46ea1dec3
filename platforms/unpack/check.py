"""A packed bitstream, unpacked again and compared with the netlist of its synthesis: the last rung of the evidence."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ..toolchain import find_tool, run_tool

__all__ = ["compare_bitstream", "compare_unpacked", "summary"]

SECONDS = 300
UNPACKERS = {"ice40": ("iceunpack", ["top.bin", "unpacked"]), "ecp5": ("ecpunpack", ["--input", "top.bit", "--textcfg", "unpacked"])}
PARTS = {"iCE40UP5K": "5k", "iCE40HX8K": "8k", "iCE40HX1K": "1k"}


def compare_bitstream(work, board, *, step):
    """Unpack a bitstream and compare it with its netlist.

    Parameters
    ----------
    work : path-like
        The folder of the build: ``top.json`` (Yosys' netlist), ``placed.json``, the pin constraints, the bitstream.
    board : Board
    step : platforms.progress.Step
        Shows what the unpacker says.

    Returns
    -------
    dict
        What was compared: ``cells`` (by kind), ``memory_bits``; where all of it was (iCE40) also ``signals``, ``inputs``, ``connections``,
        ``bits`` (all that are set). Only ``left_out``, with the reason, where a design has a cell that no rule is known for.

    Raises
    ------
    DifferenceError
        If they differ.
    ToolError
        If the unpacker or its chip database is missing, or fails.
    """
    tool, arguments = UNPACKERS[board.part.family]
    run_tool(find_tool(tool), arguments, work, log=None, timeout=SECONDS, step=step)
    return compare_unpacked((Path(work) / "unpacked").read_text(encoding="ascii"), work, board)


def compare_unpacked(text, work, board):
    """Compare what the unpacker wrote with the netlist.

    Parameters
    ----------
    text : str
        Its output.
    work, board
        As in `compare_bitstream`.

    Returns
    -------
    dict
        As `compare_bitstream`.

    Raises
    ------
    DifferenceError
        If they differ.
    """
    from .netlist import read_netlist, read_places

    work = Path(work)
    netlist = read_netlist(json.loads((work / "top.json").read_text(encoding="utf-8")))
    bels, begins = read_places(json.loads((work / "placed.json").read_text(encoding="utf-8")))
    if board.part.family == "ecp5":
        from .ecp5 import compare_contents

        return compare_contents(netlist, bels, text)
    from .ice40.bits import read_bits
    from .ice40.compare import Comparison, find_unknown
    from .ice40.database import load_database
    from .ice40.fabric import Fabric

    if (unknown := find_unknown(netlist)):
        return {"left_out": unknown}
    database = load_database(PARTS[board.part.name])
    bits = read_bits(text, database)
    count = int(bits.values.sum()) + len(bits.extra)
    fabric = Fabric(database, bits)
    pins = dict(re.findall(r"^set_io (\S+) (\S+)", (work / "top.pcf").read_text(encoding="utf-8"), re.M))
    comparison = Comparison(netlist, bels, begins, fabric, pins, board.package.lower())
    comparison.run()
    return {"cells": dict(sorted(comparison.cells.items())), "signals": comparison.signals, "inputs": comparison.inputs,
            "connections": fabric.connections, "bits": count, "memory_bits": comparison.memory_bits}


def summary(unpacked):
    """What was compared, in one line."""
    if "left_out" in unpacked:
        return f"not compared: {unpacked['left_out']}"
    if "connections" not in unpacked:
        cells = unpacked["cells"]
        return (f"agrees with its netlist in {cells.get('LUT4', 0):,} LUTs' tables, {cells.get('TRELLIS_FF', 0):,} flip-flops' initial values and "
                f"{unpacked['memory_bits']:,} memory bits; connections not compared")
    return (f"equals its netlist: {sum(unpacked['cells'].values()):,} cells, {unpacked['signals']:,} signals over "
            f"{unpacked['connections']:,} switches, all {unpacked['bits']:,} set bits, {unpacked['memory_bits']:,} memory bits")
