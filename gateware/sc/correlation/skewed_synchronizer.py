"""Skewed synchronizer: moves the ones of one stream under those of another, which stays untouched."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc._successors import moved, successors
from gateware.sc.contract import Contract, paired
from gateware.step import BIT, Range, StepComponent, not_

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
    unchanged: Any


def step(params, state, inputs):
    stream, reference = inputs.stream, inputs.reference
    up, down = stream & not_(reference), reference & not_(stream)
    leaves = (up & (state.saved == params.last)) | (down & (state.saved > 0))
    return State(moved(params, state.saved, up, down)), Outputs((stream & reference) | leaves, reference)


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
    aligned, unchanged : Out(1)
        The stream under the reference, and the reference as it is. This pair has SCC +1, but for the ones that pass alone
        when the counter is full.

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
        super().__init__(step, params=Params(limits.hi, *successors(1 << width)), state=State(limits), init=State(0),
                         inputs=Inputs(stream=BIT, reference=BIT))

    def delivers(self, known):
        """What is known of the outputs, in a circuit."""
        if None in known.values():
            return {}
        return dict(zip(self.outputs._fields, paired(known["stream"], known["reference"], +1)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "wide": cls(4)}
