"""JK flip-flop on two streams: the share of one of them in their sum."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Format, Serial
from gateware.step import BIT, StepComponent, mux, not_

__all__ = ["JKNormalizer"]


class State(NamedTuple):
    held: Any


class Inputs(NamedTuple):
    a: Any
    b: Any


class Outputs(NamedTuple):
    share: Any


def step(params, state, inputs):
    return State(mux(state.held, not_(inputs.b), inputs.a)), Outputs(state.held)


class JKNormalizer(StepComponent):
    r"""Share of one unipolar stream in the sum of two, by a JK flip-flop.

    .. math:: q' = (a \wedge \bar q) \vee (\bar b \wedge q), \qquad E[q] = \frac{p_a}{p_a + p_b}

    It has been called a divider, which it approaches only where :math:`p_a \ll p_b`. One per class against the sum of the
    others is a soft normaliser.

    Members
    -------
    a, b : In(1)
        J and K; any correlation between the two.
    share : Out(1)
        The flip-flop.

    Notes
    -----
    A two-state Markov chain: it leaves 0 with :math:`p_a` and 1 with :math:`p_b`, so the expectation is exact where each
    stream's bits are independent from clock to clock. The variance of the mean of N bits is
    :math:`q (1 - q) (2 / (p_a + p_b) - 1) / N`. Sobol streams leave an error of 0.1 at any length. Where both
    streams are 0 the flip-flop stays at 0, its initial value.

    Latency 1 (the output is a register), interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969,
    doi:10.1007/978-1-4899-5841-9_2.
    """

    latency = 1
    contract = Contract(Serial("a", "independent"), Serial("b", "independent"), Format(("a", "b"), "unipolar"))

    def __init__(self):
        super().__init__(step, state=State(BIT), init=State(0), inputs=Inputs(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
