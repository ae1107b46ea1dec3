"""Stability monitor: how far a stream's estimate is from the truth, and when it was last too far."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import BIT, Range, StepComponent, absolute, minimum, mux, wrap

__all__ = ["StabilityMonitor"]


class Params(NamedTuple):
    length: int
    tolerance: int
    differences: Range
    bounds: Range


class State(NamedTuple):
    difference: Any
    bound: Any
    clocks: Any
    unstable_until: Any


class Inputs(NamedTuple):
    stream: Any
    value: Any


class Outputs(NamedTuple):
    difference: Any
    unstable: Any
    unstable_until: Any


def step(params, state, inputs):
    more = state.clocks < params.length
    # At most N * N and at least -N * N after N clocks: limits that hold these cut nothing off.
    here = wrap(state.difference + mux(inputs.stream, params.length, 0) - inputs.value, params.differences)
    difference = mux(more, here, state.difference)
    bound = mux(more, wrap(state.bound + params.tolerance, params.bounds), state.bound)
    clocks = mux(more, minimum(state.clocks + 1, params.length), state.clocks)
    unstable = absolute(difference) > bound
    until = mux(more & unstable, clocks, state.unstable_until)
    return State(difference, bound, clocks, until), Outputs(difference, unstable, until)


class StabilityMonitor(StepComponent):
    r"""Progressive error of a stream of known value, and the last clock at which it exceeded a tolerance.

    .. math:: d_t = N \sum_{k \le t} s_k - t X = N t \left(\tfrac{1}{t} \textstyle\sum s_k - v\right), \qquad
        \mathit{unstable} = [|d_t| > T t], \qquad t^* = \max \{t : \mathit{unstable}\}

    without a division: :math:`v = X / N` and :math:`\tau = T / N`. The progressive error is :math:`e_t = |d_t| / (N t)`, the
    stability :math:`1 - t^*/N`.

    Parameters
    ----------
    width : int
        n, 1 to 12; the length is :math:`N = 2^n` clocks, then the outputs stand.
    tolerance : int
        T, 0 to ``2**width``.

    Members
    -------
    stream : In(1)
    value : In(width + 1)
        X, 0 to ``2**width``, constant while the stream is.
    difference : Out
        Signed, including the present clock.
    unstable : Out(1)
    unstable_until : Out
        t*, 0 while the error has never been too great.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Exact: equal to ``models.metrics.progressive_error`` and ``stability``. Mealy: latency 0, interval 1. Start anew with
    ``ResetInserter``. Source: the stability of D. Wu et al., uGEMM: Unary Computing Architecture for GEMM Applications, ISCA
    2020, doi:10.1109/ISCA45697.2020.00040; progressive precision of A. Alaghi, J. P. Hayes, Fast and Accurate Computation
    Using Stochastic Circuits, DATE 2014.
    """

    contract = Contract()

    def __init__(self, width=8, tolerance=8):
        width, tolerance = integer("StabilityMonitor width", width), integer("StabilityMonitor tolerance", tolerance)
        if not 1 <= width <= 12:
            raise ValueError(f"StabilityMonitor width must be between 1 and 12, not {width}")
        length = 1 << width
        if not 0 <= tolerance <= length:
            raise ValueError(f"StabilityMonitor tolerance must be between 0 and {length}, not {tolerance}")
        differences = Range(-2 * length * length, 2 * length * length - 1)
        bounds = Range.unsigned((tolerance * length).bit_length())
        super().__init__(step, params=Params(length, tolerance, differences, bounds),
                         state=State(differences, bounds, Range(0, length), Range(0, length)), init=State(0, 0, 0, 0),
                         inputs=Inputs(BIT, Range(0, length)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(2, 1)}
