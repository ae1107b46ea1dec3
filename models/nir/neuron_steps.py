"""Time steps of NIR's neurons in float64, over any number of neurons and samples."""

import numpy as np

__all__ = ["NeuronState", "run_neurons"]

# The divided difference of two exponentials loses digits where their time constants are nearly equal.
NEARLY_EQUAL = 1e-6


class NeuronState:
    """The state of a neuron node: membrane, synaptic current, and where it spiked in the last step."""

    def __init__(self, node, batch, conventions):
        shape = (batch, *np.shape(node.r))
        rest = getattr(node, "v_leak", 0.0)
        initial = {"leak": rest, "zero": 0.0, "reset": getattr(node, "v_reset", rest)}[conventions.initial]
        self.v = np.broadcast_to(np.asarray(initial, dtype=float), shape).copy()
        self.i = np.zeros(shape)
        self.spiked = np.zeros(shape, dtype=bool)


def run_neurons(node, x, state, dt, conventions, watch=None):
    """Run neurons over time steps.

    Parameters
    ----------
    node : I, IF, LI, LIF, CubaLI or CubaLIF of the ``nir`` package
    x : array (time, batch, ...)
    state : NeuronState
        Of the step before; changed.
    dt : float
        In seconds.
    conventions : Conventions
    watch : callable, optional
        Called after each step with its number and the membranes.

    Returns
    -------
    array (time, batch, ...)
        Spikes, or of I, LI and CubaLI the membranes.
    """
    value = {field: np.asarray(getattr(node, field), dtype=float)
             for field in ("tau", "tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "v_reset", "w_in") if hasattr(node, field)}
    charge = _charge(type(node).__name__, value, dt, conventions)
    spiking = "v_threshold" in value
    out = np.empty(x.shape)
    for t, drive in enumerate(x):
        if spiking and conventions.reset_time == "next step":
            state.v = _reset(state.v, state.spiked, value, conventions)
        charge(state, drive)
        if spiking:
            if conventions.reset_time == "end of next step":
                state.v = _reset(state.v, state.spiked, value, conventions)
            threshold = value["v_threshold"]
            state.spiked = state.v > threshold if conventions.comparison == ">" else state.v >= threshold
            if conventions.reset_time == "same step":
                state.v = _reset(state.v, state.spiked, value, conventions)
        out[t] = state.spiked if spiking else state.v
        if watch:
            watch(t, state.v)
    return out


def _reset(v, spiked, value, conventions):
    return np.where(spiked, value["v_reset"] if conventions.reset == "value" else v - value["v_threshold"], v)


def _part(tau, dt, conventions):
    """The part of the distance to its target that a state goes in a step."""
    return dt / tau if conventions.integration == "euler" else -np.expm1(-dt / tau)


def _charge(kind, value, dt, conventions):
    """The function that updates current and membrane for an input."""
    if kind in ("I", "IF"):
        gain = value["r"] * (dt if conventions.integrator == "dt" else 1.0)

        def charge(state, x):
            state.v = state.v + gain * x
        return charge
    r, leak = value["r"], value["v_leak"]
    if kind in ("LI", "LIF"):
        part = _part(value["tau"], dt, conventions)

        def charge(state, x):
            state.v = state.v + part * (leak - state.v + r * x)
        return charge
    w_in, synapse, membrane = value["w_in"], _part(value["tau_syn"], dt, conventions), _part(value["tau_mem"], dt, conventions)
    if conventions.synapse == "joint":
        # What a difference between current and its target adds to the membrane within the step: nothing with Euler's method.
        coupling = 0.0 if conventions.integration == "euler" else _coupling(value["tau_syn"], value["tau_mem"], dt)

        def charge(state, x):
            target = w_in * x
            held = state.i if conventions.integration == "euler" else target
            state.v = state.v + membrane * (leak - state.v + r * held) + r * coupling * (state.i - target)
            state.i = state.i + synapse * (target - state.i)
    elif conventions.synapse == "jump":
        def charge(state, x):
            state.i = state.i + w_in * x
            state.v = state.v + membrane * (leak - state.v + r * state.i)
            state.i = state.i - synapse * state.i
    else:
        def charge(state, x):
            state.i = state.i + synapse * (w_in * x - state.i)
            state.v = state.v + membrane * (leak - state.v + r * state.i)
    return charge


def _coupling(tau_syn, tau_mem, dt):
    """The membrane's answer, after a step, to a current that starts at 1 and decays."""
    equal = np.abs(tau_syn - tau_mem) < NEARLY_EQUAL * tau_mem
    middle = (tau_syn + tau_mem) / 2
    apart = np.where(equal, 1.0, tau_syn - tau_mem)
    return np.where(equal, dt / middle * np.exp(-dt / middle), tau_syn / apart * (np.exp(-dt / tau_syn) - np.exp(-dt / tau_mem)))
