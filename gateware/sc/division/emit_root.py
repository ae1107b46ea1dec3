"""Square root that emits bits into its own input: as many as its output has ones over zeros drawn from the past."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Correlation, Format, Serial
from gateware.step import BIT, Range, StepComponent, Vector, bit_at, not_, saturate, shift_in, to_int

from .history import checked_depth

__all__ = ["EmitRoot"]


class Params(NamedTuple):
    depth: int
    span: Range


class State(NamedTuple):
    waiting: Any
    emitted: Any
    zeros: Any


class Inputs(NamedTuple):
    stream: Any
    index: Any


class Outputs(NamedTuple):
    root: Any


def step(params, state, inputs):
    total = state.waiting + to_int(inputs.stream) + to_int(state.emitted)
    root = total >= 1
    # A bit is emitted at most D clocks after a 0 of the root, when none waits: no more than D ever wait.
    following = State(saturate(total - to_int(root), params.span), root & bit_at(state.zeros, inputs.index),
                      shift_in(state.zeros, not_(root), params.depth))
    return following, Outputs(root)


class EmitRoot(StepComponent):
    r"""Bit-inserting square root: the output is the input and emitted bits e, where e is a 1 of the output over a 0 of its past.

    .. math:: o_t = [a + x_t + e_t \ge 1], \quad a' = a + x_t + e_t - o_t, \quad e_{t+1} = o_t \wedge \bar o_{t-1-\rho_t}

    Were :math:`o_t` and the past bit independent, :math:`y = p + y (1 - y)` would hold, and :math:`y = \sqrt p`.

    Parameters
    ----------
    depth : int
        Past bits D that are kept, a power of two from 2 to 64.

    Members
    -------
    stream : In(1)
        x, of probability p.
    index : In(log2(depth))
        :math:`\rho`, 0 to ``depth - 1``, from a source of its own.
    root : Out(1)

    Raises
    ------
    TypeError, ValueError
        If the depth is no such power.

    Notes
    -----
    Exact is the count, for every prefix and any input: the ones of the output are those of the input and of e
    less a, and :math:`0 \le a \le D`; it never saturates. The mean is low, as a 1 is emitted over a 0 of the recent past and
    the two are not independent: for independent bits by 0.109, 0.063 and 0.016 at p = 0.05, 0.25 and 0.55 for a depth of 2;
    by 0.084, 0.032 and 0.007 for 4. At p = 0 it is 0, at 1 it is 1. Sobol streams leave 0.034 rms for
    a depth of 2, 0.014 for 8.

    Latency 0, interval 1. Source: D. Wu, R. Yin and J. San Miguel, In-Stream Correlation-Based Division and Bit-Inserting Square
    Root in Stochastic Computing, IEEE Design & Test, 2021.
    """

    contract = Contract(Correlation(("stream", "index"), 0, fix="draw the index from a source of its own"),
                        Serial("stream", "not a ramp"), Format("stream", "unipolar"))

    def __init__(self, depth=4):
        depth = checked_depth("EmitRoot", depth)
        span = Range(0, depth)
        super().__init__(step, params=Params(depth, span), state=State(span, BIT, Vector(depth)), init=State(0, 0, 0),
                         inputs=Inputs(BIT, Range(0, depth - 1)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "two": cls(2)}
