"""Boolean functions of a few signals in one form, whichever inputs of a LUT the signals came in by."""

from __future__ import annotations

__all__ = ["MAJORITY", "reduce_function"]

MAJORITY = 0b11101000  # of three: a carry


def reduce_function(table, inputs):
    """The function that a truth table is of the signals at its inputs.

    Parameters
    ----------
    table : int
        Bit ``k`` is the output where input ``i`` is bit ``i`` of ``k``.
    inputs : list of (bool or hashable)
        What is at each input: a constant, or a signal. One signal may be at several.

    Returns
    -------
    bool, hashable or tuple
        A constant; the signal that the function just passes on; or ``("function", signals, table)``, the signals being those
        that it depends on, sorted, and the table over these. Two functions are the same exactly if their forms are equal.
    """
    signals = sorted({each for each in inputs if not isinstance(each, bool)}, key=repr)
    values = [_look_up(table, inputs, dict(zip(signals, _bits(row, len(signals))))) for row in range(1 << len(signals))]
    for position in reversed(range(len(signals))):
        low = [value for row, value in enumerate(values) if not row >> position & 1]
        high = [value for row, value in enumerate(values) if row >> position & 1]
        if low == high:
            values = low
            del signals[position]
    if not signals:
        return values[0]
    if values == [False, True]:
        return signals[0]
    return ("function", tuple(signals), sum(value << row for row, value in enumerate(values)))


def _bits(number, count):
    return [bool(number >> k & 1) for k in range(count)]


def _look_up(table, inputs, assignment):
    row = sum((each if isinstance(each, bool) else assignment[each]) << k for k, each in enumerate(inputs))
    return bool(table >> row & 1)
