"""The proof rung of pipelines: every result is the step's of ``latency`` clocks before, for every state and input in range.

Two things are proven. *The lowered graph is the step*: as polynomials over the integers (:mod:`sim.algebra`) its next state and
outputs are those of the step function, and every node lies in its range. *The RTL is the lowered graph*, node by node: in
every clock the wire of a node is what its operation makes of the wires that its operands have in the node's stage, whatever these
hold in their ranges; in the next clock every register holds what the wire before it holds now, and every memory's data the
word at its address. So a value in a stage is that of the inputs as many clocks before, by induction over stages and nodes, from
whatever the registers held at first.
"""

import time

import z3

from gateware.rtlil import to_rtlil
from gateware.step import Range

from .algebra import compare_graph
from .node_proof import _SOURCES, _NodeProof, _verdict
from .proof import Goal, ProofResult, fields
from .proof_domain import Proof, equal, within
from .wires import Wires

__all__ = ["prove_pipeline"]


def prove_pipeline(pipeline, rtlil=None, *, timeout=60.0):
    """Prove that a pipeline gives, ``latency`` clocks later, its component's step of any state and input in range.

    Parameters
    ----------
    pipeline : gateware.step.pipeline.Pipeline
    rtlil : str, optional
        RTLIL to take in place of what the pipeline gives, with the top module ``design``.
    timeout : float
        Seconds for each claim that a goal consists of.

    Returns
    -------
    ProofResult

    Raises
    ------
    ValueError
        If the RTL lacks a wire, or has one in another width.
    """
    start = time.monotonic()
    step = _StepRanges(pipeline.component, timeout)
    rtl = _Stages(pipeline, to_rtlil(pipeline, "design") if rtlil is None else rtlil, timeout)
    goals = step.goals() | {
        "the lowered graph is the step": ((what, (same, "")) for what, same in compare_graph(pipeline.component, pipeline.graph)),
    } | rtl.goals()
    return ProofResult(tuple(Goal(name, *_verdict(claims)) for name, claims in goals.items()), time.monotonic() - start)


class _StepRanges(_NodeProof):
    """That the ranges of the step's own graph hold, on which those of the lowered one rest."""

    def __init__(self, component, timeout):
        self._component, self._graph, self._nodes = component, component.graph, component.graph.nodes
        self._domain, self._timeout = Proof(), timeout

    def goals(self):
        registers = zip(fields(self._component.state), self._graph.next_state)
        return {
            "exact widths": ((self._where(k), self._exact(k)) for k, node in enumerate(self._nodes)
                             if node.primitive not in ("state", "input")),
            "ranges": ((name, self._range(shape, k)) for (name, shape), k in registers),
        }


class _Lowered(Proof):
    """The nodes of lowered graphs as z3 terms, each cut to its range; that it fits is known of them already."""

    def _claims(self, primitive, shape, operands, static):
        return ()

    def join(self, shape, high, low, k):
        places = Range(high.shape.lo << k, high.shape.hi << k)
        return self.add(shape, type(high)(self, places, z3.Concat(high.raw, z3.BitVecVal(0, k))), low)

    def times(self, shape, a, b):
        return self.mul(shape, a, b)

    def gate(self, shape, one, x):
        zero = self.constant_symbol(Range(0, 0), 0)
        chosen = type(x)(self, shape, self.sub(shape, zero, x)) if one.shape.signed else x
        return self.mux(shape, type(x)(self, one.shape, one.raw != 0), chosen, zero)

    def entry(self, shape, word, start, table):
        return z3.Extract(start + max(shape.width, 1) - 1, start, word.raw)


