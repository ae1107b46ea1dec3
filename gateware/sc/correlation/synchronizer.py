"""Synchronizer: makes two streams overlap as far as they can, and keeps their values."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc._successors import moved, successors
from gateware.sc.contract import Contract, paired
from gateware.step import BIT, Range, StepComponent, not_

__all__ = ["Synchronizer"]


class Params(NamedTuple):
    depth: int
    up: tuple
    down: tuple


class State(NamedTuple):
    saved: Any


class Inputs(NamedTuple):
    x: Any
    y: Any


class Outputs(NamedTuple):
    aligned_x: Any
    aligned_y: Any


def step(params, state, inputs):
    up, down = inputs.x & not_(inputs.y), inputs.y & not_(inputs.x)
    # The state counts from 0: x has saved ones above ``depth``, y below it. A lone 1 meets a saved 1 of the other stream, waits
    # where there is room, and passes alone otherwise.
    meets = (up & (state.saved < params.depth)) | (down & (state.saved > params.depth))
    passes = (up & (state.saved == 2 * params.depth)) | (down & (state.saved == 0))
    both = (inputs.x & inputs.y) | meets
    return State(moved(params, state.saved, up, down)), Outputs(both | (passes & inputs.x), both | (passes & inputs.y))


class Synchronizer(StepComponent):
    r"""Finite-state machine that pairs the ones of two streams: SCC towards +1, both values kept.

    .. math:: s' = \operatorname{sat}(s + x - y, -D, D)

    Equal bits pass. A lone 1 that lessens :math:`|s|` leaves as (1, 1), one that increases it is saved and (0, 0)
    leaves, one that saturation stops passes alone. The register holds s + D.

    Parameters
    ----------
    depth : int
        Ones D that may be saved, of either stream, 1 to 31.

    Members
    -------
    x, y : In(1)
    aligned_x, aligned_y : Out(1)
        This pair has SCC +1, but for the ones that pass alone.

    Raises
    ------
    ValueError
        If the depth is out of range.

    Notes
    -----
    Conserved in every clock: what entered less what left is the change of :math:`\max(s, 0)` for x and of
    :math:`\max(-s, 0)` for y, so that no prefix of an output misses more than D ones and none has one too many.

    For independent streams of independent bits s is a birth-death chain,
    :math:`\pi_s \propto (p(1-q) / (q(1-p)))^s`, and exactly :math:`\mathrm{SCC} = 1 - \min(\pi_D, \pi_{-D})`:
    :math:`2D / (2D + 1)` for p = q, the worst case.

    Any streams may enter. Mealy: latency 0, interval 1. Source: V. T. Lee, A. Alaghi, L. Ceze, Correlation Manipulating
    Circuits for Stochastic Computing, DATE 2018, arXiv:1803.04862.
    """

    contract = Contract()

    def __init__(self, depth=1):
        depth = integer("Synchronizer depth", depth)
        if not 1 <= depth <= 31:
            raise ValueError(f"Synchronizer depth must be between 1 and 31, not {depth}")
        limits = Range(0, 2 * depth)
        super().__init__(step, params=Params(depth, *successors(2 * depth + 1)), state=State(limits), init=State(depth),
                         inputs=Inputs(x=BIT, y=BIT))

    def delivers(self, known):
        """What is known of the outputs, in a circuit."""
        if None in known.values():
            return {}
        return dict(zip(self.outputs._fields, paired(known["x"], known["y"], +1)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "deep": cls(4)}
