"""The order in which nodes of a graph compute a time step, cycles included."""

from collections import deque

import numpy as np

from .primitives import NEURONS

__all__ = ["Block", "schedule"]


class Block:
    """Nodes that are computed together: one node, or the nodes of a cycle in their order within a time step.

    Attributes
    ----------
    nodes : tuple of str
    late : frozenset of (str, str)
        Edges within the block that carry the value of the time step before.
    cyclic : bool
    """

    def __init__(self, nodes, late, cyclic):
        self.nodes, self.late, self.cyclic = tuple(nodes), frozenset(late), cyclic


def schedule(kinds, edges, inputs, delays):
    """Blocks of nodes in the order of computation.

    A cycle needs a delay: a Delay node of at least one step, or a neuron, whose spikes (or membrane) of a time step go around in the
    next one. Of the neurons of a cycle it is the one farthest from the inputs (by the number of edges, of equals the last in the file)
    whose edges into the cycle are late, and so on until no cycle is left.

    Parameters
    ----------
    kinds : dict
        Name to type of the node.
    edges : sequence of (str, str)
    inputs : sequence of str
    delays : set of str
        The Delay nodes of at least one step.

    Raises
    ------
    ValueError
        If a cycle has no delay.
    """
    names = list(kinds)
    place = {name: number for number, name in enumerate(names)}
    distance = _distances(edges, inputs)
    components = _components(names, edges)
    blocks = {}
    for component in components:
        inner = [(source, target) for source, target in edges if source in component and target in component]
        blocks[component] = _order(component, inner, kinds, place, distance, delays)
    # Topological order of the blocks themselves, in the file's order where the edges leave a choice.
    of = {name: component for component in components for name in component}
    needs = {component: set() for component in components}
    for source, target in edges:
        if of[source] is not of[target]:
            needs[of[target]].add(of[source])
    done, ordered = set(), []
    waiting = sorted(components, key=lambda component: min(place[name] for name in component))
    while waiting:
        ready = next(component for component in waiting if needs[component] <= done)
        waiting.remove(ready)
        done.add(ready)
        ordered.append(blocks[ready])
    return tuple(ordered)


def _distances(edges, inputs):
    after = {}
    for source, target in edges:
        after.setdefault(source, []).append(target)
    distance = dict.fromkeys(inputs, 0)
    queue = deque(inputs)
    while queue:
        name = queue.popleft()
        for target in after.get(name, ()):
            if target not in distance:
                distance[target] = distance[name] + 1
                queue.append(target)
    return distance


def _components(names, edges):
    """The strongly connected components, as frozensets."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components
    place = {name: number for number, name in enumerate(names)}
    rows, columns = [place[source] for source, _ in edges], [place[target] for _, target in edges]
    matrix = csr_array((np.ones(len(edges)), (rows, columns)), shape=(len(names), len(names)))
    labels = connected_components(matrix, connection="strong")[1]
    return [frozenset(name for name, own in zip(names, labels) if own == label) for label in dict.fromkeys(labels.tolist())]


def _order(component, inner, kinds, place, distance, delays):
    if not inner:
        return Block(component, (), False)
    late = set()
    # A Delay's output is known before its input: its edges order nothing.
    remaining = [edge for edge in inner if edge[0] not in delays]
    members = sorted(component, key=place.get)
    while True:
        cycles = [each for each in _components(members, remaining)
                  if len(each) > 1 or any(source == target for source, target in remaining if source in each)]
        if not cycles:
            break
        for cycle in cycles:
            neurons = [name for name in cycle if kinds[name] in NEURONS]
            if not neurons:
                raise ValueError(f"NIR graph has a cycle without a delay: {_path(cycle, remaining, place)}; accepted are cycles through a neuron "
                                 f"({', '.join(NEURONS)}), which take one time step, or through a Delay of at least one time step")
            last = max(neurons, key=lambda name: (distance.get(name, 0), place[name]))
            cut = {(source, target) for source, target in remaining if source == last and target in cycle}
            late |= cut
            remaining = [edge for edge in remaining if edge not in cut]
    before = {name: {source for source, target in remaining if target == name} for name in members}
    ordered = []
    while before:
        name = next(name for name, sources in before.items() if sources <= set(ordered))
        del before[name]
        ordered.append(name)
    return Block(ordered, late, True)


def _path(cycle, edges, place):
    """A cycle as a path of names."""
    path = [min(cycle, key=place.get)]
    while len(path) == len(set(path)):
        path.append(min((target for source, target in edges if source == path[-1] and target in cycle), key=place.get))
    return " -> ".join(path[path.index(path[-1]):])
