"""Area and Fmax of every component on the iCE40UP5K, with and without DSP blocks, kept as a table in the project.

The area is that of the component alone, as nextpnr packs it, with its ports as pins. Fmax is that of the component between
registers (`platforms.designs.harness`), placed and routed for 48 MHz with seed 1.
"""

import csv
import io
import json
import math
import re
import sys
import tempfile
from pathlib import Path

from gateware.rtlil import preparation, to_rtlil
from gateware.step.component import discover
from platforms.bitstream import build_bitstream
from platforms.boards import find_board
from platforms.cache import Cache
from platforms.clocks import choose_clock
from platforms.errors import FitError
from platforms.files import sha256_of, write_whole
from platforms.progress import Steps
from platforms.toolchain import find_toolchain, run_tool

__all__ = ["COLUMNS", "measure", "measure_area", "run_area", "subjects"]

FOLDER = Path(__file__).parent.parent / "docs"
COLUMNS = ("component", "dsp_allowed", "logic", "lut", "ff", "carry", "ram", "dsp", "fmax_mhz")
CLOCK = "48"
# Between seeds and versions of the tools the placement changes; an area does not.
FMAX_TOLERANCE = 0.05

SCRIPT = """\
read_rtlil design.il
{prepare}synth_ice40 {options} -top design
tee -q -o stat.json stat -json
write_json design.json
"""


def measure_area(component, *, dsp):
    """Resources of a component alone.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
    dsp : bool
        Whether products go into DSP blocks.

    Returns
    -------
    dict of str to int
        ``logic`` (logic cells), ``lut``, ``ff``, ``carry``, ``ram``, ``dsp``.
    """
    text = to_rtlil(component)
    script = SCRIPT.format(prepare="".join(f"{line}\n" for line in preparation(text)), options="-dsp" if dsp else "")
    toolchain = find_toolchain("ice40")
    cache = Cache("areas")
    key = sha256_of(json.dumps([text, script, toolchain.identity, 2]))
    kept = cache.load(key)
    if kept is None:
        kept = {"area.json": json.dumps(_pack(text, script, toolchain)).encode()}
        cache.store(key, kept)
    return json.loads(kept["area.json"])


def _pack(text, script, toolchain):
    with tempfile.TemporaryDirectory(prefix="spikeloom-") as folder, Steps()("pack") as step:
        work = Path(folder)
        (work / "design.il").write_text(text, encoding="utf-8")
        (work / "design.ys").write_text(script, encoding="utf-8")
        run_tool(toolchain["yosys"], ["-q", "-l", "yosys.log", "design.ys"], work, log="yosys.log", timeout=600, step=step)
        run_tool(toolchain["nextpnr-ice40"],
                 ["--up5k", "--package", "sg48", "--json", "design.json", "--pcf-allow-unconstrained", "--pack-only", "--log",
                  "nextpnr.log"], work, log="nextpnr.log", timeout=600, step=step)
        cells = json.loads((work / "stat.json").read_text(encoding="utf-8"))["design"]["num_cells_by_type"]
        log = (work / "nextpnr.log").read_text(encoding="utf-8")
    used = {name: int(count) for name, count in re.findall(r"(ICESTORM_\w+):\s+(\d+)/", log)}
    # nextpnr's own total counts a driver of 0 and of 1 in every design; these lines are what the component takes.
    packed = sum(int(count) for count in re.findall(r"(\d+) LCs used", log))
    merged = sum(int(count) for count in re.findall(r"(\d+) LUTs merged into carry LCs", log))
    return {"logic": packed - merged, "lut": cells.get("SB_LUT4", 0),
            "ff": sum(count for name, count in cells.items() if name.startswith("SB_DFF")), "carry": cells.get("SB_CARRY", 0),
            "ram": used["ICESTORM_RAM"], "dsp": used["ICESTORM_DSP"]}


