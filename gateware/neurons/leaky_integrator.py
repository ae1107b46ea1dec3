"""Leaky integrator: a neuron that does not spike, whose membrane is read out."""

from math import inf
from typing import Any, NamedTuple

from gateware.step import Q, StepComponent, bit, saturate, scale, scale_round

from .subtractive_lif import LEAK_BITS, encode_leak

__all__ = ["LeakyIntegrator"]


class Params(NamedTuple):
    minus_leak: int
    shift: int
    membrane: Q


class State(NamedTuple):
    v: Any


class Inputs(NamedTuple):
    current: Any


class Outputs(NamedTuple):
    spike: Any
    v: Any


def step(params, state, inputs):
    total = state.v + scale_round(state.v * params.minus_leak, LEAK_BITS) + scale(inputs.current, params.shift)
    v = saturate(total, params.membrane)
    return State(v), Outputs(bit(0), v)


class LeakyIntegrator(StepComponent):
    r"""Leaky integrator, one update per clock.

    .. math:: v' = v - \frac{dt}{\tau} v + I

    The leak is the integer nearest to :math:`2^{16}\,dt/\tau` and its product is rounded to nearest; the membrane saturates.

    Parameters
    ----------
    tau : float
        Membrane time constant, in the unit of ``dt``; ``dt / tau`` between 2**-16 and 1, or infinite: no leak.
    dt : float
        Time step.
    membrane, current : Q
        Formats of the membrane and of the input current.

    Members
    -------
    current : In(current)
        Current times resistance times ``dt / tau``: what one step adds to the membrane.
    spike : Out(1)
        Always 0.
    v : Out(membrane)
        The membrane after the step.

    Raises
    ------
    TypeError
        If a parameter is of the wrong kind.
    ValueError
        If a parameter is out of its range.

    Notes
    -----
    Latency 0 (``v`` is combinational in ``current``), interval 1.
    Source: the LI node of J. E. Pedersen et al., Neuromorphic intermediate representation, Nature Communications 15:8122, 2024,
    doi:10.1038/s41467-024-52259-9.
    """

    def __init__(self, *, tau=20.0, dt=1.0, membrane=Q(8, 8), current=Q(8, 8)):
        leak = encode_leak("LeakyIntegrator", tau, dt, membrane, current)
        super().__init__(
            step,
            params=Params(minus_leak=-leak, shift=current.fraction_bits - membrane.fraction_bits, membrane=membrane),
            state=State(v=membrane), init=State(v=0), inputs=Inputs(current=current))

    @classmethod
    def examples(cls):
        return {"default": cls(), "no leak": cls(tau=inf), "coarse": cls(tau=3.0, membrane=Q(8, 4), current=Q(6, 6))}
