"""Adaptive digital element (ADDIE) as a divider: an up/down counter tracks the quotient that balances its two inputs."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Format, Serial
from gateware.step import BIT, Range, StepComponent, saturate, to_int

__all__ = ["AddieDivider"]


class Params(NamedTuple):
    span: Range


class State(NamedTuple):
    level: Any


class Inputs(NamedTuple):
    dividend: Any
    divisor: Any
    random: Any


class Outputs(NamedTuple):
    quotient: Any
    count: Any


def track(level, up, down, span):
    """The level after one clock: ``up`` raises and ``down`` lowers it by one, within the span."""
    return saturate(level + to_int(up) - to_int(down), span)


def step(params, state, inputs):
    quotient = state.level > inputs.random
    level = track(state.level, inputs.dividend, quotient & inputs.divisor, params.span)
    return State(level), Outputs(quotient, state.level)


def checked_width(name, width):
    """``width`` as an integer from 2 to 16.

    Raises
    ------
    TypeError, ValueError
        If it is not, naming the component.
    """
    width = integer(f"{name} width", width)
    if not 2 <= width <= 16:
        raise ValueError(f"{name} width must be between 2 and 16, not {width}")
    return width


class AddieDivider(StepComponent):
    r"""Quotient of two unipolar streams of any correlation, by feedback.

    .. math:: q_t = [c > r_t], \qquad c' = \mathrm{sat}(c + x_t - q_t y_t), \qquad E[c] / 2^W = p_x / p_y

    The counter rests where :math:`p_x = p_y\,c / 2^W`. Where :math:`p_x > p_y` it rests at 1.0.

    Parameters
    ----------
    width : int
        W, 2 to 16: the counter spans 0 to ``2**width``, both included.

    Members
    -------
    dividend, divisor : In(1)
        x and y.
    random : In(width)
        r, uncorrelated with both.
    quotient : Out(1)
    count : Out(width + 1)
        c, the quotient in units of ``2**-width``: its mean over the clocks after it has settled is the better read-out.

    Raises
    ------
    TypeError, ValueError
        If the width is out of range.

    Notes
    -----
    With bits that are independent from clock to clock c is a birth-death chain. For SCC(x, y) = +1 its steady
    state is exactly the binomial distribution of :math:`2^W` trials at :math:`p_x / p_y`: no bias, the standard deviation of
    one reading :math:`\sqrt{s (1 - s) / 2^W}`. For other correlations it is unbiased but for what saturation at :math:`2^W`
    takes. It starts at :math:`2^{W-1}` and settles with the time constant :math:`2^W / p_y` clocks.

    Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    contract = Contract(Correlation(("random", "dividend"), 0), Correlation(("random", "divisor"), 0),
                        Serial("dividend", "not a ramp"), Serial("divisor", "not a ramp"),
                        Format(("dividend", "divisor"), "unipolar"))

    def __init__(self, width=6):
        width = checked_width("AddieDivider", width)
        span = Range(0, 1 << width)
        super().__init__(step, params=Params(span), state=State(span), init=State(1 << (width - 1)),
                         inputs=Inputs(BIT, BIT, Range.unsigned(width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(5)}
