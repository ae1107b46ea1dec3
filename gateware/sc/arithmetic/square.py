"""Squares of a unipolar stream: by a delayed copy of it, or by a count of it. Never ``x & x``, which is x."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Format, Serial
from gateware.step import BIT, StepComponent, Vector, bit_at, shift_in
from gateware.step.compose import Composite, connect, outside

from .in_stream_multiplier import InStreamMultiplier

__all__ = ["InStreamSquare", "IsolatedSquare"]


class Params(NamedTuple):
    delay: int


class State(NamedTuple):
    line: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    square: Any


def step(params, state, inputs):
    delayed = bit_at(state.line, params.delay - 1)
    return State(shift_in(state.line, inputs.stream, params.delay)), Outputs(inputs.stream & delayed)


class IsolatedSquare(StepComponent):
    r"""Square of a stream whose bits are independent of each other: AND with itself some clocks ago.

    .. math:: o_t = s_t \wedge s_{t-d}, \qquad E[o] = p^2

    Parameters
    ----------
    delay : int
        Flip-flops d, 1 to 64.

    Members
    -------
    stream : In(1)
        Independent from clock to clock. Behind a plain LFSR, a Sobol source or a ramp the result does not converge to the
        square: take :class:`InStreamSquare`.
    square : Out(1)

    Raises
    ------
    ValueError
        If the delay is out of range.

    Notes
    -----
    For any stream :math:`E[o] = p^2 + C_d`, with :math:`C_d` its autocovariance at the delay. The first d bits are 0.

    Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    contract = Contract(Serial("stream", "independent"), Format("stream", "unipolar"))

    def __init__(self, delay=1):
        delay = integer("IsolatedSquare delay", delay)
        if not 1 <= delay <= 64:
            raise ValueError(f"IsolatedSquare delay must be between 1 and 64, not {delay}")
        super().__init__(step, params=Params(delay), state=State(Vector(delay)), init=State(0), inputs=Inputs(stream=BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "several": cls(4)}


class InStreamSquare(Composite):
    r"""Square of a stream of any source but a ramp: the stream times the count of its last :math:`2^w` bits.

    .. math:: E[o] = p^2

    as far as the count in the window is that of the whole stream: :class:`InStreamMultiplier` with both inputs one stream.
    A ramp's stream is all 1 or all 0 within a window, and would come out as it is.

    Parameters
    ----------
    width : int
        w, 1 to 6: the window is ``2**width`` flip-flops.

    Members
    -------
    stream : In(1)
    square : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: D. Wu et al., uGEMM: Unary Computing Architecture for GEMM Applications, ISCA 2020,
    doi:10.1109/ISCA45697.2020.00040.
    """

    contract = Contract(Serial("stream", "not a ramp"), Format("stream", "unipolar"))

    def __init__(self, width=4):
        width = integer("InStreamSquare width", width)
        if not 1 <= width <= 6:
            raise ValueError(f"InStreamSquare width must be between 1 and 6, not {width}")
        stream = outside("stream", BIT)
        super().__init__(square=connect(InStreamMultiplier(width), a=stream, b=stream).product)

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(2)}
