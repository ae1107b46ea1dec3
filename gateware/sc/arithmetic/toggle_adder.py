"""Scaled adder of two streams that takes them in turn."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Serial
from gateware.step import BIT, StepComponent, mux, not_

__all__ = ["ToggleAdder"]


class State(NamedTuple):
    turn: Any


class Inputs(NamedTuple):
    a: Any
    b: Any


class Outputs(NamedTuple):
    sum: Any


def step(params, state, inputs):
    return State(not_(state.turn)), Outputs(mux(state.turn, inputs.b, inputs.a))


class ToggleAdder(StepComponent):
    r"""Mean of two streams, unipolar or bipolar: a in even clocks, b in odd ones. A multiplexer and a flip-flop.

    .. math:: \sum_{t < 2T} o_t = \sum_{t < T} (a_{2t} + b_{2t+1}), \qquad E[o] = (p + q) / 2

    for streams whose even and odd bits have the same mean.

    Members
    -------
    a, b : In(1)
        From an LFSR or true random numbers. A low-discrepancy stream has a pattern of period 2: with the bit-reversed
        counter as the source of both the result is exactly :math:`\min(p, 1/2) + \max(q - 1/2, 0)`, an error of up to 1/4
        at every length. Take :class:`~gateware.sc.arithmetic.scaled_adder.ScaledAdder` there, which is as small.
    sum : Out(1)

    Notes
    -----
    Latency 0, interval 1. Source: the multiplexer of B. R. Gaines, Stochastic Computing Systems, 1969,
    doi:10.1007/978-1-4899-5841-9_2, with a flip-flop for the select.
    """

    contract = Contract(Serial("a", "not low discrepancy"), Serial("b", "not low discrepancy"))

    def __init__(self):
        super().__init__(step, state=State(BIT), init=State(0), inputs=Inputs(a=BIT, b=BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
