"""The trace domain: a step function as a dataflow graph with the range of every value."""

from dataclasses import dataclass, field
from typing import Any

from .bind import bind
from .constants import checked
from .errors import StepError, article, refuse_at
from .symbolic import Domain, Symbol, symbol

__all__ = ["Graph", "Node", "trace"]


@dataclass(frozen=True)
class Node:
    """One value: the primitive that makes it, the indices of its operands, and its shape."""

    primitive: str
    operands: tuple
    shape: Any
    static: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """The dataflow of a step function.

    Attributes
    ----------
    nodes : tuple of Node
        In an order in which operands come first; sources are ``state``, ``input`` and ``constant`` nodes.
    next_state, outputs : NamedTuple of int
        Indices of nodes, in the fields of the step function's results.
    """

    nodes: tuple
    next_state: tuple
    outputs: tuple

    def shapes(self, indices):
        """The shapes of the nodes that a NamedTuple of indices names, in the same fields."""
        return _like(indices, [self.nodes[k].shape for k in indices])

    def evaluate(self, domain, sources):
        """All nodes' values in a symbolic ``domain``.

        Parameters
        ----------
        domain : Domain
        sources : mapping
            Symbols by ``("state", name)`` and ``("input", name)``.
        """
        values = []
        for node in self.nodes:
            values.append(self.apply(node, domain, sources, [values[k] for k in node.operands]))
        return values

    @staticmethod
    def apply(node, domain, sources, operands):
        """One node's value from those of its operands."""
        if node.primitive in ("state", "input"):
            return sources[node.primitive, node.static["name"]]
        if node.primitive == "constant":
            return domain.constant_symbol(node.shape, node.static["value"])
        return domain.emit(node.primitive, node.shape, *operands, **node.static)


class _Trace(Domain):
    """The domain whose ``raw`` is the index of a node; equal expressions share one node."""

    def __init__(self):
        super().__init__()
        self.nodes, self._known = [], {}

    def _node(self, primitive, shape, operands=(), **static):
        key = (primitive, operands, type(shape), shape, tuple(sorted(static.items())))
        if key not in self._known:
            self._known[key] = len(self.nodes)
            self.nodes.append(Node(primitive, operands, shape, static))
        return self._known[key]

    def constant(self, shape, value):
        return self._node("constant", shape, value=value)

    def source(self, kind, name, shape):
        return symbol(self, shape, self._node(kind, symbol(self, shape, None).shape, name=name))

    def __getattr__(self, primitive):
        if primitive.startswith("_"):
            raise AttributeError(primitive)
        return lambda shape, *operands, **static: self._node(
            primitive, shape, tuple(operand.raw for operand in operands), **static)


def _like(template, values):
    """``values`` in the NamedTuple type of ``template``, or a plain tuple where it is one."""
    return type(template)(*values) if hasattr(template, "_fields") else tuple(values)


def trace(step, params, state, inputs):
    """The :class:`Graph` of ``step`` for the shapes of its state and inputs.

    Raises
    ------
    StepError
        If kinds are mixed, a value may leave int64, an index may leave its table, or a next state its shape.
    """
    domain = _Trace()
    symbols = {kind: _like(shapes, [domain.source(kind, name, shape)
                                    for name, shape in zip(getattr(shapes, "_fields", ()), shapes)])
               for kind, shapes in (("state", state), ("input", inputs))}
    try:
        result = bind(step, domain.operations, constant=checked)(checked(params), symbols["state"], symbols["input"])
    except (AttributeError, NameError) as error:
        refuse_at(error)
    where = f"{step.__code__.co_filename}:{step.__code__.co_firstlineno}: {step.__qualname__}"
    if not (isinstance(result, tuple) and len(result) == 2 and all(isinstance(part, tuple) for part in result)):
        raise StepError(f"{where} must return (next state, outputs), two NamedTuples")
    next_state, outputs = result
    if getattr(next_state, "_fields", ()) != getattr(state, "_fields", ()):
        raise StepError(f"{where} must return the next state as {type(state).__name__}, not {type(next_state).__name__}")
    if not outputs or not hasattr(outputs, "_fields"):
        raise StepError(f"{where} must return its outputs as a NamedTuple of at least one field")
    next_state, outputs = (_like(part, [domain.lift(value) for value in part]) for part in (next_state, outputs))
    for name, shape, value in zip(getattr(state, "_fields", ()), state, next_state):
        _check_fits(where, name, shape, value)
    return Graph(tuple(domain.nodes), _like(next_state, [s.raw for s in next_state]),
                 _like(outputs, [s.raw for s in outputs]))


def _check_fits(where, name, shape, value: Symbol):
    if value.shape.kind != shape.kind:
        raise StepError(f"{where} gives state {name} {article(value.shape.kind)}, which is declared as {shape!r}")
    if shape.kind == "vector" and value.shape != shape:
        raise StepError(f"{where} gives state {name} {value.shape!r}, which is declared as {shape!r}")
    if value.shape.lo < shape.lo or value.shape.hi > shape.hi:
        raise StepError(f"{where} gives state {name} a value from {value.shape.lo} to {value.shape.hi}, outside "
                        f"{shape!r}: saturate or wrap it")
