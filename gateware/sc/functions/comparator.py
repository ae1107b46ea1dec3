"""Comparator of two streams: the step function of their difference."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import BIT, Range, StepComponent, minimum, mux, not_, wrap

from .chain import occupancy, unsigned

__all__ = ["StreamComparator"]


class Params(NamedTuple):
    top: int
    unsigned: Range
    threshold: int


class State(NamedTuple):
    position: Any


class Inputs(NamedTuple):
    a: Any
    b: Any


class Outputs(NamedTuple):
    greater: Any


def step(params, state, inputs):
    moved = state.position + mux(inputs.a, 1, -1)
    hold = (moved < 0) | (moved > params.top) | not_(inputs.a ^ inputs.b)
    position = mux(hold, state.position, minimum(wrap(moved, params.unsigned), params.top))
    return State(position), Outputs(state.position >= params.threshold)


class StreamComparator(StepComponent):
    r"""1 while the ones of stream a outweigh those of stream b: a chain of K states, moved by the clocks in which they differ.

    .. math:: o_t = [s_t \ge K/2], \qquad s_{t+1} = \operatorname{sat}(s_t + a_t - b_t,\ 0,\ K - 1)

    With the stream of a constant at b it is the step function at that constant, with one of 1/2 the sign.

    Parameters
    ----------
    states : int
        K, even, 2 to 65536.

    Members
    -------
    a, b : In(1)
    greater : Out(1)

    Raises
    ------
    ValueError
        If the number of states is odd or out of range.

    Notes
    -----
    Exact expectation for streams independent of each other and from clock to clock: the odds of the output are the odds
    of a over the odds of b, to the power of K/2,

    .. math:: P(o) = \frac{r^{K/2}}{1 + r^{K/2}}, \qquad r = \frac{p_a (1 - p_b)}{p_b (1 - p_a)}

    Of streams with one random number (SCC = +1) only the greater one is ever 1 alone: after at most K/2 such clocks the
    output is constant and right, which is the use that is recommended. Any other streams are allowed. Equal streams leave the
    initial state, which gives 1. Latency 1 (the output is of the state alone), interval 1. Source of the chain: B. D. Brown
    and H. C. Card, Stochastic Neural Computation I: Computational Elements, IEEE Transactions on Computers 50(9), 2001,
    doi:10.1109/12.954505.
    """

    contract = Contract()
    latency = 1

    def __init__(self, states=16):
        states = integer("StreamComparator states", states)
        if not 2 <= states <= 65536 or states % 2:
            raise ValueError(f"StreamComparator states must be an even number between 2 and 65536, not {states}")
        super().__init__(step, params=Params(states - 1, unsigned(states - 1), states // 2),
                         state=State(Range(0, states - 1)), init=State(states // 2), inputs=Inputs(BIT, BIT))

    def expectation(self, a, b):
        """Probability of a 1 of the output, from those of streams that are independent of each other and in time."""
        up, down = a * (1 - b), b * (1 - a)
        if not up + down:
            return 1.0
        return sum(occupancy(up / (up + down), self.params.top + 1)[self.params.threshold:])

    @classmethod
    def examples(cls):
        return {"default": cls(), "six": cls(6)}
