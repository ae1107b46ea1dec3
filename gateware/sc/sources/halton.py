"""Halton sequence: low discrepancy in any base, by digit counters and no divider."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import BIT, Range, StepComponent, count_to, lookup, mux
from gateware.step.compose import Composite, connect

__all__ = ["Halton"]


class DigitParams(NamedTuple):
    base: int
    weights: tuple


class DigitState(NamedTuple):
    digit: Any


class DigitInputs(NamedTuple):
    enable: Any
    below: Any


class DigitOutputs(NamedTuple):
    carry: Any
    total: Any


def digit_step(params, state, inputs):
    carry = inputs.enable & (state.digit == params.base - 1)
    digit = mux(inputs.enable, count_to(state.digit, params.base), state.digit)
    return DigitState(digit), DigitOutputs(carry, inputs.below + lookup(params.weights, state.digit))


class HaltonDigit(StepComponent):
    """One digit: counts where the one before it turns over, and adds its weight to what those before it add up to."""

    def __init__(self, base, weight, below):
        super().__init__(digit_step, params=DigitParams(base, tuple(digit * weight for digit in range(base))),
                         state=DigitState(Range(0, base - 1)), init=DigitState(0),
                         inputs=DigitInputs(BIT, Range(0, below)))


class FloorParams(NamedTuple):
    guard: int


class FloorInputs(NamedTuple):
    total: Any


class FloorOutputs(NamedTuple):
    random: Any


def floor_step(params, state, inputs):
    return (), FloorOutputs(inputs.total >> params.guard)


class HaltonFloor(StepComponent):
    """The number without its guard bits."""

    def __init__(self, total, guard):
        super().__init__(floor_step, params=FloorParams(guard), inputs=FloorInputs(Range(0, total)))


class Halton(Composite):
    r"""Halton sequence of a base: the radical inverse of the clock, to ``width`` bits.

    .. math:: r_t = \left\lfloor 2^n \sum_{k=0}^{D-1} d_k(t)\, b^{-k-1} \right\rfloor, \qquad t = \sum_k d_k(t)\, b^k
              \pmod{b^D}

    exactly, with D the least number of digits for which :math:`b^D \ge 2^n`. Each of the D digits is a counter modulo b, and
    adds its digit times :math:`\lceil 2^{n+g} b^{-k-1} \rceil`; there are as many guard bits g as the floor needs to be exact.

    Parameters
    ----------
    base : int
        b, 2 to 64; different sources should have bases without a common factor.
    width : int
        Bits n, 1 to 16.

    Members
    -------
    random : Out(width)
        The first value is 0.

    Attributes
    ----------
    length : int
        Clocks of a period, ``base**digits``.

    Raises
    ------
    ValueError
        If the base or the width is out of range.

    Notes
    -----
    Over a period a comparator gives :math:`\lceil X b^D / 2^n \rceil` ones: within one of :math:`p\, b^D`, and exact where b is a
    power of two. Latency 0, interval 1. Source: J. H. Halton, On the efficiency of certain quasi-random sequences of points in
    evaluating multi-dimensional integrals, Numerische Mathematik 2:84-90, 1960; A. Alaghi and J. P. Hayes, Fast and Accurate
    Computation Using Stochastic Circuits, DATE 2014.
    """

    serial = "low discrepancy"
    permutation = False

    def __init__(self, base=3, width=8):
        base, width = integer("Halton base", base), integer("Halton width", width)
        if not 2 <= base <= 64:
            raise ValueError(f"Halton base must be between 2 and 64, not {base}")
        if not 1 <= width <= 16:
            raise ValueError(f"Halton width must be between 1 and 16, not {width}")
        digits = next(k for k in range(1, 17) if base**k >= 1 << width)
        self.base, self.digits, self.length = base, digits, base**digits
        self.permutation = self.length == 1 << width
        guard, weights = _weights(base, digits, width)
        enable, total, below = 1, 0, 0
        for weight in weights:
            enable, total = connect(HaltonDigit(base, weight, below), enable=enable, below=total)
            below += (base - 1) * weight
        super().__init__(random=connect(HaltonFloor(below, guard), total=total).random)

    @classmethod
    def examples(cls):
        return {"default": cls(), "base 5": cls(5, 4)}


def _weights(base, digits, width):
    """Guard bits and weights of the digits.

    A weight is rounded up, so a sum is never too small; it is too large by less than one unit in ``base**digits``, which is what
    the exact value lies below the next integer at least.
    """
    guard = 0
    while True:
        weights = [-(-(1 << (width + guard)) // base**(k + 1)) for k in range(digits)]
        excess = sum((base - 1) * (weight * base**digits - (base**(digits - k - 1) << (width + guard)))
                     for k, weight in enumerate(weights))
        if excess < 1 << guard:
            return guard, weights
        guard += 1
