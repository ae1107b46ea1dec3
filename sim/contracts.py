"""The proof rung of structures: their contracts, by induction, for all inputs and however long they run."""

from gateware.step.folded import FoldedStep

from .induction import prove_spec
from .proof import ProofResult
from .specs import spec_for
from .specs.folded_program import prove_folded

__all__ = ["prove_contracts"]


def prove_contracts(component, *, depth=2, timeout=60.0):
    """Prove what a structural component promises, by k-induction.

    Each component: that its output streams hold until the transfer, that no memory is read in the row being written or past
    its last one, and the assertions it carries. Dense layer, image encoder, read-out and classifier: their schedules as well
    (:mod:`sim.specs`). Folded steps: that their program computes the step. The contents of memories that are written are taken
    as arbitrary.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        With streams and plain signals as ports.
    depth : int
        Clocks of the induction.
    timeout : float
        Seconds for each question to the solver.

    Returns
    -------
    ProofResult
        A goal for each claim: proven; or failed, with the clock after reset in which simulation shows it; or undecided.

    Raises
    ------
    ImportError
        If z3 is missing (the extra ``proof``).
    """
    result = prove_spec(lambda platform: spec_for(component, platform), depth=depth, timeout=timeout)
    if any(goal.holds is None for goal in result.goals):
        # What a pipeline holds may need as many clocks as it has stages to be seen.
        result = prove_spec(lambda platform: spec_for(component, platform), depth=2 * depth, timeout=timeout)
    if isinstance(component, FoldedStep):
        program = prove_folded(component, timeout=timeout)
        result = ProofResult(result.goals + program.goals, result.seconds + program.seconds)
    return result
