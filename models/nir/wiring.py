"""A graph as the layers of a chip: which neurons come when, and what arrives at each."""

from dataclasses import dataclass, replace

import numpy as np

from gateware.chip.network import CLASSES

from .chain import ChainLayer, WeightedSum
from .primitives import NEURONS, refuse
from .ways import bias_of, matrix_of, ways_to

__all__ = ["FurtherSum", "network_layers"]


@dataclass(frozen=True)
class FurtherSum:
    """A weighted sum of a layer's spikes beside that of the layer before.

    Attributes
    ----------
    source : int
        Number of the layer.
    folded : tuple of str
    weights : array (outputs, inputs)
    delays : array of int
    """

    source: int
    folded: tuple
    weights: np.ndarray
    delays: np.ndarray


def network_layers(graph, dt, round_delays=False):
    """The layers of a graph of weights, delays and neurons.

    A neuron that spikes may feed any other and itself; where it is part of a cycle, with a delay of at least one time step, its own
    or a Delay's (see :func:`models.nir.order.schedule`).

    Parameters
    ----------
    graph : Graph
    dt : float
    round_delays : bool
        Whether delays that are no whole number of time steps are rounded; otherwise they are refused.

    Returns
    -------
    layers : list of ChainLayer
    rounded : dict
        Of a neuron node the seconds by which delays of spikes to it were rounded, at most.

    Raises
    ------
    ValueError
        If no chip has such layers; the message names the node.
    """
    kinds = graph.kinds
    for names, kind in ((graph.inputs, "Input"), (graph.outputs, "Output")):
        if len(names) != 1:
            raise ValueError(f"NIR graph must have one {kind} to fit a chip, not {', '.join(names)}")
    neurons = [name for block in graph.blocks for name in block.nodes if kinds[name] in NEURONS]
    if not neurons:
        raise ValueError(f"NIR graph has no neurons ({', '.join(NEURONS)}) between {graph.inputs[0]!r} and {graph.outputs[0]!r}")
    last = _last(graph)
    ways = {name: ways_to(graph, name, dt, round_delays) for name in neurons}
    for name, found in ways.items():
        for way in found:
            if kinds[way.source] != "Input" and "F" not in kinds[way.source]:
                raise refuse(way.source, kinds[way.source], "does not spike:", f"as a chip's layer it must be the last one, and {name!r} follows it")
    order = _order(graph, neurons, ways, last)
    layers = [_layer(graph, order, number, ways[name]) for number, name in enumerate(order)]
    if (size := int(np.prod(graph.shapes[last]))) not in CLASSES:
        raise refuse(last, kinds[last], "has", f"{size} neuron{'s' if size > 1 else ''} to be read out; accepted are {CLASSES[0]} to {CLASSES[-1]}, "
                                               "from which a chip reads a class")
    return layers, {name: max(way.rounded for way in found) for name, found in ways.items() if any(way.rounded for way in found)}


def _last(graph):
    output, = graph.outputs
    before = graph.before(output)
    if len(before) != 1:
        raise refuse(output, "Output", "must have", f"one edge to it to fit a chip, which reads out one layer, not those from {', '.join(before)}")
    name, = before
    if graph.kinds[name] not in NEURONS:
        raise refuse(name, graph.kinds[name], "follows", "the last neurons: a chip reads out neurons")
    return name


def _order(graph, neurons, ways, last):
    """Neuron nodes in the order of a chip's layers: each after all whose spikes reach it in the same time step, the last one last."""
    source, = graph.inputs
    first = [name for name in neurons if any(way.source == source for way in ways[name])]
    if len(first) != 1:
        raise refuse(source, "Input", "reaches", f"{', '.join(first)}; a chip's input goes to its first layer alone")
    needs = {name: {way.source for way in ways[name] if way.source != source and not way.delays.all()} for name in neurons}
    order, waiting = [], sorted(neurons, key=lambda name: name not in first)
    while waiting:
        ready = [name for name in waiting if needs[name] <= set(order) and (name != last or len(waiting) == 1)]
        # What takes the spikes of the layer before comes next, where there is a choice.
        ready.sort(key=lambda name: not (order and any(way.source == order[-1] for way in ways[name])) if order else name not in first)
        if not ready or not order and ready[0] != first[0]:
            late = ", ".join(f"{way.source} -> {name}" for name in waiting for way in ways[name] if not way.delays.all() and way.source in waiting)
            raise refuse(last, graph.kinds[last], "is read out,", f"and spikes go on from it or to the first layer in the same time step ({late}); "
                                                                  "a chip's last layer comes last, and such ways need a delay of a time step")
        order.append(ready[0])
        waiting.remove(ready[0])
    return order


def _layer(graph, order, number, ways):
    name, before = order[number], order[number - 1] if number else graph.inputs[0]
    shape = graph.shapes[before]
    if len(ways) == 1 and ways[0].source == before:
        # A chain: convolutions and pooling stay what they are.
        way, = ways
        total = WeightedSum(shape)
        for each in way.nodes:
            if graph.kinds[each] != "Delay":
                total.add(each, graph.kinds[each], graph.nodes[each])
        layer = replace(total.layer(name, graph.shapes[name]), folded=way.nodes, delays=_delays(graph, name, way, number))
        bias_of(graph, name)
        return layer
    # Of one source with the same delays it is one sum.
    joined = {}
    for way in ways:
        key = way.source, tuple(way.delays)
        known, nodes, weights = joined.get(key, (way, (), 0.0))
        joined[key] = known, (*nodes, *way.nodes), weights + matrix_of(graph, way, name)
    outputs, inputs = int(np.prod(graph.shapes[name])), int(np.prod(shape))
    # A layer takes the spikes of the layer before in any case: where the graph has no such way, with weights of 0.
    weights, delays, folded, sums = np.zeros((outputs, inputs)), 0, None, []
    for way, nodes, matrix in joined.values():
        if way.source == before and folded is None:
            weights, delays, folded = matrix, _delays(graph, name, way, number), nodes
        elif way.source == graph.inputs[0]:
            _delays(graph, name, way, 0)
        else:
            sums.append(FurtherSum(order.index(way.source), nodes, matrix, way.delays))
    return ChainLayer(name, folded or (), weights, bias_of(graph, name), (inputs,), delays=delays, projections=tuple(sums))


def _delays(graph, name, way, number):
    if number == 0 and way.delays.any():
        late = next(each for each in way.nodes if graph.kinds[each] == "Delay")
        raise refuse(late, graph.kinds[late], "delays", f"the input of {name!r}; a chip's input has the sample's own times")
    return tuple(way.delays.tolist()) if way.delays.any() else 0
