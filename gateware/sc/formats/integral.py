"""Integral streams: small integers in every clock, whose mean is the value."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation
from gateware.step import BIT, Range, StepComponent, Vector, maximum, minimum, mux, to_int

__all__ = ["IntegralAdder", "IntegralEncoder", "IntegralMultiplier", "IntegralScaler", "IntegralToUnipolar"]


class Width(NamedTuple):
    width: int


class Levels(NamedTuple):
    levels: int


class Remainder(NamedTuple):
    remainder: Any


class Encoded(NamedTuple):
    value: Any
    random: Any


class Scaled(NamedTuple):
    integral: Any
    stream: Any


class Pair(NamedTuple):
    a: Any
    b: Any


class Integral(NamedTuple):
    integral: Any


class Sum(NamedTuple):
    sum: Any


class Product(NamedTuple):
    product: Any


class Unipolar(NamedTuple):
    unipolar: Any


def step_encode(params, state, inputs):
    return (), Integral((inputs.value + to_int(inputs.random)) >> params.width)


def step_scale(params, state, inputs):
    return (), Product(mux(inputs.stream, inputs.integral, 0))


def step_add(params, state, inputs):
    return (), Sum(inputs.a + inputs.b)


def step_multiply(params, state, inputs):
    return (), Product(inputs.a * inputs.b)


def step_unipolar(params, state, inputs):
    total = state.remainder + inputs.integral
    carry = total >= params.levels
    # maximum and minimum change nothing: they tell the range of each arm.
    return (Remainder(mux(carry, maximum(total - params.levels, 0), minimum(total, params.levels - 1))), Unipolar(carry))


def _levels(name, value):
    value = integer(name, value)
    if not 1 <= value <= 64:
        raise ValueError(f"{name} must be between 1 and 64, not {value}")
    return value


class IntegralEncoder(StepComponent):
    r"""Integral stream of a number from 0 to m: one of the two integers next to it, in every clock.

    .. math:: S_t = \lfloor (X + r_t) / 2^n \rfloor \in \{\lfloor v \rfloor, \lceil v \rceil\}, \qquad v = X / 2^n

    Parameters
    ----------
    width : int
        Bits n of the random number, 1 to 16.
    levels : int
        The greatest value m, 1 to 64.

    Members
    -------
    value : In
        X, 0 to ``levels << width``.
    random : In(width)
    integral : Out
        0 to ``levels``.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    With uniform random numbers E[S] = v exactly, and with a permutation the sum over a period is X. The variance is that of the
    fraction f of v alone, f(1 - f) at most 1/4, where the sum of m streams of v/m has v(1 - v/m). Latency 0, interval 1.
    Source of integral streams: A. Ardakani, F. Leduc-Primeau, N. Onizawa, T. Hanyu, W. J. Gross, VLSI Implementation of Deep
    Neural Network Using Integral Stochastic Computing, IEEE Transactions on VLSI Systems, 2017, arXiv:1509.08972.
    """

    contract = Contract()

    def __init__(self, width=8, levels=4):
        width, levels = integer("IntegralEncoder width", width), _levels("IntegralEncoder levels", levels)
        if not 1 <= width <= 16:
            raise ValueError(f"IntegralEncoder width must be between 1 and 16, not {width}")
        super().__init__(step_encode, params=Width(width), inputs=Encoded(Range(0, levels << width), Vector(width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(3, 2)}


class IntegralAdder(StepComponent):
    r"""Sum of two integral streams, not scaled and exact.

    .. math:: o_t = S_t + T_t, \qquad v_o = v_a + v_b

    Parameters
    ----------
    a, b : int
        Greatest values of the streams, 1 to 64.

    Members
    -------
    a, b : In
        0 to the greatest value; of any correlation. (Streams of bits are added by ``Popcount``.)
    sum : Out

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: as of :class:`IntegralEncoder`.
    """

    contract = Contract()

    def __init__(self, a=4, b=4):
        super().__init__(step_add, inputs=Pair(Range(0, _levels("IntegralAdder a", a)), Range(0, _levels("IntegralAdder b", b))))

    @classmethod
    def examples(cls):
        return {"default": cls(), "unequal": cls(2, 5)}


class IntegralMultiplier(StepComponent):
    r"""Product of two integral streams.

    .. math:: o_t = S_t T_t, \qquad v_o = v_a v_b \text{ for independent streams}

    Parameters
    ----------
    a, b : int
        Greatest values of the streams, 1 to 64.

    Members
    -------
    a, b : In
        0 to the greatest value, of different sources.
    product : Out

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: as of :class:`IntegralEncoder`.
    """

    contract = Contract(Correlation(("a", "b"), 0))

    def __init__(self, a=4, b=4):
        super().__init__(step_multiply, inputs=Pair(Range(0, _levels("IntegralMultiplier a", a)),
                                                    Range(0, _levels("IntegralMultiplier b", b))))

    @classmethod
    def examples(cls):
        return {"default": cls()}


class IntegralScaler(StepComponent):
    r"""Product of an integral stream and a unipolar one: an AND gate for each wire.

    .. math:: o_t = s_t S_t, \qquad v_o = p\,v \text{ for independent streams}

    Parameters
    ----------
    levels : int
        Greatest value of the integral stream, 1 to 64.

    Members
    -------
    integral : In
        0 to ``levels``.
    stream : In(1)
        Of another source.
    product : Out

    Raises
    ------
    ValueError
        If the greatest value is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: as of :class:`IntegralEncoder`.
    """

    contract = Contract(Correlation(("integral", "stream"), 0))

    def __init__(self, levels=4):
        super().__init__(step_scale, inputs=Scaled(Range(0, _levels("IntegralScaler levels", levels)), BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}


class IntegralToUnipolar(StepComponent):
    r"""Unipolar stream of an integral one, scaled by its greatest value, with the remainder carried.

    .. math:: r' + m o = r + S, \qquad p_o = v / m

    Parameters
    ----------
    levels : int
        Greatest value m of the stream, 1 to 64.

    Members
    -------
    integral : In
        0 to ``levels``.
    unipolar : Out(1)

    Raises
    ------
    ValueError
        If the greatest value is out of range.

    Notes
    -----
    The ones of every prefix are :math:`\lfloor \sum S / m \rfloor`. Mealy: latency 0, interval 1. Source: as of
    :class:`~gateware.sc.arithmetic.scaled_adder.ScaledAdder`.
    """

    contract = Contract()

    def __init__(self, levels=4):
        levels = _levels("IntegralToUnipolar levels", levels)
        super().__init__(step_unipolar, params=Levels(levels), state=Remainder(Range(0, levels - 1)), init=Remainder(0),
                         inputs=Integral(Range(0, levels)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "odd": cls(5)}
