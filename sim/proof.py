"""The proof rung: for every state and every input, the RTL does what the step function says."""

import time
from dataclasses import dataclass

from gateware.rtlil import to_rtlil
from gateware.step import Range
from gateware.step.symbolic import symbol
from gateware.yosys import run_yosys

__all__ = ["Goal", "ProofResult", "prove", "prove_rtlil"]

# Registers must keep their names: nothing here optimises. ROMs become constants, or their contents would be free.
_SCRIPT = """\
read_rtlil {name}.il
hierarchy -top {name}
proc
flatten
memory_map -rom-only
async2sync
dffunmap
write_smt2 -stbv -wires {name}.smt2
design -reset
"""


@dataclass(frozen=True)
class Goal:
    """One thing to prove, and how it went.

    Attributes
    ----------
    name : str
    holds : bool or None
        None where the solver ran out of time.
    counterexample : str
        Values that break it.
    """

    name: str
    holds: bool | None
    counterexample: str = ""


@dataclass(frozen=True)
class ProofResult:
    """The goals of one component.

    Attributes
    ----------
    goals : tuple of Goal
    seconds : float
        The solver's time.
    """

    goals: tuple
    seconds: float

    @property
    def ok(self):
        return all(goal.holds for goal in self.goals)

    def __str__(self):
        bad = [f"{goal.name} {'not decided in time' if goal.holds is None else 'fails: ' + goal.counterexample}"
               for goal in self.goals if not goal.holds]
        return "; ".join(bad) if bad else f"proven: {', '.join(goal.name for goal in self.goals)}"


def prove(component, *, timeout=120.0):
    """Prove that a step component's RTL equals its step function, for every state and input in range.

    Three kinds of goals: the RTL's initial and reset state is the declared one; its outputs and its next state,
    sign-extended, are the step function's values, none of which lost a bit to the width that its range gave it; and every
    next state lies in its declared range, so that the ranges assumed of the state hold for ever.

    Parameters
    ----------
    component : StepComponent
    timeout : float
        Seconds for each goal.

    Returns
    -------
    ProofResult

    Raises
    ------
    ImportError
        If z3 is missing (the extra ``proof``).
    """
    return prove_rtlil(component, to_rtlil(component, "design"), timeout=timeout)


def prove_rtlil(component, rtlil, *, timeout=120.0):
    """:func:`prove` for a given RTLIL text with the top module ``design``."""
    text = run_yosys(_SCRIPT.format(name="design"), {"design.il": rtlil}, ["design.smt2"])["design.smt2"]
    text = text.decode() if isinstance(text, bytes) else text
    return _decide(component, text, timeout)


def _declarations(component, has_reset):
    """SMT-LIB that names the RTL's signals: ``now`` and ``next`` are two states of it, one clock apart."""
    yield "(declare-fun now () |design_s|) (declare-fun next () |design_s|)"
    yield "(assert (|design_t| now next))"
    signals = [(f"{when}.state.{name}", f"state_{name}", shape, when)
               for when in ("now", "next") for name, shape in _fields(component.state)]
    signals += [(f"now.{part}.{name}", name, shape, "now")
                for part, shapes in (("input", component.inputs), ("output", component.outputs))
                for name, shape in _fields(shapes)]
    for term, wire, shape, when in signals:
        if shape.width:
            value = f"(|design_n {wire}| {when})"
            value = f"(ite {value} #b1 #b0)" if shape.width == 1 else value
            yield f"(declare-fun |{term}| () (_ BitVec {shape.width})) (assert (= |{term}| {value}))"
    for when in ("now", "next"):
        yield f"(declare-fun {when}.initial () Bool) (assert (= {when}.initial (|design_i| {when})))"
    yield f"(declare-fun reset () Bool) (assert (= reset {'(|design_n rst| now)' if has_reset else 'false'}))"


def _fields(shapes):
    return list(zip(getattr(shapes, "_fields", ()), shapes))


def _decide(component, smt, timeout):
    import z3
    from .proof_domain import Proof, equal, evaluate, term, within

    has_reset = "|design_n rst|" in smt
    if component.state and not has_reset:
        raise ValueError("the RTL of a component with state must have a port rst")
    rtl = z3.parse_smt2_string(smt + "\n" + "\n".join(_declarations(component, has_reset)))

    def signals(prefix, shapes):
        return [term(shape, z3.BitVec(f"{prefix}.{name}", shape.width) if shape.width else None)
                for name, shape in _fields(shapes)]

    state, following = signals("now.state", component.state), signals("next.state", component.state)
    inputs, outputs = signals("now.input", component.inputs), signals("now.output", component.outputs)
    step_next, step_outputs, exact = evaluate(component, state, inputs)
    numbers = Proof()
    in_range = [within(shape, symbol(numbers, shape, raw)) for shapes, raws in
                ((component.state, state), (component.inputs, inputs)) for shape, raw in zip(shapes, raws)]
    initial = [numbers.constant_symbol(Range(value, value) if shape.kind == "int" else shape, value)
               for shape, value in zip(component.state, component.init)]

    claims = {"outputs": ([], [equal(*each) for each in zip(component.outputs, outputs, step_outputs)])}
    if exact:
        claims["exact widths"] = ([], exact)
    if component.state:
        reset = z3.Bool("reset")
        claims |= {
            "initial state": ([z3.Bool("now.initial")], [equal(*each) for each in zip(component.state, state, initial)]),
            "reset": ([reset], [equal(*each) for each in zip(component.state, following, initial)]),
            "next state": ([z3.Not(reset)], [equal(*each) for each in zip(component.state, following, step_next)]),
            "ranges": ([], [within(*each) for each in zip(component.state, step_next)]),
        }
    goals, start = [], time.monotonic()
    for name, (given, wanted) in claims.items():
        solver = z3.SolverFor("QF_BV")
        solver.set("timeout", int(timeout * 1000))
        solver.add(rtl)
        # The initial state is the RTL's own claim: nothing about ranges is assumed of it.
        solver.add([] if name == "initial state" else in_range)
        solver.add(given)
        solver.add(z3.Not(z3.And(wanted)))
        answer = solver.check()
        goals.append(Goal(name, None if answer == z3.unknown else answer == z3.unsat,
                          _example(solver.model()) if answer == z3.sat else ""))
    return ProofResult(tuple(goals), time.monotonic() - start)


def _example(model):
    values = {str(each): model[each] for each in model.decls()}
    return ", ".join(f"{name} = {values[name]}" for name in sorted(values)
                     if name.startswith(("now.state", "now.input", "now.output", "next.state", "reset")))
