"""Multiplier of two streams that counts one of them in a window: no correlation to mind."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Format, Serial
from gateware.step import BIT, Range, StepComponent, Vector, bit_at, shift_in, to_int, wrap

from .unary_multiplier import alternate, balanced

__all__ = ["InStreamMultiplier"]


class Params(NamedTuple):
    width: int
    depth: int
    shift: int
    index: Range
    count: Range


class State(NamedTuple):
    window: Any
    count: Any
    index: Any


class Inputs(NamedTuple):
    a: Any
    b: Any


class Outputs(NamedTuple):
    product: Any


def step(params, state, inputs):
    bit = state.count > balanced(state.index, params.width, params.shift)
    oldest = bit_at(state.window, params.depth - 1)
    # The count is that of the window, so it stays between 0 and the depth: the wrap never happens and costs nothing.
    count = wrap(state.count + to_int(inputs.b) - to_int(oldest), params.count)
    index = wrap(state.index + to_int(inputs.a), params.index)
    return State(shift_in(state.window, inputs.b, params.depth), count, index), Outputs(inputs.a & bit)


class InStreamMultiplier(StepComponent):
    r"""Product of two unipolar streams of any correlation (in-stream uMUL).

    .. math:: o_t = a_t \wedge [B_t > r_k], \qquad k \leftarrow k + a_t, \qquad B_t = \sum_{i=1}^{2^w} b_{t-i}

    It is :class:`~gateware.sc.arithmetic.unary_multiplier.UnaryMultiplier`, whose sequence r advances only where a is 1, with
    the number taken from the last :math:`2^w` bits of b.

    Parameters
    ----------
    width : int
        w, 1 to 6: the window is ``2**width`` flip-flops.

    Members
    -------
    a, b : In(1)
        The ones of b are spread over the run: a ramp longer than the window is all 1 or all 0 within it.
    product : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Exact expectation, once the window is full: where every window of b holds the same number B of ones (a stream with the
    period :math:`2^w`, such as that of a ramp of w bits), a ones of a give :math:`|\{k < a : r_k < B\}|`. Otherwise B follows
    b with its own fluctuation, and the mean is p q as far as that and the index are unrelated. Until the window is full
    the product is that of its start, alternating zeros and ones: b = 1/2.

    By induction: count is the number of ones in the window.

    Latency 0, interval 1. Source: D. Wu et al., uGEMM: Unary Computing Architecture for GEMM Applications, ISCA 2020,
    doi:10.1109/ISCA45697.2020.00040.
    """

    contract = Contract(Serial("b", "not a ramp"), Format(("a", "b"), "unipolar"))

    def __init__(self, width=4):
        width = integer("InStreamMultiplier width", width)
        if not 1 <= width <= 6:
            raise ValueError(f"InStreamMultiplier width must be between 1 and 6, not {width}")
        depth, index, count = 1 << width, Range.unsigned(width), Range.unsigned(width + 1)
        alternating = sum(1 << k for k in range(0, depth, 2))
        super().__init__(step, params=Params(width, depth, alternate(width), index, count),
                         state=State(Vector(depth), count, index), init=State(alternating, depth // 2, 0), inputs=Inputs(a=BIT, b=BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(2), "wide": cls(6)}
