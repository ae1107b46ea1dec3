"""Ones counter: decodes a unipolar stream."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import BIT, Range, StepComponent, to_int, wrap

__all__ = ["OnesCounter"]


class Params(NamedTuple):
    length: int
    limits: Range


class State(NamedTuple):
    count: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    ones: Any


def step(params, state, inputs):
    # Gating the bit costs less than clamping the sum: a full counter adds nothing, so wrap never acts.
    ones = wrap(state.count + to_int(inputs.stream & (state.count < params.length)), params.limits)
    return State(ones), Outputs(ones)


class OnesCounter(StepComponent):
    r"""Decoder of a unipolar stream: the number of its ones so far.

    .. math:: c_t = \min\left(\sum_{k \le t} s_k,\; N\right), \qquad \hat p = c / t

    Parameters
    ----------
    length : int
        Bits N of the longest stream, 1 to 2**32; the count stops there and never wraps.

    Members
    -------
    stream : In(1)
    ones : Out(width of ``length``)
        0 to N, including the present bit.

    Raises
    ------
    ValueError
        If the length is out of range.

    Notes
    -----
    Latency 0, interval 1. Start anew with ``ResetInserter``.
    """

    def __init__(self, length=256):
        length = integer("OnesCounter length", length)
        if not 1 <= length <= 1 << 32:
            raise ValueError(f"OnesCounter length must be between 1 and 2**32, not {length}")
        limits = Range.unsigned(length.bit_length())
        super().__init__(step, params=Params(length, limits), state=State(limits), init=State(0),
                         inputs=Inputs(stream=BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "short": cls(10)}
