"""Ramp counter: the source of unary (thermometer) streams."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import Range, StepComponent, count_to, wrap

__all__ = ["RampCounter"]


class Params(NamedTuple):
    modulus: int
    limits: Range


class State(NamedTuple):
    count: Any


class Outputs(NamedTuple):
    ramp: Any


def step(params, state, inputs):
    return State(count_to(state.count, params.modulus)), Outputs(state.count)


def binary_step(params, state, inputs):
    return State(wrap(state.count + 1, params.limits)), Outputs(state.count)


class RampCounter(StepComponent):
    """Counter 0, 1, ..., ``modulus - 1``: the source of unary (thermometer) streams and of clock division.

    Parameters
    ----------
    modulus : int
        Period, 2 to 2**32; of a power of two the numbers are a permutation of all values of their width.

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

    serial = "ramp"
    permutation = True

    def __init__(self, modulus=256):
        modulus = integer("RampCounter modulus", modulus)
        if not 2 <= modulus <= 1 << 32:
            raise ValueError(f"RampCounter modulus must be between 2 and 2**32, not {modulus}")
        self.permutation = modulus & (modulus - 1) == 0
        limits = Range(0, modulus - 1)
        # A counter that turns over by itself needs no comparison.
        super().__init__(binary_step if self.permutation else step, params=Params(modulus, limits), state=State(limits),
                         init=State(0))

    @classmethod
    def examples(cls):
        return {"default": cls(), "decimal": cls(10)}
