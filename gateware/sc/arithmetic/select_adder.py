"""Weighted adder of several stochastic streams: a multiplexer with a select of several bits."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation
from gateware.step import Range, StepComponent, Vector, bit_at

__all__ = ["SelectAdder"]


class Inputs(NamedTuple):
    streams: Any
    select: Any


class Outputs(NamedTuple):
    sum: Any


def step(params, state, inputs):
    return (), Outputs(bit_at(inputs.streams, inputs.select))


class SelectAdder(StepComponent):
    r"""Weighted mean of ``width`` streams, unipolar or bipolar: in each clock one of them is taken.

    .. math:: o_t = s_{r_t,\,t}, \qquad E[o] = \sum_i w_i\,p_i, \quad w_i = P(r = i)

    A select that is uniform gives the mean; one that takes i exactly :math:`N w_i` times in N clocks and is
    uncorrelated with the streams gives the weights without an error of their own.

    Parameters
    ----------
    width : int
        Streams, 2 to 64.

    Members
    -------
    streams : In(width)
        Stream i in bit i.
    select : In(range(width))
        The stream taken in this clock; at most ``width - 1``.
    sum : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    contract = Contract(Correlation(("streams", "select"), 0, across=True))

    def __init__(self, width=4):
        width = integer("SelectAdder width", width)
        if not 2 <= width <= 64:
            raise ValueError(f"SelectAdder width must be between 2 and 64, not {width}")
        super().__init__(step, inputs=Inputs(streams=Vector(width), select=Range(0, width - 1)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "odd": cls(5), "wide": cls(64)}
