"""Adders of unipolar streams made of one OR gate: of independent streams, and of streams that avoid each other."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Format
from gateware.step import BIT, StepComponent, Vector, trailing_zeros

__all__ = ["OrAdder", "SaturatingAdder"]


class Params(NamedTuple):
    width: int


class Streams(NamedTuple):
    streams: Any


class Pair(NamedTuple):
    a: Any
    b: Any


class Outputs(NamedTuple):
    sum: Any


def step_any(params, state, inputs):
    return (), Outputs(trailing_zeros(inputs.streams, params.width) < params.width)


def step_or(params, state, inputs):
    return (), Outputs(inputs.a | inputs.b)


class OrAdder(StepComponent):
    r"""OR of ``width`` independent streams: a sum for small numbers, that bends towards 1.

    .. math:: E[o] = 1 - \prod_i (1 - p_i) \approx 1 - e^{-\sum_i p_i}

    Parameters
    ----------
    width : int
        Streams, 2 to 64.

    Members
    -------
    streams : In(width)
        Stream i in bit i, uncorrelated with each other.
    sum : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    It is not :math:`\min(1, \sum_i p_i)`, at no length: for two streams it is low by :math:`p q` below 1. A network that is
    to use it is trained with the formula above. Of streams that avoid each other the sum is exact
    (:class:`SaturatingAdder`); of streams from one source OR is their greatest.

    Latency 0, interval 1. Source: W. Romaszkan et al., ACOUSTIC: Accelerating Convolutional Neural Networks through
    Or-Unipolar Skipped Stochastic Computing, DATE 2020.
    """

    contract = Contract(Correlation("streams", 0), Format("streams", "unipolar"))

    def __init__(self, width=4):
        width = integer("OrAdder width", width)
        if not 2 <= width <= 64:
            raise ValueError(f"OrAdder width must be between 2 and 64, not {width}")
        super().__init__(step_any, params=Params(width), inputs=Streams(Vector(width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "wide": cls(16)}


class SaturatingAdder(StepComponent):
    r"""OR of two streams that avoid each other: their sum, at most 1.

    .. math:: E[o] = \min(p + q, 1) \text{ at } SCC = -1

    Members
    -------
    a, b : In(1)
        Of SCC -1: one encoded from the mirrored numbers of the other's source, or both behind a desynchronizer.
    sum : Out(1)

    Notes
    -----
    For any two streams :math:`E[o] = p + q - E[ab]`, with the E[ab] of
    :class:`~gateware.sc.arithmetic.multiply.AndMultiplier`.

    Latency 0, interval 1. Source: V. T. Lee, A. Alaghi and L. Ceze, Correlation Manipulating Circuits for Stochastic
    Computing, DATE 2018, arXiv:1803.04862.
    """

    contract = Contract(Correlation(("a", "b"), -1), Format(("a", "b"), "unipolar"))

    def __init__(self):
        super().__init__(step_or, inputs=Pair(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
