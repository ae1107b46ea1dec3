"""Skewed synchronizer: moves the ones of one stream under those of another, which stays untouched."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import BIT, Range, StepComponent, lookup, mux, not_

__all__ = ["SkewedSynchronizer"]


class Params(NamedTuple):
    last: int
    up: tuple
    down: tuple


class State(NamedTuple):
    saved: Any


class Inputs(NamedTuple):
    stream: Any
    reference: Any


class Outputs(NamedTuple):
    aligned: Any


def step(params, state, inputs):
    stream, reference = inputs.stream, inputs.reference
    up, down = stream & not_(reference), reference & not_(stream)
    # Tables of successors, because an adder takes twice the logic.
    saved = mux(up, lookup(params.up, state.saved), mux(down, lookup(params.down, state.saved), state.saved))
    leaves = (up & (state.saved == params.last)) | (down & (state.saved > 0))
    return State(saved), Outputs((stream & reference) | leaves)


class SkewedSynchronizer(StepComponent):
    r"""Counter that lets the ones of a stream leave together with those of a reference: SCC towards +1.

    .. math:: c' = \operatorname{sat}(c + x - y, 0, 2^W - 1), \qquad o = x - (c' - c)

    A lone 1 of the stream is saved while there is room, and leaves when the reference has a lone 1. Only the stream
    changes, which is what a divider with the reference as its divisor needs.

    Parameters
    ----------
    width : int
        Bits W of the counter, 1 to 6.

    Members
    -------
    stream, reference : In(1)
    aligned : Out(1)
        The pair (aligned, reference) has SCC +1, but for the ones that pass alone when the counter is full.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Conserved in every clock: :math:`c' - c = x - o`, so that a prefix of the output has 0 to :math:`2^W - 1` ones less than
    one of the stream.

    For independent streams of independent bits :math:`\pi_c \propto (p(1-q) / (q(1-p)))^c`, and exactly
    :math:`\mathrm{SCC} = 1 - \pi_{2^W-1}` where :math:`p \le q`, as it should be, else :math:`1 - \pi_0`.

    Any streams may enter. Mealy: latency 0, interval 1. Source: D. Wu, J. San Miguel, In-Stream Stochastic Division and Square
    Root via Correlation, DAC 2019, doi:10.1145/3316781.3317844.
    """

    contract = Contract()

    def __init__(self, width=2):
        width = integer("SkewedSynchronizer width", width)
        if not 1 <= width <= 6:
            raise ValueError(f"SkewedSynchronizer width must be between 1 and 6, not {width}")
        limits = Range.unsigned(width)
        up = tuple(min(saved + 1, limits.hi) for saved in range(limits.hi + 1))
        down = tuple(max(saved - 1, 0) for saved in range(limits.hi + 1))
        super().__init__(step, params=Params(limits.hi, up, down), state=State(limits), init=State(0),
                         inputs=Inputs(stream=BIT, reference=BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "wide": cls(4)}
