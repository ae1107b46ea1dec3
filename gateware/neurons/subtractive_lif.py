"""Leaky integrate-and-fire neuron whose reset subtracts the threshold, as trained networks use it."""

from math import inf
from numbers import Real
from typing import Any, NamedTuple

from gateware.step import Q, StepComponent, mux, saturate, scale, scale_round

__all__ = ["LEAK_BITS", "SubtractiveLIF", "encode_leak"]

LEAK_BITS = 16


class Params(NamedTuple):
    minus_leak: int
    shift: int
    threshold: int
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
    spike = total >= params.threshold
    v = saturate(total - mux(spike, params.threshold, 0), params.membrane)
    return State(v), Outputs(spike, v)


class SubtractiveLIF(StepComponent):
    r"""Leaky integrate-and-fire neuron with reset by subtraction, one update per clock.

    .. math:: v' = v - \frac{dt}{\tau} v + I, \qquad s = [v' \ge v_{th}], \quad v \leftarrow v' - s\, v_{th}

    What is above the threshold is kept, so the rate follows the input without the error of a reset to zero. The leak is the
    integer nearest to :math:`2^{16}\,dt/\tau` and its product is rounded to nearest; the membrane saturates.

    Parameters
    ----------
    tau : float
        Membrane time constant, in the unit of ``dt``; ``dt / tau`` between 2**-16 and 1, or infinite: no leak (the
        integrate-and-fire neuron).
    threshold : float
        Spike threshold, above 0, in the unit of the membrane.
    dt : float
        Time step.
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
    Source: B. Rueckauer et al., Conversion of continuous-valued deep networks to efficient event-driven networks for image
    classification, Frontiers in Neuroscience 11:682, 2017, doi:10.3389/fnins.2017.00682.
    """

    def __init__(self, *, tau=20.0, threshold=1.0, dt=1.0, membrane=Q(8, 8), current=Q(8, 8)):
        leak = encode_leak("SubtractiveLIF", tau, dt, membrane, current)
        if not isinstance(threshold, Real):
            raise TypeError(f"SubtractiveLIF threshold must be a number, not {threshold!r}")
        encoded = membrane.encode(threshold, "SubtractiveLIF threshold")
        if encoded < 1:
            raise ValueError(f"SubtractiveLIF threshold must be at least 2**-{membrane.fraction_bits}, not {threshold!r}")
        super().__init__(
            step,
            params=Params(minus_leak=-leak, shift=current.fraction_bits - membrane.fraction_bits, threshold=encoded,
                          membrane=membrane),
            state=State(v=membrane), init=State(v=0), inputs=Inputs(current=current))

    @classmethod
    def examples(cls):
        return {"default": cls(), "no leak": cls(tau=inf), "fine": cls(tau=5.0, membrane=Q(4, 12), current=Q(9, 11))}


def encode_leak(owner, tau, dt, membrane, current, name="tau"):
    """The leak of a time step in units of 2**-16, with the checks that neurons without more parameters share.

    Parameters
    ----------
    owner : str
        Whose parameters these are.
    tau, dt : float
    membrane, current : Q
    name : str
        Of the time constant.

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
    """
    for field, value in (("membrane", membrane), ("current", current)):
        if not isinstance(value, Q):
            raise TypeError(f"{owner} {field} must be a Q format, not {value!r}")
    for field, value in ((name, tau), ("dt", dt)):
        if not isinstance(value, Real):
            raise TypeError(f"{owner} {field} must be a number, not {value!r}")
    if not tau > 0 or not 0 < dt < inf:
        raise ValueError(f"{owner} {name} and dt must be positive, not {tau!r} and {dt!r}")
    if tau == inf:
        return 0
    leak = Q(2, LEAK_BITS).encode(dt / tau, f"{owner} dt / {name}") if dt <= tau else None
    if not leak:
        raise ValueError(f"{owner} dt / {name} must lie between 2**-{LEAK_BITS} and 1, or {name} be infinite, not {dt / tau!r}")
    return leak
