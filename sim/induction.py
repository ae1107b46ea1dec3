"""k-induction over a specification: what holds in every clock, however long the hardware runs."""

import re
import time

from gateware.yosys import run_yosys

from .proof import Goal, ProofResult

__all__ = ["prove_spec"]

# Nothing here optimises: every signal keeps its name. The contents of memories that are written become free: what is claimed
# must hold for all of them; only the register behind a read port stays, which holds its value while the port is off.
_SCRIPT = """\
read_rtlil spec.il
hierarchy -top spec
proc
flatten
memory_map -rom-only
memory_nordff
memory_collect
cutpoint t:$mem_v2
async2sync
dffunmap
chformal -lower
write_smt2 -stbv -wires spec.smt2
"""
_OWN = "the component's own assertions"


def prove_spec(spec, *, depth=2, horizon=100, timeout=60.0):
    """Prove the claims of a specification by k-induction, together with its helper invariants.

    All claims and helpers are taken together; those that fail in the step are dropped until the rest carries itself. A claim
    that was dropped is then looked for from the reset state on.

    Parameters
    ----------
    spec : Spec
    depth : int
        Clocks of the induction.
    horizon : int
        Clocks within which a counterexample is looked for where the induction fails.
    timeout : float
        Seconds for each question to the solver.

    Returns
    -------
    ProofResult
        A goal for each claim; one that neither is proven nor has a counterexample has ``holds`` None.
    """
    text = run_yosys(_SCRIPT, {"spec.il": spec.rtlil()}, ["spec.smt2"])["spec.smt2"]
    start = time.monotonic()
    names = [*(f"claim{k}" for k in range(len(spec.claims))), "own", *(f"helper{k}" for k in range(spec.helpers))]
    clocks = _Clocks(text, names, timeout)
    proven, broken = _largest_inductive(clocks, names, depth), {}
    wanted = [name for name in names if name not in proven and not name.startswith("helper")]
    if wanted:
        broken = _counterexamples(clocks, wanted, horizon)
    words = {f"claim{k}": words for k, words in enumerate(spec.claims)} | {"own": _OWN}
    goals = [Goal(words[name], True if name in proven else False if name in broken else None, broken.get(name, ""))
             for name in names if name in words and (name != "own" or re.search(r"; yosys-smt2-assert ", text))]
    return ProofResult(tuple(goals), time.monotonic() - start)


class _Clocks:
    """The specification in successive clocks, as z3 terms that are made when they are asked for."""

    def __init__(self, text, names, timeout):
        import z3
        lines = ["(declare-fun now () |spec_s|)", "(declare-fun next () |spec_s|)", "(assert (|spec_i| now))",
                 "(assert (|spec_u| now))", "(assert (|spec_t| now next))", "(assert (|spec_a| now))",
                 *(f"(assert (|spec_n {name}| now))" for name in names if name != "own")]
        self.initial, self.assumed, self.transition, own, *rest = z3.parse_smt2_string(text + "\n".join(lines))
        self.terms = dict(zip([name for name in names if name != "own"], rest)) | {"own": own}
        width = int(re.search(r"\(define-sort \|spec_s\| \(\) \(_ BitVec (\d+)\)\)", text)[1])
        self._state = [z3.BitVec(name, width) for name in ("now", "next")]
        self._states, self._z3, self._timeout = [], z3, int(timeout * 1000)

    def at(self, clock, term):
        """A term in a clock."""
        while len(self._states) < clock + 2:
            self._states.append(self._z3.BitVec(f"clock{len(self._states)}", self._state[0].size()))
        return self._z3.substitute(term, *zip(self._state, self._states[clock:]))

    def solver(self):
        solver = self._z3.SolverFor("QF_BV")
        solver.set("timeout", self._timeout)
        return solver

    def failing(self, solver, clock, names):
        """Which claims fail in a clock for one solution of the solver; none if there is no solution; None if undecided."""
        solver.push()
        solver.add(self._z3.Not(self._z3.And([self.at(clock, self.terms[name]) for name in names])))
        answer = solver.check()
        found = set()
        if answer == self._z3.sat:
            model = solver.model()
            found = {name for name in names
                     if self._z3.is_false(model.eval(self.at(clock, self.terms[name]), model_completion=True))}
        solver.pop()
        return None if answer == self._z3.unknown else found


def _largest_inductive(clocks, names, depth):
    """The names of the largest set of claims that hold in the first clocks and carry themselves from ``depth`` clocks on."""
    kept = list(names)
    solver = clocks.solver()
    solver.add(clocks.at(0, clocks.initial))
    for clock in range(depth):
        solver.add(clocks.at(clock, clocks.assumed))
        while kept and (failed := clocks.failing(solver, clock, kept)) != set():
            if failed is None:
                return set()
            kept = [name for name in kept if name not in failed]
        solver.add(clocks.at(clock, clocks.transition))
    while kept:
        solver = clocks.solver()
        for clock in range(depth):
            solver.add(clocks.at(clock, clocks.assumed), clocks.at(clock, clocks.transition),
                       *(clocks.at(clock, clocks.terms[name]) for name in kept))
        solver.add(clocks.at(depth, clocks.assumed))
        failed = clocks.failing(solver, depth, kept)
        if failed == set():
            break
        if failed is None:
            return set()
        kept = [name for name in kept if name not in failed]
    return set(kept)


def _counterexamples(clocks, names, horizon):
    """For each claim that fails within some clocks from reset, when it first does."""
    found, names = {}, list(names)
    solver = clocks.solver()
    solver.add(clocks.at(0, clocks.initial))
    for clock in range(horizon):
        solver.add(clocks.at(clock, clocks.assumed))
        while names:
            failed = clocks.failing(solver, clock, names)
            if failed is None:
                return found
            if not failed:
                break
            found |= {name: f"fails in clock {clock} after reset" for name in failed}
            names = [name for name in names if name not in failed]
        if not names:
            break
        solver.add(clocks.at(clock, clocks.transition))
    return found
