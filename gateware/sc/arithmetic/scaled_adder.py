"""Scaled adder of stochastic streams that carries its remainder: no select, no random error."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import Range, StepComponent, Vector, maximum, minimum, mux, popcount

__all__ = ["ScaledAdder"]


class Params(NamedTuple):
    width: int


class State(NamedTuple):
    remainder: Any


class Inputs(NamedTuple):
    streams: Any


class Outputs(NamedTuple):
    sum: Any


def step(params, state, inputs):
    total = state.remainder + popcount(inputs.streams)
    carry = total >= params.width
    # maximum and minimum change nothing: they tell the range of each arm, 0 to width - 1.
    remainder = mux(carry, maximum(total - params.width, 0), minimum(total, params.width - 1))
    return State(remainder), Outputs(carry)


class ScaledAdder(StepComponent):
    r"""Mean of ``width`` streams, unipolar or bipolar, exact to one bit at every moment.

    .. math:: a' = a + \sum_i s_{i,t} - n\,o_t, \qquad o_t = \left[a + \sum_i s_{i,t} \ge n\right]

    The ones of the output are :math:`\lfloor S / n \rfloor` with S the ones of all inputs so far: less than one below
    the scaled sum, for every prefix and whatever the correlation of the inputs.

    Parameters
    ----------
    width : int
        Streams n, 2 to 64.

    Members
    -------
    streams : In(width)
        Stream i in bit i.
    sum : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: D. Wu et al., uGEMM: Unary Computing Architecture for GEMM Applications, ISCA 2020,
    doi:10.1109/ISCA45697.2020.00040; for two streams V. T. Lee et al., Energy-Efficient Hybrid Stochastic-Binary Neural
    Networks for Near-Sensor Computing, DATE 2017, doi:10.23919/DATE.2017.7926951.
    """

    contract = Contract()

    def __init__(self, width=2):
        width = integer("ScaledAdder width", width)
        if not 2 <= width <= 64:
            raise ValueError(f"ScaledAdder width must be between 2 and 64, not {width}")
        super().__init__(step, params=Params(width), state=State(Range(0, width - 1)), init=State(0),
                         inputs=Inputs(Vector(width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "odd": cls(5), "power of two": cls(16)}
