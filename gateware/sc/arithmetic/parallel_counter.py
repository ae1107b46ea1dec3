"""Accumulative parallel counter: the ones of several streams together, so far."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import Range, StepComponent, Vector, popcount, saturate

__all__ = ["ParallelCounter"]


class Params(NamedTuple):
    limits: Range


class State(NamedTuple):
    count: Any


class Inputs(NamedTuple):
    streams: Any


class Outputs(NamedTuple):
    ones: Any


def step(params, state, inputs):
    count = saturate(state.count + popcount(inputs.streams), params.limits)
    return State(count), Outputs(count)


class ParallelCounter(StepComponent):
    r"""Sum of ``width`` unipolar streams as a number: exact, and no stream any more.

    .. math:: c_t = \sum_{k \le t} \sum_i s_{i,k}, \qquad \sum_i \hat p_i = c_t / t

    Parameters
    ----------
    width : int
        Streams n, 1 to 64.
    length : int
        Clocks of the longest run, 1 to 2**32: the count stops at ``width * length`` and never wraps.

    Members
    -------
    streams : In(width)
        Stream i in bit i, of any correlation.
    ones : Out(range(width * length + 1))
        Including the present bits.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Bipolar: :math:`\sum_i \hat v_i = 2 c_t / t - n`. For the count of one clock there is
    :class:`~gateware.sc.arithmetic.popcount.Popcount`.

    Latency 0, interval 1; start anew with ``ResetInserter``. Source: B. Parhami and C.-H. Yeh, Accumulative Parallel
    Counters, Asilomar Conference, 1995.
    """

    contract = Contract()

    def __init__(self, width=4, length=256):
        width, length = integer("ParallelCounter width", width), integer("ParallelCounter length", length)
        if not 1 <= width <= 64:
            raise ValueError(f"ParallelCounter width must be between 1 and 64, not {width}")
        if not 1 <= length <= 1 << 32:
            raise ValueError(f"ParallelCounter length must be between 1 and 2**32, not {length}")
        limits = Range(0, width * length)
        super().__init__(step, params=Params(limits), state=State(limits), init=State(0), inputs=Inputs(Vector(width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "short": cls(5, 6)}
