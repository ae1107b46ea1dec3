"""Restoring divider of two binary numbers: one bit of the quotient per clock, for counts decoded from streams."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import BIT, Range, StepComponent, maximum, mux, not_, to_int, wrap

__all__ = ["RestoringDivider"]


class Params(NamedTuple):
    width: int
    one: int
    word: Range


class State(NamedTuple):
    remainder: Any
    divisor: Any
    fraction: Any
    full: Any
    left: Any


class Inputs(NamedTuple):
    start: Any
    dividend: Any
    divisor: Any


class Outputs(NamedTuple):
    quotient: Any
    ready: Any


def step(params, state, inputs):
    divisor = mux(inputs.start, inputs.divisor, state.divisor)
    minuend = mux(inputs.start, inputs.dividend, state.remainder << 1)
    enough = minuend >= divisor
    running = inputs.start | (state.left > 0)
    # Below one, the remainder stays below the divisor and each bit fits, so that no wrap changes a value that counts.
    remainder = wrap(mux(enough, minuend - divisor, minuend), params.word)
    fraction = wrap((state.fraction << 1) + to_int(enough), params.word)
    following = State(
        remainder=mux(running, remainder, state.remainder),
        divisor=divisor,
        fraction=mux(inputs.start, 0, mux(running, fraction, state.fraction)),
        full=mux(inputs.start, enough, state.full),
        left=mux(inputs.start, params.width, maximum(state.left - 1, 0)))
    return following, Outputs(mux(state.full, params.one, state.fraction), not_(state.left > 0))


class RestoringDivider(StepComponent):
    r"""Exact quotient of two counts: stochastic streams divided where they have become binary.

    .. math:: Q = \min\left(\left\lfloor 2^n X / Y \right\rfloor, 2^n\right)

    Parameters
    ----------
    width : int
        Bits n of the fraction, 1 to 31.

    Members
    -------
    start : In(1)
        Take the operands in this clock; a division that runs is given up.
    dividend, divisor : In(width + 1)
        X and Y, 0 to ``2**width``, such as the counts of two streams over ``2**width`` clocks.
    quotient : Out(width + 1)
        Q, 0 to ``2**width`` for 0.0 to 1.0; stays until the next start.
    ready : Out(1)
        No division runs, and ``quotient`` is that of the last one (0 before the first).

    Raises
    ------
    TypeError, ValueError
        If the width is out of range.

    Notes
    -----
    Any correlation of the streams, no error but the cut to n bits: less than :math:`2^{-n}`. A dividend that is not below the
    divisor gives 1.0, a divisor of 0 too.

    The clock of ``start`` finds whether the quotient is 1.0, the n clocks after it one bit each: ``quotient`` is ready
    ``width + 1`` clocks after ``start``: its latency and its interval. Conserved: after k bits
    :math:`2^k X = q_k Y + R_k` with :math:`0 \le R_k < Y`.
    Source: D. E. Knuth, The Art of Computer Programming, vol. 2, section 4.3.1.
    """

    contract = Contract()

    def __init__(self, width=8):
        width = integer("RestoringDivider width", width)
        if not 1 <= width <= 31:
            raise ValueError(f"RestoringDivider width must be between 1 and 31, not {width}")
        one = 1 << width
        self.latency = self.interval = width + 1
        super().__init__(
            step, params=Params(width, one, Range.unsigned(width)),
            state=State(Range.unsigned(width), Range(0, one), Range.unsigned(width), BIT, Range(0, width)),
            init=State(0, 0, 0, 0, 0), inputs=Inputs(BIT, Range(0, one), Range(0, one)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(2), "wide": cls(16)}
