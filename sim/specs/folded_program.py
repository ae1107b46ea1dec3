"""The proof of a folded step: its program, run by its RTL from any state, gives the step's outputs and next state.

The RTL is taken clock by clock through one step, with z3 terms in its registers and the memory of values as registers too. The
program counter is known in every clock, so control folds away; whatever else the registers held before is arbitrary. Where a
node of the step's graph has been computed, the row that holds it is shown to equal the node's value, computed of the nodes
before it, and goes on as a variable of the node's range: so every question is about one operation or a few.

A product that takes several multiplier blocks is shown to be one: each of its registers does what the plan of it says, and the
plan is the product by the law of distribution. From there on it is taken as one product.
"""

import time

from gateware.rtlil import to_rtlil
from gateware.step.symbolic import symbol
from sim.proof import Goal, ProofResult

from .transition import Transition

__all__ = ["prove_folded"]

def prove_folded(folded, *, timeout=60.0):
    """Prove that a folded step computes its component's step, for every state, input and history.

    Parameters
    ----------
    folded : gateware.step.folded.FoldedStep
    timeout : float
        Seconds for each question to the solver.

    Returns
    -------
    ProofResult
        Goals: the rows at the start; the product; every value of the program; the next state; the outputs.
    """
    start = time.monotonic()
    machine = Transition(to_rtlil(folded, "design"), timeout)
    goals = [_start(machine, folded)] + ([_product(machine, folded.program)] if folded.program.has_product else [])
    goals += [goal for number in range(folded.count) for goal in _Run(machine, folded, number).goals()]
    merged = {}
    for goal in goals:
        kept = merged.setdefault(goal.name, goal)
        if kept.holds and not goal.holds:
            merged[goal.name] = goal
    return ProofResult(tuple(merged.values()), time.monotonic() - start)


def _extend(z3, value, width, signed=True):
    more = width - value.size()
    if more <= 0:
        return z3.Extract(width - 1, 0, value)
    return z3.SignExt(more, value) if signed else z3.ZeroExt(more, value)


def _start(machine, folded):
    """That the rows hold the constants and every neuron's initial state to begin with."""
    program, name = folded.program, "the rows begin as constants and initial states"
    wanted = {folded.row_of(value): value[1] for value in program.rows if isinstance(value, tuple) and value[0] == "constant"}
    wanted |= {folded.row_of(("state", field), neuron): int(getattr(folded.component.init, field))
               for neuron in range(folded.count) for field in program.state_fields}
    for row, value in wanted.items():
        held = machine.initially(f"rows[{row}]")
        if held != value & (1 << program.row_width) - 1:
            return Goal(name, False, f"row {row} holds {held}, not {value}")
    return Goal(name, True)


def _product(machine, program):
    """That the registers of the product follow its plan, and that the plan is a product."""
    z3, plan, name = machine.z3, program.product, "the multiplier blocks give a product"
    # The factors of the last clocks are free; what the registers hold is wiped out by them, or the claim fails.
    state = machine.state({})
    pairs = []
    for _ in range(plan.clocks + 1):
        pairs.append((machine.wire("factor_a", state), machine.wire("factor_b", state)))
        last, state = state, machine.state(machine.step(state))
    found = z3.simplify(machine.wire("product", last))
    (a, b), width = pairs[0], found.size()
    pieces = []
    for factor, parts in ((a, plan.a_parts), (b, plan.b_parts)):
        start = 0
        pieces.append([])
        for number, size in enumerate(parts):
            pieces[-1].append((start, z3.Extract(start + size - 1, start, factor), number == len(parts) - 1))
            start += size
    # By distribution the product is the sum of the pieces' products; each of those is compared as a whole.
    total = z3.BitVecVal(0, width)
    names = {}
    for i, x, x_signed in pieces[0]:
        for j, y, y_signed in pieces[1]:
            size = x.size() + y.size()
            piece = z3.simplify(_extend(z3, x, size, x_signed) * _extend(z3, y, size, y_signed))
            variable = names.setdefault(piece.get_id(), (piece, machine.variable(size, "piece")))[1]
            total = total + (_extend(z3, variable, width, x_signed or y_signed) << i + j)
    found = z3.substitute(found, *names.values())
    if _has_product(z3, found):
        return Goal(name, None, "its registers hold other products than the plan's")
    failed = machine.fails([], found == total)
    return Goal(name, True) if failed is None else Goal(name, *failed)


def _has_product(z3, term):
    seen, waiting = set(), [term]
    while waiting:
        each = waiting.pop()
        if each.get_id() in seen:
            continue
        seen.add(each.get_id())
        if each.decl().kind() == z3.Z3_OP_BMUL:
            return True
        waiting += each.children()
    return False


