"""Leaky integrate-and-fire neuron in fixed point."""

from numbers import Real
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import Q, Range, StepComponent, mux, not_, saturate, scale, scale_round, to_int, wrap

__all__ = ["LIF"]

LEAK_BITS = 16


class Params(NamedTuple):
    minus_leak: int
    rest_leak: int
    shift: int
    threshold: int
    reset: int
    rest: int
    refractory: int
    membrane: Q
    countdown: Range


class State(NamedTuple):
    v: Any
    refractory: Any


class Inputs(NamedTuple):
    current: Any


class Outputs(NamedTuple):
    spike: Any
    v: Any


def step(params, state, inputs):
    # (rest - v) * leak with the product taken of v alone, which fits a 16 x 16 bit multiplier.
    leak = scale_round(state.v * params.minus_leak + params.rest_leak, LEAK_BITS)
    total = state.v + leak + scale(inputs.current, params.shift)
    refractory = state.refractory > 0
    spike = (total >= params.threshold) & not_(refractory)
    held = mux(refractory, params.rest, mux(spike, params.reset, saturate(total, params.membrane)))
    countdown = wrap(state.refractory - to_int(refractory), params.countdown)
    return State(held, mux(spike, params.refractory, countdown)), Outputs(spike, held)


class LIF(StepComponent):
    r"""Leaky integrate-and-fire neuron, one update per clock.

    .. math:: v' = v + \frac{dt}{\tau} (v_{rest} - v) + I, \qquad
              s = [v' \ge v_{th}], \quad v \leftarrow v_{reset} \text{ where } s

    The leak is the integer nearest to :math:`2^{16}\,dt/\tau` and its product is rounded to nearest; the membrane
    saturates. After a spike the neuron stays at rest for ``refractory`` steps, whatever its input.

    Parameters
    ----------
    tau : float
        Membrane time constant, in the unit of ``dt``; ``dt / tau`` between 2**-16 and 1.
    threshold : float
        Spike threshold, in the unit of the membrane.
    dt : float
        Time step.
    rest, reset : float
        Resting and reset potential, ``reset < threshold``.
    refractory : int
        Steps without a spike after one, 0 to 65535.
    membrane, current : Q
        Formats of the membrane and of the input current.

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
    Source: L. Lapicque, 1907; discretised as in Gerstner et al., Neuronal Dynamics, 2014, chapter 1,
    doi:10.1017/CBO9781107447615.
    """

    def __init__(self, *, tau=20.0, threshold=1.0, dt=1.0, rest=0.0, reset=0.0, refractory=0,
                 membrane=Q(8, 8), current=Q(8, 8)):
        for name, value in (("membrane", membrane), ("current", current)):
            if not isinstance(value, Q):
                raise TypeError(f"LIF {name} must be a Q format, not {value!r}")
        for name, value in (("tau", tau), ("threshold", threshold), ("dt", dt), ("rest", rest), ("reset", reset)):
            if not isinstance(value, Real):
                raise TypeError(f"LIF {name} must be a number, not {value!r}")
        if not tau > 0 or not dt > 0:
            raise ValueError(f"LIF tau and dt must be positive, not {tau!r} and {dt!r}")
        leak = Q(2, LEAK_BITS).encode(dt / tau, "LIF dt / tau") if dt <= tau else None
        if not leak:
            raise ValueError(f"LIF dt / tau must lie between 2**-{LEAK_BITS} and 1, not {dt / tau!r}")
        refractory = integer("LIF refractory", refractory)
        if not 0 <= refractory <= 65535:
            raise ValueError(f"LIF refractory must be between 0 and 65535 steps, not {refractory}")
        countdown = Range.unsigned(refractory.bit_length())
        encoded = {name: membrane.encode(value, f"LIF {name}")
                   for name, value in (("threshold", threshold), ("rest", rest), ("reset", reset))}
        if not encoded["reset"] < encoded["threshold"]:
            raise ValueError(f"LIF reset must be below the threshold, not {reset!r} with threshold {threshold!r}")
        super().__init__(
            step,
            params=Params(minus_leak=-leak, rest_leak=encoded["rest"] * leak, refractory=refractory, membrane=membrane,
                          shift=current.fraction_bits - membrane.fraction_bits, countdown=countdown, **encoded),
            state=State(v=membrane, refractory=countdown),
            init=State(v=encoded["rest"], refractory=0),
            inputs=Inputs(current=current))

    @classmethod
    def examples(cls):
        return {"default": cls(), "refractory": cls(tau=10.0, rest=-0.25, reset=-0.5, refractory=5),
                "fine": cls(tau=20.0, dt=0.1, threshold=20.0, reset=10.0, membrane=Q(8, 12), current=Q(8, 16))}
