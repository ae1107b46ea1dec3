"""Graphs within graphs, flattened: nodes with dotted names, and no inner inputs and outputs."""

from .primitives import PRIMITIVES, plain

__all__ = ["flatten"]


def flatten(graph):
    """Nodes and edges of a graph without its subgraphs.

    Parameters
    ----------
    graph : dict
        ``nodes`` (name to dict with ``type`` and the fields) and ``edges``.

    Returns
    -------
    nodes : dict
        Dotted name to the node's dict; the Input and Output nodes of subgraphs are gone.
    edges : list of (str, str)
    """
    nodes, edges, ports = {}, [], {}
    _collect(graph, "", nodes, edges, ports)
    for name in ports:
        # What goes into an inner Input or Output comes out of it unchanged.
        before = [source for source, target in edges if target == name]
        after = [target for source, target in edges if source == name]
        edges = [edge for edge in edges if name not in edge]
        edges += [(source, target) for source in before for target in after if name not in (source, target)]
        del nodes[name]
    return nodes, edges


def _collect(graph, prefix, nodes, edges, ports):
    place = f"subgraph {prefix[:-1]!r}" if prefix else "graph"
    names = _nodes_of(graph, place)
    entries, exits = {}, {}
    for name, node in names.items():
        kind, full = _kind_of(node, prefix + name), prefix + name
        if kind == "NIRGraph":
            _collect(node, full + ".", nodes, edges, ports)
            # Edges name the subgraph: they mean its only input, its only output.
            for ends, inner in ((entries, "Input"), (exits, "Output")):
                own = [each for each, port in node["nodes"].items() if _kind_of(port, f"{full}.{each}") == inner]
                if len(own) == 1:
                    ends[name] = f"{full}.{own[0]}"
                else:
                    ends[name] = None
                ends.update({f"{name}.{each}": f"{full}.{each}" for each in own})
            continue
        if kind not in PRIMITIVES:
            raise ValueError(f"NIR node {full!r} has the unknown type {kind!r}; known are {', '.join(PRIMITIVES)}")
        if full in nodes:
            raise ValueError(f"NIR node {full!r} is there twice: as a node of its own and within a subgraph")
        nodes[full] = node
        entries[name] = exits[name] = full
        if prefix and kind in ("Input", "Output"):
            ports[full] = None
    seen = set()
    for edge in _edges_of(graph, place):
        if edge in seen:
            raise ValueError(f"NIR edge {edge[0]!r} -> {edge[1]!r} is there twice in the {place}")
        seen.add(edge)
        for name, ends, port in ((edge[0], exits, "Output"), (edge[1], entries, "Input")):
            if name not in ends:
                raise ValueError(f"NIR edge {edge[0]!r} -> {edge[1]!r} of the {place} names {name!r}, which is not one of its nodes "
                                 f"({', '.join(names)})")
            if ends[name] is None:
                raise ValueError(f"NIR edge {edge[0]!r} -> {edge[1]!r} of the {place}: the subgraph {name!r} has not exactly one {port} "
                                 f"node; name one of them as {name}.NODE")
        edges.append((exits[edge[0]], entries[edge[1]]))


def _nodes_of(graph, place):
    nodes = graph.get("nodes")
    if not isinstance(nodes, dict):
        raise ValueError(f"NIR field nodes of the {place} must be a group of named nodes, not {nodes!r}")
    return nodes


def _kind_of(node, name):
    kind = plain(node.get("type")) if isinstance(node, dict) else None
    if not isinstance(kind, str):
        raise ValueError(f"NIR node {name!r} must have a field type with the name of a primitive, not {kind!r}")
    return kind


def _edges_of(graph, place):
    """Pairs of names."""
    edges = graph.get("edges")
    edges = edges.tolist() if hasattr(edges, "tolist") else edges
    if not isinstance(edges, (list, tuple)):
        raise ValueError(f"NIR field edges of the {place} must be pairs of names, source and target, not {edges!r}")
    for edge in edges:
        pair = tuple(map(plain, edge)) if isinstance(edge, (list, tuple)) else ()
        if len(pair) != 2 or not all(isinstance(each, str) for each in pair):
            raise ValueError(f"NIR field edges of the {place} must be pairs of names, source and target, not {edge!r}")
        yield pair
