"""A component in, a placed, routed and packed bitstream out, with everything known about it."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from sim.files import sources_digest

from .boards import RESOURCE_TITLES, Board
from .cache import Cache
from .errors import BuildError, FitError, TimingError
from .files import sha256_of
from .progress import Steps

__all__ = ["Build", "build_bitstream", "prepare_plan"]

# Enters every digest: raise it when what is kept of a build changes.
FORMAT = 1
SECONDS = {"yosys": 900, "nextpnr-ice40": 900, "nextpnr-ecp5": 1800, "icepack": 120, "ecppack": 300}
STEP_TITLES = {"yosys": "synthesise", "nextpnr-ice40": "place and route", "nextpnr-ecp5": "place and route",
               "icepack": "pack the bitstream", "ecppack": "pack the bitstream"}


@dataclass(frozen=True)
class Build:
    """A finished bitstream and what the tools said about it.

    Parameters
    ----------
    board : Board
    clock : Clock
    bitstream : bytes
    sha256 : str
        Its digest.
    key : str
        Digest of everything it was made from.
    cached : bool
        Whether it was taken from the cache.
    tools : dict of str to str
        Name and version of each tool.
    utilisation : dict of str to tuple of int
        Used and available of each resource.
    fmax_hz : float
        The clock that the longest path allows.
    critical_path : list of dict
        Its steps as nextpnr gives them.
    placement : list of dict
        Every placed cell, from `platforms.placement.read_placement`.
    pins : list of tuple of str
        Port and package pin.
    unpacked : dict or None
        What of the bitstream, unpacked again, was compared with the netlist (`platforms.unpack.check.compare_bitstream`).
    files : dict of str to bytes
        Logs and reports by name.
    """

    board: Board
    clock: object
    bitstream: bytes = field(repr=False)
    sha256: str
    key: str
    cached: bool
    tools: dict
    utilisation: dict
    fmax_hz: float
    critical_path: list = field(repr=False)
    placement: list = field(repr=False)
    pins: list = field(repr=False)
    unpacked: dict | None = field(repr=False)
    files: dict = field(repr=False)


def prepare_plan(component, board, clock, *, dsp=True):
    """The build plan of a component on a board: the same text for the same sources, wherever it is made.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        One with ports ``rx`` and ``tx`` is connected to the UART's pins; any other is put into a
        `platforms.designs.harness.Harness`.
    board : Board
    clock : Clock
    dsp : bool
        Whether products go into DSP blocks where the part has them.

    Returns
    -------
    amaranth.build.BuildPlan
    """
    from gateware.rtlil import preparation

    from .shell import Shell

    ice40 = board.part.family == "ice40"
    synthesis = ["-dsp"] if ice40 and dsp and board.part.dsp else ["-nodsp"] if not ice40 and not dsp else []

    def prepared(**overrides):
        # Source locations would put this machine's paths into the plan.
        return board.create_platform().prepare(
            Shell(component, board, clock), "top", emit_src=False, synth_opts=synthesis,
            script_after_synth="tee -q -o stat.json stat -json",
            nextpnr_opts=["--seed", "1", "--timing-allow-fail", "--report", "report.json", "--write", "placed.json"], **overrides)

    plan = prepared()
    commands = preparation(plan.files["top.il"])
    return prepared(script_after_read="\n".join(commands)) if commands else plan


def build_bitstream(component, board, clock, *, dsp=True, allow_slow=False, compare=True, use_cache=True, steps=None):
    """Build a component for a board.

    Parameters
    ----------
    component, board, clock, dsp
        As in `prepare_plan`.
    allow_slow : bool
        Whether a design slower than its clock is an answer (when measuring) rather than an error.
    compare : bool
        Whether to unpack the bitstream again and compare it with its netlist: some seconds that a measurement of area can do without.
    use_cache : bool
        Whether a finished build may be taken from the cache.
    steps : Steps, optional
        Where progress is shown.

    Returns
    -------
    Build

    Raises
    ------
    FitError
        If the part has not enough of a resource.
    TimingError
        If the longest path does not allow the clock.
    DifferenceError
        If the bitstream is not the netlist.
    ToolError
        If a tool is missing or fails.
    """
    from .toolchain import find_toolchain

    steps = steps or Steps()
    with steps("elaborate") as step:
        plan = prepare_plan(component, board, clock, dsp=dsp)
        toolchain = find_toolchain(board.part.family)
        step.result = ", ".join(map(str, toolchain.tools))
    key = sha256_of(json.dumps([FORMAT, plan.digest().hex(), toolchain.identity, *([sources_digest("platforms.unpack")] if compare else [])],
                               sort_keys=True))
    cache = Cache("builds")
    files = cache.load(key) if use_cache else None
    cached = files is not None
    if cached:
        with steps("take from the cache") as step:
            step.result = f"entry {key[:12]}, digests hold"
    else:
        files = _run(plan, board, toolchain, compare, steps)
        cache.store(key, files)
    build = _collect(files, board, clock, key, cached, toolchain, plan)
    if build.fmax_hz < clock.hz and not allow_slow:
        raise TimingError(f"timing is not met on {board.name}: the longest path allows {build.fmax_hz / 1e6:.2f} MHz, the clock is "
                          f"{clock.hz / 1e6:g} MHz; ask for a slower one with --clock")
    return build


def _run(plan, board, toolchain, compare, steps):
    from .hierarchy import assign_components, read_hierarchy
    from .placement import read_placement
    from .toolchain import run_tool
    from .unpack.check import compare_bitstream, summary

    suffix = board.bitstream_suffix
    with tempfile.TemporaryDirectory(prefix="spikeloom-") as folder:
        work = Path(folder)
        plan.extract(work)
        for name, *arguments in json.loads(plan.files["build_top.json"])["commands"]:
            log = {"yosys": "top.rpt"}.get(name, "top.tim" if name.startswith("nextpnr") else None)
            with steps(STEP_TITLES[name]) as step:
                try:
                    run_tool(toolchain[name], arguments, work, log=log, timeout=SECONDS[name], step=step)
                except BuildError:
                    if name.startswith("nextpnr"):
                        _refuse_overfull(work / "top.tim", board)
                    raise
                step.result = _outcome(name, work, suffix)
        with steps("read the placement") as step:
            netlist = json.loads((work / "top.json").read_text(encoding="utf-8"))["modules"]["top"]
            owners = assign_components(netlist, read_hierarchy(plan.files["top.il"]))
            placement = read_placement(json.loads((work / "placed.json").read_text(encoding="utf-8")), owners)
            step.result = f"{len(placement):,} cells"
        files = {"placement.json": json.dumps(placement, separators=(",", ":")).encode("utf-8")}
        if compare:
            with steps("unpack the bitstream") as step:
                unpacked = compare_bitstream(work, board, step=step)
                step.result = summary(unpacked)
            files["unpacked.json"] = json.dumps(unpacked).encode("utf-8")
        kept = {f"top.{suffix}": f"top.{suffix}", "yosys.log": "top.rpt", "nextpnr.log": "top.tim",
                "nextpnr.json": "report.json", "yosys.json": "stat.json"}
        return files | {name: (work / source).read_bytes() for name, source in kept.items()}


def _outcome(name, work, suffix):
    if name == "yosys":
        cells = json.loads((work / "stat.json").read_text(encoding="utf-8"))["design"]["num_cells_by_type"]
        flops = sum(count for cell, count in cells.items() if cell.startswith(("SB_DFF", "TRELLIS_FF")))
        return f"{cells.get('SB_LUT4', 0) + cells.get('LUT4', 0):,} LUT4, {flops:,} flip-flops"
    if name.startswith("nextpnr"):
        fmax = json.loads((work / "report.json").read_text(encoding="utf-8"))["fmax"].values()
        return f"{min((row['achieved'] for row in fmax), default=0):.1f} MHz"
    return f"{(work / f'top.{suffix}').stat().st_size:,} bytes"


def _refuse_overfull(log, board):
    """Turn a placer that gave up into arithmetic: what the design needs, and what the part has."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    counts = {kind: (int(used), int(have)) for kind, used, have in re.findall(r"Info:\s+(\w+):\s+(\d+)/\s*(\d+)\s+\d+%", text)}
    over = [f"{counts[cell][0]:,} {RESOURCE_TITLES[name]}, the part has {counts[cell][1]:,}"
            for name, cell in board.part.cell_types.items() if cell in counts and counts[cell][0] > counts[cell][1]]
    if over:
        raise FitError(f"the design does not fit {board.name} ({board.part.name}): it needs {'; '.join(over)}") from None