class _Stages(_NodeProof):
    """The RTL of a pipeline against its lowered graph."""

    def __init__(self, pipeline, rtlil, timeout):
        self._pipeline, self._graph, self._nodes = pipeline, pipeline.graph, pipeline.graph.nodes
        self._domain, self._timeout = _Lowered(), timeout
        component = pipeline.component
        # Wires in an order in which each is computed from those before it: by stages, and in each the registers first.
        order = [(0, 0, f"state_{name}", shape) for name, shape in fields(component.state)]
        order += [(0, 0, name, shape) for name, shape in fields(component.inputs)]
        order += [(pipeline.latency, 2, name, shape) for name, shape in self._ports().items()]
        self._made = [k for k, node in enumerate(self._nodes) if node.primitive not in _SOURCES]
        order += [(self._there(k), 1 - self._late(k), f"node{k}", self._nodes[k].shape) for k in self._made]
        self._held = sorted({each for k in self._made for j in self._nodes[k].operands for each in self._registers(j, pipeline.stages[k])}
                            | {each for k in self._results().values() for each in self._registers(k, pipeline.latency)})
        order += [(stage, 0, f"node{k}_{stage}", self._nodes[k].shape) for k, stage in self._held]
        order.sort(key=lambda each: each[:2])
        self._wires = Wires(rtlil, [name for *_, name, shape in order if shape.width])

    def goals(self):
        tables = [k for k in self._made if self._late(k)]
        nodes = [k for k in self._made if not self._late(k)]
        return {
            f"each of {len(nodes)} nodes": ((self._where(k), self._node(k)) for k in nodes),
            f"each of {len(self._held)} registers": ((f"node {k} in stage {stage}", self._register(k, stage)) for k, stage in self._held),
            **({f"each of {len(tables)} tables": ((self._where(k), self._word(k)) for k in tables)} if tables else {}),
            "outputs": ((name, self._port(name, k)) for name, k in self._results().items()),
        }

    def _ports(self):
        component = self._pipeline.component
        return {f"next_{name}": shape for name, shape in fields(component.state)} | dict(fields(component.outputs))

    def _results(self):
        return dict(zip(self._ports(), (*self._graph.next_state, *self._graph.outputs)))

    def _late(self, k):
        return int(self._nodes[k].primitive == "table")

    def _there(self, k):
        """The stage in which a node's value is there first."""
        return self._pipeline.stages[k] + self._late(k)

    def _registers(self, k, stage):
        constant = self._nodes[k].primitive == "constant"
        return [] if constant else [(k, each) for each in range(self._there(k) + 1, stage + 1)]

    def _at(self, k, stage):
        """The value of a node's wire or register in a stage."""
        node = self._nodes[k]
        if node.primitive == "constant" or stage == self._there(k):
            return self._value(k)
        return self._signal(f"node{k}_{stage}", node.shape, self._wires.wire)

    def _node(self, k):
        node, stage = self._nodes[k], self._pipeline.stages[k]
        operands = [self._at(each, stage) for each in node.operands]
        result = self._graph.apply(node, self._domain, {}, operands)
        computed = self._signal(f"node{k}", node.shape, self._wires.computed).raw
        return self._decide([within(each.shape, each) for each in operands], equal(node.shape, computed, result),
                            [(f"node {j}", each.shape, each.raw) for j, each in zip(node.operands, operands)])

    def _register(self, k, stage):
        shape = self._nodes[k].shape
        if shape.width == 0:
            return True, ""
        after = self._signal(f"node{k}_{stage}", shape, self._wires.after)
        return self._decide([self._wires.transition], after.raw == self._at(k, stage - 1).raw, [("the register", shape, after.raw)])

    def _word(self, k):
        """In the next clock, each field of the data is the entry of its table."""
        node, start, claims = self._nodes[k], 0, []
        index = self._at(node.operands[0], self._pipeline.stages[k])
        after = self._wires.after(f"node{k}")
        for table in node.static["tables"]:
            shape = Range(min(table), max(table))
            entry = self._domain.emit("lookup", shape, index, table=table)
            claims.append(z3.Extract(start + shape.width - 1, start, after) == entry.raw)
            start += shape.width
        return self._decide([self._wires.transition, within(index.shape, index)], z3.And(claims), [("the index", index.shape, index.raw)])

    def _port(self, name, k):
        value = self._at(k, self._pipeline.latency)
        port = self._signal(name, self._ports()[name], self._wires.computed)
        return self._decide([within(port.shape, value)], equal(port.shape, port.raw, value), [(f"node {k}", value.shape, value.raw)])
