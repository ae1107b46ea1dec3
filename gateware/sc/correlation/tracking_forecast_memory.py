"""Tracking forecast memory: follows the value of a stream, and encodes it anew in every clock."""

from dataclasses import replace
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import BIT, Range, StepComponent, Vector, mux, to_int, wrap

__all__ = ["TrackingForecastMemory"]


class Params(NamedTuple):
    one: int
    shift: int
    limits: Range


class State(NamedTuple):
    memory: Any


class Inputs(NamedTuple):
    stream: Any
    random: Any


class Outputs(NamedTuple):
    regenerated: Any


def step(params, state, inputs):
    forecast = state.memory >> params.shift
    # From at most one << shift the memory never exceeds that, so wrapping cuts nothing off.
    memory = wrap(state.memory - forecast + mux(inputs.stream, params.one, 0), params.limits)
    return State(memory), Outputs(forecast > to_int(inputs.random))


class TrackingForecastMemory(StepComponent):
    r"""Exponential average of a stream, compared with fresh random numbers: SCC towards 0 without a window of latency.

    .. math:: P = \lfloor M / 2^k \rfloor, \qquad M' = M - P + 2^n x, \qquad o = [P > r]

    which is :math:`P' = P + \beta (2^n x - P)` with :math:`\beta = 2^{-k}`, and loses nothing to rounding.

    Parameters
    ----------
    width : int
        Bits n of the random numbers, 1 to 16.
    shift : int
        k, 1 to 16; the time constant is :math:`2^k` clocks.

    Members
    -------
    stream : In(1)
    random : In(width)
    regenerated : Out(1)
        Has SCC 0 with streams that the random numbers are independent of, the stream itself among them, but for the share
        :math:`2^{-k}` by which it follows the stream.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Conserved in every clock: :math:`M' - M = 2^n x - P`, so that over T clocks the mean of P is that of :math:`2^n x` within
    :math:`2^{n+k}/T`: with uniform random numbers the output has no bias, at any value from 0 to 1. The memory starts at 1/2. For
    independent bits the variance of :math:`P/2^n` is close to :math:`p(1-p)/(2^{k+1}-1)`.

    Moore: what enters is seen one clock later; latency 0 from the random numbers, interval 1. Source: S. Sharifi Tehrani, A.
    Naderi, G.-A. Kamendje, S. Mannor, W. J. Gross, Tracking Forecast Memories in Stochastic Decoders, ICASSP 2009.
    """

    contract = Contract()

    def __init__(self, width=8, shift=4):
        width, shift = integer("TrackingForecastMemory width", width), integer("TrackingForecastMemory shift", shift)
        if not 1 <= width <= 16:
            raise ValueError(f"TrackingForecastMemory width must be between 1 and 16, not {width}")
        if not 1 <= shift <= 16:
            raise ValueError(f"TrackingForecastMemory shift must be between 1 and 16, not {shift}")
        limits = Range.unsigned(width + shift + 1)
        super().__init__(step, params=Params(1 << width, shift, limits), state=State(limits),
                         init=State(1 << (width + shift - 1)), inputs=Inputs(BIT, Vector(width)))

    def delivers(self, known):
        """What is known of the output, in a circuit: its correlations are those of the random numbers."""
        stream, random = known["stream"], known["random"]
        if stream is None or random is None:
            return {}
        return {"regenerated": replace(stream, origins=random.origins, serial="derived", monotone=None)}

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(3, 2)}
