"""Networks whose smallest weights are zero."""

from dataclasses import replace

import numpy as np

from gateware.chip.network import Dense
from gateware.parameters import integer

__all__ = ["prune"]


def prune(network, layer, share, *, group=1):
    """A network of whose layer only the largest weights are left: those with the highest magnitudes, or whole groups with the highest sums of them.

    Nothing is trained again; the bias stays.

    Parameters
    ----------
    network : SpikingNetwork
    layer : int
        Which one, of a Dense connection.
    share : float
        Of the groups that stay, above 0, at most 1. Among equals the first stay: input by input, neuron by neuron.
    group : int
        Weights of one input to so many successive neurons, the first a multiple of ``group``, stay or go together, as they lie in a row of
        :class:`gateware.chip.sparse_synapses.SparseSynapses` with as many lanes.

    Returns
    -------
    SpikingNetwork

    Raises
    ------
    TypeError, ValueError
        If the layer is no number of a layer or not dense, or a value is out of its range.
    """
    layer, group = integer("prune layer", layer), integer("prune group", group)
    if not 0 <= layer < len(network.layers):
        raise ValueError(f"prune layer must be between 0 and {len(network.layers) - 1}, not {layer}")
    connection = network.layers[layer].connection
    if not isinstance(connection, Dense):
        raise TypeError(f"prune layer must have a Dense connection, not {type(connection).__name__}")
    weights = np.array(connection.weights)
    neurons, inputs = weights.shape
    if not 0 < share <= 1:
        raise ValueError(f"prune share must be above 0 and at most 1, not {share!r}")
    if not 1 <= group <= neurons:
        raise ValueError(f"prune group must be between 1 and {neurons}, the neurons, not {group}")
    rows = -(-neurons // group)
    padded = np.zeros((rows * group, inputs), weights.dtype)
    padded[:neurons] = weights
    sums = np.abs(padded).reshape(rows, group, inputs).sum(axis=1).T.ravel()
    left = np.zeros(sums.shape, bool)
    left[np.argsort(-sums, kind="stable")[:max(1, round(share * len(sums)))]] = True
    weights[~left.reshape(inputs, rows).T.repeat(group, axis=0)[:neurons]] = 0
    layers = list(network.layers)
    layers[layer] = replace(layers[layer], connection=Dense(weights, connection.bias))
    return replace(network, layers=tuple(layers))
