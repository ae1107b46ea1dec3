"""Correlated pair encoder: two streams with the correlation that is asked for."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import Range, StepComponent, absolute, mux

from ..contract import Contract, Correlation

__all__ = ["CorrelatedPairEncoder"]


class Params(NamedTuple):
    last: int


class Inputs(NamedTuple):
    value_a: Any
    value_b: Any
    target: Any
    random: Any
    other: Any
    mix: Any


class Outputs(NamedTuple):
    a: Any
    b: Any


def step(params, state, inputs):
    shared = mux(inputs.target < 0, params.last - inputs.random, inputs.random)
    chosen = mux(absolute(inputs.target) > inputs.mix, shared, inputs.other)
    return (), Outputs(inputs.value_a > inputs.random, inputs.value_b > chosen)


class CorrelatedPairEncoder(StepComponent):
    r"""Two streams of a given stochastic cross-correlation (SCC).

    .. math:: a_t = [A > r_t], \qquad
              b_t = [B > q_t], \quad q_t = \begin{cases} r_t & |C| > m_t, C > 0 \\ 2^n - 1 - r_t & |C| > m_t, C < 0 \\
              r'_t & \text{otherwise} \end{cases}

    With r, r' and m independent and uniform on :math:`0..2^n-1`, the SCC is exactly :math:`C / 2^n`, for every A and B: with the
    probability ρ = |C| / 2^n the pair is one of SCC = +1 or -1, else one of SCC = 0, and the SCC is linear in the joint probability
    between them.

    Parameters
    ----------
    width : int
        Bits n, 1 to 32.

    Members
    -------
    value_a, value_b : In(width + 1)
        The numbers A and B, 0 to ``2**width`` inclusive.
    target : In(range(-2**width, 2**width + 1))
        The SCC C, in units of ``2**-width``: ``2**width`` shares the random numbers, ``-2**width`` mirrors them.
    random, other, mix : In(width)
        Numbers r, r' and m of three sources. For targets of ±1 only the first is used, for 0 the first two.
    a, b : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Contract: the sources of ``random``, ``other`` and ``mix`` are different ones. Latency 0, interval 1. Source: A. Alaghi and
    J. P. Hayes, Exploiting Correlation in Stochastic Circuit Design, ICCD 2013, doi:10.1109/ICCD.2013.6657023.
    """

    contract = Contract(Correlation(("random", "other", "mix"), 0))

    def __init__(self, width=8):
        width = integer("CorrelatedPairEncoder width", width)
        if not 1 <= width <= 32:
            raise ValueError(f"CorrelatedPairEncoder width must be between 1 and 32, not {width}")
        number, random = Range(0, 1 << width), Range.unsigned(width)
        super().__init__(step, params=Params((1 << width) - 1),
                         inputs=Inputs(number, number, Range(-(1 << width), 1 << width), random, random, random))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(2)}
