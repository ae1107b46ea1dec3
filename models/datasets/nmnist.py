"""N-MNIST: MNIST's images as an event camera sees them, from the published files."""

from pathlib import Path

import numpy as np

from .events import EventSet, Recording

__all__ = ["load_nmnist", "read_nmnist"]

SIDE = 34
SHAPE = (2, SIDE, SIDE)  # polarity, y, x
EVENT_BYTES = 5
MICROSECOND = 1e-6


def read_nmnist(path):
    """One recording.

    Parameters
    ----------
    path : path-like
        A file of 40-bit events: x, y, polarity in the highest bit of the third byte, and 23 bits of microseconds.

    Returns
    -------
    Recording
        Units are the indices of (polarity, y, x) in the shape (2, 34, 34).

    Raises
    ------
    ValueError
        If the file holds no whole number of events, or one outside the sensor.

    Notes
    -----
    Source: G. Orchard et al., Converting static image datasets to spiking neuromorphic datasets using saccades, Frontiers in
    Neuroscience 9:437, 2015, doi:10.3389/fnins.2015.00437; the format is described at garrickorchard.com/datasets/n-mnist.
    """
    content = Path(path).read_bytes()
    if len(content) % EVENT_BYTES:
        raise ValueError(f"{path} must hold events of {EVENT_BYTES} bytes each, not {len(content)} bytes")
    x, y, high, middle, low = np.frombuffer(content, np.uint8).reshape(-1, EVENT_BYTES).T.astype(np.int64)
    for name, value in (("x", x), ("y", y)):
        if len(value) and value.max() >= SIDE:
            raise ValueError(f"{path} has an event at {name} = {value.max()}; the sensor has 0 to {SIDE - 1}")
    times = ((high & 0x7F) << 16 | middle << 8 | low) * MICROSECOND
    return Recording(times, ((high >> 7) * SIDE + y) * SIDE + x)


def load_nmnist(folder):
    """All recordings of a part of the data set.

    Parameters
    ----------
    folder : path-like
        The published ``Train`` or ``Test``: folders ``0`` to ``9`` of files that end in ``.bin``.

    Returns
    -------
    EventSet
        By label, and by file name among equals.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        As :func:`read_nmnist`.
    """
    folder = Path(folder)
    paths = [path for label in range(10) for path in sorted((folder / str(label)).glob("*.bin"))]
    if not paths:
        raise FileNotFoundError(f"{folder} holds no recordings: folders 0 to 9 with files that end in .bin")
    labels = np.array([int(path.parent.name) for path in paths], np.int64)
    return EventSet(tuple(read_nmnist(path) for path in paths), labels, SHAPE)
