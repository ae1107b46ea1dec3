"""Adders of stochastic streams with a scale of choice: what the output cannot give at once is kept for later."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Format
from gateware.step import Range, StepComponent, Vector, mux, popcount, saturate

__all__ = ["AnyScaleAdder", "NonScaledAdder"]


class Params(NamedTuple):
    shift: int
    offset: int
    scale: int
    limits: Range


class State(NamedTuple):
    remainder: Any


class Inputs(NamedTuple):
    streams: Any


class Outputs(NamedTuple):
    sum: Any


def step(params, state, inputs):
    total = state.remainder + (popcount(inputs.streams) << params.shift) - params.offset
    carry = total >= params.scale
    remainder = saturate(mux(carry, total - params.scale, total), params.limits)
    return State(remainder), Outputs(carry)


class AnyScaleAdder(StepComponent):
    r"""Sum of ``width`` streams over a scale s, cut off where no stream can hold it.

    .. math:: a' = \mathrm{sat}\left(a + \sum_i x_{i,t} - c - s\,o_t\right), \qquad
              o_t = \left[a + \sum_i x_{i,t} - c \ge s\right]

    with :math:`c = 0` for unipolar streams and :math:`c = (n - s) / 2` for bipolar ones. Where c is no integer the register
    counts halves. As long as it does not saturate, the ones of the output are exactly
    :math:`\left(\sum x - c\,t - a_t\right) / s` after t clocks, so

    .. math:: E[o] = \sum_i p_i / s \quad\text{or}\quad E[2o - 1] = \sum_i v_i / s

    where that lies in the format, and its nearest limit where it does not.

    Parameters
    ----------
    width : int
        Streams n, 1 to 64.
    scale : int
        s, 1 to ``width``; with ``scale=width`` it is :class:`~gateware.sc.arithmetic.scaled_adder.ScaledAdder`.
    bipolar : bool
    limit : int or None
        The register saturates just below ``limit`` and, with bipolar streams, at ``-limit``; ``width`` to 2**20, by default
        the least power of two from ``2 * width``, which is the cheapest. What is past it is lost: a large limit keeps more of
        a fluctuation, and takes longer to leave a limit of the format.

    Members
    -------
    streams : In(width)
        Stream i in bit i, of any correlation.
    sum : Out(1)

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Near a limit of the format the register saturates now and then, and the result is off towards the middle by
    the order of :math:`\sqrt{n / N}` of it in a run of N clocks.

    By induction: :math:`a' - a = \sum_i x_i - c - s\,o` wherever that lies within the limits.

    Latency 0, interval 1. Source: D. Wu et al., uGEMM: Unary Computing Architecture for GEMM Applications, ISCA 2020,
    doi:10.1109/ISCA45697.2020.00040.
    """

    def __init__(self, width=4, scale=2, *, bipolar=True, limit=None):
        self._build("AnyScaleAdder", width, scale, bipolar, limit)

    def _build(self, name, width, scale, bipolar, limit):
        width, scale = integer(f"{name} width", width), integer(f"{name} scale", scale)
        if not 1 <= width <= 64:
            raise ValueError(f"{name} width must be between 1 and 64, not {width}")
        if not 1 <= scale <= width:
            raise ValueError(f"{name} scale must be between 1 and the width {width}, not {scale}")
        if not isinstance(bipolar, bool):
            raise TypeError(f"{name} bipolar must be True or False, not {bipolar!r}")
        limit = 1 << (2 * width - 1).bit_length() if limit is None else integer(f"{name} limit", limit)
        if not width <= limit <= 1 << 20:
            raise ValueError(f"{name} limit must be between the width {width} and 2**20, not {limit}")
        shift = int(bipolar and (width - scale) % 2 == 1)
        offset = ((width - scale) << shift) // 2 if bipolar else 0
        limits = Range(-(limit << shift) if bipolar else 0, (limit << shift) - 1)
        self.contract = Contract(Format("streams", "bipolar" if bipolar else "unipolar"))
        super().__init__(step, params=Params(shift, offset, scale << shift, limits), state=State(limits), init=State(0),
                         inputs=Inputs(Vector(width)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "halves": cls(5, 2), "unipolar": cls(3, 2, bipolar=False)}


class NonScaledAdder(AnyScaleAdder):
    r"""Sum of ``width`` streams that is not scaled down: :class:`AnyScaleAdder` with s = 1.

    .. math:: E[o] = \min\left(\sum_i p_i, 1\right) \quad\text{or}\quad
              E[2o - 1] = \max\left(-1, \min\left(\sum_i v_i, 1\right)\right)

    Parameters
    ----------
    width : int
        Streams n, 1 to 64.
    bipolar : bool
    limit : int or None
        As of :class:`AnyScaleAdder`.

    Members
    -------
    streams : In(width)
    sum : Out(1)

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    The noise of n independent streams is not scaled down either: with random streams the error is about
    :math:`\sqrt{n / N}`, whatever the register can hold, so that a sum over hundreds of streams needs very long ones.

    Latency 0, interval 1. Source: as of :class:`AnyScaleAdder`.
    """

    def __init__(self, width=16, *, bipolar=True, limit=None):
        self._build("NonScaledAdder", width, 1, bipolar, limit)

    @classmethod
    def examples(cls):
        return {"default": cls(), "unipolar": cls(3, bipolar=False)}
