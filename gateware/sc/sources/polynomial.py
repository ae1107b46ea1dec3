"""Primitive polynomials over GF(2) and the shift registers they make."""

from gateware.parameters import integer
from gateware.tables import table

__all__ = ["is_primitive", "maximal_taps", "register", "transition"]


def maximal_taps(width, name="LFSR"):
    """Taps of a maximal-length LFSR of ``width`` bits, from the table.

    Parameters
    ----------
    width : int
        3 to 32.
    name : str
        What an error calls the register.

    Returns
    -------
    tuple of int
        Exponents of the primitive polynomial, greatest first, without the constant term.
    """
    width = integer(f"{name} width", width)
    if not 3 <= width <= 32:
        raise ValueError(f"{name} width must be between 3 and 32, not {width}")
    return tuple(table("lfsr")["taps"][str(width)])


def register(name, width, seed, taps, *, zero=False):
    """Checked parameters of a register of maximal length.

    Parameters
    ----------
    name : str
        What an error calls the register.
    width, seed : int
    taps : sequence of int or None
        By default the table's.
    zero : bool
        Whether 0 is a seed.

    Returns
    -------
    (int, int, tuple of int)
        Width, seed and taps.

    Raises
    ------
    TypeError, ValueError
        If one is no integer or out of its range, or the polynomial is not primitive.
    """
    default = maximal_taps(width, name)
    width, seed = integer(f"{name} width", width), integer(f"{name} seed", seed)
    if not (0 if zero else 1) <= seed < 1 << width:
        raise ValueError(f"{name} seed must be between {0 if zero else 1} and {(1 << width) - 1}, not {seed}"
                         + (", which would lock the register up" if seed == 0 else ""))
    taps = default if taps is None else tuple(sorted((integer(f"{name} taps", tap) for tap in taps), reverse=True))
    if taps != default and not (taps and len(set(taps)) == len(taps) and 1 <= taps[-1] and taps[0] == width
                                and is_primitive(taps)):
        raise ValueError(f"{name} taps must be the exponents of a primitive polynomial of degree {width}, such as "
                         f"{default}, not {taps}")
    return width, seed, taps


def transition(taps):
    """The matrix that makes of a register shifting right its next value, by rows (see :mod:`~gateware.sc.sources.gf2`)."""
    width = taps[0]
    return (*(1 << k for k in range(1, width)), sum(1 << (width - tap) for tap in taps))


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
