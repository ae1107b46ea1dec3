"""The boards: parts and their budgets, pins, clocks, read from `tables/boards.toml` and `tables/parts.toml`."""

from __future__ import annotations

import difflib
import functools
import importlib
import tomllib
from dataclasses import dataclass
from importlib import resources

__all__ = ["DEFAULT_BOARD", "Board", "ClockSource", "Part", "board_names", "find_board", "read_table"]

DEFAULT_BOARD = "icebreaker"

# What nextpnr calls each resource, in the order in which reports list them.
CELL_TYPES = {
    "ice40": {"logic": "ICESTORM_LC", "ram": "ICESTORM_RAM", "dsp": "ICESTORM_DSP", "spram": "ICESTORM_SPRAM",
              "pll": "ICESTORM_PLL"},
    "ecp5": {"logic": "TRELLIS_COMB", "ram": "DP16KD", "dsp": "MULT18X18D", "pll": "EHXPLLL"},
}
RESOURCE_TITLES = {"logic": "logic cells", "ram": "block RAMs", "dsp": "DSP blocks", "spram": "SPRAM blocks", "pll": "PLLs"}


@dataclass(frozen=True)
class Part:
    """An FPGA and what it has.

    Parameters
    ----------
    name : str
        The device as Amaranth names it, such as ``"iCE40UP5K"``.
    family : str
        ``"ice40"`` or ``"ecp5"``.
    logic, ram, dsp, spram, pll : int
        Logic cells (LUT4s on ECP5), block RAMs, DSP blocks, single-port RAM blocks, PLLs.
    grid : tuple of int
        Columns and rows of tiles.
    """

    name: str
    family: str
    logic: int
    ram: int
    dsp: int
    spram: int
    pll: int
    grid: tuple

    @property
    def cell_types(self):
        """nextpnr's name of each resource, by our name of it."""
        return CELL_TYPES[self.family]


@dataclass(frozen=True)
class ClockSource:
    """Something on a board that makes a clock.

    Parameters
    ----------
    name : str
        A clock resource of the platform, or ``"hfosc"``: the internal oscillator of the iCE40 UltraPlus.
    hz : int
        Its frequency in Hz.
    pll : str or None
        ``"pad"`` where the pin is the PLL's own pad, ``"core"`` where it reaches the PLL through the fabric, None without a PLL.
    """

    name: str
    hz: int
    pll: str | None


@dataclass(frozen=True)
class Board:
    """A board: one part, its pins and its clocks.

    Parameters
    ----------
    name : str
        What a user types.
    title : str
        What the board is called.
    part : Part
        The FPGA on it.
    package : str
        Its package, as Amaranth names it.
    platform : str
        ``"module:class"`` of the Amaranth platform.
    clock_hz : int
        Clock of a design when the user asks for none, in Hz.
    uart_rx, uart_tx : str
        Package pins of the UART, as the FPGA sees them.
    uart_attrs : dict
        Their attributes.
    sources : tuple of ClockSource
        What can drive the design's clock; the first is the default.
    program : tuple of tuple of str
        Commands that load a bitstream, ``{file}`` standing for it, the preferred one first.
    note : str
        What a user of this board should know.
    weights_at : int, optional
        Where in its configuration flash the weights lie of a design that reads them from there.
    """

    name: str
    title: str
    part: Part
    package: str
    platform: str
    clock_hz: int
    uart_rx: str
    uart_tx: str
    uart_attrs: dict
    sources: tuple
    program: tuple
    note: str
    weights_at: int | None = None

    def source(self, name):
        """The clock source of that name; None is the default one.

        Raises
        ------
        ValueError
            If the board has no such source.
        """
        if name is None:
            return self.sources[0]
        for source in self.sources:
            if source.name == name:
                return source
        raise ValueError(f"clock source of {self.name} must be one of {', '.join(s.name for s in self.sources)}, not {name!r}")

    def create_platform(self):
        """A fresh Amaranth platform of this board, which can prepare one design."""
        module, cls = self.platform.split(":")
        return getattr(importlib.import_module(module), cls)()

    @property
    def bitstream_suffix(self):
        """``"bin"`` for iCE40, ``"bit"`` for ECP5."""
        return "bin" if self.part.family == "ice40" else "bit"


def read_table(name):
    """The TOML table ``tables/<name>.toml`` of this package as a dict."""
    return tomllib.loads(resources.files(__package__).joinpath("tables", f"{name}.toml").read_text(encoding="utf-8"))


@functools.cache
def _boards():
    parts = {name: Part(name=name, **{**row, "grid": tuple(row["grid"])}) for name, row in read_table("parts").items()}
    return {name: _board(name, row, parts) for name, row in read_table("boards").items()}


def _board(name, row, parts):
    sources = tuple(ClockSource(source, round(entry["mhz"] * 1_000_000), entry.get("pll"))
                    for source, entry in row["clocks"].items())
    return Board(name=name, title=row["title"], part=parts[row["part"]], package=row["package"], platform=row["platform"],
                 clock_hz=round(row["clock_mhz"] * 1_000_000), uart_rx=row["uart"]["rx"], uart_tx=row["uart"]["tx"],
                 uart_attrs=row["uart"]["attrs"], sources=sources, program=tuple(map(tuple, row["program"])), note=row["note"],
                 weights_at=row.get("weights_at"))


def board_names():
    """The names of all boards, the default one first."""
    return tuple(sorted(_boards(), key=lambda name: name != DEFAULT_BOARD))


def find_board(name):
    """The board of that name.

    Parameters
    ----------
    name : str
        One of `board_names`.

    Returns
    -------
    Board

    Raises
    ------
    ValueError
        If there is no such board; the message offers the nearest name and lists all.
    """
    boards = _boards()
    if name in boards:
        return boards[name]
    near = difflib.get_close_matches(str(name), boards, n=1, cutoff=0.5)
    hint = f" did you mean {near[0]}?" if near else ""
    raise ValueError(f"unknown board {name!r};{hint} boards: {', '.join(board_names())}")
