"""Popcount tree: how many of several streams are 1 in this clock."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import StepComponent, Vector, popcount

__all__ = ["Popcount"]


class Inputs(NamedTuple):
    streams: Any


class Outputs(NamedTuple):
    ones: Any


def step(params, state, inputs):
    return (), Outputs(popcount(inputs.streams))


class Popcount(StepComponent):
    r"""Parallel counter: the sum of ``width`` unipolar streams as an integral stream.

    .. math:: c_t = \sum_i s_{i,t}

    Parameters
    ----------
    width : int
        Streams, 1 to 1024.

    Members
    -------
    streams : In(width)
    ones : Out(range(width + 1))

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1; a balanced tree of adders. Source: B. Parhami and C.-H. Yeh, Accumulative Parallel Counters,
    Asilomar Conference, 1995.
    """

    contract = Contract()

    def __init__(self, width=16):
        width = integer("Popcount width", width)
        if not 1 <= width <= 1024:
            raise ValueError(f"Popcount width must be between 1 and 1024, not {width}")
        super().__init__(step, inputs=Inputs(streams=Vector(width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "odd": cls(7), "wide": cls(20)}
