"""A NIR graph, checked: flat, with shapes, and an order of computation."""

from dataclasses import fields

import numpy as np

from .order import schedule
from .primitives import PRIMITIVES, plain, refuse, resolve, shape_of
from .subgraphs import flatten

__all__ = ["Graph", "from_nir"]


class Graph:
    """A NIR graph without subgraphs, whose nodes, shapes and edges have been checked.

    Made by :func:`models.nir.read` or :func:`from_nir`.

    Attributes
    ----------
    nodes : dict
        Name to node, of the ``nir`` package's classes; all values per neuron are arrays of the neurons' shape. Nodes of subgraphs
        have dotted names.
    edges : tuple of (str, str)
    inputs, outputs : tuple of str
        Names of the Input and Output nodes.
    shapes : dict
        Name to the shape of the node's output.
    input_shapes : dict
        Name to the shape of the node's input.
    blocks : tuple of Block
        The nodes in the order of computation.
    metadata : dict
    """

    def __init__(self, nodes, edges, shapes, input_shapes, metadata):
        self.nodes, self.edges, self.shapes, self.input_shapes, self.metadata = nodes, tuple(edges), shapes, input_shapes, metadata
        kinds = self.kinds
        self.inputs = tuple(name for name, kind in kinds.items() if kind == "Input")
        self.outputs = tuple(name for name, kind in kinds.items() if kind == "Output")
        delays = {name for name, kind in kinds.items() if kind == "Delay" and (nodes[name].delay > 0).all()}
        self.blocks = schedule(kinds, self.edges, self.inputs, delays)

    @property
    def kinds(self):
        """Name to type of each node."""
        return {name: type(node).__name__ for name, node in self.nodes.items()}

    @property
    def late(self):
        """Edges that carry the value of the time step before, as cycles need them."""
        return tuple(edge for edge in self.edges if any(edge in block.late for block in self.blocks))

    def before(self, name):
        """The nodes with an edge to this one."""
        return tuple(source for source, target in self.edges if target == name)

    def after(self, name):
        """The nodes with an edge from this one."""
        return tuple(target for source, target in self.edges if source == name)

    def to_nir(self):
        """The graph as one of the ``nir`` package."""
        import nir
        return nir.NIRGraph(dict(self.nodes), [tuple(edge) for edge in self.edges], metadata=dict(self.metadata), type_check=False)

    def __repr__(self):
        return f"<Graph of {len(self.nodes)} nodes, {len(self.edges)} edges, {self.inputs} to {self.outputs}>"


def from_nir(graph):
    """Check a graph of the ``nir`` package and make it flat.

    Accepted beyond the package's own rules: values of one number for all neurons, PyTorch tensors, numbers or pairs for the fields of
    convolutions and pooling, cycles through neurons, subgraphs.

    Parameters
    ----------
    graph : nir.NIRGraph

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        If a node, a value or an edge is wrong; the message names node and field.
    """
    return from_description(_description(graph))


def _description(node):
    """A node as a dict of its fields, as a file has them."""
    kind = type(node).__name__
    if kind not in (*PRIMITIVES, "NIRGraph"):
        # An exporter that does not know a module leaves something else, such as None; it is refused with its name.
        return {"type": kind}
    if kind == "NIRGraph":
        return {"type": kind, "nodes": {name: _description(each) for name, each in node.nodes.items()}, "edges": node.edges,
                "metadata": node.metadata}
    if kind in ("Input", "Output"):
        types = node.input_type if kind == "Input" else node.output_type
        return {"type": kind, "shape": next(iter(types.values())), "metadata": node.metadata}
    description = {field.name: getattr(node, field.name) for field in fields(node) if field.name not in ("input_type", "output_type")}
    if kind == "Flatten":
        description["input_type"] = next(iter(node.input_type.values()))
    return {"type": kind, **description}


def from_description(description):
    """The checked graph of a description in dicts, as :func:`nir.serialization.hdf2dict` gives it."""
    nodes, edges = flatten(description)
    kinds = {name: plain(node["type"]) for name, node in nodes.items()}
    _check_edges(kinds, edges)
    built, shapes, input_shapes = _resolve(nodes, kinds, edges)
    return Graph(built, edges, shapes, input_shapes, description.get("metadata") or {})


def _check_edges(kinds, edges):
    seen = set()
    for edge in edges:
        if edge in seen:
            raise ValueError(f"NIR edge {edge[0]!r} -> {edge[1]!r} is there twice: two ways through subgraphs join the same nodes")
        seen.add(edge)
    sources, targets = {source for source, _ in edges}, {target for _, target in edges}
    for name, kind in kinds.items():
        if kind == "Input" and name in targets:
            raise refuse(name, kind, "is", "the target of an edge; an Input may only be a source")
        if kind == "Output" and name in sources:
            raise refuse(name, kind, "is", "the source of an edge; an Output may only be a target")
        if kind != "Input" and name not in targets:
            raise refuse(name, kind, "is", "not connected: no edge leads to it")
        if kind != "Output" and name not in sources:
            raise refuse(name, kind, "is", "not connected: no edge leads from it")
    for kind in ("Input", "Output"):
        if kind not in kinds.values():
            raise ValueError(f"NIR graph must have at least one {kind} node, not none among {', '.join(kinds)}")


def _resolve(nodes, kinds, edges):
    """Nodes of the ``nir`` package and shapes, from the inputs on."""
    import nir
    before = {name: [] for name in nodes}
    for source, target in edges:
        before[target].append(source)
    built, shapes, input_shapes = {}, {}, {}
    progress = True
    while progress:
        progress = False
        for name, kind in kinds.items():
            if name in shapes:
                continue
            if kind == "Input":
                shape = shape_of(nodes[name].get("shape"))
                if not shape or any(size < 1 for size in shape):
                    raise refuse(name, kind, "field shape", f"must be the shape of one time step of one sample, such as (10,), not {shape}")
            else:
                known = [shapes[source] for source in before[name] if source in shapes]
                if not known:
                    continue
                shape = known[0]
            clean, output = resolve(name, kind, nodes[name], shape)
            built[name] = _node(nir, kind, clean, nodes[name].get("metadata") or {})
            shapes[name], input_shapes[name] = output, shape
            progress = True
    for name, kind in kinds.items():
        if name not in shapes:
            raise refuse(name, kind, "is", "not reached from any Input")
    for source, target in edges:
        if shapes[source] != input_shapes[target]:
            raise ValueError(f"NIR edge {source!r} -> {target!r} joins the output shape {shapes[source]} of a {kinds[source]} to the input shape "
                             f"{input_shapes[target]} of a {kinds[target]}")
    return {name: built[name] for name in nodes}, {name: shapes[name] for name in nodes}, input_shapes


def _node(nir, kind, values, metadata):
    if kind == "Input":
        return nir.Input(input_type=np.array(values["shape"], dtype=int), metadata=metadata)
    if kind == "Output":
        return nir.Output(output_type=np.array(values["shape"], dtype=int), metadata=metadata)
    if kind == "Flatten":
        values = {**values, "input_type": np.array(values["input_type"], dtype=int)}
    if kind == "Conv1d":
        # NIR's one-dimensional convolution has plain integers.
        values = {**values, **{field: values[field] if isinstance(values[field], (str, int)) else values[field][0]
                               for field in ("input_shape", "stride", "padding", "dilation")}}
    return getattr(nir, kind)(**values, metadata=metadata)
