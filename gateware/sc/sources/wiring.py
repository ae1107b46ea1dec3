"""Other sources from the wires of one: its bits in reverse order, and mirrored."""

from dataclasses import replace
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import StepComponent, Vector, invert, reverse

from ..contract import Sequence

__all__ = ["BitReversal", "Mirror"]

# A ramp read backwards is the Van der Corput sequence, and the other way round.
_REVERSED = {"ramp": "low discrepancy", "low discrepancy": "ramp"}


class Params(NamedTuple):
    width: int


class Inputs(NamedTuple):
    random: Any


class Reversed(NamedTuple):
    reversed: Any


class Mirrored(NamedTuple):
    mirrored: Any


def reversal_step(params, state, inputs):
    return (), Reversed(reverse(inputs.random, params.width))


def mirror_step(params, state, inputs):
    return (), Mirrored(invert(inputs.random, params.width))


class BitReversal(StepComponent):
    r"""A second source from one: the bits of its numbers in reverse order, by wiring alone.

    .. math:: r'_t = \sum_i 2^{\,n-1-i}\, r_{t,i}

    Beside a ramp it makes the Van der Corput sequence, beside an 8-bit LFSR a pair with an RMSE of 0.0024 for a product.

    Parameters
    ----------
    width : int
        Bits n, 1 to 62.

    Members
    -------
    random : In(width)
    reversed : Out(width)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1, no area.
    """

    def __init__(self, width=8):
        width = _width("BitReversal", width)
        super().__init__(reversal_step, params=Params(width), inputs=Inputs(Vector(width)))

    def delivers(self, known):
        """What is known of the numbers, in a circuit."""
        of = known["random"]
        return {"reversed": of and Sequence(("reversed", of.origin, of.mirrored), _REVERSED.get(of.serial, of.serial),
                                            of.permutation)}

    @classmethod
    def examples(cls):
        return {"default": cls()}


class Mirror(StepComponent):
    r"""The mirrored numbers of a source, whose streams have SCC = -1 with those of the source.

    .. math:: r'_t = 2^n - 1 - r_t

    Parameters
    ----------
    width : int
        Bits n, 1 to 62.

    Members
    -------
    random : In(width)
    mirrored : Out(width)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1; the inverters go into the LUTs behind them. Source: A. Alaghi and J. P. Hayes, Exploiting
    Correlation in Stochastic Circuit Design, ICCD 2013, doi:10.1109/ICCD.2013.6657023.
    """

    def __init__(self, width=8):
        width = _width("Mirror", width)
        super().__init__(mirror_step, params=Params(width), inputs=Inputs(Vector(width)))

    def delivers(self, known):
        """What is known of the numbers, in a circuit."""
        of = known["random"]
        return {"mirrored": of and replace(of, mirrored=not of.mirrored)}

    @classmethod
    def examples(cls):
        return {"default": cls()}


def _width(name, width):
    width = integer(f"{name} width", width)
    if not 1 <= width <= 62:
        raise ValueError(f"{name} width must be between 1 and 62, not {width}")
    return width
