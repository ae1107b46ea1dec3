"""Linear-feedback shift register: the pseudo-random source of stochastic streams."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import StepComponent, Vector, parity, reverse, shift_in, vector
from gateware.tables import table

__all__ = ["LFSR", "maximal_taps"]


class Params(NamedTuple):
    mask: int
    width: int


class State(NamedTuple):
    value: Any


class Outputs(NamedTuple):
    random: Any


def step_left(params, state, inputs):
    feedback = parity(state.value & vector(params.mask, params.width))
    return State(shift_in(state.value, feedback, params.width)), Outputs(state.value)


def step_right(params, state, inputs):
    feedback = parity(state.value & vector(params.mask, params.width))
    shifted = shift_in(reverse(state.value, params.width), feedback, params.width)
    return State(reverse(shifted, params.width)), Outputs(state.value)


def maximal_taps(width):
    """Taps of a maximal-length LFSR of ``width`` bits, from the table.

    Parameters
    ----------
    width : int
        3 to 32.

    Returns
    -------
    tuple of int
        Exponents of the primitive polynomial, greatest first, without the constant term.
    """
    width = integer("LFSR width", width)
    if not 3 <= width <= 32:
        raise ValueError(f"LFSR width must be between 3 and 32, not {width}")
    return tuple(table("lfsr")["taps"][str(width)])


class LFSR(StepComponent):
    r"""Fibonacci linear-feedback shift register of maximal length.

    With taps :math:`t` the polynomial is :math:`1 + \sum_t x^t`; shifting right, the feedback
    :math:`\bigoplus_t r_{n-t}` enters at the top bit, shifting left, :math:`\bigoplus_t r_{t-1}` enters at bit 0.
    Every value but 0 appears once in a period of ``2**width - 1``.

    Parameters
    ----------
    width : int
        Bits, 3 to 32.
    seed : int
        Initial value, 1 to ``2**width - 1``; 0 would lock the register up.
    taps : sequence of int or None
        Exponents of the polynomial, ``width`` among them; by default the table's, which are maximal. Others are
        accepted only where the polynomial is primitive.
    direction : {"right", "left"}
        Of the shift.

    Members
    -------
    random : Out(width)
        The register before the shift: the first value is the seed.

    Raises
    ------
    ValueError
        If a parameter is out of its range or the polynomial is not primitive.

    Notes
    -----
    Latency 0, interval 1. Source: S. W. Golomb, Shift Register Sequences, 1967.
    ``LFSR(16, seed=0xACE1 + 7 * i, direction="left")`` are the input encoders' sources of SC-NeuroCore, with
    ``0xBEEF + 13 * i`` its weight encoders', modulo ``2**16``.
    """

    def __init__(self, width=16, *, seed=1, taps=None, direction="right"):
        default = maximal_taps(width)
        width, seed = integer("LFSR width", width), integer("LFSR seed", seed)
        if direction not in ("right", "left"):
            raise ValueError(f"LFSR direction must be 'right' or 'left', not {direction!r}")
        if not 1 <= seed < 1 << width:
            raise ValueError(f"LFSR seed must be between 1 and {(1 << width) - 1}, not {seed}"
                             + (", which would lock the register up" if seed == 0 else ""))
        taps = default if taps is None else tuple(sorted((integer("LFSR taps", tap) for tap in taps), reverse=True))
        if taps != default and not (taps and len(set(taps)) == len(taps) and 1 <= taps[-1] and taps[0] == width
                                    and is_primitive(taps)):
            raise ValueError(f"LFSR taps must be the exponents of a primitive polynomial of degree {width}, such as "
                             f"{default}, not {taps}")
        self.taps, self.direction = taps, direction
        right = direction == "right"
        super().__init__(
            step_right if right else step_left,
            params=Params(mask=sum(1 << (width - tap if right else tap - 1) for tap in taps), width=width),
            state=State(Vector(width)), init=State(seed))

    @classmethod
    def examples(cls):
        return {"default": cls(), "left": cls(16, seed=0xACE1, direction="left"),
                "narrow": cls(3), "wide": cls(32, seed=0xDEADBEEF)}


def is_primitive(taps):
    """Whether ``1 + sum(x**t)`` is primitive over GF(2): x has the order ``2**degree - 1``."""
    degree = taps[0]
    polynomial = 1 | sum(1 << tap for tap in taps)

    def times(a, b):
        product = 0
        while b:
            if b & 1:
                product ^= a
            a, b = a << 1, b >> 1
            if a >> degree:
                a ^= polynomial
        return product

    def power(exponent):
        result, base = 1, 2
        while exponent:
            if exponent & 1:
                result = times(result, base)
            base, exponent = times(base, base), exponent >> 1
        return result

    order, rest, factor = (1 << degree) - 1, (1 << degree) - 1, 2
    primes = set()
    while factor * factor <= rest:
        if rest % factor == 0:
            primes.add(factor)
            rest //= factor
        else:
            factor += 1
    primes |= {rest} - {1}
    return power(order) == 1 and all(power(order // prime) != 1 for prime in primes)
