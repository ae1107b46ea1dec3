"""Moving averages: decoders that follow a stream whose number changes."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import BIT, Range, StepComponent, Vector, bit_at, invert, mux, scale_round, shift_in, to_int, to_vector, wrap

__all__ = ["ExponentialAverage", "SlidingWindow"]


class AverageParams(NamedTuple):
    shift: int
    width: int
    limits: Range


class AverageState(NamedTuple):
    average: Any


class AverageInputs(NamedTuple):
    stream: Any


class AverageOutputs(NamedTuple):
    mean: Any


def average_step(params, state, inputs):
    # The distance to the end that the bit pulls to, shortened by its 2**-shift; a pull upwards is one downwards of the complement.
    distance = to_int(mux(inputs.stream, invert(state.average, params.width), state.average))
    rest = to_vector(wrap(distance - scale_round(distance, params.shift), params.limits), params.width)
    average = mux(inputs.stream, invert(rest, params.width), rest)
    return AverageState(average), AverageOutputs(scale_round(to_int(average), params.shift))


class ExponentialAverage(StepComponent):
    r"""Exponential moving average of a stream: its probability with a memory of :math:`\tau = 2^k` clocks.

    .. math:: a' = a + \operatorname{round}\left(2^{-k} (s\,(2^W - 1) - a)\right), \qquad W = n + k, \qquad
              m = \operatorname{round}(a' / 2^k)

    rounding half away from the end that s pulls to, so that streams of all ones and all zeros reach :math:`2^n` and 0 exactly and
    the mean of a stream and that of its complement add up to :math:`2^n`.

    Parameters
    ----------
    width : int
        Bits n of the mean, 1 to 24.
    shift : int
        k, 1 to 16.

    Members
    -------
    stream : In(1)
    mean : Out(width + 1)
        0 to ``2**width`` inclusive, with the present bit; ``mean / 2**width`` estimates the probability.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    For independent bits the mean is p, within half a step of ``2**-width``, and the variance :math:`p(1-p)/(2^{k+1} - 1)`, apart
    from the rounding. A change of the number is followed with the time constant :math:`-1/\ln(1 - 2^{-k}) \approx 2^k` clocks.
    Latency 0, interval 1. Source: the adaptive digital element of B. R. Gaines, Stochastic Computing Systems, 1969,
    doi:10.1007/978-1-4899-5841-9_2, whose feedback is a stream where this one's is the number itself.
    """

    def __init__(self, width=8, shift=4):
        width, shift = integer("ExponentialAverage width", width), integer("ExponentialAverage shift", shift)
        if not 1 <= width <= 24:
            raise ValueError(f"ExponentialAverage width must be between 1 and 24, not {width}")
        if not 1 <= shift <= 16:
            raise ValueError(f"ExponentialAverage shift must be between 1 and 16, not {shift}")
        bits = width + shift
        super().__init__(average_step, params=AverageParams(shift, bits, Range.unsigned(bits)),
                         state=AverageState(Vector(bits)), init=AverageState(0), inputs=AverageInputs(BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "short": cls(4, 2)}


class WindowParams(NamedTuple):
    window: int
    last: int
    counts: Range


class WindowState(NamedTuple):
    history: Any
    count: Any


class WindowInputs(NamedTuple):
    stream: Any


class WindowOutputs(NamedTuple):
    ones: Any


def window_step(params, state, inputs):
    oldest = bit_at(state.history, params.last)
    count = wrap(state.count + to_int(inputs.stream) - to_int(oldest), params.counts)
    return WindowState(shift_in(state.history, inputs.stream, params.window), count), WindowOutputs(count)


class SlidingWindow(StepComponent):
    r"""Sliding window decoder: the ones among the last D bits of a stream.

    .. math:: c_t = \sum_{k=t-D+1}^{t} s_k

    Parameters
    ----------
    window : int
        Bits D, 2 to 64; those before the first are 0.

    Members
    -------
    stream : In(1)
    ones : Out(width of D)
        0 to D, including the present bit.

    Raises
    ------
    ValueError
        If the window is out of range.

    Notes
    -----
    For independent bits the mean is p D, the variance p (1 - p) D. Latency 0, interval 1. A counter goes up with the bit that enters
    the window and down with the one that leaves it.
    """

    def __init__(self, window=64):
        window = integer("SlidingWindow window", window)
        if not 2 <= window <= 64:
            raise ValueError(f"SlidingWindow window must be between 2 and 64, not {window}")
        counts = Range.unsigned(window.bit_length())
        super().__init__(window_step, params=WindowParams(window, window - 1, counts),
                         state=WindowState(Vector(window), counts), init=WindowState(0, 0), inputs=WindowInputs(BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "short": cls(5)}
