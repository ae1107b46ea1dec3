"""Multipliers of stochastic streams: one gate each."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Correlation, Format
from gateware.step import BIT, StepComponent, not_

__all__ = ["AndMultiplier", "XnorMultiplier"]


_FIX = ("encode them from different sources (another Sobol dimension, another phase of an LFSR), put a Regenerator or a "
        "Decorrelator before one of them, or take an InStreamMultiplier; for a square an InStreamSquare")


class Inputs(NamedTuple):
    a: Any
    b: Any


class Outputs(NamedTuple):
    product: Any


def step_and(params, state, inputs):
    return (), Outputs(inputs.a & inputs.b)


def step_xnor(params, state, inputs):
    return (), Outputs(not_(inputs.a ^ inputs.b))


class AndMultiplier(StepComponent):
    r"""Product of two unipolar streams that are uncorrelated.

    .. math:: E[o] = p\,q

    Members
    -------
    a, b : In(1)
        Uncorrelated: a stream with itself gives p, not its square.
    product : Out(1)

    Notes
    -----
    For any two streams, SCC being their stochastic cross-correlation,

    .. math:: E[o] = p\,q + \begin{cases} SCC\,(\min(p, q) - p\,q) & SCC \ge 0 \\
                                          SCC\,(p\,q - \max(p + q - 1, 0)) & SCC < 0 \end{cases}

    Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2; with
    correlation A. Alaghi and J. P. Hayes, Exploiting Correlation in Stochastic Circuit Design, ICCD 2013.
    """

    contract = Contract(Correlation(("a", "b"), 0, _FIX), Format(("a", "b"), "unipolar"))

    def __init__(self):
        super().__init__(step_and, inputs=Inputs(a=BIT, b=BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}


class XnorMultiplier(StepComponent):
    r"""Product of two bipolar streams, :math:`v = 2p - 1`, that are uncorrelated.

    .. math:: E[2o - 1] = v_a\,v_b

    Members
    -------
    a, b : In(1)
        Uncorrelated: a stream with itself gives 1.
    product : Out(1)

    Notes
    -----
    For any two streams :math:`E[o] = 1 - p - q + 2 E[ab]`, with the E[ab] of :class:`AndMultiplier`.

    Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    contract = Contract(Correlation(("a", "b"), 0), Format(("a", "b"), "bipolar"))

    def __init__(self):
        super().__init__(step_xnor, inputs=Inputs(a=BIT, b=BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
