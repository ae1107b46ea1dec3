"""Parts of trees of multiplexers: a choice between two streams by a threshold, and constant signs."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import BIT, Range, StepComponent, Vector, mux, vector

__all__ = ["SignInverter", "ThresholdMux"]


class InverterParams(NamedTuple):
    mask: int
    width: int


class Streams(NamedTuple):
    streams: Any


class Inverted(NamedTuple):
    signed: Any


def invert_some(params, state, inputs):
    return (), Inverted(inputs.streams ^ vector(params.mask, params.width))


class SignInverter(StepComponent):
    r"""Streams, some of them inverted: bipolar streams times constant signs.

    .. math:: o_i = s_i \oplus m_i, \qquad v_{o_i} = (-1)^{m_i}\,v_i

    Parameters
    ----------
    width : int
        Streams, 1 to 64.
    mask : int
        Bit i is 1 where stream i is inverted.

    Members
    -------
    streams : In(width)
    signed : Out(width)

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Latency 0, interval 1; inverters, which LUTs take in. Source: B. R. Gaines, Stochastic Computing Systems, 1969,
    doi:10.1007/978-1-4899-5841-9_2.
    """

    contract = Contract()

    def __init__(self, width=4, mask=1):
        width, mask = integer("SignInverter width", width), integer("SignInverter mask", mask)
        if not 1 <= width <= 64:
            raise ValueError(f"SignInverter width must be between 1 and 64, not {width}")
        if not 0 <= mask < 1 << width:
            raise ValueError(f"SignInverter mask must be between 0 and {(1 << width) - 1}, not {mask}")
        super().__init__(invert_some, params=InverterParams(mask, width), inputs=Streams(Vector(width)))

    @classmethod
    def examples(cls):
        return {"default": cls()}


class ThresholdParams(NamedTuple):
    threshold: int


class Choice(NamedTuple):
    index: Any
    below: Any
    above: Any


class Chosen(NamedTuple):
    chosen: Any


def choose(params, state, inputs):
    return (), Chosen(mux(inputs.index < params.threshold, inputs.below, inputs.above))


class ThresholdMux(StepComponent):
    r"""One of two streams, by where a number lies: a node of the tree of
    :class:`~gateware.sc.arithmetic.cemux.CeMux`.

    .. math:: o_t = \begin{cases} b_t & r_t < \theta \\ a_t & r_t \ge \theta \end{cases}

    Parameters
    ----------
    size : int
        The number is below it; 2 to 2**16.
    threshold : int
        :math:`\theta`, 0 to ``size``.

    Members
    -------
    index : In(range(size))
    below, above : In(1)
    chosen : Out(1)

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: as of :class:`~gateware.sc.arithmetic.cemux.CeMux`.
    """

    contract = Contract()

    def __init__(self, size=16, threshold=5):
        size, threshold = integer("ThresholdMux size", size), integer("ThresholdMux threshold", threshold)
        if not 2 <= size <= 1 << 16:
            raise ValueError(f"ThresholdMux size must be between 2 and 2**16, not {size}")
        if not 0 <= threshold <= size:
            raise ValueError(f"ThresholdMux threshold must be between 0 and the size {size}, not {threshold}")
        super().__init__(choose, params=ThresholdParams(threshold), inputs=Choice(Range(0, size - 1), BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
