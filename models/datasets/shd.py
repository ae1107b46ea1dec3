"""Spiking Heidelberg Digits (and Spiking Speech Commands, which has the same format), from the published files."""

from pathlib import Path

import numpy as np

from .events import EventSet, Recording

__all__ = ["load_shd"]

CHANNELS = 700


def load_shd(path):
    """All recordings of a file.

    Parameters
    ----------
    path : path-like
        The published HDF5 file, unpacked: ``spikes/times`` (in seconds), ``spikes/units``, ``labels``.

    Returns
    -------
    EventSet
        Of 700 channels.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ModuleNotFoundError
        If h5py is not installed.
    ValueError
        If the file is of another format, or an event is in a channel that there is not.

    Notes
    -----
    Source: B. Cramer et al., The Heidelberg spiking data sets for the systematic evaluation of spiking neural networks, IEEE
    TNNLS 33:2744-2757, 2022, doi:10.1109/TNNLS.2020.3044364.
    """
    import h5py
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        with h5py.File(path) as file:
            times, units, labels = file["spikes/times"][:], file["spikes/units"][:], file["labels"][:]
    except (OSError, KeyError) as error:
        raise ValueError(f"{path} must be an HDF5 file with spikes/times, spikes/units and labels ({error})") from None
    if not len(times) == len(units) == len(labels):
        raise ValueError(f"{path} must have times, units and a label of each recording, not {len(times)}, {len(units)} and {len(labels)}")
    recordings = []
    for number, (time, unit) in enumerate(zip(times, units)):
        if len(time) != len(unit):
            raise ValueError(f"{path}: recording {number} has {len(time)} times and {len(unit)} units")
        if len(unit) and not 0 <= unit.min() <= unit.max() < CHANNELS:
            raise ValueError(f"{path}: recording {number} has units {unit.min()} to {unit.max()}; there are 0 to {CHANNELS - 1}")
        recordings.append(Recording(time.astype(np.float64), unit.astype(np.int64)))
    return EventSet(tuple(recordings), labels.astype(np.int64), (CHANNELS,))
