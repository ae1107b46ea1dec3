"""The large cells of the iCE40 family, as a netlist names their ports and parameters and as a part has them."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["LARGE", "PLL_TYPES", "LargeCell", "expected_options"]

# Number and width of each parameter that becomes bits under its own name.
DSP_OPTIONS = {name: 1 for name in ("C_REG", "A_REG", "B_REG", "D_REG", "TOP_8x8_MULT_REG", "BOT_8x8_MULT_REG", "PIPELINE_16x16_MULT_REG1",
                                    "PIPELINE_16x16_MULT_REG2", "TOPADDSUB_UPPERINPUT", "BOTADDSUB_UPPERINPUT", "MODE_8x8", "A_SIGNED",
                                    "B_SIGNED")} | {
    name: 2 for name in ("TOPOUTPUT_SELECT", "TOPADDSUB_LOWERINPUT", "TOPADDSUB_CARRYSELECT", "BOTOUTPUT_SELECT", "BOTADDSUB_LOWERINPUT",
                         "BOTADDSUB_CARRYSELECT")}
PLL_NUMBERS = {"DIVR": 4, "DIVF": 7, "DIVQ": 3, "FILTER_RANGE": 3}
PLL_IDLE = {"DELAY_ADJMODE_FB": 1, "DELAY_ADJMODE_REL": 1, "ENABLE_ICEGATE_PORTA": 1, "ENABLE_ICEGATE_PORTB": 1, "FDA_FEEDBACK": 4,
            "FDA_RELATIVE": 4, "PLLOUT_SELECT_A": 2, "PLLOUT_SELECT_B": 2, "SHIFTREG_DIV_MODE": 2, "TEST_MODE": 1}
PLL_TYPES = {"SB_PLL40_PAD": 2, "SB_PLL40_CORE": 3}
FEEDBACK = {"DELAY": 0, "SIMPLE": 1, "PHASE_AND_DELAY": 2, "EXTERNAL": 6}


@dataclass(frozen=True)
class LargeCell:
    """A kind of large cell.

    Parameters
    ----------
    bel : str
        Kind of the places for it.
    suffix : str
        What nextpnr appends to its name.
    prefix : str
        What the names of its configuration bits begin with in a tile.
    renamed : dict of str to str
        Ports that the part calls otherwise.
    elsewhere : frozenset of str
        Ports that are looked at apart.
    """

    bel: str
    suffix: str
    prefix: str = "IpConfig."
    renamed: dict = field(default_factory=dict)
    elsewhere: frozenset = frozenset()

    def port(self, name, index, width):
        """The part's name of a bit of a port."""
        name = self.renamed.get(name, name)
        return f"{name}_{index}" if width > 1 else name


_PLL = LargeCell("pll", "_PLL", "PLL.", {"PLLOUTGLOBAL": "PLLOUT_A", "PLLOUTCORE": "PLLOUT_A"}, frozenset({"PACKAGEPIN"}))
LARGE = {
    **{kind: LargeCell("io", "", elsewhere=frozenset({"PACKAGE_PIN"})) for kind in ("SB_IO", "SB_GB_IO")},
    **{f"SB_RAM40_4K{edges}": LargeCell("ram", "_RAM", renamed={"RCLKN": "RCLK", "WCLKN": "WCLK"}) for edges in ("", "NR", "NW", "NRNW")},
    # The paths from one multiplier to the next are wired for good; their use is an option.
    "SB_MAC16": LargeCell("mac16", "_DSP", elsewhere=frozenset({"ACCUMCI", "SIGNEXTIN"})),
    "SB_SPRAM256KA": LargeCell("spram", "_RAM"),
    "SB_HFOSC": LargeCell("hfosc", "_OSC"),
    "SB_PLL40_PAD": _PLL,
    "SB_PLL40_CORE": _PLL,
}


def expected_options(cell):
    """The options of a large cell that its parameters ask for.

    Parameters
    ----------
    cell : platforms.unpack.netlist.Cell

    Returns
    -------
    dict of str to bool
        By the part's names, ``"DIVF_0"``.
    list of str
        Parameters that no rule is known for.
    """
    numbers, known = {}, set()
    if cell.kind == "SB_MAC16":
        numbers = {name: (cell.number(name), width) for name, width in DSP_OPTIONS.items()}
        known = DSP_OPTIONS.keys() | ({"NEG_TRIGGER"} if not cell.number("NEG_TRIGGER") else set())
    elif cell.kind in PLL_TYPES:
        numbers = {name: (cell.number(name), width) for name, width in PLL_NUMBERS.items()} | {name: (0, width) for name, width in PLL_IDLE.items()}
        numbers |= {"FEEDBACK_PATH": (FEEDBACK[cell.parameters.get("FEEDBACK_PATH", "SIMPLE")], 3), "PLLTYPE": (PLL_TYPES[cell.kind], 3)}
        known = PLL_NUMBERS.keys() | {"FEEDBACK_PATH"}
    elif cell.kind == "SB_HFOSC":
        numbers, known = {"CLKHF_DIV": (int(cell.parameters.get("CLKHF_DIV", "0b00"), 2), 2), "TRIM_EN": (0, 1)}, {"CLKHF_DIV"}
    elif cell.kind == "SB_SPRAM256KA":
        numbers = {"SPRAM_EN": (1, 1)}
    elif cell.kind in ("SB_IO", "SB_GB_IO"):
        differential = cell.parameters.get("IO_STANDARD") == "SB_LVDS_INPUT"
        known = {"PIN_TYPE", "PULLUP", "NEG_TRIGGER"} | (set() if differential else {"IO_STANDARD"})
    elif cell.kind.startswith("SB_RAM40_4K"):
        known = {"READ_MODE", "WRITE_MODE", *(f"INIT_{k:X}" for k in range(16))}
    options = {name if width == 1 else f"{name}_{k}": bool(value >> k & 1) for name, (value, width) in numbers.items() for k in range(width)}
    return options, sorted(cell.parameters.keys() - known)
