"""Set by one stream, reset by the other: the share of the first in the union of both, known as the hold divider."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Correlation, Format, Serial
from gateware.step import BIT, StepComponent, not_

__all__ = ["ShareOfUnion"]


class State(NamedTuple):
    held: Any


class Inputs(NamedTuple):
    part: Any
    other: Any


class Outputs(NamedTuple):
    share: Any


def step(params, state, inputs):
    return State(inputs.part | (state.held & not_(inputs.other))), Outputs(state.held)


class ShareOfUnion(StepComponent):
    r"""How often a stream is 1 among the clocks in which it or another one is.

    .. math:: z' = x \vee (z \wedge \bar y), \qquad E[z] = \frac{P(x)}{P(x \vee y)}

    Set by x, reset by y where x is 0, held otherwise. With SCC(x, y) = +1 the union is the greater stream, and the share is
    :math:`\min(1, p_x / p_y)`: only there is it a divider. On independent streams it is
    :math:`p_x / (p_x + (1 - p_x)\,p_y)`: 0.6 "divided by" 0.9 gives 0.625.

    Members
    -------
    part, other : In(1)
        x and y.
    share : Out(1)
        The flip-flop.

    Notes
    -----
    A two-state Markov chain, so the expectation is exact where the pairs of bits are independent from clock to
    clock, for any correlation between the two. Published as a divider of unipolar streams without that condition; the
    contract therefore asks for SCC = +1.

    Latency 1 (the output is a register), interval 1. Compare T.-H. Chen and J. P. Hayes, Design of Division Circuits for
    Stochastic Computing, ISVLSI 2016, whose divider it resembles.
    """

    latency = 1
    contract = Contract(
        Correlation(("part", "other"), +1, fix="on independent streams this is p/(p + (1-p)q), no quotient; encode both from one "
                                               "source, or put a Synchronizer before them"),
        Serial("part", "independent"), Serial("other", "independent"), Format(("part", "other"), "unipolar"))

    def __init__(self):
        super().__init__(step, state=State(BIT), init=State(0), inputs=Inputs(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
