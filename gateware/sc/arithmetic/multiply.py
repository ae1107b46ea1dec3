"""Multipliers of stochastic streams: one gate each."""

from typing import Any, NamedTuple

from gateware.step import BIT, StepComponent, not_

__all__ = ["AndMultiplier", "XnorMultiplier"]


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
    r"""Product of two unipolar streams.

    .. math:: E[o] = p\,q \text{ for uncorrelated streams}

    Members
    -------
    a, b : In(1)
    product : Out(1)

    Notes
    -----
    Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    def __init__(self):
        super().__init__(step_and, inputs=Inputs(a=BIT, b=BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}


class XnorMultiplier(StepComponent):
    r"""Product of two bipolar streams, :math:`v = 2p - 1`.

    .. math:: E[2o - 1] = v_a\,v_b \text{ for uncorrelated streams}

    Members
    -------
    a, b : In(1)
    product : Out(1)

    Notes
    -----
    Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    def __init__(self):
        super().__init__(step_xnor, inputs=Inputs(a=BIT, b=BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
