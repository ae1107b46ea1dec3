"""Current-based neurons: a synaptic current that decays drives a leaky membrane, which spikes or is read out."""

from math import inf
from numbers import Real
from typing import Any, NamedTuple

from gateware.step import Q, StepComponent, bit, mux, saturate, scale, scale_round

from .subtractive_lif import LEAK_BITS, encode_leak

__all__ = ["CubaLIF", "CubaLeakyIntegrator"]


class Params(NamedTuple):
    minus_leak: int
    minus_synapse_leak: int
    synapse_shift: int
    current_shift: int
    membrane: Q
    synapse: Q


class SpikingParams(NamedTuple):
    minus_leak: int
    minus_synapse_leak: int
    synapse_shift: int
    current_shift: int
    membrane: Q
    synapse: Q
    threshold: int
    # Subtracted, or what the membrane is reset to.
    reset: int


class State(NamedTuple):
    v: Any
    i: Any


class Inputs(NamedTuple):
    current: Any


class Outputs(NamedTuple):
    spike: Any
    v: Any


def synaptic_current(params, state, inputs):
    """The synaptic current of this step."""
    decayed = state.i + scale_round(state.i * params.minus_synapse_leak, LEAK_BITS)
    return saturate(decayed + scale(inputs.current, params.current_shift), params.synapse)


def charge(params, state, i):
    """The membrane that this current leads to."""
    return state.v + scale_round(state.v * params.minus_leak, LEAK_BITS) + scale(i, params.synapse_shift)


def step_integrator(params, state, inputs):
    i = synaptic_current(params, state, inputs)
    v = saturate(charge(params, state, i), params.membrane)
    return State(v, i), Outputs(bit(0), v)


def step_subtract(params, state, inputs):
    i = synaptic_current(params, state, inputs)
    total = charge(params, state, i)
    spike = total >= params.threshold
    v = saturate(total - mux(spike, params.reset, 0), params.membrane)
    return State(v, i), Outputs(spike, v)


def step_reset(params, state, inputs):
    i = synaptic_current(params, state, inputs)
    total = charge(params, state, i)
    spike = total >= params.threshold
    v = mux(spike, params.reset, saturate(total, params.membrane))
    return State(v, i), Outputs(spike, v)


