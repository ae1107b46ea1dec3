"""Does the evidence find errors? Small seeded changes of a component's RTL, each of which some rung has to catch.

A mutant is one changed line of RTLIL: another operator, swapped operands, a flipped bit of a constant or of an initial value, an
inverted enable. It is caught if the comparison with the golden model finds a difference. A mutant that passes it must be proven to be the
same hardware (and is then replaced by another one) or must fail the proof: of a structure, its contract must no longer be proven.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from gateware.neurons.equation_neuron import EquationNeuron
from gateware.rtlil import to_rtlil
from gateware.step import StepComponent

from . import cxxrtl
from .compare import compare_rtl
from .cxxrtl import SimulationError
from .induction import prove_spec
from .netlist import prove_equal
from .specs import spec_for
from .transactions import compare_transactions


__all__ = ["Mutant", "MutantReport", "check_mutants", "mutants"]

_CYCLES, _SIZE, _MAX_CLOCKS = 20_000, 400, 4_000_000
_OPERATORS = {"add": "sub", "sub": "add", "mul": "add", "and": "or", "or": "and", "xor": "or", "eq": "ne", "ne": "eq", "lt": "le",
              "le": "lt", "gt": "ge", "ge": "gt", "shl": "shr", "shr": "shl", "sshr": "shr", "reduce_or": "reduce_and",
              "reduce_and": "reduce_or", "reduce_xor": "reduce_or", "reduce_bool": "reduce_and"}


@dataclass(frozen=True)
class Mutant:
    """One changed line.

    Parameters
    ----------
    line : int
        Its number in the RTLIL.
    change : str
        What was done.
    text : str
        The whole RTLIL.
    """

    line: int
    change: str
    text: str


@dataclass(frozen=True)
class MutantReport:
    """What became of the mutants of a component.

    Parameters
    ----------
    caught, proven_equal : int
        Mutants that a rung caught, and mutants that are the same hardware.
    survivors : tuple of Mutant
        Mutants that nothing caught.
    """

    caught: int
    proven_equal: int
    survivors: tuple

    @property
    def ok(self) -> bool:
        """Whether mutants were made and none survived."""
        return self.caught > 0 and not self.survivors

    def __str__(self):
        text = f"{self.caught} mutants caught"
        if self.proven_equal:
            text += f", {self.proven_equal} more proven to be the same hardware"
        if self.survivors:
            text += f", NOT caught: {'; '.join(f'line {each.line}: {each.change}' for each in self.survivors)}"
        return text


def mutants(text: str, seed: int = 0, *, initial_values: bool = True):
    """Every one-line mutant of an RTLIL text, in a random order.

    Parameters
    ----------
    text : str
        RTLIL as Amaranth writes it.
    initial_values : bool
        Whether initial values are changed, too: what a structure writes before it reads it may start anywhere.
    seed : int
        Of the order and of the bits that are flipped.

    Yields
    ------
    Mutant
    """
    lines, rng = text.split("\n"), np.random.default_rng(seed)
    # Kinds take turns, so that the few enables are not lost among the many constants.
    kinds = {}
    for number, line in enumerate(lines):
        for kind, change, replaced in _changes(lines, number, line, rng):
            if kind == "init" and not initial_values:
                continue
            place, replaced = replaced if isinstance(replaced, tuple) else (number, replaced)
            kinds.setdefault(kind, []).append((place, change, replaced))
    kinds = {kind: [rest[k] for k in rng.permutation(len(rest))] for kind, rest in kinds.items()}
    while kinds:
        for kind in sorted(kinds):
            number, change, replaced = kinds[kind].pop()
            yield Mutant(number + 1, change, "\n".join([*lines[:number], replaced, *lines[number + 1:]]))
        kinds = {kind: rest for kind, rest in kinds.items() if rest}


def _changes(lines, number, line, rng):
    cell = re.match(r"  cell \$(\w+) (\S+)$", line)
    if cell and cell[1] in _OPERATORS:
        other = _OPERATORS[cell[1]]
        yield "operator", f"${cell[1]} made ${other}", f"  cell ${other} {cell[2]}"
    if cell and cell[1] == "mux":
        body = lines[number:lines.index("  end", number)]
        first, second = (next(k for k, each in enumerate(body) if each.startswith(f"    connect \\{port} ")) for port in "AB")
        yield "mux", "multiplexer without a choice", (number + first, body[second].replace("\\B", "\\A", 1))
    constant = re.match(r"(    connect \\[AB] |    assign .* )(\d+)'([01]+)$", line)
    if constant:
        digits = constant[3]
        at = int(rng.integers(len(digits)))
        flipped = digits[:at] + ("0" if digits[at] == "1" else "1") + digits[at + 1:]
        yield "constant", f"{constant[2]}'{digits} made {constant[2]}'{flipped}", f"{constant[1]}{constant[2]}'{flipped}"
    init = re.match(r"  attribute \\init (\d+)'([01]+)$", line)
    # A second name of a register repeats its initial value, and the two would contradict each other.
    if init and lines.count(line) == 1:
        at = int(rng.integers(len(init[2])))
        flipped = init[2][:at] + ("0" if init[2][at] == "1" else "1") + init[2][at + 1:]
        yield "init", f"initial value {init[2]} made {flipped}", f"  attribute \\init {init[1]}'{flipped}"
    case = re.match(r"( +case )1'([01])$", line)
    if case:
        other = "0" if case[2] == "1" else "1"
        yield "enable", f"condition taken on {other}", f"{case[1]}1'{other}"
    operand = re.match(r"(    connect \\[AB]) (\\\S+) \[(\d+):0\]$", line)
    if operand and int(operand[3]) > 1:
        yield "operand", "operand halved", f"{operand[1]} {{ 1'0 {operand[2]} [{operand[3]}:1] }}"


def check_mutants(component, count: int = 10, seed: int = 0) -> MutantReport:
    """Make mutants of a component's RTL and let the rungs find them.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        A step component, or a structural one that ``models.golden`` knows.
    count : int
        Mutants to be caught, as far as there are as many.
    seed : int
        Of the choice.

    Returns
    -------
    MutantReport
    """
    if isinstance(component, StepComponent):
        contract, original, start = None, to_rtlil(component), 0
    else:
        # Below its specification, so that a mutant is one of both; the specification itself, the first module, stays as it is.
        contract = spec_for(component, None)
        original = contract.watched()
        start = original.index("\nend\n") + 5
    supply = (Mutant(each.line + original.count("\n", 0, start), each.change, original[:start] + each.text)
              for each in mutants(original[start:], seed, initial_values=contract is None))
    caught, equal, survivors = 0, 0, []
    while caught + len(survivors) < count:
        batch = [mutant for mutant, _ in zip(supply, range(count - caught - len(survivors)))]
        if not batch:
            break
        names = [f"line {mutant.line}: {mutant.change}" for mutant in batch]
        simulations = cxxrtl.compile({name: component for name in names}, rtlil={name: each.text for name, each in zip(names, batch)})
        for name, mutant in zip(names, batch):
            # A short look finds most of them; the others get what the rung itself would do.
            if _differs(component, simulations[name], _CYCLES, _SIZE) or _differs(component, simulations[name]):
                caught += 1
                continue
            same = _same(component, contract, original, mutant.text)
            equal += same is True
            caught += same is False
            survivors += [mutant] if same is None else []
    return MutantReport(caught, equal, tuple(survivors))


def _differs(component, simulation, cycles=1_000_000, size=2000):
    try:
        if isinstance(component, StepComponent):
            return compare_rtl(component, simulation, cycles=cycles).difference is not None
        return compare_transactions(component, simulation, size=size, max_clocks=_MAX_CLOCKS).difference is not None
    except SimulationError:
        return True


def _same(component, contract, original, text):
    """Whether a mutant is the same hardware; None if neither is shown."""
    if isinstance(component, StepComponent):
        from .node_proof import prove_nodes
        from .proof import prove_rtlil
        goals = (prove_nodes if isinstance(component, EquationNeuron) else prove_rtlil)(component, text).goals
        return True if all(goal.holds for goal in goals) else False if any(goal.holds is False for goal in goals) else None
    # Without what only the specification looks at.
    flat = "hierarchy -top design\nproc\nflatten\nmemory\ndelete -port w:claim* w:helper*\nopt_clean -purge\n"
    _, failure = prove_equal(f"read_rtlil original.il\n{flat}", f"read_rtlil mutant.il\n{flat}",
                             {"original.il": original, "mutant.il": text}, 120.0)
    if not failure:
        return True
    if not contract.claims or _proven(_Changed(contract, text)):
        return None
    # What stands on the component's own assertions is not proven without them, with or without a change.
    return False if _proven(_Changed(contract, original)) else None


def _proven(spec):
    """Whether all claims are, at twice the depth where the first is not enough."""
    return any(prove_spec(lambda platform: spec, depth=depth).ok for depth in (2, 4))


class _Changed:
    """A specification over other RTLIL of its component."""

    def __init__(self, spec, text):
        self.component, self.claims, self.helpers = spec.component, spec.claims, spec.helpers
        self._text = re.sub(r"(?<=\\)design(?=[.\s])", "spec", text)

    def rtlil(self):
        return self._text

    def falsify(self, clocks):
        """What is not proven is not looked for in simulation."""
        return {}