def _collect(files, board, clock, key, cached, toolchain, plan):
    report = json.loads(files["nextpnr.json"])
    bitstream = files[f"top.{board.bitstream_suffix}"]
    achieved = [row["achieved"] * 1e6 for row in report["fmax"].values()]
    synchronous = [path for path in report["critical_paths"] if "async" not in path["from"] + path["to"]]
    length = {id(path): sum(hop["delay"] for hop in path["path"]) for path in synchronous}
    constraints = plan.files.get("top.pcf") or plan.files.get("top.lpf")
    pins = (re.findall(r"^set_io (\S+) (\S+)", constraints, re.M) or
            re.findall(r'^LOCATE COMP "([^"]+)" SITE "([^"]+)"', constraints, re.M))
    return Build(
        board=board, clock=clock, bitstream=bitstream, sha256=sha256_of(bitstream), key=key, cached=cached,
        tools=toolchain.identity,
        utilisation={name: (report["utilization"].get(cell, {"used": 0})["used"], getattr(board.part, name))
                     for name, cell in board.part.cell_types.items()},
        fmax_hz=min(achieved, default=float("inf")),
        critical_path=max(synchronous, key=lambda path: length[id(path)])["path"] if synchronous else [],
        placement=json.loads(files["placement.json"]), pins=pins,
        unpacked=json.loads(files["unpacked.json"]) if "unpacked.json" in files else None, files=files)
