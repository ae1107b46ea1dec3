"""Subtractor of two unipolar streams that gives nothing below zero."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Format
from gateware.step import BIT, Range, StepComponent, saturate, to_int

__all__ = ["SaturatingSubtractor"]


class Params(NamedTuple):
    limits: Range


class State(NamedTuple):
    debt: Any


class Inputs(NamedTuple):
    minuend: Any
    subtrahend: Any


class Outputs(NamedTuple):
    difference: Any


def step(params, state, inputs):
    total = state.debt + to_int(inputs.subtrahend) - to_int(inputs.minuend)
    return State(saturate(total, params.limits)), Outputs(total < 0)


class SaturatingSubtractor(StepComponent):
    r"""Difference of two unipolar streams, at least 0: ones of the subtrahend are owed by the minuend's next ones.

    .. math:: o_t = [d + y_t - x_t < 0], \qquad d' = \min(\max(d + y_t - x_t,\; 0),\; A)

    The ones of the output are exactly :math:`\sum x - \sum y + d + f` at every moment, d being the debt and f the number of
    times that it was A and should have grown, which was forgiven.

    Parameters
    ----------
    depth : int
        A, the greatest debt, 1 to 2**16.

    Members
    -------
    minuend, subtrahend : In(1)
        x and y, of any correlation; the nearer to SCC +1, the smaller the debts.
    difference : Out(1)

    Raises
    ------
    ValueError
        If the depth is out of range.

    Notes
    -----
    Exact steady state for streams that are independent of each other and from clock to clock:

    .. math:: E[o] = \frac{p - q}{1 - \rho^{A + 1}}, \quad \rho = \frac{q (1 - p)}{p (1 - q)}, \qquad
              E[o] = \frac{p (1 - p)}{A + 1} \text{ at } p = q

    which tends to :math:`\max(p - q, 0)` as A grows.

    By induction: :math:`d' - d = y - x + o`, less 1 where the debt was A and only y is 1.

    Latency 0, interval 1. Source: the operator of BitSAD (K. Daruwalla et al., BitSAD v2: Compiler Optimization and Analysis for
    Bitstream Computing, ACM TACO 16(4), 2019), with a debt that is kept; the steady state is our own.
    """

    contract = Contract(Format(("minuend", "subtrahend"), "unipolar"))

    def __init__(self, depth=7):
        depth = integer("SaturatingSubtractor depth", depth)
        if not 1 <= depth <= 1 << 16:
            raise ValueError(f"SaturatingSubtractor depth must be between 1 and 2**16, not {depth}")
        limits = Range(0, depth)
        super().__init__(step, params=Params(limits), state=State(limits), init=State(0), inputs=Inputs(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "shallow": cls(1), "deep": cls(100)}