class CubaLIF(StepComponent):
    r"""Current-based leaky integrate-and-fire neuron, one update per clock.

    .. math:: i' = i - \frac{dt}{\tau_{syn}} i + I, \qquad v' = v - \frac{dt}{\tau_{mem}} v + i', \qquad s = [v' \ge v_{th}]

    and where it spikes :math:`v \leftarrow v' - v_{th}`, or :math:`v \leftarrow v_{reset}`. The current is updated before the membrane,
    which takes the new one. Both leaks are the integers nearest to :math:`2^{16}\,dt/\tau`, their products are rounded to nearest;
    current and membrane saturate.

    Parameters
    ----------
    tau_syn, tau_mem : float
        Time constants of current and membrane, in the unit of ``dt``; ``dt / tau`` between 2**-16 and 1, or infinite: no leak.
    threshold : float
        Spike threshold, in the unit of the membrane.
    dt : float
        Time step.
    reset : "subtract" or float
        ``"subtract"`` the threshold, which then is above 0, or the potential that a spike leaves, below the threshold.
    subtracted : float, optional
        What ``"subtract"`` takes instead of the threshold: threshold / (1 - dt / tau_mem) gives the spikes of a neuron from which the
        threshold is taken one step late.
    membrane, synapse, current : Q
        Formats of the membrane, the synaptic current and the input current.

    Members
    -------
    current : In(current)
        What one step adds to the synaptic current, in the unit of the membrane.
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
    A current that is added before the membrane's update and decays after it (Norse) is the same neuron. One in which the membrane
    follows the current of the step before (both equations from the states before) is the same with its input one step late.
    Source: the CubaLIF node of J. E. Pedersen et al., Neuromorphic intermediate representation, Nature Communications 15:8122,
    2024, doi:10.1038/s41467-024-52259-9.
    """

    def __init__(self, *, tau_syn=5.0, tau_mem=20.0, threshold=1.0, dt=1.0, reset="subtract", subtracted=None,
                 membrane=Q(8, 8), synapse=Q(8, 8), current=Q(8, 8)):
        common = _common("CubaLIF", tau_syn, tau_mem, dt, membrane, synapse, current)
        subtracts = reset == "subtract"
        if not (subtracts or isinstance(reset, Real)):
            raise TypeError(f"CubaLIF reset must be 'subtract' or a number, not {reset!r}")
        if subtracted is not None and not subtracts:
            raise ValueError(f"CubaLIF subtracted must be left out with a reset to a value, not {subtracted!r} with reset {reset!r}")
        values = {"threshold": threshold}
        if not subtracts:
            values["reset"] = reset
        elif subtracted is not None:
            values["subtracted"] = subtracted
        for name, value in values.items():
            if not isinstance(value, Real):
                raise TypeError(f"CubaLIF {name} must be a number, not {value!r}")
        encoded = {name: membrane.encode(value, f"CubaLIF {name}") for name, value in values.items()}
        if subtracts:
            for name, value in encoded.items():
                if value < 1:
                    raise ValueError(f"CubaLIF {name} must be at least 2**-{membrane.fraction_bits} where it is subtracted, "
                                     f"not {values[name]!r}")
        elif not encoded["reset"] < encoded["threshold"]:
            raise ValueError(f"CubaLIF reset must be below the threshold, not {reset!r} with threshold {threshold!r}")
        *_, last = encoded.values()
        super().__init__(
            step_subtract if subtracts else step_reset,
            params=SpikingParams(**common._asdict(), threshold=encoded["threshold"], reset=last),
            state=State(v=membrane, i=synapse), init=State(v=0, i=0), inputs=Inputs(current=current))

    @property
    def subtracts(self):
        """Whether a spike subtracts from the membrane, rather than resetting it to a value."""
        return self.step is step_subtract

    @classmethod
    def examples(cls):
        return {"default": cls(), "reset": cls(tau_syn=2.0, tau_mem=8.0, reset=-0.25, current=Q(6, 10)),
                "late": cls(tau_syn=4.0, tau_mem=5.0, subtracted=1.25, membrane=Q(6, 10), synapse=Q(4, 12), current=Q(4, 8))}


class CubaLeakyIntegrator(StepComponent):
    r"""Current-based leaky integrator, which does not spike: its membrane is read out.

    .. math:: i' = i - \frac{dt}{\tau_{syn}} i + I, \qquad v' = v - \frac{dt}{\tau_{mem}} v + i'

    It is the part of :class:`CubaLIF` below the threshold, with the same arithmetic.

    Parameters
    ----------
    tau_syn, tau_mem, dt, membrane, synapse, current
        As in :class:`CubaLIF`.

    Members
    -------
    current : In(current)
        What one step adds to the synaptic current, in the unit of the membrane.
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
    Latency 0 (``v`` is combinational in ``current``), interval 1. Source: the CubaLI node, as of :class:`CubaLIF`.
    """

    def __init__(self, *, tau_syn=5.0, tau_mem=20.0, dt=1.0, membrane=Q(8, 8), synapse=Q(8, 8), current=Q(8, 8)):
        super().__init__(
            step_integrator, params=_common("CubaLeakyIntegrator", tau_syn, tau_mem, dt, membrane, synapse, current),
            state=State(v=membrane, i=synapse), init=State(v=0, i=0), inputs=Inputs(current=current))

    @classmethod
    def examples(cls):
        return {"default": cls(), "no leak": cls(tau_syn=3.0, tau_mem=inf, membrane=Q(10, 6), synapse=Q(6, 6), current=Q(5, 6)),
                "coarse": cls(tau_syn=2.0, tau_mem=3.0, membrane=Q(8, 4), synapse=Q(6, 6), current=Q(6, 8))}


def _common(owner, tau_syn, tau_mem, dt, membrane, synapse, current):
    if not isinstance(synapse, Q):
        raise TypeError(f"{owner} synapse must be a Q format, not {synapse!r}")
    return Params(minus_leak=-encode_leak(owner, tau_mem, dt, membrane, current, "tau_mem"),
                  minus_synapse_leak=-encode_leak(owner, tau_syn, dt, membrane, current, "tau_syn"),
                  synapse_shift=synapse.fraction_bits - membrane.fraction_bits,
                  current_shift=current.fraction_bits - synapse.fraction_bits, membrane=membrane, synapse=synapse)
