"""The network of a chip as a NIR graph."""

import numpy as np

from gateware.chip.network import Dense
from gateware.neurons.cuba_lif import CubaLeakyIntegrator, CubaLIF
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.lif import LIF
from gateware.neurons.subtractive_lif import LEAK_BITS, SubtractiveLIF

from .conventions import check_dt
from .graph import from_nir

__all__ = ["from_network"]

ENCODED = ("latency", "stochastic")
KINDS = (LIF, SubtractiveLIF, LeakyIntegrator, CubaLIF, CubaLeakyIntegrator)


def from_network(network, *, dt=1e-4):
    """A chip's network as a NIR graph, for other tools and for comparison in floating point.

    The graph takes the integers 0 to ``network.levels`` as they are. Its values are those that the hardware holds, so what is left
    of a difference between both is the rounding of membranes. NIR knows no reset by subtraction: the graph's metadata names the
    conventions under which it means the same (``reset``), as :func:`models.nir.simulate` takes them, and dt, levels, time steps, encoder
    and read-out, with which :func:`models.nir.conversion_options` makes the same network of it again. What arrives late becomes Delay
    nodes, behind the neurons whose spikes they are.

    Parameters
    ----------
    network : SpikingNetwork
        Of LIF, SubtractiveLIF, LeakyIntegrator, CubaLIF and CubaLeakyIntegrator.
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
    check_dt("from_network dt", dt)
    resets = {"subtract" if getattr(layer.neuron, "subtracts", isinstance(layer.neuron, SubtractiveLIF)) else "value" for layer in network.layers
              if not isinstance(layer.neuron, (LeakyIntegrator, CubaLeakyIntegrator))}
    if len(resets) > 1:
        raise ValueError("from_network: layers reset by subtraction and to a value, and a NIR graph has one convention for all")
    if network.encoder in ENCODED:
        raise ValueError(f"from_network: the network's encoder is {network.encoder!r}, and NIR has none; accepted are 'current' and 'events'")
    shape, before = network.inputs, "input"
    nodes, edges = {"input": nir.Input(np.array(shape))}, []

    def add(name, node):
        nonlocal before
        nodes[name] = node
        edges.append((before, name))
        before = name

    def add_delay(name, delays, own):
        if any(delays):
            add(name, nir.Delay(np.array(delays, dtype=float).reshape(own) * dt))
    for number, layer in enumerate(network.layers):
        connection, neuron = layer.connection, layer.neuron
        if type(neuron) not in KINDS:
            raise ValueError(f"from_network: layer {number} has the neuron {type(neuron).__name__}; accepted are "
                             f"{', '.join(kind.__name__ for kind in KINDS)}")
        step = neuron.inputs.current.resolution
        add_delay(f"delay{number}", layer.delays, shape)
        _connect(nir, add, number, connection, step, shape, 1 if number else network.levels)
        shape = connection.outputs
        add(f"neurons{number}", _neurons(nir, number, neuron, shape, dt))
    add("output", nir.Output(np.array(shape)))
    for number, layer in enumerate(network.layers):
        for j, each in enumerate(layer.projections):
            before, own = f"neurons{each.source}", network.layers[each.source].connection.outputs
            add_delay(f"delay{number}_{j}", each.delays, own)
            if len(own) > 1:
                add(f"flatten{number}_{j}", nir.Flatten(np.array(own), 0, -1))
            add(f"dense{number}_{j}", nir.Linear(np.array(each.connection.weights) * layer.neuron.inputs.current.resolution))
            edges.append((before, f"neurons{number}"))
    metadata = {"dt": float(dt), "levels": network.levels, "time_steps": network.time_steps, "encoder": network.encoder,
                "readout": network.readout, "reset": resets.pop() if resets else "value"}
    return from_nir(nir.NIRGraph(nodes, edges, metadata=metadata, type_check=False))


def _connect(nir, add, number, connection, step, shape, levels):
    """Add the nodes of a connection."""
    weight = np.array(connection.weights) * step
    # A bias is the weight of an input at its highest level.
    bias = None if connection.bias is None else np.array(connection.bias) * step * levels
    if isinstance(connection, Dense):
        if len(shape) > 1:
            add(f"flatten{number}", nir.Flatten(np.array(shape), 0, -1))
        add(f"dense{number}", nir.Linear(weight) if bias is None else nir.Affine(weight, bias))
        return
    if connection.pool != (1, 1):
        add(f"pool{number}", nir.SumPool2d(np.array(connection.pool), np.array(connection.pool), np.array((0, 0))))
    add(f"conv{number}", nir.Conv2d(connection.pooled, weight, connection.stride, connection.padding, 1, 1,
                                    np.zeros(len(weight)) if bias is None else bias))


def _neurons(nir, number, neuron, shape, dt):
    params, step = neuron.params, neuron.state.v.resolution
    leak = -params.minus_leak / 2**LEAK_BITS

    def full(value):
        return np.full(shape, float(value))
    if isinstance(neuron, (CubaLIF, CubaLeakyIntegrator)):
        return _current_based(nir, number, neuron, leak, full, dt)
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


def _current_based(nir, number, neuron, leak, full, dt):
    params, step = neuron.params, neuron.state.v.resolution
    synapse = -params.minus_synapse_leak / 2**LEAK_BITS
    if not leak or not synapse:
        raise ValueError(f"from_network: layer {number} has a {type(neuron).__name__} without leak, and NIR has none")
    # The part that a step takes of both is in the weights.
    common = {"tau_syn": full(dt / synapse), "tau_mem": full(dt / leak), "r": full(1 / leak), "v_leak": full(0), "w_in": full(1 / synapse)}
    if isinstance(neuron, CubaLeakyIntegrator):
        return nir.CubaLI(**common)
    if neuron.subtracts and params.reset != params.threshold:
        raise ValueError(f"from_network: layer {number} subtracts {params.reset * step:.6g} where the threshold is {params.threshold * step:.6g}, "
                         "and a NIR graph has one number for both")
    return nir.CubaLIF(**common, v_threshold=full((params.threshold - 0.5) * step), v_reset=full(0 if neuron.subtracts else params.reset * step))
