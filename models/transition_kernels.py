"""Kernels of transition tables, four streams at a time: a look-up waits for the one before it, but not for other streams'."""

import numpy as np
from numba import njit

__all__ = ["run_one", "run_two"]

_STATE, _BYTE, _LOW = np.uint64(0xFF00), np.uint64(0xFF), np.uint64(0x0F)
_4, _16, _24 = np.uint64(4), np.uint64(16), np.uint64(24)


@njit(forceinline=True)
def _store(results, row, w, first, second, third):
    results[0, row, w] = first
    if len(results) > 1:
        results[1, row, w] = second
    if len(results) > 2:
        results[2, row, w] = third


@njit(forceinline=True)
def _word_one(table, entry, word):
    """The last entry, and a word of each output, after 8 look-ups."""
    first = second = third = np.uint64(0)
    for k in range(0, 64, 8):
        place = np.uint64(k)
        entry = np.uint64(table[entry & _STATE | word >> place & _BYTE])
        first |= (entry & _BYTE) << place
        second |= (entry >> _16 & _BYTE) << place
        third |= (entry >> _24) << place
    return entry, first, second, third


@njit(forceinline=True)
def _word_two(table, entry, a, b):
    """The last entry, and a word of each output, after 16 look-ups."""
    first = second = third = np.uint64(0)
    for k in range(0, 64, 4):
        place = np.uint64(k)
        entry = np.uint64(table[entry & _STATE | (b >> place & _LOW) << _4 | a >> place & _LOW])
        first |= (entry & _LOW) << place
        second |= (entry >> _16 & _LOW) << place
        third |= (entry >> _24) << place
    return entry, first, second, third


@njit(cache=True, nogil=True)
def run_one(table, words, results):
    """Rows of ``words`` through the machine of ``table`` into ``results[output]``, each from state 0."""
    rows, width = words.shape
    for row in range(0, rows - 3, 4):
        p = q = r = s = np.uint64(0)
        for w in range(width):
            p, a, b, c = _word_one(table, p, words[row, w])
            q, d, e, f = _word_one(table, q, words[row + 1, w])
            r, g, h, i = _word_one(table, r, words[row + 2, w])
            s, j, k, m = _word_one(table, s, words[row + 3, w])
            _store(results, row, w, a, b, c)
            _store(results, row + 1, w, d, e, f)
            _store(results, row + 2, w, g, h, i)
            _store(results, row + 3, w, j, k, m)
    for row in range(rows // 4 * 4, rows):
        p = np.uint64(0)
        for w in range(width):
            p, a, b, c = _word_one(table, p, words[row, w])
            _store(results, row, w, a, b, c)


@njit(cache=True, nogil=True)
def run_two(table, x, y, results):
    """As :func:`run_one`, of two inputs."""
    rows, width = x.shape
    for row in range(0, rows - 3, 4):
        p = q = r = s = np.uint64(0)
        for w in range(width):
            p, a, b, c = _word_two(table, p, x[row, w], y[row, w])
            q, d, e, f = _word_two(table, q, x[row + 1, w], y[row + 1, w])
            r, g, h, i = _word_two(table, r, x[row + 2, w], y[row + 2, w])
            s, j, k, m = _word_two(table, s, x[row + 3, w], y[row + 3, w])
            _store(results, row, w, a, b, c)
            _store(results, row + 1, w, d, e, f)
            _store(results, row + 2, w, g, h, i)
            _store(results, row + 3, w, j, k, m)
    for row in range(rows // 4 * 4, rows):
        p = np.uint64(0)
        for w in range(width):
            p, a, b, c = _word_two(table, p, x[row, w], y[row, w])
            _store(results, row, w, a, b, c)
