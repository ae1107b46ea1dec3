"""What can be compared of an unpacked ECP5 bitstream without its connections: contents of block RAM, tables, initial values.

`ecpunpack` leaves out what is at its default, and names some multiplexers of a slice otherwise than they were set, so that from its text the
connections cannot be followed as they are in an iCE40.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter, defaultdict

from ..errors import DifferenceError

__all__ = ["compare_contents"]

LUT_PLACE = re.compile(r"X(\d+)/Y(\d+)/(SLICE[A-D])\.K([01])$")
FLIP_FLOP_PLACE = re.compile(r"X(\d+)/Y(\d+)/(SLICE[A-D])\.FF([01])$")
RAM_PLACE = re.compile(r"X(\d+)/Y(\d+)/(EBR[0-3])$")
RAMS = ("DP16KD", "PDPW16KD")
WORDS, WORD = 2048, 9


def compare_contents(netlist, bels, text):
    """Compare memory contents, LUTs' tables and flip-flops' initial values with the netlist's.

    Parameters
    ----------
    netlist : Netlist
    bels : dict of str to str
        Where nextpnr says that each cell is.
    text : str
        What ``ecpunpack`` wrote.

    Returns
    -------
    dict
        ``cells``, by kind, and ``memory_bits``.

    Raises
    ------
    DifferenceError
        If they differ.
    """
    settings, memories = _read(text)
    cells = Counter()
    for cell in netlist.cells:
        what, place = f"the {cell.kind} {cell.name}", bels.get(cell.name, "")
        if cell.kind == "LUT4":
            x, y, part, number = _place(LUT_PLACE, place, what)
            found = settings[y, x].get(f"{part}.K{number}.INIT", "1" * 16)
            if _unordered(int(found, 2)) != _unordered(cell.number("INIT")):
                raise DifferenceError(f"{what} has the table {cell.number('INIT'):#06x}, in the bitstream {int(found, 2):#06x}: "
                                      f"no order of inputs makes them one")
        elif cell.kind == "TRELLIS_FF":
            x, y, part, number = _place(FLIP_FLOP_PLACE, place, what)
            expected, found = cell.parameters.get("REGSET", "RESET"), settings[y, x].get(f"{part}.REG{number}.REGSET", "SET")
            if expected != found:
                raise DifferenceError(f"{what} has the initial value {expected}, in the bitstream {found}")
        elif cell.kind in RAMS:
            x, y, part = _place(RAM_PLACE, place, what)
            contents = memories.pop(_contents_number(settings, x, y, part), None)
            if contents is None:
                raise DifferenceError(f"{what} has no contents in the bitstream")
            _compare_ram(what, cell, contents)
        else:
            continue
        cells[cell.kind] += 1
    if memories:
        raise DifferenceError(f"the bitstream has contents of {len(memories)} more block RAMs than the netlist")
    return {"cells": dict(sorted(cells.items())), "memory_bits": WORDS * WORD * sum(cells[kind] for kind in RAMS)}


def _read(text):
    """Settings of each place by name, and the words of each block RAM by its number."""
    settings, memories = defaultdict(dict), {}
    for section in re.split(r"^\.", text, flags=re.MULTILINE)[1:]:
        head, *lines = section.split("\n")
        if (tile := re.match(r"tile \w*?R(\d+)C(\d+):", head)):
            for line in lines:
                kind, _, rest = line.partition(": ")
                if kind in ("word", "enum"):
                    name, value = rest.split()
                    settings[int(tile[1]), int(tile[2])][name] = value
        elif head.startswith("bram_init "):
            memories[int(head.split()[1])] = [int(word, 16) for line in lines for word in line.split()]
    return settings, memories


def _contents_number(settings, x, y, part):
    """The number of the contents that a block takes, of nine bits, the lowest one first."""
    # A block is three tiles wide. Of the last block of four the number is in two of them; bits of the other tile read as 1 there,
    # and a tile without a set bit is left out.
    middle, right = (int(settings[y, x + k].get(f"{part}.WID", "0" * 9)[::-1], 2) for k in (1, 2))
    return middle & 0b1111 | right & 0b1_1111_0000 if part == "EBR3" else middle


def _place(pattern, place, what):
    match = pattern.match(place)
    if match is None:
        raise DifferenceError(f"{what} is not in the bitstream: nextpnr names no place for it")
    x, y, *rest = match.groups()
    return int(x), int(y), *rest


def _compare_ram(what, cell, contents):
    # A parameter has sixteen rows of 18 bits, each in 20.
    for row in range(WORDS // 2):
        expected = cell.number(f"INITVAL_{row // 16:02X}") >> 20 * (row % 16) & 0x3FFFF
        found = contents[2 * row] | contents[2 * row + 1] << WORD
        if expected != found:
            raise DifferenceError(f"{what} has {expected:#07x} in row {row}, in the bitstream {found:#07x}")


@functools.cache
def _unordered(table):
    """One table for all that differ in the order of their inputs alone."""
    return min(sum((table >> sum((row >> k & 1) << to for k, to in enumerate(order)) & 1) << row for row in range(16))
               for order in itertools.permutations(range(4)))
