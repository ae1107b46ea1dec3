"""The configuration bits of a part, from the text that ``iceunpack`` writes."""

from __future__ import annotations

import numpy as np

from ...errors import BuildError

__all__ = ["Bits", "read_bits"]


class Bits:
    """Every bit of a bitstream, and which of them something has accounted for.

    Parameters
    ----------
    database : ChipDatabase

    Attributes
    ----------
    values, explained : arrays of bool
        All tiles' bits in one row.
    rams : dict of (int, int) to list of int
        The sixteen 256-bit words of each initialised block RAM, by its lower tile.
    extra : set of tuple
        Extra bits ``(bank, x, y)`` that are set.
    """

    def __init__(self, database):
        self._database, self._starts, count = database, {}, 0
        for place, kind in database.grid.items():
            self._starts[place] = count
            count += database.shapes[kind][0] * database.shapes[kind][1]
        self.values, self.explained = np.zeros(count, bool), np.zeros(count, bool)
        self.rams, self.extra = {}, set()

    def index(self, place, row, column):
        """The position of a tile's bit."""
        return self._starts[place] + row * self._database.shapes[self._database.grid[place]][1] + column

    def entry(self, place, name):
        """The positions of a tile's option."""
        return [self.index(place, *each) for each in self._database.entries[self._database.grid[place]][name]]

    def read(self, place, name):
        """The value of a tile's option; from then on its bits count as explained."""
        positions = self.entry(place, name)
        self.explained[positions] = True
        return [bool(each) for each in self.values[positions]]

    def flag(self, place, name):
        """The value of an option of one bit."""
        value, = self.read(place, name)
        return value

    def switch_starts(self, switches):
        """The positions of the bits of all switches, (switches, 5); what a switch does not have is 0."""
        width, height = self._database.width, self._database.height
        starts, columns = np.zeros((width, height), np.int64), np.zeros((width, height), np.int64)
        for place, start in self._starts.items():
            starts[place], columns[place] = start, self._database.shapes[self._database.grid[place]][1]
        x, y = switches["x"].astype(np.int64), switches["y"].astype(np.int64)
        places = switches["places"].astype(np.int64)
        return starts[x, y][:, None] + places[:, :, 0] * columns[x, y][:, None] + places[:, :, 1]

    def unexplained(self):
        """Tiles with bits that are set and that nothing has accounted for, with their number."""
        wrong = np.flatnonzero(self.values & ~self.explained)
        places, starts = zip(*self._starts.items())
        return [places[k] for k in np.searchsorted(starts, wrong, side="right") - 1]


def read_bits(text, database):
    """Read what ``iceunpack`` wrote.

    Parameters
    ----------
    text : str
    database : ChipDatabase

    Returns
    -------
    Bits

    Raises
    ------
    BuildError
        If it is of another part, or no such text.
    """
    bits = Bits(database)
    for section in text.split("\n.")[1:]:
        head, *rows = section.split("\n")
        what, *numbers = head.split()
        rows = [row for row in rows if row]
        if what == "device":
            if numbers != [database.name]:
                raise BuildError(f"the bitstream is of a part {' '.join(numbers)}, not {database.name}")
        elif what == "extra_bit":
            bits.extra.add(tuple(map(int, numbers)))
        elif what == "ram_data":
            bits.rams[tuple(map(int, numbers))] = [int(row, 16) for row in rows]
        elif what.endswith("_tile"):
            place = tuple(map(int, numbers))
            height, width = database.shapes[database.grid[place]]
            if what != f"{database.grid[place]}_tile" or [len(row) for row in rows] != [width] * height:
                raise BuildError(f"tile {place} of the bitstream is a {what}, of the part a {database.grid[place]}_tile")
            start = bits.index(place, 0, 0)
            bits.values[start:start + height * width] = np.frombuffer("".join(rows).encode("ascii"), np.uint8) == ord("1")
        elif what not in ("comment", "warmboot"):
            raise BuildError(f"the unpacked bitstream has a section .{what} that is not known")
    return bits
