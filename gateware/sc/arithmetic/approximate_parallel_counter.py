"""Approximate parallel counter: half of a parallel counter, with errors that cancel on average."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import Range, StepComponent, Vector, bit, popcount, shift_in, vector, wrap

__all__ = ["ApproximateParallelCounter"]


class Params(NamedTuple):
    width: int
    ands: int
    ors: int
    limits: Range


class Inputs(NamedTuple):
    streams: Any


class Outputs(NamedTuple):
    ones: Any


def step(params, state, inputs):
    # Stream 2j + 1 meets stream 2j at the place of the former.
    first, second = shift_in(inputs.streams, bit(0), params.width), inputs.streams
    ands = first & second & vector(params.ands, params.width)
    ors = (first | second) & vector(params.ors, params.width)
    # There are half as many pairs as streams, so the wrap never happens: it drops a bit that is always 0.
    return (), Outputs(wrap(popcount(ands | ors), params.limits) << 1)


class ApproximateParallelCounter(StepComponent):
    r"""About how many of ``width`` streams are 1 in this clock: pairs of them are first joined by AND and OR in turn.

    .. math:: c = 2 \sum_{j\ \mathrm{even}} (s_{2j} \wedge s_{2j+1}) + 2 \sum_{j\ \mathrm{odd}} (s_{2j} \vee s_{2j+1})

    A pair that differs counts 0 at an AND and 2 at an OR, so exactly

    .. math:: c = \sum_i s_i + \sum_{j\ \mathrm{odd}} (s_{2j} \oplus s_{2j+1}) - \sum_{j\ \mathrm{even}} (s_{2j} \oplus s_{2j+1})

    Parameters
    ----------
    width : int
        Streams n, a multiple of 4 from 4 to 64, so that there are as many ANDs as ORs.

    Members
    -------
    streams : In(width)
        Stream i in bit i.
    ones : Out
        An even number from 0 to ``width``.

    Raises
    ------
    ValueError
        If the width is out of range or no multiple of 4.

    Notes
    -----
    The error lies between -n/4 and n/4. Over all :math:`2^n` inputs it has the mean 0 and the variance n/8. For independent
    streams its mean is :math:`\sum_{odd} d_j - \sum_{even} d_j` with :math:`d = p + q - 2 p q` of each pair: 0 where all
    streams have one value, and a bias that no length removes where the pairs' values differ. Compare
    :class:`~gateware.sc.arithmetic.popcount.Popcount`, which is exact.

    Latency 0, interval 1. Source: K. Kim, J. Lee and K. Choi, Approximate De-randomizer for Stochastic Circuits, ISOCC 2015;
    the bias and its bounds are our own.
    """

    contract = Contract()

    def __init__(self, width=16):
        width = integer("ApproximateParallelCounter width", width)
        if not 4 <= width <= 64 or width % 4:
            raise ValueError(f"ApproximateParallelCounter width must be a multiple of 4 between 4 and 64, not {width}")
        super().__init__(
            step,
            params=Params(width, ands=sum(2 << k for k in range(0, width, 4)), ors=sum(8 << k for k in range(0, width, 4)),
                          limits=Range.unsigned((width // 2).bit_length())),
            inputs=Inputs(Vector(width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(4)}
