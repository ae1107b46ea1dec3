"""Streams for tests of correlation, by other hands than gateware's: SciPy's Sobol points and a list of LFSR states."""

import numpy as np
from scipy.stats import qmc


def sobol(dimensions, length):
    """Points of the first dimensions, (length, dimensions), as integers of 0..length - 1."""
    return (qmc.Sobol(dimensions, scramble=False).random(length) * length).astype(np.int64)


def lfsr(width, taps, length, phase=0):
    """States of the Fibonacci register that shifts right, from 1, ``phase`` clocks on."""
    value, states = 1, []
    for _ in range(length + phase):
        states.append(value)
        value = value >> 1 | (sum(value >> (width - tap) for tap in taps) & 1) << (width - 1)
    return np.array(states[phase:])


def grid(random, points=33):
    """Streams (T, points) of equidistant values from 0 to 1 with one sequence of random numbers of 0..T - 1."""
    return random[:, None] < np.linspace(0, len(random), points).astype(np.int64)
