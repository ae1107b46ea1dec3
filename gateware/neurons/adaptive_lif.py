"""Leaky integrate-and-fire neuron whose threshold rises with its spikes, as trained networks use it."""

from math import inf
from numbers import Real
from typing import Any, NamedTuple

from gateware.step import Q, StepComponent, mux, saturate, scale, scale_round

from .subtractive_lif import LEAK_BITS, encode_leak

__all__ = ["AdaptiveLIF"]


class Params(NamedTuple):
    minus_leak: int
    minus_adaptation_leak: int
    shift: int
    threshold: int
    adaptation: int
    least_decay: int
    membrane: Q


class State(NamedTuple):
    v: Any
    a: Any


class Inputs(NamedTuple):
    current: Any


class Outputs(NamedTuple):
    spike: Any
    v: Any


def step(params, state, inputs):
    total = state.v + scale_round(state.v * params.minus_leak, LEAK_BITS) + scale(inputs.current, params.shift)
    threshold = params.threshold + state.a
    spike = total >= threshold
    v = saturate(total - mux(spike, threshold, 0), params.membrane)
    decay = scale_round(state.a * params.minus_adaptation_leak, LEAK_BITS)
    # At least the lowest bit, or what rounds to no decay would stay for ever.
    kept = state.a + decay - mux((decay == 0) & (state.a > 0), params.least_decay, 0)
    return State(v, saturate(kept + mux(spike, params.adaptation, 0), params.membrane)), Outputs(spike, v)


class AdaptiveLIF(StepComponent):
    r"""Leaky integrate-and-fire neuron with an adaptive threshold and reset by subtraction, one update per clock.

    .. math:: v' = v - \frac{dt}{\tau} v + I, \qquad s = [v' \ge v_{th} + a], \quad v \leftarrow v' - s\, (v_{th} + a),
              \quad a \leftarrow a - \frac{dt}{\tau_a} a + s\, \beta

    Each spike raises the threshold by :math:`\beta`, which decays again. Leaks are integers of units of 2**-16 and their products
    are rounded to nearest, but an adaptation that leaks at all loses its lowest bit in each step: below :math:`\tau_a / 2\,dt`
    of these bits it falls evenly to 0. Membrane and adaptation saturate.

    Parameters
    ----------
    tau, tau_adaptation : float
        Time constants of the membrane and of the adaptation, in the unit of ``dt``; ``dt`` over each between 2**-16 and 1, or infinite:
        no leak.
    threshold : float
        Spike threshold of a neuron that has not spiked, above 0, in the unit of the membrane.
    adaptation : float
        :math:`\beta`, what a spike adds to the threshold, above 0, in the unit of the membrane.
    dt : float
        Time step.
    membrane, current : Q
        Formats of membrane and adaptation, and of the input current.

    Members
    -------
    current : In(current)
        Current times resistance times ``dt / tau``: what one step adds to the membrane.
    spike : Out(1)
    v : Out(membrane)
        The membrane after the step, reset included.

    Raises
    ------
    TypeError
        If a parameter is of the wrong kind.
    ValueError
        If a parameter is out of its range or does not fit the membrane's format.

    Notes
    -----
    Latency 0 (``spike`` is combinational in ``current``), interval 1.
    Source: G. Bellec et al., Long short-term memory and learning-to-learn in networks of spiking neurons, NeurIPS 2018,
    arXiv:1803.09574.
    """

    def __init__(self, *, tau=20.0, tau_adaptation=100.0, threshold=1.0, adaptation=0.2, dt=1.0, membrane=Q(8, 8), current=Q(8, 8)):
        leak = encode_leak("AdaptiveLIF", tau, dt, membrane, current)
        adaptation_leak = encode_leak("AdaptiveLIF", tau_adaptation, dt, membrane, current, "tau_adaptation")
        encoded = {}
        for name, value in (("threshold", threshold), ("adaptation", adaptation)):
            if not isinstance(value, Real):
                raise TypeError(f"AdaptiveLIF {name} must be a number, not {value!r}")
            encoded[name] = membrane.encode(value, f"AdaptiveLIF {name}")
            if encoded[name] < 1:
                raise ValueError(f"AdaptiveLIF {name} must be at least 2**-{membrane.fraction_bits}, not {value!r}")
        super().__init__(
            step,
            params=Params(minus_leak=-leak, minus_adaptation_leak=-adaptation_leak, shift=current.fraction_bits - membrane.fraction_bits,
                          **encoded, least_decay=int(adaptation_leak > 0), membrane=membrane),
            state=State(v=membrane, a=membrane), init=State(v=0, a=0), inputs=Inputs(current=current))

    @classmethod
    def examples(cls):
        return {"default": cls(), "no leak": cls(tau=inf, tau_adaptation=inf, membrane=Q(6, 6), current=Q(6, 6)),
                "fine": cls(tau=5.0, tau_adaptation=30.0, adaptation=0.5, membrane=Q(4, 12), current=Q(9, 11))}
