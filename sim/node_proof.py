"""The proof rung, node by node: for steps that are too large to be proven as a whole.

The hardware of a traced graph has a wire of a known name for every node (:func:`gateware.step.hardware.graph_logic`). Of each of
them two things are proven, of operands that may be anything within their ranges: the wire is what its operation makes of the
operands' wires, and the exact result of the operation lies in the node's range, so that no intermediate value overflows the bits
that it has. By induction over the nodes the wires hold the graph's values, for every state and input in range; the graph is the
step's, evaluated once more; registers and outputs take the right nodes. The solver never sees more than one operation, or the few
that decide the range of a multiplexer, so that the time is proportional to the nodes.
"""

import time

import z3

from gateware.rtlil import to_rtlil
from gateware.step import Range, StepError
from gateware.step.bind import bind
from gateware.step.symbolic import symbol
from gateware.step.trace import _like, trace

from .proof import Goal, ProofResult, fields
from .proof_domain import Proof, equal, within
from .wires import Wires

__all__ = ["prove_nodes"]

_SOURCES = ("state", "input", "constant")
_RELATED = 8    # nodes that together decide the range of a multiplexer, at most
_HOLDS = True, ""


def prove_nodes(component, rtlil=None, *, timeout=60.0):
    """Prove that the RTL of a step component, made of its graph, equals its step function, for every state and input in range.

    Parameters
    ----------
    component : StepComponent
        Whose hardware is :func:`~gateware.step.hardware.graph_logic`.
    rtlil : str, optional
        RTLIL to take in place of what the component gives, with the top module ``design``.
    timeout : float
        Seconds for each claim that a goal consists of.

    Returns
    -------
    ProofResult
        One goal says how many nodes there are.

    Raises
    ------
    ValueError
        If the RTL lacks a wire, or has one in another width.
    """
    proof = _NodeProof(component, to_rtlil(component, "design") if rtlil is None else rtlil, timeout)
    start = time.monotonic()
    goals = [Goal(name, *_verdict(claims)) for name, claims in proof.goals().items()]
    return ProofResult(tuple(goals), time.monotonic() - start)


def _verdict(claims):
    """Whether all claims hold, and why the first that does not."""
    for where, (holds, why) in claims:
        if not holds:
            return holds, f"{where}: {why() if callable(why) else why}"
    return _HOLDS


