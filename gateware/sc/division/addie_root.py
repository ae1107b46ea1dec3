"""Square roots by feedback: an up/down counter whose output is squared in its own balance."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Correlation, Format, Serial
from gateware.step import BIT, Range, StepComponent

from .addie import Params, checked_width, track

__all__ = ["AddieRoot", "DelayedAddieRoot"]


class State(NamedTuple):
    level: Any


class Inputs(NamedTuple):
    stream: Any
    random: Any
    other: Any


class Outputs(NamedTuple):
    root: Any
    count: Any


def step(params, state, inputs):
    root = state.level > inputs.random
    level = track(state.level, inputs.stream, root & (state.level > inputs.other), params.span)
    return State(level), Outputs(root, state.level)


class DelayedState(NamedTuple):
    level: Any
    last: Any


class DelayedInputs(NamedTuple):
    stream: Any
    random: Any


def delayed_step(params, state, inputs):
    root = state.level > inputs.random
    level = track(state.level, inputs.stream, root & state.last, params.span)
    return DelayedState(level, root), Outputs(root, state.level)


class AddieRoot(StepComponent):
    r"""Square root of a unipolar stream, the square of the counter taken by two comparators.

    .. math:: q_t = [c > r_t], \qquad c' = \mathrm{sat}(c + x_t - q_t\,[c > r'_t]), \qquad E[(c / 2^W)^2] = p

    Parameters
    ----------
    width : int
        W, 2 to 16: the counter spans 0 to ``2**width``, both included.

    Members
    -------
    stream : In(1)
        x, of probability p.
    random, other : In(width)
        r and r', uncorrelated with each other and with the stream.
    root : Out(1)
    count : Out(width + 1)
        c, the root in units of ``2**-width``: its mean over the clocks after it has settled is the better read-out.

    Raises
    ------
    TypeError, ValueError
        If the width is out of range.

    Notes
    -----
    With bits that are independent from clock to clock c is a birth-death chain that rises with :math:`p (1 - (c /
    2^W)^2)` and falls with :math:`(1 - p)(c / 2^W)^2`; its steady state is the product of their ratios. The mean square of
    :math:`c / 2^W` is p exactly (the chain reflects at neither end), so that the mean is low by the variance over twice the
    root, about :math:`(1 - p) / 2^{W+2}`: 0.0020 for W = 6 at p = 1/2. It starts at :math:`2^{W-1}` and settles with
    the time constant :math:`2^W / (2 \sqrt p)` clocks.

    Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2, whose
    square is of one comparator and its delay; two comparators need no independence from clock to clock.
    """

    contract = Contract(Correlation(("stream", "random", "other"), 0), Format("stream", "unipolar"))

    def __init__(self, width=6):
        width = checked_width("AddieRoot", width)
        span = Range(0, 1 << width)
        super().__init__(step, params=Params(span), state=State(span), init=State(1 << (width - 1)),
                         inputs=Inputs(BIT, Range.unsigned(width), Range.unsigned(width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(5)}


class DelayedAddieRoot(StepComponent):
    r"""Square root of a unipolar stream, the square of the counter taken by one comparator and a delay: biased.

    .. math:: q_t = [c > r_t], \qquad c' = \mathrm{sat}(c + x_t - q_t\,q_{t-1}), \qquad E[q_t\,q_{t-1}] = p

    Parameters
    ----------
    width : int
        W, 2 to 16: the counter spans 0 to ``2**width``, both included.

    Members
    -------
    stream : In(1)
        x, of probability p.
    random : In(width)
        r, uncorrelated with the stream and independent from clock to clock.
    root : Out(1)
    count : Out(width + 1)

    Raises
    ------
    TypeError, ValueError
        If the width is out of range.

    Notes
    -----
    Two successive bits are the square only if the numbers behind them are independent: a Sobol sequence leaves an
    error of 0.03 to 0.12 rms, by its dimension, at any length. With independent numbers the mean is still low, as the counter
    wanders and a 1 is mostly followed by a lower count: by 0.002 to 0.006 for W = 5, half of it for each bit more.

    Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    :class:`AddieRoot` costs a comparator more and takes any source.
    """

    contract = Contract(Correlation(("stream", "random"), 0), Serial("random", "independent"), Format("stream", "unipolar"))

    def __init__(self, width=6):
        width = checked_width("DelayedAddieRoot", width)
        span = Range(0, 1 << width)
        super().__init__(delayed_step, params=Params(span), state=DelayedState(span, BIT),
                         init=DelayedState(1 << (width - 1), 0), inputs=DelayedInputs(BIT, Range.unsigned(width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(5)}