class _Run:
    """One step of one neuron: the RTL from the clock in which it begins, and the values that its program is to compute."""

    def __init__(self, machine, folded, number):
        self.z3, self.machine, self.folded, self.number = machine.z3, machine, folded, number
        self.program, self.component, self.graph = folded.program, folded.component, folded.component.graph
        self.width = machine.wire("product", machine.state({})).size() if self.program.has_product else 1
        self.domain = _domain(self)
        self.symbols, self.assumed, self.failed, self.proven = {}, [], {}, set()
        self.sources = {("state", name): self.symbol(shape, f"state_{name}_")
                        for name, shape in getattr(self.component.state, "_asdict", dict)().items()}
        self.sources |= {("input", name): self.symbol(shape, f"input_{name}_")
                         for name, shape in getattr(self.component.inputs, "_asdict", dict)().items()}
        self.first = machine.variable(1, "first")

    def goals(self):
        self.run()
        return [Goal(name, name not in self.failed or self.failed[name][0], self.failed.get(name, (True, ""))[1])
                for name in ("control", "ranges", "values", "next state", "outputs")]

    # Values

    def symbol(self, shape, name="value"):
        """A variable of a shape, assumed within its range."""
        from sim.proof_domain import within
        variable = self.machine.variable(max(shape.width, 1), name)
        result = symbol(self.domain, shape, variable == 1 if shape.kind == "bit" else variable)
        self.assumed.append(within(shape, result))
        return result

    def bits(self, value, width):
        """A value as a row holds it."""
        z3 = self.z3
        if value.shape.kind == "bit":
            return z3.If(value.raw, z3.BitVecVal(1, width), z3.BitVecVal(0, width))
        return _extend(z3, value.raw, width, value.shape.signed)

    def expected(self, k):
        """The value of a node of the graph, of those that have been computed."""
        if k in self.symbols:
            return self.symbols[k]
        node = self.graph.nodes[k]
        operands = [self.expected(each) for each in node.operands]
        known = len(self.domain.exact)
        result = self.graph.apply(node, self.domain, self.sources, operands)
        if k not in self.proven:
            self.proven.add(k)
            for condition, claim in self.domain.exact[known:]:
                self.claim("ranges", claim, f"node {k}", self.assumed if condition is None else condition)
        if node.primitive == "state":
            init = self.domain.constant_symbol(node.shape, int(getattr(self.component.init, node.static["name"])))
            result = symbol(self.domain, node.shape, self.z3.If(self.first == 1, self.as_raw(init, node.shape), result.raw))
        return result

    def as_raw(self, value, shape):
        """The term of a constant in the width of a shape."""
        return value.raw if shape.kind == "bit" else _extend(self.z3, value.raw, max(shape.width, 1), value.shape.signed)

    def claim(self, goal, claimed, where, assumed=None):
        found = self.machine.fails(self.assumed if assumed is None else assumed, claimed)
        if found is not None and goal not in self.failed:
            self.failed[goal] = found[0], f"{where}: {found[1]}"

    def product(self, a, b):
        """A product of two factors, as the machine's registers have it; what a constant has of twos is a shift."""
        z3 = self.z3
        a, b = (z3.simplify(_extend(z3, each, self.width)) for each in (a, b))
        return _multiply(z3, a, b)

    # The machine

    def start(self):
        """The registers after the clock in which a step begins: the program and its word are known, all else may be anything."""
        z3, machine = self.z3, self.machine
        one, zero = z3.BitVecVal(1, 1), z3.BitVecVal(0, 1)
        place = machine.place("place")
        idle = {place: z3.BitVecVal(0, place[1] - place[0] + 1), machine.place("running"): zero, machine.place("o__valid"): zero,
                machine.place("i__valid"): one, machine.place("rst"): zero}
        begun = machine.step(machine.state(idle))
        registers = {each: machine.variable(each[1] - each[0] + 1) for each in machine.registers}
        for name in ("place", "running", "word", "o__valid"):
            registers[machine.place(name)] = begun[machine.place(name)]
        if self.folded.count > 1:
            lo, hi = machine.place("number")
            registers[lo, hi] = z3.BitVecVal(self.number, hi - lo + 1)
        for value, row in self.program.rows.items():
            if isinstance(value, tuple):
                held = z3.BitVecVal(value[1], self.program.row_width) if value[0] == "constant" else \
                    self.bits(self.sources[value], self.program.row_width)
                registers[machine.place(f"rows[{self.folded.row_of(value, self.number)}]")] = held
        return registers

    def inputs(self, clock):
        """The ports in a clock: the input waits until it is taken."""
        z3, machine = self.z3, self.machine
        parts = {machine.place("rst"): z3.BitVecVal(0, 1)}
        if clock <= self.program.take:
            parts[machine.place("i__valid")] = z3.BitVecVal(1, 1)
            fields = {name: self.sources["input", name] for name in getattr(self.component.inputs, "_fields", ())}
            parts |= {machine.place(f"i__payload.{name}"): self.bits(value, value.shape.width)
                      for name, value in fields.items() if value.shape.width}
            if self.component.state:
                parts[machine.place("i__payload.first")] = self.first
        return parts

    def run(self):
        machine, program = self.machine, self.program
        begun, factors = self.start(), []
        registers, adds = dict(begun), {}
        for each in program.operations:
            adds.setdefault(program.schedule.clocks[each], []).append(each)
        for clock in range(program.length):
            state = machine.state(registers | self.inputs(clock))
            self.claim("control", machine.wire("i__ready", state) == int(clock == program.take), f"i.ready in clock {clock}")
            if program.has_product:
                factors.append((machine.wire("factor_a", state), machine.wire("factor_b", state)))
            registers = machine.step(state)
            before = clock + 1 - program.product.clocks
            if program.has_product and before >= 0:
                registers[machine.place("product")] = self.product(*factors[before])
            for each in adds.get(clock, ()):
                self.computed(each, registers)
            if clock == program.done:
                self.claim("control", registers[machine.place("o__valid")] == 1, "o.valid")
        self.results(begun, registers)

    def computed(self, operation, registers):
        """An operation has added: what it wrote is the value of its node, and goes on as a variable."""
        if operation.node is None:
            return
        value, goal = self.expected(operation.node), f"node {operation.node}"
        places = [self.machine.place(f"o__payload.{name}") for name in operation.outputs if value.shape.width]
        for place in places:
            self.claim("values", self.held(registers, place) == self.bits(value, value.shape.width), goal)
        if operation in self.program.rows:
            row = self.machine.place(f"rows[{self.folded.row_of(operation, self.number)}]")
            self.claim("values", registers[row] == self.bits(value, self.program.row_width), goal)
            places.append(row)
        if operation.node not in self.symbols:
            known = self.symbols[operation.node] = self.symbol(self.graph.nodes[operation.node].shape, f"node{operation.node}_")
            if self.graph.nodes[operation.node].primitive == "mul" or not _has_product(self.z3, value.raw):
                # What is made of it may have been computed of what it is made of: a comparison anew as the flag, a constant
                # added after a shift, a product rounded at once.
                self.assumed.append(known.raw == value.raw)
        for place in places:
            self.hold(registers, place, self.bits(self.symbols[operation.node], place[1] - place[0] + 1))

    def within(self, registers, place):
        """The register that bits of the state belong to."""
        return next((lo, hi) for lo, hi in registers if lo <= place[0] and place[1] <= hi)

    def held(self, registers, place):
        lo, hi = self.within(registers, place)
        return self.z3.simplify(self.z3.Extract(place[1] - lo, place[0] - lo, registers[lo, hi]))

    def hold(self, registers, place, value):
        """Put a value into some bits of a register."""
        lo, hi = self.within(registers, place)
        parts, old = [value], registers[lo, hi]
        if place[1] < hi:
            parts.insert(0, self.z3.Extract(hi - lo, place[1] - lo + 1, old))
        if lo < place[0]:
            parts.append(self.z3.Extract(place[0] - lo - 1, 0, old))
        registers[lo, hi] = self.z3.Concat(parts) if len(parts) > 1 else value

    def results(self, begun, registers):
        """The rows of the state and the output registers hold the step's results; constants and other neurons are what they were."""
        z3, machine, width = self.z3, self.machine, self.program.row_width
        for name, k in getattr(self.graph.next_state, "_asdict", dict)().items():
            row = machine.place(f"rows[{self.folded.row_of(('state', name), self.number)}]")
            self.claim("next state", registers[row] == self.bits(self.expected(k), width), name)
        for name, k in self.graph.outputs._asdict().items():
            value = self.expected(k)
            if value.shape.width:
                held = self.held(registers, machine.place(f"o__payload.{name}"))
                self.claim("outputs", held == self.bits(value, value.shape.width), name)
        for value in self.program.rows:
            if isinstance(value, tuple) and value[0] == "constant":
                row = machine.place(f"rows[{self.program.rows[value]}]")
                self.claim("control", registers[row] == z3.BitVecVal(value[1], width), f"the constant {value[1]}")
        for neuron in set(range(self.folded.count)) - {self.number}:
            for name in self.program.state_fields:
                row = machine.place(f"rows[{self.folded.row_of(('state', name), neuron)}]")
                self.claim("control", registers[row] == begun[row], f"{name} of neuron {neuron}")


def _multiply(z3, a, b):
    """A product of two terms of one width, with the twos of a constant factor as a shift."""
    if z3.is_bv_value(a):
        a, b = b, a
    if z3.is_bv_value(b):
        factor, size = b.as_signed_long(), a.size()
        zeros = (factor & -factor).bit_length() - 1 if factor else 0
        odd = a * z3.BitVecVal(factor >> zeros, size)
        return z3.simplify(z3.Concat(z3.Extract(size - zeros - 1, 0, odd), z3.BitVecVal(0, zeros)) if zeros else odd)
    return z3.simplify(a * b)


def _domain(run):
    """The proof domain with products as wide as the machine's, so that equal ones are equal terms."""
    from sim.proof_domain import Proof

    class Wide(Proof):
        def mul(self, shape, a, b):
            signed = [each.raw if each.shape.signed else run.z3.ZeroExt(1, each.raw) for each in (a, b)]
            return self._cut(shape, run.product(*signed))

    return Wide()
