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


def prove_spec(make, *, depth=2, search=2000, timeout=60.0):
    """Prove the claims of a specification by k-induction, together with its helper invariants.

    All claims and helpers are taken together; those that fail in the step are dropped until the rest carries itself. For a
    claim that was dropped, a failure is looked for in simulation from reset.

    Parameters
    ----------
    make : function of str or None
        Makes the specification, of the component elaborated for a platform.
    depth : int
        Clocks of the induction.
    search : int
        Clocks of the simulation where the induction fails.
    timeout : float
        Seconds for each question to the solver.

    Returns
    -------
    ProofResult
        A goal for each claim; one that neither is proven nor has a counterexample has ``holds`` None.

    Raises
    ------
    ValueError
        If the specification claims nothing.
    """
    spec = make("formal")
    text = run_yosys(_SCRIPT, {"spec.il": spec.rtlil()}, ["spec.smt2"])["spec.smt2"]
    start = time.monotonic()
    words = {f"claim{k}": words for k, words in enumerate(spec.claims)}
    if re.search(r"^; yosys-smt2-assert ", text, re.MULTILINE):
        words["own"] = "the component's own assertions hold"
    if not words:
        raise ValueError(f"{type(spec.component).__name__} must have a contract: it has neither streams nor memories, and no assertions")
    clocks = _Clocks(text, [*words, *(f"helper{k}" for k in range(spec.helpers))], timeout)
    proven = _largest_inductive(clocks, depth)
    broken = {} if proven >= set(words) else make(None).falsify(search)
    return ProofResult(tuple(
        Goal(text, True if name in proven else False if name in broken else None,
             f"in clock {broken[name]} after reset" if name in broken else "")
        for name, text in words.items()), time.monotonic() - start)


class _Clocks:
    """The specification in successive clocks, as z3 terms that are made when they are asked for."""

    def __init__(self, text, names, timeout):
        import z3
        lines = ["(declare-fun now () |spec_s|)", "(declare-fun next () |spec_s|)", "(assert (|spec_i| now))",
                 "(assert (|spec_t| now next))",
                 *(f"(assert ({'|spec_a|' if name == 'own' else f'|spec_n {name}|'} now))" for name in names)]
        self.initial, self.transition, *terms = z3.parse_smt2_string(text + "\n".join(lines))
        self.terms = dict(zip(names, terms, strict=True))
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
        """Which claims fail in a clock for one solution of the solver; all of them where it ran out of time."""
        solver.push()
        solver.add(self._z3.Not(self._z3.And([self.at(clock, self.terms[name]) for name in names])))
        answer = solver.check()
        found = set()
        if answer == self._z3.sat:
            model = solver.model()
            found = {name for name in names
                     if self._z3.is_false(model.eval(self.at(clock, self.terms[name]), model_completion=True))}
        solver.pop()
        return set(names) if answer == self._z3.unknown else found


def _largest_inductive(clocks, depth):
    """The largest set of claims that hold in the first ``depth`` clocks, and in a clock if in as many before it.

    Empty where the solver ran out of time.
    """
    kept = set(clocks.terms)
    solver = clocks.solver()
    solver.add(clocks.at(0, clocks.initial))
    for clock in range(depth):
        while failed := clocks.failing(solver, clock, kept):
            kept -= failed
        solver.add(clocks.at(clock, clocks.transition))
    failed = kept
    while failed:
        solver = clocks.solver()
        for clock in range(depth):
            solver.add(clocks.at(clock, clocks.transition), *(clocks.at(clock, clocks.terms[name]) for name in kept))
        failed = clocks.failing(solver, depth, kept)
        kept -= failed
    return kept
