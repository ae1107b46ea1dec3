"""Seeded generators of random() and normal(): linear feedback over GF(2), the same bits in hardware and in every model.

Each state of 32 bits goes through the maximal-length linear map ``x ^= x << 13; x ^= x >> 17; x ^= x << 5`` (period 2**32 - 1;
G. Marsaglia, Xorshift RNGs, Journal of Statistical Software 8(14), 2003, doi:10.18637/jss.v008.i14).

``random()``: the upper 24 bits / 2**24, uniform on [0, 1). ``normal()``: the sum of the four 16-bit halves of two such states,
shifted and scaled to mean 0 and variance 1: an Irwin-Hall distribution of order 4, within +-3.46, kurtosis 2.7.
"""

import hashlib
import math

__all__ = ["NORMAL_MEAN", "NORMAL_SCALE", "ROWS", "UNIFORM_BITS", "seeds", "xorshift"]

UNIFORM_BITS = 24
NORMAL_MEAN = 2 * 65535
NORMAL_SCALE = math.sqrt(4 * (2.0**32 - 1) / 12)
_MASK = 0xFFFF_FFFF


def xorshift(x):
    """The state of 32 bits after ``x``."""
    x ^= x << 13 & _MASK
    x ^= x >> 17
    return x ^ (x << 5 & _MASK)


# The map as a matrix: bit i of the result is the parity of x & ROWS[i].
_COLUMNS = [xorshift(1 << k) for k in range(32)]
ROWS = tuple(sum((column >> i & 1) << k for k, column in enumerate(_COLUMNS)) for i in range(32))


def seeds(generators, seed):
    """Initial states by name, ``<generator>_bits0`` and for a Gaussian ``_bits1``.

    Parameters
    ----------
    generators : sequence of str
    seed : int
    """
    names = [f"{name}_bits{k}" for name in generators for k in range(1 + name.startswith("normal"))]
    return {name: int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:4], "big") or 1 for name in names}
