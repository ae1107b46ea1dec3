"""Sabs, the chain whose output alternates from state to state: a soft absolute value."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Format, Serial
from gateware.step import BIT, Range, StepComponent, bit_at, to_vector

from .chain import move, occupancy, unsigned

__all__ = ["SoftAbsolute"]


class Params(NamedTuple):
    top: int
    unsigned: Range
    threshold: int
    width: int


class State(NamedTuple):
    position: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    result: Any


def step(params, state, inputs):
    odd = bit_at(to_vector(state.position, params.width), 0)
    lower = state.position < params.threshold
    return State(move(state.position, inputs.stream, params.top, params.unsigned)), Outputs(odd ^ lower)


class SoftAbsolute(StepComponent):
    r"""Known as Sabs(K): a chain of K states, up on a 1 and down on a 0, whose output is 1 in every other state.

    The output is 1 in the even states of the lower half and in the odd states of the upper half. Away from the middle it
    is the direction of the last move, as seen from the middle.

    .. math:: o_t = [s_t \text{ odd}] \oplus [s_t < K/2], \qquad s_{t+1} = \operatorname{sat}(s_t + 2 x_t - 1,\ 0,\ K - 1)

    Parameters
    ----------
    states : int
        K, a multiple of 4, 4 to 1024.

    Members
    -------
    stream : In(1)
        Bipolar.
    result : Out(1)
        Bipolar.

    Raises
    ------
    ValueError
        If the number of states is no multiple of 4 or out of range.

    Notes
    -----
    Exact expectation for bits that are independent from clock to clock:
    :math:`v_o = v \tanh\left(\tfrac{K}{2} \operatorname{artanh} v\right)`, which is below :math:`|v|` by at most
    0.6/K, near v = 0. Plain LFSRs and low-discrepancy sequences do as well or better, but for the latter at v = 0: a stream
    that alternates keeps the chain on two states, and the output at a value of up to 1/2. Latency 1 (the output is of the
    state alone), interval 1. Source of the chain:
    P. Li, D. J. Lilja, W. Qian, K. Bazargan and M. D. Riedel, Computation on Stochastic Bit Streams: Digital Image
    Processing Case Studies, IEEE Transactions on VLSI Systems 22(3), 2014.
    """

    contract = Contract(Serial("stream", "not a ramp"), Format("stream", "bipolar"))
    latency = 1

    def __init__(self, states=16):
        states = integer("SoftAbsolute states", states)
        if not 4 <= states <= 1024 or states % 4:
            raise ValueError(f"SoftAbsolute states must be a multiple of 4 between 4 and 1024, not {states}")
        super().__init__(step, params=Params(states - 1, unsigned(states - 1), states // 2, (states - 1).bit_length()),
                         state=State(Range(0, states - 1)), init=State(states // 2), inputs=Inputs(BIT))

    def expectation(self, p):
        """Probability of a 1 of the output, from that of the input."""
        shares, half = occupancy(p, self.params.top + 1), self.params.threshold
        return sum(shares[:half:2]) + sum(shares[half + 1::2])

    @classmethod
    def examples(cls):
        return {"default": cls(), "twelve": cls(12)}
