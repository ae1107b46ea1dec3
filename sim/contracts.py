"""The proof rung of structures: their contracts, by induction, for all inputs and however long they run."""

from .induction import prove_spec
from .specs import spec_for

__all__ = ["prove_contracts"]


def prove_contracts(component, *, depth=2, timeout=60.0):
    """Prove what a structural component promises, by k-induction.

    Each component: that its output streams hold until the transfer, that no memory is read in the row being written or past
    its last one, and the assertions it carries. Dense layer, image encoder, read-out and classifier: their schedules as well
    (:mod:`sim.specs`). The contents of memories that are written are taken as arbitrary.

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
    return prove_spec(lambda platform: spec_for(component, platform), depth=depth, timeout=timeout)
