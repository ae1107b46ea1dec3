"""The transition of an RTL as z3 terms, register by register, to be taken clock by clock with what is known put in."""

import re

from gateware.yosys import run_yosys

__all__ = ["Transition"]

_SCRIPT = """\
read_rtlil design.il
hierarchy -top design
proc
flatten
memory_map
async2sync
dffunmap
write_smt2 -stbv -wires design.smt2
"""


class Transition:
    """The transition of an RTL as a z3 term for each register; inputs are bits of the state without one."""

    def __init__(self, rtlil, timeout):
        import z3
        self.z3, self.timeout = z3, int(timeout * 1000)
        text = run_yosys(_SCRIPT, {"design.il": rtlil}, ["design.smt2"])["design.smt2"]
        self.size = int(re.search(r"\(define-sort \|design_s\| \(\) \(_ BitVec (\d+)\)\)", text)[1])
        wires = {name: int(width) for name, width in re.findall(r"^; yosys-smt2-wire (\S+) (\d+)$", text, re.MULTILINE)}
        lines = ["(declare-fun now () |design_s|)", "(declare-fun next () |design_s|)", "(assert (|design_i| now))",
                 "(assert (|design_t| now next))"]
        for number, (name, width) in enumerate(wires.items()):
            lines += [f"(declare-fun wire{number} () {'Bool' if width == 1 else f'(_ BitVec {width})'})",
                      f"(assert (= wire{number} (|design_n {name}| now)))"]
        initial, transition, *values = z3.parse_smt2_string(text + "\n".join(lines))
        self.now, self._initial = z3.BitVec("now", self.size), initial
        self.registers = {}
        for part in _conjuncts(z3, transition):
            value, place = part.children()
            lo, hi = place.params()[1], place.params()[0]
            self.registers[lo, hi] = value
        self._values = dict(zip(wires, (each.arg(1) for each in values)))
        self._fresh = 0

    def wire(self, name, state):
        """The value of a named wire in a state, as a bit-vector."""
        value = self.z3.simplify(self.z3.substitute(self._values[name], (self.now, state)))
        return self.z3.If(value, self.z3.BitVecVal(1, 1), self.z3.BitVecVal(0, 1)) if self.z3.is_bool(value) else value

    def initially(self, name):
        """The value of a register at the start; None where it may be any."""
        found = set()
        for part in _conjuncts(self.z3, self._initial):
            place, value = part.children()
            if self.z3.is_bv_value(value) and (place.params()[1], place.params()[0]) == self.place(name):
                found.add(value.as_long())
        return found.pop() if len(found) == 1 else None

    def place(self, name):
        """Where a register or input lies in the state: (lowest bit, highest bit)."""
        value = self.z3.simplify(self._values[name])
        if self.z3.is_bool(value):
            value = next(each for each in value.children() if each.decl().kind() == self.z3.Z3_OP_EXTRACT)
        return value.params()[1], value.params()[0]

    def variable(self, width, name="any"):
        self._fresh += 1
        return self.z3.BitVec(f"{name}{self._fresh}", width)

    def state(self, parts):
        """A state of the given registers and inputs, by place; arbitrary in all else."""
        bits, at = [], 0
        for lo, hi in sorted(parts):
            if lo > at:
                bits.append(self.variable(lo - at))
            bits.append(parts[lo, hi])
            at = hi + 1
        if at < self.size:
            bits.append(self.variable(self.size - at))
        return self.z3.Concat(bits[::-1]) if len(bits) > 1 else bits[0]

    def step(self, state):
        """The registers a clock later, by place."""
        return {place: self.z3.simplify(self.z3.substitute(value, (self.now, state))) for place, value in self.registers.items()}

    def fails(self, assumed, claimed):
        """None if a claim holds, else whether the solver knows that it does not, and an example."""
        claimed = self.z3.simplify(claimed)
        if self.z3.is_true(claimed):
            return None
        solver = self.z3.SolverFor("QF_BV")
        solver.set("timeout", self.timeout)
        solver.add(*assumed, self.z3.Not(claimed))
        answer = solver.check()
        if answer == self.z3.unsat:
            return None
        return (None, "") if answer == self.z3.unknown else (False, str(solver.model())[:300])


def _conjuncts(z3, term):
    if z3.is_and(term):
        for each in term.children():
            yield from _conjuncts(z3, each)
    elif not z3.is_true(term):
        yield term
