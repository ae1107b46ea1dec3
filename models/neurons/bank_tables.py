"""Tables of eight neurons, in LLVM's text.

The tables that share an index are the columns of one array. A neuron's row is fetched four entries at a time by one load, and the
rows of eight neurons are transposed: fewer instructions than a gather takes for each table.
"""

import numpy as np

from .bank_lanes import LANES

__all__ = ["fetched_rows"]

_KIND = "<8 x i32>"


def fetched_rows(lines, name, columns, index):
    """The entries at an index of every column.

    Parameters
    ----------
    lines : Lines
    name : str
        Of the array, ``@...``.
    columns : list of array of int32
    index : str
        A vector of eight indices.

    Returns
    -------
    (str, list of str)
        The definition of the array, and a vector for each column (a few more, which fill up the last load).
    """
    width = len(columns) if len(columns) <= 2 else -(-len(columns) // 4) * 4
    rows = np.zeros((max(map(len, columns)), width), np.int32)
    for j, column in enumerate(columns):
        rows[:len(column), j] = column
    entries = ", ".join(f"i32 {entry}" for entry in rows.flat)
    definition = f"{name} = internal constant [{rows.size} x i32] [{entries}], align 64"
    starts = []
    for lane in range(LANES):
        offset = lines.emit(f"zext i32 {lines.emit(f'extractelement {_KIND} {index}, i64 {lane}')} to i64")
        starts.append(lines.emit(f"getelementptr [{width} x i32], ptr {name}, i64 {offset}"))
    fetched = []
    for first in range(0, width, 4):
        at = [lines.emit(f"getelementptr i32, ptr {start}, i64 {first}") for start in starts]
        fetched += {1: _single, 2: _double}.get(width, _quadruple)(lines, at)
    return definition, fetched


def _single(lines, at):
    vector = "poison"
    for lane, pointer in enumerate(at):
        vector = lines.emit(f"insertelement {_KIND} {vector}, i32 {lines.emit(f'load i32, ptr {pointer}, align 4')}, i64 {lane}")
    return [vector]


def _double(lines, at):
    halves = []
    for lanes in (at[:4], at[4:]):
        vector = "poison"
        for lane, pointer in enumerate(lanes):
            pair = lines.emit(f"load i64, ptr {pointer}, align 8")
            vector = lines.emit(f"insertelement <4 x i64> {vector}, i64 {pair}, i64 {lane}")
        halves.append(lines.emit(f"bitcast <4 x i64> {vector} to {_KIND}"))
    return [_shuffled(lines, *halves, range(entry, 16, 2)) for entry in range(2)]


def _quadruple(lines, at):
    """A transposition in the order of what the processor does within the halves of a vector."""
    quads = [lines.emit(f"load <4 x i32>, ptr {pointer}, align 16") for pointer in at]
    full = [_shuffled(lines, quads[k], quads[k + 4], range(8), "<4 x i32>") for k in range(4)]
    low = [_shuffled(lines, *pair, (0, 8, 1, 9, 4, 12, 5, 13)) for pair in (full[:2], full[2:])]
    high = [_shuffled(lines, *pair, (2, 10, 3, 11, 6, 14, 7, 15)) for pair in (full[:2], full[2:])]
    return [_shuffled(lines, *pair, order) for pair in (low, high)
            for order in ((0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15))]


def _shuffled(lines, a, b, order, kind=_KIND):
    indices = ", ".join(f"i32 {each}" for each in order)
    return lines.emit(f"shufflevector {kind} {a}, {kind} {b}, <{len(order)} x i32> <{indices}>")
