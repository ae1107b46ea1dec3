"""Ways of spikes through a graph: from neurons or the input over nodes without a state and delays to neurons."""

from dataclasses import dataclass

import numpy as np

from gateware.chip.network import MOST_DELAY

from .operations import apply
from .order import schedule
from .primitives import NEURONS, refuse
from .simulation import delay_steps

__all__ = ["SAME_STEP", "Way", "bias_of", "matrix_of", "ways_to"]

# Entries of a matrix that a way is written out as.
LARGEST = 1 << 24
# Of a time step; delays in float32 are off by as much.
SAME_STEP = 1e-4


@dataclass(frozen=True)
class Way:
    """One way from a source to a neuron node.

    Attributes
    ----------
    source : str
        A neuron node or an Input.
    nodes : tuple of str
        Between source and neurons, Delays included.
    delays : array of int
        Time steps, one of each element of the source.
    rounded : float
        Seconds by which a delay was rounded, at most.
    """

    source: str
    nodes: tuple
    delays: np.ndarray
    rounded: float


def ways_to(graph, name, dt, round_delays=False):
    """The ways that lead to a neuron node.

    Raises
    ------
    ValueError
        If there is a cycle without neurons, or a delay that no chip has; the message names nodes and field.
    """
    kinds = graph.kinds
    delays = {each for each, kind in kinds.items() if kind == "Delay" and delay_steps(graph.nodes[each], dt).min(initial=1) >= 1}
    late = {edge for block in schedule(kinds, graph.edges, graph.inputs, delays) for edge in block.late}
    found, pending = [], [(name,)]
    while pending:
        path = pending.pop()
        for before in reversed(graph.before(path[0])):
            if kinds[before] == "Input" or kinds[before] in NEURONS:
                found.append(_way(graph, (before, *path), late, dt, round_delays))
            elif before in path:
                raise ValueError(f"NIR graph has a cycle without neurons: {' -> '.join([before, *path[:path.index(before) + 1]])}; a chip's cycles "
                                 "go through neurons")
            else:
                pending.append((before, *path))
    return found


def _way(graph, path, late, dt, round_delays):
    source, *nodes, _ = path
    size = int(np.prod(graph.shapes[source]))
    delays, rounded, single = np.zeros(size, dtype=int), 0.0, True
    for edge in zip(path, path[1:]):
        delays = delays + (edge in late)
    for name in nodes:
        kind, node = graph.kinds[name], graph.nodes[name]
        if kind != "Delay":
            # What keeps its elements apart, one to one.
            single = single and kind in ("Flatten", "Scale")
            continue
        steps, wanted = delay_steps(node, dt).ravel(), np.asarray(node.delay, dtype=float).ravel()
        errors = np.abs(steps * dt - wanted)
        if errors.max(initial=0.0) > SAME_STEP * dt:
            if not round_delays:
                raise refuse(name, kind, "field delay", f"is {wanted[errors.argmax()]:.6g} s, and no whole number of time steps of {dt:.6g} s; "
                                                        "accepted are multiples of it; round_delays=True (nir convert "
                                                        "--round-delays) takes the nearest")
            rounded = max(rounded, float(errors.max()))
        if not single and np.ptp(steps):
            raise refuse(name, kind, "field delay", f"differs ({wanted.min():.6g} to {wanted.max():.6g} s) behind weights or pooling, and a chip "
                                                    "delays the spikes before them; accepted there is one delay for all")
        delays = delays + (steps if single else steps.max(initial=0))
        if delays.max() > MOST_DELAY:
            raise refuse(name, kind, "field delay", f"is {wanted.max():.6g} s, which makes what comes from {source!r} late by {delays.max()} "
                                                    f"time steps of {dt:.6g} s; accepted are up to {MOST_DELAY}")
    return Way(source, tuple(nodes), delays, rounded)


def matrix_of(graph, way, target):
    """The weights (outputs, inputs) that the nodes of a way make together, without biases."""
    shape = graph.shapes[way.source]
    inputs, outputs = int(np.prod(shape)), int(np.prod(graph.shapes[target]))
    if inputs * outputs > LARGEST:
        raise refuse(target, graph.kinds[target], "has", f"several ways of spikes to it, and that from {way.source!r} is a matrix of {outputs} x "
                                                         f"{inputs} weights; accepted are {LARGEST:,}")
    x = np.eye(inputs).reshape(1, inputs, *shape)
    for name in way.nodes:
        kind, node = graph.kinds[name], graph.nodes[name]
        if kind == "Threshold":
            raise refuse(name, kind, "has", "no place in a chip's layers: it is no weighted sum")
        if kind != "Delay":
            x = apply(node, x) - apply(node, np.zeros((1, 1, *x.shape[2:])))
    return x.reshape(inputs, outputs).T


def bias_of(graph, name):
    """What reaches a neuron node when nothing spikes and no input is given, (outputs,)."""
    def value(each):
        kind = graph.kinds[each]
        if kind == "Input" or kind in NEURONS:
            return np.zeros((1, 1, *graph.shapes[each]))
        total = arriving(each)
        if kind == "Delay":
            if total.any() and np.any(graph.nodes[each].delay):
                raise refuse(each, kind, "follows", "a bias, which it would delay, too: the Delay must come before the weights")
            return total
        return apply(graph.nodes[each], total)

    def arriving(each):
        return sum((value(source) for source in graph.before(each)), np.zeros((1, 1, *graph.input_shapes[each])))
    return arriving(name).ravel()
