"""Small graphs for the tests of this folder."""

import nir
import numpy as np

from models.nir import from_nir

__all__ = ["chain", "full", "lif"]


def full(value, *shape):
    return np.full(shape, float(value))


def lif(*shape, tau=0.01, r=1.0, v_leak=0.0, v_threshold=1.0, v_reset=0.0):
    return nir.LIF(tau=full(tau, *shape), r=full(r, *shape), v_leak=full(v_leak, *shape), v_threshold=full(v_threshold, *shape),
                   v_reset=full(v_reset, *shape))


def chain(shape, *nodes, check=True):
    """Input, the nodes n0, n1, ... one after another, Output."""
    named = {"input": nir.Input(np.array(shape)), **{f"n{number}": node for number, node in enumerate(nodes)}, "output": nir.Output(None)}
    names = list(named)
    graph = nir.NIRGraph(named, list(zip(names, names[1:])), type_check=False)
    return from_nir(graph) if check else graph
