"""Recorded spikes and membranes in the files that NIR has for them, for exchange with other tools."""

import os
import tempfile
from pathlib import Path

import numpy as np

__all__ = ["read_recording", "write_recording"]


def write_recording(path, graph, recording, *, dt):
    """Write what a simulation recorded as a file of NIR data, whole or not at all.

    Spikes and other values of 0 and 1 are written as booleans ``spikes``, other values as ``output``, membranes as ``v``, each
    (samples, time, neurons).

    Parameters
    ----------
    path : str or Path
    graph : Graph
    recording : Recording
        Of :func:`models.nir.simulate`.
    dt : float
        Its time step in seconds.
    """
    import nir
    nodes = {}
    for part, membranes in ((recording.outputs, False), (recording.values, False), (recording.membranes, True)):
        for name, values in part.items():
            # (time, [batch,] *shape) to (batch, time, neurons)
            steps = values.reshape(len(values), -1, int(np.prod(graph.shapes[name]))).transpose(1, 0, 2)
            binary = not membranes and np.isin(steps, (0, 1)).all()
            kind = "v" if membranes else "spikes" if binary else "output"
            nodes.setdefault(name, {})[kind] = nir.TimeGriddedData(np.ascontiguousarray(steps.astype(bool) if binary else steps), float(dt))
    data = nir.NIRGraphData({name: nir.NIRNodeData(observables) for name, observables in nodes.items()})
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    os.close(handle)
    try:
        nir.write_data(temporary, data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def read_recording(path, graph=None, *, dt=None):
    """Read a file of NIR data, of this project or another tool.

    Parameters
    ----------
    path : str or Path
    graph : Graph, optional
        Gives the neurons of its nodes their shape; without it, and for other nodes, neurons are one dimension.
    dt : float, optional
        The time step into which lists of events are sorted, each into the step it lies in; needed if there are any.

    Returns
    -------
    dict
        Of each node (subgraphs with dotted names) a dict of arrays (time, samples, ...), by observable.

    Raises
    ------
    ValueError
        If it is no such file, or dt is missing.
    """
    import h5py
    import nir
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"NIR data file {path} does not exist")
    if not h5py.is_hdf5(path):
        raise ValueError(f"NIR data file {path} is not an HDF5 file")
    found = {}
    _collect(nir, nir.read_data(path), "", found, dt, path)
    if graph is not None:
        for name in found.keys() & graph.shapes.keys():
            found[name] = {kind: values.reshape(*values.shape[:2], *graph.shapes[name]) for kind, values in found[name].items()}
    return found


def _collect(nir, data, prefix, found, dt, path):
    for name, node in data.nodes.items():
        if isinstance(node, nir.NIRGraphData):
            _collect(nir, node, f"{prefix}{name}.", found, dt, path)
            continue
        found[prefix + name] = {kind: np.moveaxis(_grid(nir, values, dt, path), 0, 1) for kind, values in node.observables.items()}


def _grid(nir, values, dt, path):
    """(samples, time, neurons)"""
    if isinstance(values, nir.TimeGriddedData):
        return values.data
    if dt is None:
        raise ValueError(f"NIR data file {path} has lists of events: dt must be given to sort them into time steps")
    # The package rounds t_max / dt and time / dt down, which loses a step where the quotient of floats is just below an integer.
    steps = max(1, int(np.ceil(values.t_max / dt - 1e-6)))
    sample, event = np.nonzero(values.idx >= 0)
    place = np.floor(values.time[sample, event] / dt + 1e-6).astype(int)
    if place.size and not 0 <= place.min() <= place.max() < steps:
        raise ValueError(f"NIR data file {path} has events outside 0 to t_max = {values.t_max:g} s")
    weighted = isinstance(values, nir.ValuedEventData)
    grid = np.zeros((len(values.idx), steps, values.n_neurons), float if weighted else bool)
    grid[sample, place, values.idx[sample, event]] = values.value[sample, event] if weighted else True
    return grid
