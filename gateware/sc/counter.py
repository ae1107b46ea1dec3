"""Counters: the ramp source of unary streams, and the decoder that counts a stream's ones."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import BIT, Range, StepComponent, count_to, saturate, to_int

__all__ = ["OnesCounter", "RampCounter"]


class RampParams(NamedTuple):
    modulus: int


class State(NamedTuple):
    count: Any


class RampOutputs(NamedTuple):
    ramp: Any


class OnesParams(NamedTuple):
    limits: Range


class OnesInputs(NamedTuple):
    stream: Any


class OnesOutputs(NamedTuple):
    ones: Any


def step_ramp(params, state, inputs):
    return State(count_to(state.count, params.modulus)), RampOutputs(state.count)


def step_ones(params, state, inputs):
    ones = saturate(state.count + to_int(inputs.stream), params.limits)
    return State(ones), OnesOutputs(ones)


class RampCounter(StepComponent):
    """Counter 0, 1, ..., ``modulus - 1``: the source of unary (thermometer) streams and of clock division.

    Parameters
    ----------
    modulus : int
        Period, 2 to 2**32.

    Members
    -------
    ramp : Out(range(modulus))

    Raises
    ------
    ValueError
        If the modulus is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: M. H. Najafi et al., Performing Stochastic Computation Deterministically, IEEE TVLSI
    27(12), 2019, doi:10.1109/TVLSI.2019.2929354.
    """

    def __init__(self, modulus=256):
        modulus = integer("RampCounter modulus", modulus)
        if not 2 <= modulus <= 1 << 32:
            raise ValueError(f"RampCounter modulus must be between 2 and 2**32, not {modulus}")
        super().__init__(step_ramp, params=RampParams(modulus), state=State(Range(0, modulus - 1)), init=State(0))

    @classmethod
    def examples(cls):
        return {"default": cls(), "decimal": cls(10)}


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
    ones : Out(range(length + 1))
        Including the present bit.

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
        limits = Range(0, length)
        super().__init__(step_ones, params=OnesParams(limits), state=State(limits), init=State(0),
                         inputs=OnesInputs(stream=BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "short": cls(10)}
