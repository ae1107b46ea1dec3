"""LFSR that takes many steps in one clock: random numbers without the shift from one to the next."""

from math import gcd
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import StepComponent, Vector, linear

from .gf2 import power
from .polynomial import register, transition

__all__ = ["LeapForwardLFSR"]


class Params(NamedTuple):
    rows: tuple


class State(NamedTuple):
    value: Any


class Outputs(NamedTuple):
    random: Any


def step(params, state, inputs):
    return State(linear(params.rows, state.value)), Outputs(state.value)


class LeapForwardLFSR(StepComponent):
    r"""Linear-feedback shift register of maximal length that takes ``leap`` steps per clock.

    .. math:: r_{t+1} = A^k r_t \quad \text{over GF(2)}

    with A one shift to the right. From ``leap = width`` on no bit of a value is a shifted bit of the one before, which removes
    the serial correlation that a plain register gives its streams: the source for state machines (stanh, square by isolator,
    decorrelators). Every value but 0 appears once in a period of ``2**width - 1``.

    Parameters
    ----------
    width : int
        Bits n, 3 to 32.
    leap : int or None
        Steps k per clock, ``width`` to ``2**width - 1 - width`` (so that no two successive values share bits, in either
        direction), without a common factor with ``2**width - 1``, which would shorten the period. By default the least.
    seed : int
        Initial value, 1 to ``2**width - 1``; 0 would lock the register up.
    taps : sequence of int or None
        Exponents of a primitive polynomial of degree ``width``; by default the table's.

    Members
    -------
    random : Out(width)
        The register: the first value is the seed.

    Raises
    ------
    ValueError
        If a parameter is out of its range, the polynomial is not primitive, or the leap would shorten the period.

    Notes
    -----
    Latency 0, interval 1. The autocorrelation of each bit is that of any maximal-length sequence, -1/(2^n - 1) at every lag;
    the numbers themselves are uniform on pairs of clocks only as far as ``2**width`` pairs reach: take a wider register than
    the comparator and compare its upper bits where a stream is longer than ``2**width`` clocks. Source: P. P. Chu and
    R. E. Jones, Design Techniques of FPGA Based Random Number Generator, MAPLD 1999.
    """

    serial = "independent"
    permutation = False

    def __init__(self, width=8, leap=None, *, seed=1, taps=None):
        width, seed, self.taps = register("LeapForwardLFSR", width, seed, taps)
        period = (1 << width) - 1
        self.leap = next(k for k in range(width, period) if gcd(k, period) == 1) if leap is None else integer(
            "LeapForwardLFSR leap", leap)
        if not width <= self.leap <= period - width:
            raise ValueError(f"LeapForwardLFSR leap must be between {width} and {period - width} for {width} bits, "
                             f"not {self.leap}")
        if gcd(self.leap, period) != 1:
            raise ValueError(f"LeapForwardLFSR leap must have no common factor with the period {period}, not {self.leap}, "
                             f"which would shorten it to {period // gcd(self.leap, period)}")
        super().__init__(step, params=Params(power(transition(self.taps), self.leap)), state=State(Vector(width)),
                         init=State(seed))

    @classmethod
    def examples(cls):
        return {"default": cls(), "wide": cls(16, seed=0xBEEF)}
