"""NIR files: HDF5, in the layout of the ``nir`` package."""

import os
import tempfile
from pathlib import Path

from .graph import Graph, from_description, from_nir

__all__ = ["read", "write"]


def read(path):
    """Read and check the graph of a NIR file.

    Parameters
    ----------
    path : str or Path
        As ``nir.write`` and the exporters of snnTorch, Norse, SpikingJelly and other tools write it.

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        If it is no NIR file, or something in its graph is wrong; the message names node and field.
    """
    import h5py
    from nir.serialization import hdf2dict
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"NIR file {path} does not exist")
    if not h5py.is_hdf5(path):
        raise ValueError(f"NIR file {path} is not an HDF5 file")
    with h5py.File(path, "r") as file:
        description = hdf2dict(file["node"]) if isinstance(file.get("node"), h5py.Group) else {}
    if "nodes" not in description or "edges" not in description:
        raise ValueError(f"NIR file {path} has no graph: an HDF5 group 'node' with 'nodes' and 'edges' is expected")
    return from_description(description)


def write(path, graph):
    """Write a graph as a NIR file, whole or not at all.

    Parameters
    ----------
    path : str or Path
    graph : Graph or nir.NIRGraph
        The latter is checked first.
    """
    import nir
    path = Path(path)
    graph = graph if isinstance(graph, Graph) else from_nir(graph)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    os.close(handle)
    try:
        nir.write(name, graph.to_nir())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