class _NodeProof:

    def __init__(self, component, rtlil, timeout):
        self._component, self._graph, self._nodes = component, component.graph, component.graph.nodes
        self._domain, self._timeout = _Operations(), timeout
        self._operations = [k for k, node in enumerate(self._nodes) if node.primitive not in _SOURCES]
        shapes = [(f"state_{name}", shape) for name, shape in fields(component.state)]
        shapes += fields(component.inputs)
        shapes += [(f"node{k}", self._nodes[k].shape) for k in self._operations]
        shapes += fields(component.outputs)
        self._wires = Wires(rtlil, [*(["rst"] if component.state else []), *(name for name, shape in shapes if shape.width)])

    def goals(self):
        """Every goal's claims by its name: where each is and what became of it, one after the other."""
        component, nodes = self._component, [(self._where(k), k) for k in self._operations]
        outputs = [(name, k) for name, k in zip(component.outputs._fields, self._graph.outputs)]
        goals = {
            "the graph is the step's": self._same_graph(),
            f"each of {len(nodes)} nodes": ((where, self._node(k)) for where, k in nodes),
            "exact widths (no intermediate overflow)": ((where, self._exact(k)) for where, k in [*self._constants(), *nodes]),
            "outputs": ((name, self._output(name, k)) for name, k in outputs),
        }
        if component.state:
            registers = [(name, shape, init, k)
                         for (name, shape), init, k in zip(fields(component.state), component.init, self._graph.next_state)]
            goals |= {
                "initial state": ((name, self._initial(name, shape, init)) for name, shape, init, _ in registers),
                "reset": ((name, self._reset(name, shape, init)) for name, shape, init, _ in registers),
                "next state": ((name, self._next(name, shape, k)) for name, shape, _, k in registers),
                "ranges": ((name, self._range(shape, k)) for name, shape, _, k in registers),
            }
        return goals

    def _constants(self):
        return [(f"node {k}, constant", k) for k, node in enumerate(self._nodes) if node.primitive == "constant"]

    def _where(self, k):
        operands = " and ".join(f"node {each}" for each in self._nodes[k].operands)
        return f"node {k}, {self._nodes[k].primitive} of {operands}"

    # Signals of the RTL, and unknowns, as values.

    def _signal(self, name, shape, read):
        """What ``read`` gives of a wire, as a value of its shape."""
        if shape.width == 0:
            return symbol(self._domain, shape, z3.BitVecVal(0, 1))
        bits = read(name)
        width = 1 if z3.is_bool(bits) else bits.size()
        if width != shape.width:
            raise ValueError(f"the wire {name} of the RTL must have {shape.width} bits, not {width}")
        if shape.kind == "bit":
            return symbol(self._domain, shape, bits)
        return symbol(self._domain, shape, z3.If(bits, z3.BitVecVal(1, 1), z3.BitVecVal(0, 1)) if z3.is_bool(bits) else bits)

    def _value(self, k):
        """The value of a node's wire."""
        node = self._nodes[k]
        if node.primitive == "constant":
            return self._domain.constant_symbol(node.shape, node.static["value"])
        name = {"state": "state_{name}", "input": "{name}"}.get(node.primitive, f"node{k}").format(**node.static)
        return self._signal(name, node.shape, self._wires.wire)

    @staticmethod
    def _unknown(shape, name):
        return z3.Bool(name) if shape.kind == "bit" else z3.BitVec(name, max(shape.width, 1))

    def _decide(self, assumed, claim, shown):
        """Whether a claim holds, and if not a function that gives values which break it, of ``shown`` (name, shape, term)."""
        if z3.is_true(z3.simplify(claim)):
            return _HOLDS
        solver = z3.SimpleSolver()  # for claims this small its start is what takes the time
        solver.set("timeout", int(self._timeout * 1000))
        solver.add(*assumed, z3.Not(claim))
        answer = solver.check()
        if answer == z3.unsat:
            return _HOLDS
        if answer == z3.unknown:
            return None, "not decided"
        return False, lambda: _example(solver.model(), shown)

    # What is shown by comparing.

    def _same_graph(self):
        component = self._component
        try:
            same = trace(component.step, component.params, component.state, component.inputs) == self._graph
            yield "its trace", (same, "is another graph")
        except StepError as error:
            yield "its trace", (False, str(error))
        domain = _Terms()
        parts = [("state", component.state), ("input", component.inputs)]
        symbols = [_like(shapes, [symbol(domain, shape, self._unknown(shape, f"{part} {name}"))
                                  for name, shape in fields(shapes)]) for part, shapes in parts]
        step = bind(component.step, domain.operations)(component.params, *symbols)
        values = self._graph.evaluate(domain, {(part, name): each for (part, _), given in zip(parts, symbols)
                                               for name, each in fields(given)})
        for results, indices in zip(step, (self._graph.next_state, self._graph.outputs)):
            for (name, result), k in zip(fields(results), indices):
                result = domain.lift(result)
                yield name, (result.shape == values[k].shape and result.raw.eq(values[k].raw), f"is not node {k}")

    def _range(self, shape, k):
        made = self._nodes[k].shape
        return shape.kind != "int" or shape.lo <= made.lo <= made.hi <= shape.hi, f"node {k} lies between {made.lo} and {made.hi}"

    # What the solver is asked.

    def _node(self, k):
        """Its wire is what its operation makes of the operands' wires."""
        node = self._nodes[k]
        if node.shape.width == 0:
            return _HOLDS   # there is no wire, and that the value is 0 is the claim of exact widths
        operands = [self._value(each) for each in node.operands]
        result = self._graph.apply(node, self._domain, {}, operands)
        computed = self._signal(f"node{k}", node.shape, self._wires.computed).raw
        shown = [(f"node {each}", value.shape, value.raw) for each, value in zip(node.operands, operands)]
        return self._decide([within(each.shape, each) for each in operands], equal(node.shape, computed, result),
                            [*shown, (f"node {k}", node.shape, computed)])

    def _exact(self, k):
        """Its exact value lies in its range, whatever the operands are in theirs."""
        node, opened = self._nodes[k], set()
        lo, hi = node.shape.lo, node.shape.hi
        if node.shape.kind != "int":
            return _HOLDS
        if node.primitive == "constant":
            return lo <= node.static["value"] <= hi, f"is {node.static['value']}, not between {lo} and {hi}"
        if node.primitive == "lookup":
            index, table = self._nodes[node.operands[0]].shape, node.static["table"]
            wrong = [each for each in table[index.lo:index.hi + 1] if not lo <= each <= hi]
            return not wrong and 0 <= index.lo <= index.hi < len(table), f"{wrong[:1]} is not between {lo} and {hi}"
        while True:
            known, cuts = len(self._domain.exact), {}
            self._made(k, opened, cuts)
            ranges = [within(each.shape, each) for each in cuts.values()]
            shown = [(f"node {j}", each.shape, each.raw) for j, each in cuts.items()]
            related, answer = False, _HOLDS
            for assumed, claim in self._domain.exact[known:][-1:]:
                related = assumed is None
                answer = self._decide(ranges if related else assumed, claim, shown)
            # Condition and sides of a multiplexer may be related: what they are made of is told, the last of them first.
            inner = [each for each in cuts if self._nodes[each].primitive not in _SOURCES]
            if answer[0] or not related or not inner or len(opened) == _RELATED:
                return answer
            opened.add(max(inner))

    def _made(self, k, opened, cuts):
        """A node's value from operands that are unknowns (which go to ``cuts``), or made in this way if they are ``opened``."""
        operands = []
        for each in self._nodes[k].operands:
            shape = self._nodes[each].shape
            if each in opened:
                operands.append(self._made(each, opened, cuts))
            elif self._nodes[each].primitive == "constant":
                operands.append(self._value(each))
            else:
                operands.append(cuts.setdefault(each, symbol(self._domain, shape, self._unknown(shape, f"node {each}"))))
        return self._graph.apply(self._nodes[k], self._domain, {}, operands)

    def _output(self, name, k):
        value, port = self._value(k), self._signal(name, self._nodes[k].shape, self._wires.computed)
        shown = [(name, port.shape, port.raw), (f"node {k}", value.shape, value.raw)]
        return self._decide([], equal(port.shape, port.raw, value), shown)

    def _register(self, assumed, name, shape, expected, read):
        register = self._signal(f"state_{name}", shape, read)
        return self._decide(assumed, equal(shape, register.raw, expected), [(name, shape, register.raw)])

    def _initial(self, name, shape, init):
        return self._register([self._wires.initial], name, shape, self._constant(shape, init), self._wires.wire)

    def _reset(self, name, shape, init):
        assumed = [self._wires.transition, self._wires.wire("rst")]
        return self._register(assumed, name, shape, self._constant(shape, init), self._wires.after)

    def _next(self, name, shape, k):
        assumed = [self._wires.transition, z3.Not(self._wires.wire("rst"))]
        return self._register(assumed, name, shape, self._value(k), self._wires.after)

    def _constant(self, shape, value):
        return self._domain.constant_symbol(Range(value, value) if shape.kind == "int" else shape, value)


