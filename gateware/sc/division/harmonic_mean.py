"""An OR gate and a JK flip-flop that toggles back: the harmonic mean of a stream and 1, known as a square root."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Format, Serial
from gateware.step import BIT, StepComponent, not_

__all__ = ["HarmonicMeanWithOne"]


class State(NamedTuple):
    trace: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    mean: Any


def step(params, state, inputs):
    mean = state.trace | inputs.stream
    return State(mean & not_(state.trace)), Outputs(mean)


class HarmonicMeanWithOne(StepComponent):
    r"""Harmonic mean of a unipolar stream and 1: each 1 of the input is followed by one more.

    .. math:: o = T \vee x, \quad T' = o \wedge \bar T, \qquad E[o] = \frac{2 p}{1 + p}

    Members
    -------
    stream : In(1)
        x.
    mean : Out(1)

    Notes
    -----
    Published as a bit-inserting square root with a JK flip-flop (BISQRT-S-JK) by an argument that takes the trace T and the
    output as independent, which they are not. T is a two-state Markov chain: it rises with p where it is 0 and always falls back,
    hence :math:`P(T) = p / (1 + p)`, and :math:`E[o] = P(T) + (1 - P(T))\,p`, exact where the stream's bits are independent from
    clock to clock. Against :math:`\sqrt p` it is off by at most 0.135 (at p = 0.0874), 0.071 rms over p uniform in 0 to 1.
    :class:`~gateware.sc.division.addie_root.AddieRoot` is a square root.

    Latency 0, interval 1. Source: D. Wu, R. Yin and J. San Miguel, In-Stream Correlation-Based Division and Bit-Inserting Square
    Root in Stochastic Computing, IEEE Design & Test, 2021.
    """

    contract = Contract(Serial("stream", "independent"), Format("stream", "unipolar"))

    def __init__(self):
        super().__init__(step, state=State(BIT), init=State(0), inputs=Inputs(BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
