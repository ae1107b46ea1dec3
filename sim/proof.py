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
        Seconds for each claim that a goal consists of.

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
    """:func:`prove` for a given RTLIL text with the top module ``design``.

    Raises
    ------
    ValueError
        If the RTL lacks a register or a port, or has one in another width.
    """
    smt = _smt(rtlil)
    has_reset = "|design_n rst|" in smt
    if component.state and not has_reset:
        raise ValueError("the RTL of a component with state must have a port rst")
    signals = [(f"{when}.state.{name}", f"state_{name}", shape, when)
               for when in ("now", "next") for name, shape in fields(component.state)]
    signals += [(f"now.{part}.{name}", name, shape, "now")
                for part, shapes in (("input", component.inputs), ("output", component.outputs))
                for name, shape in fields(shapes)]
    return _decide(_claims(component), _declare(smt, signals, has_reset), timeout)


def fields(shapes):
    """The (name, shape) pairs of a NamedTuple of shapes, none of an empty tuple."""
    return list(zip(getattr(shapes, "_fields", ()), shapes))


def _smt(rtlil):
    text = run_yosys(_SCRIPT.format(name="design"), {"design.il": rtlil}, ["design.smt2"])["design.smt2"]
    text = text.decode() if isinstance(text, bytes) else text
    return "\n".join(line for line in text.splitlines() if not line.startswith("; yosys-smt2-module"))


def _declare(smt, signals, has_reset):
    """The RTL as z3 assertions: states one clock apart, and their signals (term, wire, shape, clock) by name."""
    lines = ["(declare-fun now () |design_s|)", "(declare-fun next () |design_s|)", "(assert (|design_t| now next))"]
    for term, wire, shape, clock in signals:
        if shape.width:
            value = f"(|design_n {wire}| {clock})"
            value = f"(ite {value} #b1 #b0)" if shape.width == 1 else value
            lines.append(f"(declare-fun |{term}| () (_ BitVec {shape.width})) (assert (= |{term}| {value}))")
    lines.append("(declare-fun initial () Bool) (assert (= initial (|design_i| now)))")
    lines.append(f"(declare-fun reset () Bool) (assert (= reset {'(|design_n rst| now)' if has_reset else 'false'}))")
    import z3
    try:
        return z3.parse_smt2_string("\n".join([smt, *lines]))
    except z3.Z3Exception as error:
        raise ValueError(f"the RTL must have the component's registers and ports in their widths: {error}") from None


def _claims(component):
    """What is to be proven of a component's signals: by name, pairs (assumed, claimed)."""
    import z3
    from .proof_domain import Proof, equal, evaluate, term, within

    def signals(prefix, shapes):
        return [term(shape, z3.BitVec(f"{prefix}.{name}", shape.width) if shape.width else None)
                for name, shape in fields(shapes)]

    state, following = signals("now.state", component.state), signals("next.state", component.state)
    inputs, outputs = signals("now.input", component.inputs), signals("now.output", component.outputs)
    step_next, step_outputs, exact = evaluate(component, state, inputs)
    numbers = Proof()
    in_range = [within(shape, symbol(numbers, shape, raw)) for shapes, raws in
                ((component.state, state), (component.inputs, inputs)) for shape, raw in zip(shapes, raws)]
    initial = [numbers.constant_symbol(Range(value, value) if shape.kind == "int" else shape, value)
               for shape, value in zip(component.state, component.init)]

    def equals(shapes, signals, symbols):
        return z3.And([equal(*each) for each in zip(shapes, signals, symbols)])

    claims = {"outputs": [(in_range, equals(component.outputs, outputs, step_outputs))]}
    if exact:
        claims["exact widths"] = [(in_range if assumed is None else assumed, claim) for assumed, claim in exact]
    if component.state:
        reset = z3.Bool("reset")
        claims |= {
            # The initial state is the RTL's own claim: nothing about ranges is assumed of it.
            "initial state": [([z3.Bool("initial")], equals(component.state, state, initial))],
            "reset": [([*in_range, reset], equals(component.state, following, initial))],
            "next state": [([*in_range, z3.Not(reset)], equals(component.state, following, step_next))],
            "ranges": [(in_range, within(*each)) for each in zip(component.state, step_next)],
        }
    return claims | _property_claims(component, state, inputs, in_range, initial, step_next, step_outputs)


def _property_claims(component, state, inputs, in_range, initial, step_next, step_outputs):
    """What is to be proven of a component's properties, by name: they are of the step, to which the RTL is equal."""
    import z3
    from gateware.step.bind import bind
    from gateware.step.trace import _like
    from .proof_domain import within
    from .properties.property import properties_of
    domain, params, properties = step_outputs[0].domain, component.params, properties_of(component)

    def symbols(shapes, raws):
        return _like(shapes, [symbol(domain, shape, raw) for shape, raw in zip(shapes, raws)])

    def evaluate(claim, *parts):
        return bind(claim, domain.operations)(params, *parts)

    now, given = symbols(component.state, state), symbols(component.inputs, inputs)
    start = _like(component.state, [domain.lift(each) if each.shape.kind == "int" else each for each in initial])
    invariants = [each.claim for each in properties if each.kind == "invariant"]
    assumed = in_range + [evaluate(claim, now).raw for claim in invariants]
    claims = {}
    for each in properties:
        known, within_range = len(domain.exact), in_range
        if each.kind == "invariant":
            wanted = [([], evaluate(each.claim, start).raw), (assumed, evaluate(each.claim, step_next).raw)]
        elif each.kind == "always":
            wanted = [(assumed, evaluate(each.claim, now, given, step_next, step_outputs).raw)]
        else:
            other = symbols(component.state, [z3.FreshConst(raw.sort()) for raw in state])
            within_range = [*in_range, *map(within, component.state, other)]
            both = [*assumed, *within_range, *(evaluate(claim, other).raw for claim in invariants)]
            _, other_outputs = evaluate(component.step, other, ())
            (phase, value), (phase_2, value_2) = (evaluate(each.claim, state_of, _like(component.outputs, map(domain.lift, outputs_of)))
                                                  for state_of, outputs_of in ((now, step_outputs), (other, other_outputs)))
            wanted = [([*both, phase.raw != phase_2.raw], value.raw != value_2.raw)]
        claims[each.name] = [(within_range if condition is None else condition, claim)
                             for condition, claim in domain.exact[known:]] + wanted
    return claims


def _decide(claims, rtl, timeout):
    """The goals, each of them one or more claims (assumed, claimed)."""
    import z3
    goals, start = [], time.monotonic()
    for name, parts in claims.items():
        holds, example = True, ""
        for assumed, claimed in parts:
            solver = z3.SolverFor("QF_BV")
            solver.set("timeout", int(timeout * 1000))
            solver.add(*rtl, *assumed, z3.Not(claimed))
            answer = solver.check()
            if answer != z3.unsat:
                holds, example = (None, "") if answer == z3.unknown else (False, _example(solver.model()))
                break
        goals.append(Goal(name, holds, example))
    return ProofResult(tuple(goals), time.monotonic() - start)


def _example(model):
    values = {str(each): model[each] for each in model.decls()}
    return ", ".join(f"{name} = {values[name]}" for name in sorted(values)
                     if name.startswith(("now.state", "now.input", "now.output", "next.state", "reset")))