class _Operations(Proof):
    """The meaning of operations; tables come as text: to make thousands of terms one by one takes longer than to prove them."""

    def _claims(self, primitive, shape, operands, static):
        return () if primitive == "lookup" else super()._claims(primitive, shape, operands, static)

    def lookup(self, shape, i, table):
        # As in the domain it is derived from: a balanced tree over the bits of the index.
        width = max((entry if entry >= 0 else ~entry).bit_length() for entry in table) + 1
        entries = [f"#b{entry & (1 << width) - 1:0{width}b}" for entry in table[:i.shape.hi + 1]]
        level = 0
        while len(entries) > 1:
            chosen = f"(= ((_ extract {level} {level}) index) #b1)"
            entries = [f"(ite {chosen} {entries[k + 1]} {entries[k]})" if k + 1 < len(entries) else entries[k]
                       for k in range(0, len(entries), 2)]
            level += 1
        size = i.raw.size()
        tree, = z3.parse_smt2_string(f"(declare-fun index () (_ BitVec {size})) (declare-fun entry () (_ BitVec {width})) "
                                     f"(assert (= entry {entries[0]}))")
        return self._cut(shape, z3.substitute(tree.arg(1), (z3.BitVec("index", size), i.raw)))


class _Terms(Proof):
    """The operations as terms that are compared, not solved: each table is a function that nothing is known of."""

    def __init__(self):
        super().__init__()
        self._tables = {}

    def _claims(self, primitive, shape, operands, static):
        return ()

    def lookup(self, shape, i, table):
        number = self._tables.setdefault(table, len(self._tables))
        return z3.Function(f"table {number}", i.raw.sort(), z3.BitVecSort(max(shape.width, 1)))(i.raw)


def _example(model, shown):
    def number(shape, value):
        if shape.kind == "bit":
            return int(z3.is_true(value))
        return value.as_signed_long() if shape.signed else value.as_long()

    return ", ".join(f"{name} = {number(shape, model.eval(term, model_completion=True))}" for name, shape, term in shown)
