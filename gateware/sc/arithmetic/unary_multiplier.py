"""Multipliers of a stream by a number, whose random numbers advance with the stream's own bits: no correlation to mind."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Format
from gateware.step import BIT, Range, StepComponent, mux, not_, reverse, to_int, to_vector, vector, wrap

__all__ = ["BipolarUnaryMultiplier", "UnaryMultiplier"]


class Params(NamedTuple):
    width: int
    shift: int
    index: Range


class State(NamedTuple):
    index: Any


class BipolarState(NamedTuple):
    index_ones: Any
    index_zeros: Any


class Inputs(NamedTuple):
    stream: Any
    value: Any


class Outputs(NamedTuple):
    product: Any


def balanced(index, width, shift):
    """The index with its bits reversed and every other one complemented: low discrepancy on both sides of its mean."""
    return to_int(reverse(to_vector(index, width), width) ^ vector(shift, width))


def alternate(width):
    """The mask of every other one of ``width`` bits, the highest not among them."""
    return sum(1 << k for k in range(width - 2, -1, -2))


def step(params, state, inputs):
    bit = inputs.value > balanced(state.index, params.width, params.shift)
    index = wrap(state.index + to_int(inputs.stream), params.index)
    return State(index), Outputs(inputs.stream & bit)


def step_bipolar(params, state, inputs):
    index = mux(inputs.stream, state.index_ones, state.index_zeros)
    bit = inputs.value > balanced(index, params.width, params.shift)
    ones = wrap(state.index_ones + to_int(inputs.stream), params.index)
    zeros = wrap(state.index_zeros + to_int(not_(inputs.stream)), params.index)
    return BipolarState(ones, zeros), Outputs(not_(inputs.stream ^ bit))


def _checked(name, width):
    width = integer(f"{name} width", width)
    if not 1 <= width <= 32:
        raise ValueError(f"{name} width must be between 1 and 32, not {width}")
    return width


class UnaryMultiplier(StepComponent):
    r"""Product of a unipolar stream and a number (uMUL): the random number advances only where the stream is 1.

    .. math:: o_t = s_t \wedge [B > r_k], \qquad k \leftarrow k + s_t, \qquad r_k = \mathrm{reverse}(k) \oplus 01010\ldots_2

    After A ones of the stream, at whatever clocks they came, the output has had exactly
    :math:`C(A, B) = |\{k < A : r_k < B\}|` ones. So the product needs nothing of the stream: it may be a ramp's, or that
    of any other product.

    Parameters
    ----------
    width : int
        Bits n of the number and of the counter inside, 1 to 32.

    Members
    -------
    stream : In(1)
    value : In(width + 1)
        The number B, 0 to ``2**width`` inclusive.
    product : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Exact expectation: :math:`C(A, B)`, which is :math:`AB / 2^n` where A is a multiple of :math:`2^n`, and within
    :math:`\log_2(A) / 3 + 1` of it for every A: r is the Van der Corput sequence with a digital shift (R. Bejian and H. Faure,
    Discrepance de la suite de van der Corput, C. R. Acad. Sci. Paris 285, 1977). Without the shift, :math:`C(A, B)` is never
    less than :math:`AB / 2^n`, and the RMSE over all A and B is more than twice as large; the shift, due to J. H. Halton and
    S. K. Zaremba (The extreme and L2 discrepancies of some plane sets, Monatshefte fuer Mathematik 73, 1969), costs nothing.

    Latency 0, interval 1. Source: D. Wu et al., uGEMM: Unary Computing Architecture for GEMM Applications, ISCA 2020,
    doi:10.1109/ISCA45697.2020.00040.
    """

    contract = Contract(Format("stream", "unipolar"))

    def __init__(self, width=8):
        width = _checked("UnaryMultiplier", width)
        index = Range.unsigned(width)
        super().__init__(step, params=Params(width, alternate(width), index), state=State(index), init=State(0),
                         inputs=Inputs(stream=BIT, value=Range(0, 1 << width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(4)}


class BipolarUnaryMultiplier(StepComponent):
    r"""Product of a bipolar stream and a bipolar number: one random number advances on the ones, another on the zeros.

    .. math:: o_t = \overline{s_t \oplus [B > r_{k}]}, \qquad k = \begin{cases} k_1 & s_t = 1 \\ k_0 & s_t = 0 \end{cases}

    and the index that was used advances. After A ones and Z zeros of the stream the output has had exactly
    :math:`C(A, B) + Z - C(Z, B)` ones, C as in :class:`UnaryMultiplier`.

    Parameters
    ----------
    width : int
        Bits n of the number and of the two counters inside, 1 to 32.

    Members
    -------
    stream : In(1)
    value : In(width + 1)
        The number B, 0 to ``2**width`` inclusive, for :math:`2 B / 2^n - 1`.
    product : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: D. Wu et al., uGEMM: Unary Computing Architecture for GEMM Applications, ISCA 2020,
    doi:10.1109/ISCA45697.2020.00040.
    """

    contract = Contract(Format("stream", "bipolar"))

    def __init__(self, width=8):
        width = _checked("BipolarUnaryMultiplier", width)
        index = Range.unsigned(width)
        super().__init__(step_bipolar, params=Params(width, alternate(width), index), state=BipolarState(index, index),
                         init=BipolarState(0, 0), inputs=Inputs(stream=BIT, value=Range(0, 1 << width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(4)}
