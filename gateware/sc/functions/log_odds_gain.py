"""Stanh, the saturating chain with a threshold: multiplies the log-odds of a stream."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Serial
from gateware.step import BIT, Range, StepComponent

from .chain import move, occupancy, unsigned

__all__ = ["LogOddsGain"]


class Params(NamedTuple):
    top: int
    unsigned: Range
    threshold: int


class State(NamedTuple):
    position: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    result: Any


def step(params, state, inputs):
    return State(move(state.position, inputs.stream, params.top, params.unsigned)), Outputs(state.position >= params.threshold)


class LogOddsGain(StepComponent):
    r"""Known as Stanh(K): a chain of K states, up on a 1 and down on a 0, whose output says whether it is in the upper half.

    .. math:: o_t = [s_t \ge K/2], \qquad s_{t+1} = \operatorname{sat}(s_t + 2 x_t - 1,\ 0,\ K - 1)

    Parameters
    ----------
    states : int
        K, even, 2 to 1024.

    Members
    -------
    stream : In(1)
        Of bits that are independent from clock to clock: from a leap-forward LFSR or true randomness. A plain LFSR, whose
        numbers are shifts of each other, and a low-discrepancy sequence give another function.
    result : Out(1)

    Raises
    ------
    ValueError
        If the number of states is odd or out of range.

    Notes
    -----
    Exact expectation: the odds of the output are those of the input to the power of K/2,

    .. math:: P(o) = \frac{p^{K/2}}{p^{K/2} + (1-p)^{K/2}}, \qquad v_o = \tanh\left(\tfrac{K}{2} \operatorname{artanh} v\right)

    in bipolar format. The usual formula :math:`\tanh(K v / 2)` is an approximation for small v; they differ by up to 0.0549
    for 4 states, 0.0131 for 8, 0.0032 for 16. Latency 1 (the output is of the state alone), interval 1. Source of the
    chain: B. D. Brown and H. C. Card, Stochastic Neural Computation I: Computational Elements, IEEE Transactions on
    Computers 50(9), 2001, doi:10.1109/12.954505.
    """

    contract = Contract(Serial("stream", "independent"))
    latency = 1

    def __init__(self, states=8):
        states = integer("LogOddsGain states", states)
        if not 2 <= states <= 1024 or states % 2:
            raise ValueError(f"LogOddsGain states must be an even number between 2 and 1024, not {states}")
        super().__init__(step, params=Params(states - 1, unsigned(states - 1), states // 2), state=State(Range(0, states - 1)),
                         init=State(states // 2), inputs=Inputs(BIT))

    def expectation(self, p):
        """Probability of a 1 of the output, from that of the input."""
        return sum(occupancy(p, self.params.top + 1)[self.params.threshold:])

    @classmethod
    def examples(cls):
        return {"default": cls(), "six": cls(6), "long": cls(32)}
