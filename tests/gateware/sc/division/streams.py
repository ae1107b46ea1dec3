"""Streams and steady states that the tests of division and order share."""

import numpy as np
from scipy.stats import qmc


def sobol(dimension, bits, clocks):
    """The top ``bits`` bits of the numbers of a Sobol dimension, as a source of that many clocks delivers them."""
    points = qmc.Sobol(dimension, scramble=False, bits=32).random(clocks)[:, dimension - 1]
    return (points * (1 << bits)).astype(np.int64)


def encoded(numbers, random):
    """Streams ``(clocks, B)`` of the integers ``numbers`` on one source."""
    return np.asarray(numbers) > random[:, None]


def operands(clocks, ordered, seed=1):
    """1000 pairs of numbers X, Y in units of ``1 / clocks``, uniform; where ordered X <= Y and Y >= 1."""
    pairs = np.random.default_rng(seed).random((1000, 2))
    x, y = np.rint((np.sort(pairs, axis=1) if ordered else pairs).T * clocks).astype(np.int64)
    return x, np.maximum(y, 1) if ordered else y


def rms(error):
    return float(np.sqrt(np.mean(np.square(error))))


def independent(p, shape, seed):
    """Bits that are independent of everything."""
    return np.random.default_rng(seed).random(shape) < p


def nested(p, q, shape, seed):
    """Two streams on one random number each clock: SCC = +1."""
    random = np.random.default_rng(seed).random(shape)
    return random < p, random < q


def steady(matrix):
    """The stationary distribution of a Markov chain, ``matrix[i, j]`` from i to j, by linear algebra."""
    size = len(matrix)
    equations = np.vstack([np.transpose(matrix) - np.eye(size), np.ones(size)])
    return np.linalg.lstsq(equations, np.r_[np.zeros(size), 1.0], rcond=None)[0]


def birth_death(rise, fall):
    """The stationary distribution of a chain that goes from i to i + 1 with ``rise[i]``, from i + 1 to i with ``fall[i]``."""
    weights = np.cumprod(np.r_[1.0, np.asarray(rise) / np.asarray(fall)])
    return weights / weights.sum()
