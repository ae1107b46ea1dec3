"""Rectified linear unit of a bipolar stream: a counter that keeps the output's zeros from outnumbering its ones."""

import math
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Format, Serial
from gateware.step import BIT, Range, StepComponent, mux, wrap

__all__ = ["ReLU"]


class Params(NamedTuple):
    half: int
    limits: Range


class State(NamedTuple):
    counter: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    result: Any


def step(params, state, inputs):
    result = inputs.stream | (state.counter < params.half)
    moved = state.counter + mux(result, 1, -1)
    # Held where it is full. At 0 it cannot fall, since the result is 1 there: wrap changes nothing.
    return State(mux(moved > params.limits.hi, state.counter, wrap(moved, params.limits))), Outputs(result)


class ReLU(StepComponent):
    r"""max(v, 0) of a bipolar stream: a 1 is put in whenever the output has had more zeros than ones.

    .. math:: o_t = x_t \vee [c_t < H], \qquad c_{t+1} = \min(c_t + 2 o_t - 1,\ 2H - 1), \qquad H = 2^{W - 1}

    from :math:`c_0 = H`.

    Parameters
    ----------
    width : int
        Bits W of the counter, 2 to 32.

    Members
    -------
    stream : In(1)
        Bipolar.
    result : Out(1)
        Bipolar.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    The output has every 1 of the stream, and its zeros never outnumber its ones by more than one, for any stream and every
    prefix. Until the counter is full for the first time, c - H is the difference of the two. Low-discrepancy sequences give
    max(v, 0) without a random error. Exact expectation for bits that are independent from clock to clock, with the odds
    :math:`\rho = p / (1 - p)`:

    .. math:: v_o = v + \frac{2 q^2}{q + \sum_{i<H} \rho^i}, \qquad q = 1 - p

    which is max(v, 0) but for at most 1/(2H + 1), at v = 0. Latency 0, interval 1. Source: D. Wu et al., uGEMM: Unary Computing
    Architecture for GEMM Applications, ISCA 2020, doi:10.1109/ISCA45697.2020.00040.
    """

    contract = Contract(Serial("stream", "not a ramp"), Format("stream", "bipolar"))

    def __init__(self, width=6):
        width = integer("ReLU width", width)
        if not 2 <= width <= 32:
            raise ValueError(f"ReLU width must be between 2 and 32, not {width}")
        half = 1 << width - 1
        limits = Range(0, 2 * half - 1)
        super().__init__(step, params=Params(half, limits), state=State(limits), init=State(half), inputs=Inputs(BIT))

    def expectation(self, p):
        """Probability of a 1 of the output, from that of an input that is independent from clock to clock."""
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p!r}")
        half, q = self.params.half, 1 - p
        if p < q:
            return p + q * q / (q + _powers(p / q, half))
        # The sum of the powers of the odds, which may be infinite, and the numerator over the greatest power.
        scale = (q / p) ** (half - 1)
        return p + q * q * scale / (q * scale + _powers(q / p, half))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(3)}


def _powers(ratio, count):
    """The sum of the powers of ``ratio``, 0 to 1, from 0 to ``count - 1``."""
    if ratio in (0, 1):
        return count if ratio else 1
    return math.expm1(count * math.log(ratio)) / (ratio - 1)
