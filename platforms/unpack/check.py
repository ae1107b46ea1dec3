"""A packed bitstream, unpacked again and compared with the netlist of its synthesis: the last rung of the evidence."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ..toolchain import find_tool, run_tool

__all__ = ["compare_bitstream", "compare_unpacked", "summary"]

SECONDS = 300
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
        What was compared: ``cells`` (by kind), ``signals``, ``inputs``, ``connections``, ``bits`` (all that are set), ``memory_bits``.

    Raises
    ------
    DifferenceError
        If they differ.
    ToolError
        If the unpacker or its chip database is missing, or fails.
    """
    run_tool(find_tool("iceunpack"), ["top.bin", "unpacked.asc"], work, log=None, timeout=SECONDS, step=step)
    return compare_unpacked((Path(work) / "unpacked.asc").read_text(encoding="ascii"), work, board)


def compare_unpacked(text, work, board):
    """Compare what ``iceunpack`` wrote with the netlist.

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
    from .ice40.bits import read_bits
    from .ice40.compare import Comparison
    from .ice40.database import load_database
    from .ice40.fabric import Fabric
    from .netlist import read_netlist, read_places

    database = load_database(PARTS[board.part.name])
    bits = read_bits(text, database)
    count = int(bits.values.sum()) + len(bits.extra)
    fabric = Fabric(database, bits)
    netlist = read_netlist(json.loads((work / "top.json").read_text(encoding="utf-8")))
    bels, begins = read_places(json.loads((work / "placed.json").read_text(encoding="utf-8")))
    pins = dict(re.findall(r"^set_io (\S+) (\S+)", (work / "top.pcf").read_text(encoding="utf-8"), re.M))
    comparison = Comparison(netlist, bels, begins, fabric, pins, board.package.lower())
    comparison.run()
    return {"cells": dict(sorted(comparison.cells.items())), "signals": comparison.signals, "inputs": comparison.inputs,
            "connections": fabric.connections, "bits": count, "memory_bits": comparison.memory_bits}


def summary(unpacked):
    """What was compared, in one line."""
    return (f"equals its netlist: {sum(unpacked['cells'].values()):,} cells, {unpacked['signals']:,} signals over "
            f"{unpacked['connections']:,} switches, all {unpacked['bits']:,} set bits, {unpacked['memory_bits']:,} memory bits")
