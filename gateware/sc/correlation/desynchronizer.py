"""Desynchronizer: keeps the ones of two streams apart, and their values."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, paired
from gateware.step import BIT, Range, StepComponent, bit_at, maximum, minimum, mux, not_, to_vector

__all__ = ["Desynchronizer"]


class Params(NamedTuple):
    depth: int
    width: int


class State(NamedTuple):
    saved: Any
    side: Any


class Inputs(NamedTuple):
    x: Any
    y: Any


class Outputs(NamedTuple):
    apart_x: Any
    apart_y: Any


def step(params, state, inputs):
    x, y = inputs.x, inputs.y
    save = x & y & (state.saved < params.depth)
    release = not_(x | y) & (state.saved > 0)
    # Saved ones alternate between the streams and leave in the order they came: the oldest is of the stream that is saved
    # next if their number is even, else of the other.
    odd = bit_at(to_vector(state.saved, params.width), 0)
    from_x = state.side ^ (release & not_(odd))
    moved = save | release
    saved = mux(save, minimum(state.saved + 1, params.depth), mux(release, maximum(state.saved - 1, 0), state.saved))
    return State(saved, state.side ^ save), Outputs(mux(moved, from_x, x), mux(moved, not_(from_x), y))


class Desynchronizer(StepComponent):
    r"""Finite-state machine that parts coinciding ones: SCC towards -1, both values kept.

    Of (1, 1) one stream's 1 is saved, of x and y in turn, while fewer than D are; (0, 0) releases the oldest. All else passes.

    Parameters
    ----------
    depth : int
        Ones D that may be saved, of both streams together, 1 to 64.

    Members
    -------
    x, y : In(1)
    apart_x, apart_y : Out(1)
        This pair has SCC -1, but for the pairs that pass while the memory is full or empty.

    Raises
    ------
    ValueError
        If the depth is out of range.

    Notes
    -----
    Conserved in every clock: with k saved ones the stream whose turn is next has :math:`\lfloor k/2 \rfloor` of them, the
    other :math:`\lceil k/2 \rceil`, and what entered less what left is the change of that number. No prefix of an output misses
    more than :math:`\lceil D/2 \rceil` ones, which is what taking turns is for, and none has one too many.

    For independent streams of independent bits k is a birth-death chain,
    :math:`\pi_k \propto (pq / ((1-p)(1-q)))^k`, and exactly :math:`\mathrm{SCC} = -(1 - \min(\pi_0, \pi_D))`:
    :math:`-D / (D + 1)` for p + q = 1, the worst case.

    Any streams may enter. Mealy: latency 0, interval 1. Source: V. T. Lee, A. Alaghi, L. Ceze, Correlation Manipulating
    Circuits for Stochastic Computing, DATE 2018, arXiv:1803.04862.
    """

    contract = Contract()

    def __init__(self, depth=1):
        depth = integer("Desynchronizer depth", depth)
        if not 1 <= depth <= 64:
            raise ValueError(f"Desynchronizer depth must be between 1 and 64, not {depth}")
        super().__init__(step, params=Params(depth, depth.bit_length()), state=State(Range(0, depth), BIT), init=State(0, 0),
                         inputs=Inputs(x=BIT, y=BIT))

    def delivers(self, known):
        """What is known of the outputs, in a circuit."""
        if None in known.values():
            return {}
        return dict(zip(self.outputs._fields, paired(known["x"], known["y"], -1)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "deep": cls(4)}
