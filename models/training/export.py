"""A classifier in training as a NIR graph of real numbers."""

import numpy as np

from .cells import LI, AdaptiveLIF
from .layers import PooledConv2d

__all__ = ["to_nir"]


def to_nir(classifier, *, dt=1e-4):
    """The graph of a classifier, as its real weights are.

    It takes the integers 0 to the first layer's ``levels``. NIR knows no reset by subtraction: run it with ``reset="subtract"``
    and ``comparison=">="``, as :func:`models.nir.simulate` takes them; its metadata say so. The graph of integers is
    ``models.nir.from_network(classifier.to_network(...))``.

    Parameters
    ----------
    classifier : SpikingClassifier
    dt : float
        The time step in seconds, which sets the time constants.

    Returns
    -------
    models.nir.Graph

    Raises
    ------
    ValueError
        If dt is not positive, or a layer has a neuron that NIR does not have.
    """
    import nir

    from models.nir import from_nir
    from models.nir.conventions import check_dt
    check_dt("to_nir dt", dt)
    first = classifier.layers[0].connection
    shape = (first.in_channels, first.side, first.side) if isinstance(first, PooledConv2d) else (first.in_features,)
    nodes = {"input": nir.Input(np.array(shape))}
    for number, layer in enumerate(classifier.layers):
        connection = layer.connection
        weight = connection.weight.detach().double().numpy() / layer.levels
        bias = connection.bias.detach().double().numpy()
        if isinstance(connection, PooledConv2d):
            side, pool = connection.side // connection.pool, np.array((connection.pool, connection.pool))
            if connection.pool > 1:
                nodes[f"pool{number}"] = nir.SumPool2d(pool, pool, np.array((0, 0)))
            nodes[f"conv{number}"] = nir.Conv2d((side, side), weight, (1, 1), connection.padding, 1, 1, bias)
            after = side + 2 * connection.padding[0] - weight.shape[-1] + 1
            shape = (len(weight), after, after)
        else:
            if len(shape) > 1:
                nodes[f"flatten{number}"] = nir.Flatten(np.array(shape), 0, -1)
            nodes[f"dense{number}"] = nir.Affine(weight, bias)
            shape = (len(weight),)
        nodes[f"neurons{number}"] = _neurons(nir, layer.cell, shape, dt)
    nodes["output"] = nir.Output(np.array(shape))
    names = list(nodes)
    metadata = {"dt": float(dt), "levels": classifier.layers[0].levels, "time_steps": classifier.time_steps,
                "encoder": "current", "readout": "membrane", "reset": "subtract", "comparison": ">="}
    return from_nir(nir.NIRGraph(nodes, list(zip(names, names[1:])), metadata=metadata, type_check=False))


def _neurons(nir, cell, shape, dt):
    leak = cell.leak.item()

    def full(value):
        return np.full(shape, float(value))
    if isinstance(cell, AdaptiveLIF):
        raise ValueError("to_nir: NIR has no node for AdaptiveLIF; accepted are LIF and LI")
    if isinstance(cell, LI):
        return nir.LI(full(dt / leak), full(1 / leak), full(0)) if leak else nir.I(full(1 / dt))
    threshold = full(cell.threshold.item())
    return nir.LIF(full(dt / leak), full(1 / leak), full(0), threshold, full(0)) if leak else nir.IF(full(1 / dt), threshold, full(0))
