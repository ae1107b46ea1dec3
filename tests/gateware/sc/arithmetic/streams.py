"""Streams for the tests of arithmetic: sources that SciPy computes, encoded by a comparison."""

import numpy as np
from scipy.stats import qmc


def sobol(bits, dimensions=8):
    """A period of SciPy's Sobol points, (2**bits, dimensions)."""
    return (qmc.Sobol(dimensions, scramble=False).random(1 << bits) * (1 << bits)).astype(np.int64)


def van_der_corput(bits):
    """A period of the Van der Corput sequence in base 2, by SciPy."""
    return (qmc.Halton(1, scramble=False).random(1 << bits)[:, 0] * (1 << bits)).round().astype(np.int64)


def balanced(bits):
    """The same with every other bit complemented, the highest not."""
    return van_der_corput(bits) ^ (((1 << bits) - 1) // 3 if bits % 2 == 0 else ((1 << bits) - 2) // 3)


def encode(values, random):
    """Streams (T, B) of B numbers with one source."""
    return np.asarray(values)[None, :] > np.asarray(random)[:, None]


def joined(*streams):
    """Streams (T, B) as one Vector port, the first in bit 0."""
    return sum(stream.astype(np.uint64) << np.uint64(k) for k, stream in enumerate(streams))


def rms(errors):
    return float(np.sqrt(np.mean(np.square(errors))))


def pairs(bits, count=1000, seed=0):
    """Random pairs of numbers from 0 to 2**bits inclusive."""
    return np.random.default_rng(seed).integers(0, (1 << bits) + 1, (2, count))


def joint(streams):
    """Every set of ``streams`` bits of one clock, as the arguments of exhaustive counts."""
    return [np.arange(1 << streams) >> k & 1 for k in range(streams)]
