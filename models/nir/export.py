"""The network of a chip as a NIR graph."""

import numpy as np

from gateware.chip.network import Dense
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.lif import LIF
from gateware.neurons.subtractive_lif import LEAK_BITS, SubtractiveLIF

from .graph import from_nir

__all__ = ["from_network"]

KINDS = (LIF, SubtractiveLIF, LeakyIntegrator)


def from_network(network, *, dt=1e-4):
    """A chip's network as a NIR graph, for other tools and for comparison in floating point.

    The graph takes the integers 0 to ``network.levels`` as they are. Its values are those that the hardware holds, so what is left
    of a difference between both is the rounding of membranes. NIR knows no reset by subtraction: the graph's metadata names the
    conventions under which it means the same (``reset``), as :func:`models.nir.simulate` takes them.

    Parameters
    ----------
    network : SpikingNetwork
        Of LIF, SubtractiveLIF and LeakyIntegrator.
    dt : float
        The time step in seconds, which sets the time constants.

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        If NIR has no primitive for a neuron.
    """
    import nir
    if not (np.isfinite(dt) and dt > 0):
        raise ValueError(f"from_network dt must be a positive number of seconds, not {dt!r}")
    resets = {"subtract" if isinstance(layer.neuron, SubtractiveLIF) else "value" for layer in network.layers
              if not isinstance(layer.neuron, LeakyIntegrator)}
    if len(resets) > 1:
        raise ValueError("from_network: layers reset by subtraction and to a value, and a NIR graph has one convention for all")
    shape = network.inputs
    nodes = {"input": nir.Input(np.array(shape))}
    for number, layer in enumerate(network.layers):
        connection, neuron = layer.connection, layer.neuron
        if type(neuron) not in KINDS:
            raise ValueError(f"from_network: layer {number} has the neuron {type(neuron).__name__}; accepted are "
                             f"{', '.join(kind.__name__ for kind in KINDS)}")
        if isinstance(connection, Dense) and len(shape) > 1:
            nodes[f"flatten{number}"] = nir.Flatten(np.array(shape), 0, -1)
        step = neuron.inputs.current.resolution
        weight = np.array(connection.weights) * step
        # A bias is the weight of an input at its highest level.
        bias = None if connection.bias is None else np.array(connection.bias) * step * (1 if number else network.levels)
        if isinstance(connection, Dense):
            nodes[f"dense{number}"] = nir.Linear(weight) if bias is None else nir.Affine(weight, bias)
        else:
            if connection.pool != (1, 1):
                nodes[f"pool{number}"] = nir.SumPool2d(np.array(connection.pool), np.array(connection.pool), np.array((0, 0)))
            nodes[f"conv{number}"] = nir.Conv2d(connection.pooled, weight, connection.stride, connection.padding, 1, 1,
                                                np.zeros(len(weight)) if bias is None else bias)
        shape = connection.outputs
        nodes[f"neurons{number}"] = _neurons(nir, number, neuron, shape, dt)
    nodes["output"] = nir.Output(np.array(shape))
    names = list(nodes)
    metadata = {"dt": float(dt), "levels": network.levels, "time_steps": network.time_steps, "readout": network.readout,
                "reset": resets.pop() if resets else "value"}
    return from_nir(nir.NIRGraph(nodes, list(zip(names, names[1:])), metadata=metadata, type_check=False))


def _neurons(nir, number, neuron, shape, dt):
    params, step = neuron.params, neuron.state.v.resolution
    leak = -params.minus_leak / 2**LEAK_BITS

    def full(value):
        return np.full(shape, float(value))
    if isinstance(neuron, LeakyIntegrator):
        return nir.LI(full(dt / leak), full(1 / leak), full(0)) if leak else nir.I(full(1 / dt))
    # "v >= threshold" on the membrane's steps is "v > threshold" from half a step below.
    threshold = full((params.threshold - 0.5) * step)
    rest = reset = 0.0
    if isinstance(neuron, LIF):
        if params.refractory:
            raise ValueError(f"from_network: layer {number} has a refractory time of {params.refractory} steps, and NIR has none")
        rest, reset = params.rest * step, params.reset * step
    if not leak:
        return nir.IF(full(1 / dt), threshold, full(reset))
    return nir.LIF(full(dt / leak), full(1 / leak), full(rest), threshold, full(reset))
