"""Izhikevich's neuron of 2003 in fixed point."""

from math import frexp, ldexp
from typing import Any, NamedTuple

from gateware.step import Q, StepComponent, mux, saturate, scale, scale_round

__all__ = ["Izhikevich"]

SIGNIFICANT_BITS = 15
SLOPE_BITS = 11
PEAK = 30.0
MAX_HALVINGS = 8


class Constant(NamedTuple):
    mantissa: int
    shift: int


class Params(NamedTuple):
    quadratic: Constant
    sensitivity: Constant
    rate: Constant
    slope_shift: int
    linear: int
    current_shift: int
    recovery_shift: int
    offset: int
    product_shift: int
    drive_shift: int
    target_shift: int
    peak: int
    reset: int
    increment: int
    membrane: Q
    recovery: Q


class State(NamedTuple):
    v: Any
    u: Any


class Inputs(NamedTuple):
    current: Any


class Outputs(NamedTuple):
    spike: Any
    v: Any


def step(params, state, inputs):
    # (0.04 v + 5) v rather than 0.04 v^2 + 5 v: with the default formats both factors fit a 16 x 16 bit multiplier.
    slope = scale_round(state.v * params.quadratic.mantissa, params.slope_shift) + params.linear
    drive = scale(inputs.current, params.current_shift) - scale(state.u, params.recovery_shift) + params.offset
    change = scale_round(slope * state.v, params.product_shift) + scale_round(drive, params.drive_shift)
    v = saturate(state.v + change, params.membrane)
    target = scale_round(state.v * params.sensitivity.mantissa, params.target_shift)
    u = state.u + scale_round((target - state.u) * params.rate.mantissa, params.rate.shift)
    spike = v >= params.peak
    held = mux(spike, params.reset, v)
    return State(held, saturate(mux(spike, u + params.increment, u), params.recovery)), Outputs(spike, held)


def constant(value):
    """The real ``value`` to 15 significant bits, as ``mantissa / 2**shift`` with the smallest mantissa."""
    shift = SIGNIFICANT_BITS - frexp(value)[1]
    mantissa = round(ldexp(value, shift))
    while shift > 0 and mantissa % 2 == 0:
        mantissa, shift = mantissa // 2, shift - 1
    return Constant(mantissa, shift)


class Izhikevich(StepComponent):
    r"""Izhikevich's two-variable neuron, one forward Euler step per clock.

    .. math:: v' = v + dt\,(0.04 v^2 + 5 v + 140 - u + I), \quad u' = u + dt\,a\,(b v - u), \qquad
              s = [v' \ge 30], \quad v \leftarrow c,\; u \leftarrow u' + d \text{ where } s

    Both variables step from their old values. Constants have 15 significant bits, products and the sum of
    the other terms are rounded to nearest once, both variables saturate. The defaults are the paper's regular spiking neuron.
    Written by hand beside the catalogue's ``izhikevich``: what the step language can do where a person chooses the arithmetic,
    and on what pipelines, folded forms and proofs are tested without the compiler of equations.

    Parameters
    ----------
    a : float
        Rate of recovery, 1/ms; ``a * dt`` between 2**-16 and 1.
    b : float
        Sensitivity of the recovery to the membrane, 1/ms, between -16 and 16.
    c : float
        Membrane after a spike, mV, below 30.
    d : float
        Increment of the recovery at a spike, mV/ms.
    dt : float
        Time step, ms: 1, 1/2, 1/4, ... or 1/256.
    membrane, recovery, current : Q
        Formats of v (mV), u and I (mV/ms); at most 24 bits each.

    Members
    -------
    current : In(current)
        Input current I, mV/ms.
    spike : Out(1)
    v : Out(membrane)
        The membrane after the step, reset included.

    Raises
    ------
    ValueError
        If a parameter is out of its range or does not fit its format.

    Notes
    -----
    Latency 0 (``spike`` is combinational in ``current``), interval 1; four products, three of them by constants.
    The paper's own program takes two half steps of v to one of u; this is plain Euler, as NEST's
    ``consistent_integration``. Source: E. M. Izhikevich, Simple Model of Spiking Neurons, IEEE TNN 14(6):1569-1572,
    2003, doi:10.1109/TNN.2003.820440.
    """

    def __init__(self, *, a=0.02, b=0.2, c=-65.0, d=8.0, dt=0.5,
                 membrane=Q(8, 8), recovery=Q(8, 12), current=Q(8, 8)):
        for name, fmt in (("membrane", membrane), ("recovery", recovery), ("current", current)):
            if not isinstance(fmt, Q) or fmt.width > 24:
                raise ValueError(f"Izhikevich {name} must be a Q format of at most 24 bits, not {fmt!r}")
        halvings = 1 - frexp(dt)[1]
        if not 0 <= halvings <= MAX_HALVINGS or dt != 0.5**halvings:
            raise ValueError(f"Izhikevich dt must be 1, 1/2, 1/4, ... or 1/{1 << MAX_HALVINGS}, not {dt!r}")
        if not 2**-16 <= a * dt <= 1:
            raise ValueError(f"Izhikevich a * dt must be between 2**-16 and 1, not {a * dt!r}")
        if not -16 <= b <= 16:
            raise ValueError(f"Izhikevich b must be between -16 and 16, not {b!r}")
        if not c < PEAK:
            raise ValueError(f"Izhikevich c must be below {PEAK}, not {c!r}")
        quadratic, sensitivity = constant(0.04), constant(b)
        reset = membrane.encode(c, "Izhikevich c")
        finest = max(membrane.fraction_bits, recovery.fraction_bits, current.fraction_bits)
        super().__init__(
            step,
            params=Params(
                quadratic=quadratic, sensitivity=sensitivity, rate=constant(a * dt),
                slope_shift=quadratic.shift + membrane.fraction_bits - SLOPE_BITS, linear=5 << SLOPE_BITS,
                current_shift=current.fraction_bits - finest, recovery_shift=recovery.fraction_bits - finest,
                offset=140 << finest, product_shift=SLOPE_BITS + halvings,
                drive_shift=finest - membrane.fraction_bits + halvings,
                target_shift=sensitivity.shift + membrane.fraction_bits - recovery.fraction_bits,
                peak=membrane.encode(PEAK, "Izhikevich peak"), reset=reset,
                increment=recovery.encode(d, "Izhikevich d"), membrane=membrane, recovery=recovery),
            state=State(v=membrane, u=recovery),
            init=State(v=reset, u=recovery.encode(b * c, "Izhikevich b * c")),
            inputs=Inputs(current=current))

    @classmethod
    def examples(cls):
        return {"regular spiking": cls(), "fast spiking": cls(a=0.1, d=2.0), "chattering": cls(c=-50.0, d=2.0, dt=1.0)}
