"""What the text of a float64 step calls besides ``math``, compiled by Numba."""

import math

import numpy as np
from numba import njit

from gateware.step.equations.generators import NORMAL_MEAN, NORMAL_SCALE, UNIFORM_BITS

__all__ = ["FUNCTIONS"]

_SHIFT, _UNIT = 32 - UNIFORM_BITS, 2.0**-UNIFORM_BITS
_MASK = 0xFFFF_FFFF


@njit
def exprel(x):
    return np.expm1(x) / x if abs(x) > 1e-9 else 1.0 + 0.5 * x


@njit
def logistic(x):
    return 1.0 / (1.0 + math.exp(-x))


@njit
def sign(x):
    return 1.0 if x > 0 else (-1.0 if x < 0 else 0.0)


@njit
def erfcx(x):
    if x < 25.0:
        return math.exp(x * x) * math.erfc(x)
    square = x * x
    return (1.0 - 0.5 / square + 0.75 / (square * square)) / (x * 1.7724538509055159)


@njit
def xorshift(x):
    x ^= (x << 13) & _MASK
    x ^= x >> 17
    return x ^ ((x << 5) & _MASK)


@njit
def uniform(bits):
    return (bits >> _SHIFT) * _UNIT


@njit
def gaussian(a, b):
    return ((a & 0xFFFF) + (a >> 16) + (b & 0xFFFF) + (b >> 16) - NORMAL_MEAN) / NORMAL_SCALE


FUNCTIONS = {each.__name__: each for each in (exprel, logistic, sign, erfcx, xorshift, uniform, gaussian)} | {"math": math}
