"""Correlated divider (CORDIV): a multiplexer and a flip-flop that keeps the dividend of the divisor's last 1."""

from typing import Any, NamedTuple

from gateware.sc.contract import AtMost, Contract, Correlation, Format, Serial
from gateware.step import BIT, StepComponent, mux

__all__ = ["CorrelatedDivider"]


class State(NamedTuple):
    held: Any


class Inputs(NamedTuple):
    dividend: Any
    divisor: Any


class Outputs(NamedTuple):
    quotient: Any


def step(params, state, inputs):
    quotient = mux(inputs.divisor, inputs.dividend, state.held)
    return State(quotient), Outputs(quotient)


class CorrelatedDivider(StepComponent):
    r"""Quotient of two unipolar streams whose ones lie under each other.

    .. math:: q_t = y_t\,x_t + (1 - y_t)\,q_{t-1}, \qquad E[q] = P(x \wedge y) / P(y)

    With SCC(x, y) = +1 and :math:`p_x \le p_y` every 1 of x meets a 1 of y, and :math:`E[q] = p_x / p_y`.

    Members
    -------
    dividend, divisor : In(1)
        x and y, encoded by comparators on one random number.
    quotient : Out(1)

    Notes
    -----
    The expectation is exact where the pairs of bits are independent from clock to clock. On streams that are independent of each
    other it is :math:`p_x`, not the quotient. In sources whose numbers depend on those before them the gaps between ones of
    the divisor are not geometric, and an error remains at any length: with one plain LFSR 0.06 rms, with one Sobol sequence
    0.035. :class:`~gateware.sc.division.history.HistoryDivider` brings it down. Before the divisor's first 1 the quotient is 0.

    Latency 0, interval 1. Source: T.-H. Chen and J. P. Hayes, Design of Division Circuits for Stochastic Computing,
    ISVLSI 2016.
    """

    contract = Contract(Correlation(("dividend", "divisor"), +1), AtMost("dividend", "divisor"),
                        Serial("divisor", "independent"), Format(("dividend", "divisor"), "unipolar"))

    def __init__(self):
        super().__init__(step, state=State(BIT), init=State(0), inputs=Inputs(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
