"""Up-down counters: decoders of two-rail and bipolar streams."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import BIT, Range, StepComponent, mux, not_, to_int, wrap

from ..contract import Contract, Format

__all__ = ["BipolarCounter", "TwoRailCounter"]


class Params(NamedTuple):
    length: int
    limits: Range


class State(NamedTuple):
    count: Any


class TwoRailInputs(NamedTuple):
    plus: Any
    minus: Any


class BipolarInputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    difference: Any


def counted(params, count, up, down):
    """The count after a step up or down, of which there is none past either end: so wrap never acts."""
    rises = up & not_(down) & (count < params.length)
    falls = down & not_(up) & (count > -params.length)
    return wrap(count + mux(falls, -1, to_int(rises)), params.limits)


def two_rail_step(params, state, inputs):
    count = counted(params, state.count, inputs.plus, inputs.minus)
    return State(count), Outputs(count)


def bipolar_step(params, state, inputs):
    count = counted(params, state.count, inputs.stream, not_(inputs.stream))
    return State(count), Outputs(count)


class TwoRailCounter(StepComponent):
    r"""Decoder of a two-rail stream: the ones of the positive rail less those of the negative.

    .. math:: c_t = \sum_{k \le t} (s^+_k - s^-_k), \qquad \hat v = c / t

    Parameters
    ----------
    length : int
        Bits N of the longest stream, 1 to 2**32; the count stops at ±N and never wraps.

    Members
    -------
    plus, minus : In(1)
    difference : Out(signed, width of ``length`` and 1)
        -N to N, including the present bits.

    Raises
    ------
    ValueError
        If the length is out of range.

    Notes
    -----
    Exact for streams of up to N bits. Latency 0, interval 1. Start anew with ``ResetInserter``. Source: B. R. Gaines, Stochastic
    Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    contract = Contract(Format(("plus", "minus"), "unipolar"))

    def __init__(self, length=256):
        params = _params("TwoRailCounter", length)
        super().__init__(two_rail_step, params=params, state=State(params.limits), init=State(0),
                         inputs=TwoRailInputs(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "short": cls(10)}


class BipolarCounter(StepComponent):
    r"""Decoder of a bipolar stream: up at a 1, down at a 0.

    .. math:: c_t = \sum_{k \le t} (2 s_k - 1), \qquad \hat v = c / t

    Parameters
    ----------
    length : int
        Bits N of the longest stream, 1 to 2**32; the count stops at ±N and never wraps.

    Members
    -------
    stream : In(1)
    difference : Out(signed, width of ``length`` and 1)
        -N to N, including the present bit.

    Raises
    ------
    ValueError
        If the length is out of range.

    Notes
    -----
    Exact for streams of up to N bits. Latency 0, interval 1. Start anew with ``ResetInserter``. Source: B. R. Gaines, Stochastic
    Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    contract = Contract(Format("stream", "bipolar"))

    def __init__(self, length=256):
        params = _params("BipolarCounter", length)
        super().__init__(bipolar_step, params=params, state=State(params.limits), init=State(0), inputs=BipolarInputs(BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "short": cls(10)}


def _params(name, length):
    length = integer(f"{name} length", length)
    if not 1 <= length <= 1 << 32:
        raise ValueError(f"{name} length must be between 1 and 2**32, not {length}")
    size = 1 << length.bit_length()
    return Params(length, Range(-size, size - 1))
