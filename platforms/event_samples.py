"""Samples of events for a person: read from a text file, shown in a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from .host.protocol import place_event

__all__ = ["read_events", "show_events"]

# Of what is shown: inputs and time steps are put together until they fit.
ROWS, COLUMNS = 12, 40


def read_events(path, time_steps, inputs, levels):
    """A sample of events from a text file: in each line a time step, the number of an input and, unless it is 1, a level.

    Parameters
    ----------
    path : path-like
    time_steps, inputs, levels : int
        Of the network.

    Returns
    -------
    ndarray of int64, shape (time_steps, inputs)

    Raises
    ------
    ValueError
        If the file holds anything else.
    """
    sample = np.zeros((time_steps, inputs), np.int64)
    for number, line in enumerate(Path(path).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        words = line.replace(",", " ").split()
        if not words:
            continue
        if len(words) not in (2, 3) or not all(re.fullmatch("[0-9]{1,9}", word) for word in words):
            raise ValueError(f"line {number} of the events file {path} must be a time step, an input and perhaps a level, not {line.strip()[:40]!r}")
        place_event(sample, tuple(map(int, words)), f"the event in line {number} of the events file {path}", levels)
    return sample


def show_events(sample, shades):
    """A sample (time steps, inputs) in characters: time from left to right, the first inputs at the top, the darker the more events."""
    def together(array, most):
        """Sums of neighbouring rows, at most so many."""
        each = -(-len(array) // most)
        return np.add.reduceat(array, np.arange(0, len(array), each), axis=0)

    counts = together(together(np.asarray(sample) > 0, COLUMNS).T, ROWS)
    highest = max(int(counts.max()), 1)
    return ["".join(shades[-(-int(count) * (len(shades) - 1) // highest)] for count in row) for row in counts]
