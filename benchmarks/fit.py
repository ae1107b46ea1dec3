"""How much of a part a component takes between registers, and how fast it is there: one run of Yosys and nextpnr, kept."""

import json
import re
import tempfile
from pathlib import Path

from gateware.rtlil import preparation, to_rtlil
from gateware.yosys import find_yosys
from platforms.boards import find_board
from platforms.cache import Cache
from platforms.designs.harness import Harness
from platforms.errors import ToolError
from platforms.files import sha256_of
from platforms.progress import Steps
from platforms.toolchain import find_toolchain, run_tool

__all__ = ["PARTS", "Design", "design_of", "fit", "resources", "synthesize"]

# Of each part: whose board has it, how Yosys and nextpnr are told, and what nextpnr calls its logic.
PARTS = {
    "iCE40UP5K": {
        "board": "icebreaker",
        # The flow of synth_ice40, but for the contents of block RAM, which take Yosys most of its time and hardly change a cell.
        "synthesis": """\
synth_ice40 -dsp -top design -run begin:map_ram
memory_libmap -lib +/ice40/brams.txt -lib +/ice40/spram.txt -no-auto-huge
setparam -set INIT 0 t:$__ICE40_RAM4K_
techmap -map brams.v
synth_ice40 -dsp -top design -run map_ffram:""",
        "place": ["--up5k", "--package", "sg48", "--pcf-allow-unconstrained", "--freq", "48"],
        "logic": "ICESTORM_LC"},
    "LFE5U-25F": {
        "board": "ulx3s-25f", "synthesis": "synth_ecp5 -top design",
        "place": ["--25k", "--package", "CABGA381", "--speed", "6", "--lpf-allow-unconstrained", "--freq", "125"],
        "logic": "TRELLIS_COMB"},
}
SEED = 1
SECONDS = 3600

# The component is optimised by itself: its cells then are those that it has alone, and nothing of it moves into the registers
# around it. In the netlist they bear the name of its instance.
SCRIPT = """\
read_rtlil design.il
setattr -mod -set keep_hierarchy 1 design.component
{prepare}{synthesis}
tee -q -o stat.json stat -json
setattr -mod -unset keep_hierarchy *
flatten -noscopeinfo
clean
write_json design.json
"""


class Design:
    """What the tools are given for a component on a part.

    Parameters
    ----------
    part : str
        One of `PARTS`.
    text : str
        The RTLIL of the component between registers.
    """

    def __init__(self, part, text):
        if part not in PARTS:
            raise ValueError(f"part must be one of {', '.join(PARTS)}, not {part!r}")
        self.part, self.text = part, text
        self.toolchain = find_toolchain(find_board(PARTS[part]["board"]).part.family)
        self.script = SCRIPT.format(prepare="".join(f"{line}\n" for line in preparation(text)), **PARTS[part])
        self.place = [*PARTS[part]["place"], "--seed", str(SEED), "--timing-allow-fail", "--json", "design.json"]
        tools = {name: version for name, version in self.toolchain.identity.items() if not name.endswith("pack")}
        self.key = sha256_of(json.dumps([self.text, self.script, self.place, tools, 1]))


def design_of(component, part):
    """The design of a component between registers, see `Design`."""
    return Design(part, to_rtlil(Harness(component)))


def synthesize(design, work, step):
    """Run Yosys in a folder; ``design.json`` is the netlist.

    Returns
    -------
    dict of str to int
        The component's cells by type.
    """
    (work / "design.il").write_text(design.text, encoding="utf-8")
    (work / "design.ys").write_text(design.script, encoding="utf-8")
    rams = (find_yosys().share / "ice40" / "brams_map.v").read_text(encoding="utf-8")
    (work / "brams.v").write_text(re.sub(r"[ \t]*\.INIT_\w\(slice_init\(\d+\)\), \\\n", "", rams), encoding="utf-8")
    run_tool(design.toolchain["yosys"], ["-q", "-l", "yosys.log", "design.ys"], work, log="yosys.log", timeout=SECONDS, step=step)
    modules = json.loads((work / "stat.json").read_text(encoding="utf-8"))["modules"]
    return modules["\\design.component"]["num_cells_by_type"]


def resources(cells):
    """LUTs, flip-flops, block RAMs and DSP blocks among cells by type."""
    kinds = {"lut": ("SB_LUT4", "LUT4"), "ff": ("SB_DFF", "TRELLIS_FF"), "ram": ("SB_RAM40", "DP16KD"),
             "dsp": ("SB_MAC16", "MULT18X18D")}
    return {kind: sum(count for cell, count in cells.items() if cell.startswith(prefixes)) for kind, prefixes in kinds.items()}


def fit(design, steps=None):
    """Synthesise, place and route a design, or take the figures from the cache.

    Parameters
    ----------
    design : Design
    steps : Steps, optional

    Returns
    -------
    dict
        ``logic`` as nextpnr packs the component alone, `resources`, and ``fmax_mhz``, None where it does not fit.
    """
    cache = Cache("fits")
    kept = cache.load(design.key)
    if kept is None:
        kept = {"fit.json": json.dumps(_measure(design, steps or Steps())).encode()}
        cache.store(design.key, kept)
    return json.loads(kept["fit.json"])


def _measure(design, steps):
    name = next(tool.name for tool in design.toolchain.tools if tool.name.startswith("nextpnr"))
    with tempfile.TemporaryDirectory(prefix="spikeloom-") as folder, steps("place and route") as step:
        work = Path(folder)
        cells = synthesize(design, work, step)

        def place(*options):
            run_tool(design.toolchain[name], [*design.place, "--write", "placed.json", "--log", "nextpnr.log", *options], work,
                     log="nextpnr.log", timeout=SECONDS, step=step)

        fmax = None
        try:
            place("--report", "report.json")
        except ToolError:
            if not _overfull((work / "nextpnr.log").read_text(encoding="utf-8")):
                raise
            # Packed only, it still tells what it would need.
            place("--pack-only")
        else:
            report = json.loads((work / "report.json").read_text(encoding="utf-8"))
            fmax = round(min(each["achieved"] for each in report["fmax"].values()), 1)
        (module,) = json.loads((work / "placed.json").read_text(encoding="utf-8"))["modules"].values()
    # What nextpnr adds to a carry chain is the component's, too; the registers around it have none.
    logic = sum(cell["type"] == PARTS[design.part]["logic"] for name, cell in module["cells"].items()
                if re.search(r"(^|[\\$])component\.|^\$nextpnr_", name))
    return {"logic": logic, **resources(cells), "fmax_mhz": fmax}


def _overfull(log):
    """Whether nextpnr's log says that the part has too little of something."""
    return any(int(used) > int(have) for used, have in re.findall(r"Info:\s+\w+:\s+(\d+)/\s*(\d+)\s+\d+%", log))
