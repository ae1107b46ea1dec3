"""The sources that operators are measured with: sequences of the components' own golden models, in several runs."""

import functools
from typing import NamedTuple

import numpy as np

from gateware.sc.sources.leap_forward import LeapForwardLFSR
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.sc.sources.van_der_corput import VanDerCorput
from models import golden

__all__ = ["KINDS", "SEED", "Kind"]

SEED = 1
_RUNS = 6
# More than any case uses.
_SOURCES = 64


class Kind(NamedTuple):
    """A kind of source.

    Parameters
    ----------
    name : str
    runs : int
        How many different runs a measurement is the mean of.
    numbers : callable
        ``numbers(n, run, source)``: the ``2**n`` numbers of n bits of one source of a run.
    sources : int
        How many independent ones there are.
    serial : str
        As the component declares it; of several, the most demanding.
    permutation : bool
    says : str
        How its runs differ.
    """

    name: str
    runs: int
    numbers: object
    sources: int
    serial: str
    permutation: bool
    says: str


@functools.cache
def _period(cls, n):
    return np.asarray(golden(cls(n)).run(length=(1 << n) - 1).random, np.int64)


@functools.cache
def _phases(n, run):
    """Phases in random order: first such as lie n clocks or more apart, for nearer ones are shifts of each other."""
    period = (1 << n) - 1
    apart, near = [], []
    for phase in np.random.default_rng([SEED, n, run]).permutation(period).tolist():
        clear = all(n <= (phase - other) % period <= period - n for other in apart)
        (apart if clear and len(apart) < _SOURCES else near).append(phase)
    return apart + near


def _shifted(cls, n, run, source):
    period = _period(cls, n)
    return period[(np.arange(1 << n) + _phases(n, run)[source]) % len(period)]


@functools.cache
def _sobol(n, run, source):
    return np.asarray(golden(Sobol(n, source + 1)).run(length=1 << n).random, np.int64)


def _bernoulli(n, run, source):
    return np.random.default_rng([SEED, n, run, source]).integers(0, 1 << n, 1 << n)


@functools.cache
def _counter_pair(n, run, source):
    if source == 0:
        # Inverting the lower half centres the points of the pair in their cells, and costs no logic.
        return np.asarray(golden(RampCounter(1 << n)).run(length=1 << n).ramp, np.int64) ^ (1 << n // 2) - 1
    return np.asarray(golden(VanDerCorput(n)).run(length=1 << n).random, np.int64)


KINDS = {kind.name: kind for kind in (
    Kind("LFSR", _RUNS, functools.partial(_shifted, LFSR), _SOURCES, LFSR.serial, LFSR.permutation,
         "one n-bit register, the sources at random phases of it that are n clocks or more apart as far as there is room"),
    Kind("Sobol", 1, _sobol, 32, Sobol.serial, Sobol.permutation, "dimensions 1, 2, 3, ..."),
    Kind("counter pair", 1, _counter_pair, 2, "ramp", True,
         "a counter with the lower half of its bits inverted, and a bit-reversed counter; where one or two sources do"),
    Kind("leap-forward LFSR", _RUNS, functools.partial(_shifted, LeapForwardLFSR), _SOURCES,
         LeapForwardLFSR.serial, LeapForwardLFSR.permutation,
         "the same register leaping at least n steps a clock, the sources at such phases of it"),
    Kind("Bernoulli", _RUNS, _bernoulli, _SOURCES, "independent", False, "ideal independent numbers of PCG64"),
)}
