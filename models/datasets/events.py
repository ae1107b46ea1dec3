"""Recordings of events, and their counts in time steps: what event cameras and cochlea models give."""

from math import prod
from typing import NamedTuple

import numpy as np

__all__ = ["EventSet", "Recording", "count_events"]


class Recording(NamedTuple):
    """Events in the order of their file: ``times`` in seconds, float64 (N,), and ``units``, int64 (N,), which of the sensor's."""

    times: np.ndarray
    units: np.ndarray


class EventSet(NamedTuple):
    """Recordings, their labels, int64 (N,), and the shape of the sensor, of which ``units`` are the indices in row order."""

    recordings: tuple
    labels: np.ndarray
    shape: tuple


def count_events(recording, shape, *, time_steps, duration):
    """How many events each unit has in each time step.

    Parameters
    ----------
    recording : Recording
    shape : tuple of int
        Of the sensor.
    time_steps : int
        At least 1.
    duration : float
        Of the time steps together, in seconds; later events are left out.

    Returns
    -------
    array of uint16, (time_steps, *shape)

    Raises
    ------
    ValueError
        If an event is before 0 or of a unit that the sensor has not, or a parameter is out of range.
    """
    if time_steps < 1 or not duration > 0:
        raise ValueError(f"count_events needs time_steps of at least 1 and a positive duration, not {time_steps!r} and {duration!r}")
    times, units, size = recording.times, recording.units, prod(shape)
    if len(units) and not 0 <= units.min() <= units.max() < size:
        raise ValueError(f"recording units must be between 0 and {size - 1}, not {units.min()} to {units.max()}")
    if len(times) and not times.min() >= 0:
        raise ValueError(f"recording times must be 0 or later, not {times.min()}")
    step = np.floor(times * (time_steps / duration)).astype(np.int64)
    early = step < time_steps
    counts = np.bincount(step[early] * size + units[early], minlength=time_steps * size)
    return counts.astype(np.uint16).reshape(time_steps, *shape)
