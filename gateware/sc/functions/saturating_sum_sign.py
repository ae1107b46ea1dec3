"""Btanh: the sign of a saturating sum of many streams, behind a parallel counter."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Format, Serial
from gateware.step import Range, StepComponent, saturate

__all__ = ["SaturatingSumSign"]


class Params(NamedTuple):
    width: int
    threshold: int
    limits: Range


class State(NamedTuple):
    total: Any


class Inputs(NamedTuple):
    count: Any


class Outputs(NamedTuple):
    result: Any


def step(params, state, inputs):
    total = saturate(state.total + (inputs.count << 1) - params.width, params.limits)
    return State(total), Outputs(state.total >= params.threshold)


class SaturatingSumSign(StepComponent):
    r"""Known as Btanh: adds a parallel counter's count of n bipolar streams up and gives the sign of the sum as a stream.

    .. math:: o_t = [s_t \ge S/2], \qquad s_{t+1} = \operatorname{sat}(s_t + 2 c_t - n,\ 0,\ S - 1)

    Parameters
    ----------
    width : int
        Streams n behind the counter, 1 to 1024.
    states : int
        S, even, 2 to 65536.

    Members
    -------
    count : In(range(width + 1))
        Ones among the streams in this clock.
    result : Out(1)
        Bipolar.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Notes
    -----
    Exact expectation: the sum is a Markov chain with steps :math:`2c - n`. Its long-run distribution solves
    :math:`\pi = \pi P`, and :math:`P(o) = \sum_{s \ge S/2} \pi_s` (``models.steady_state`` solves it); for n = 1
    it is that of `LogOddsGain`. With :math:`V = \sum_i v_i` and S much greater than n the chain becomes a diffusion, and

    .. math:: v_o \approx \tanh\left(\frac{S}{2}\, \frac{V}{\sum_i (1 - v_i^2)}\right)
              \approx \tanh\left(\frac{S}{2n} V\right) \quad (|v_i| \ll 1)

    so S = 2n gives about tanh(V): an approximation for small inputs; the output's random error is about
    :math:`\sqrt{n/N}`. The streams must be independent of each other and from clock to clock. Latency 1 (the output is of
    the state alone), interval 1. Source: K. Kim, J. Kim, J. Yu, J. Seo, J. Lee and K. Choi, Dynamic Energy-Accuracy
    Trade-Off Using Stochastic Computing in Deep Neural Networks, DAC 2016, doi:10.1145/2897937.2898011.
    """

    contract = Contract(Serial("count", "independent"), Format("count", "bipolar"))
    latency = 1

    def __init__(self, width=16, states=32):
        width, states = integer("SaturatingSumSign width", width), integer("SaturatingSumSign states", states)
        if not 1 <= width <= 1024:
            raise ValueError(f"SaturatingSumSign width must be between 1 and 1024, not {width}")
        if not 2 <= states <= 65536 or states % 2:
            raise ValueError(f"SaturatingSumSign states must be an even number between 2 and 65536, not {states}")
        limits = Range(0, states - 1)
        super().__init__(step, params=Params(width, states // 2, limits), state=State(limits), init=State(states // 2),
                         inputs=Inputs(Range(0, width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "one": cls(1, 8), "five": cls(5, 14)}
