"""Absolute difference of two unipolar streams of one source: an XOR gate."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Correlation, Format
from gateware.step import BIT, StepComponent

__all__ = ["AbsoluteDifference"]


class Inputs(NamedTuple):
    a: Any
    b: Any


class Outputs(NamedTuple):
    difference: Any


def step(params, state, inputs):
    return (), Outputs(inputs.a ^ inputs.b)


class AbsoluteDifference(StepComponent):
    r"""Absolute difference of two unipolar streams that are encoded from one source.

    .. math:: E[o] = |p - q| \text{ at } SCC = +1

    With a source that is a permutation the ones over a period are exactly :math:`|X - Y|`.

    Members
    -------
    a, b : In(1)
        Of SCC +1: encoded from the same numbers, or behind a synchronizer.
    difference : Out(1)

    Notes
    -----
    For any two streams :math:`E[o] = p + q - 2 E[ab]`, with the E[ab] of
    :class:`~gateware.sc.arithmetic.multiply.AndMultiplier`; for uncorrelated ones :math:`p + q - 2 p q`.

    Latency 0, interval 1. Source: A. Alaghi and J. P. Hayes, Exploiting Correlation in Stochastic Circuit Design, ICCD 2013.
    """

    contract = Contract(Correlation(("a", "b"), +1), Format(("a", "b"), "unipolar"))

    def __init__(self):
        super().__init__(step, inputs=Inputs(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
