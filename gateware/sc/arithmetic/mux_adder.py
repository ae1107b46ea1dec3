"""Scaled adder of stochastic streams: a multiplexer."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Correlation
from gateware.step import BIT, StepComponent, mux

__all__ = ["MuxAdder"]


class Inputs(NamedTuple):
    a: Any
    b: Any
    select: Any


class Outputs(NamedTuple):
    sum: Any


def step(params, state, inputs):
    return (), Outputs(mux(inputs.select, inputs.a, inputs.b))


class MuxAdder(StepComponent):
    r"""Weighted mean of two streams, unipolar or bipolar.

    .. math:: E[o] = s\,p + (1 - s)\,q, \text{ for } s = 1/2 \text{ the half sum}

    Members
    -------
    a, b : In(1)
    select : In(1)
        A stream of value s, uncorrelated with both.
    sum : Out(1)

    Notes
    -----
    Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    contract = Contract(Correlation(("a", "select"), 0), Correlation(("b", "select"), 0))

    def __init__(self):
        super().__init__(step, inputs=Inputs(a=BIT, b=BIT, select=BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