def measure(name, component):
    """The rows of a component: with DSP blocks, and where it uses some also without.

    Parameters
    ----------
    name : str
    component : amaranth.lib.wiring.Component

    Returns
    -------
    list of dict
        With the keys of `COLUMNS`; ``fmax_mhz`` is None where the component is larger than the part.
    """
    board = find_board("icebreaker")
    clock = choose_clock(board, CLOCK)
    rows = []
    for dsp in (True, False):
        area = measure_area(component, dsp=dsp)
        try:
            fmax = round(build_bitstream(component, board, clock, dsp=dsp, allow_slow=True, compare=False).fmax_hz / 1e6, 1)
        except FitError:
            fmax = None
        rows.append({"component": name, "dsp_allowed": int(dsp), **area, "fmax_mhz": fmax})
        if not area["dsp"]:
            break
    return rows


def subjects():
    """What the table is of: every configuration, of each stochastic operator the first (``docs/sc/area.md`` has all their areas).

    Yields
    ------
    (str, Component)
    """
    seen = set()
    for name, component in discover():
        kind = name.split(":")[0]
        if kind not in seen or not kind.startswith("gateware.sc."):
            yield name, component
        seen.add(kind)


def _read_kept():
    path = FOLDER / "area.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["component"], int(row["dsp_allowed"])):
                {key: value if key == "component" else float(value or "nan") if key == "fmax_mhz" else int(value)
                 for key, value in row.items()}
                for row in csv.DictReader(file)}


def _changes(row, kept):
    """What differs from the kept figures, in words."""
    if kept is None:
        return ["new"]
    changes = [f"{key} {kept[key]} -> {row[key]}" for key in COLUMNS[2:-1] if row[key] != kept[key]]
    now, before = float("nan") if row["fmax_mhz"] is None else row["fmax_mhz"], kept["fmax_mhz"]
    if math.isnan(now) != math.isnan(before) or abs(now - before) > FMAX_TOLERANCE * before:
        changes.append(f"Fmax {before} -> {now} MHz")
    return changes


def _fmax(row):
    return "too big" if row["fmax_mhz"] is None else f"{row['fmax_mhz']:.1f}"


def _csv(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _markdown(rows, tools):
    lines = [
        "# Area and Fmax", "",
        "Every component's examples on the iCE40UP5K (of stochastic operators the first; [all their areas](sc/area.md)), written by",
        "`python -m benchmarks area`. Area: the component alone, as nextpnr packs it. Fmax: between registers, placed and routed for 48",
        "MHz with seed 1. A component that uses DSP blocks has a second row without them; what is larger than the part has no Fmax.",
        "`area.csv` has the same figures.", "",
        "Tools: " + ", ".join(f"{name} {version}" for name, version in tools.items()) + ".", "",
        "| component | DSP | logic cells | LUT4 | flip-flops | carry | RAM | DSP used | Fmax (MHz) |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|"]
    for row in rows:
        name = row["component"].removeprefix("gateware.")
        lines.append(f"| `{name}` | {'yes' if row['dsp_allowed'] else 'no'} | " + " | ".join(
            f"{row[key]:,}" for key in COLUMNS[2:-1]) + f" | {_fmax(row)} |")
    return "\n".join(lines) + "\n"


def run_area(only="", *, check=False):
    """Measure, print, and write or compare the tables; 1 where ``check`` finds a difference."""
    components = [(name, component) for name, component in subjects() if only in name]
    if not components:
        raise ValueError(f"no component's name contains {only!r}")
    kept, rows, changed = _read_kept(), [], 0
    print(f"{'component':<58}{'DSP':>4}{'logic':>7}{'LUT':>6}{'FF':>6}{'carry':>6}{'RAM':>5}{'DSP':>4}{'Fmax':>8}")
    for name, component in components:
        for row in measure(name, component):
            rows.append(row)
            changes = _changes(row, kept.get((name, row["dsp_allowed"])))
            changed += bool(changes)
            print(f"{name.removeprefix('gateware.'):<58}{'yes' if row['dsp_allowed'] else 'no':>4}{row['logic']:>7,}{row['lut']:>6,}"
                  f"{row['ff']:>6,}{row['carry']:>6}{row['ram']:>5}{row['dsp']:>4}{_fmax(row):>8}  {', '.join(changes)}",
                  flush=True)
    if check:
        print(f"{changed} of {len(rows)} rows differ from docs/area.csv", file=sys.stderr)
        return int(changed > 0)
    if not only:
        write_whole(FOLDER / "area.csv", _csv(rows))
        write_whole(FOLDER / "area.md", _markdown(rows, find_toolchain("ice40").identity))
    return 0
