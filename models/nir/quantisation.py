"""Layers in integers: which of a neuron's values are folded into weights, what each becomes, and with what error."""

from dataclasses import dataclass, field

import numpy as np

from gateware.neurons.subtractive_lif import LEAK_BITS

from .primitives import refuse

__all__ = ["NeuronValues", "common_values", "leak_part"]

# Factors that were rounded to float32 on their way are still equal.
SAME = 1e-6


@dataclass(frozen=True)
class NeuronValues:
    """What the neurons of a layer have in common, when the rest is folded into their weights.

    Attributes
    ----------
    rows : array
        Factor of each output's (or output channel's) weights.
    leak : float
        Part of the distance to rest that a membrane goes in a step; 0 where it does not leak.
    synapse : float or None
        The same of the synaptic current, of current-based neurons.
    threshold, reset : float or None
        Of spiking neurons.
    rest : float
        What a membrane leaks to.
    errors : dict
        Of a field what it had and what it has now.
    """

    rows: np.ndarray
    leak: float
    synapse: float = None
    threshold: float = None
    reset: float = None
    rest: float = 0.0
    errors: dict = field(default_factory=dict)


def leak_part(tau, dt, conventions):
    """The part of the distance to its target that a state with this time constant goes in a step."""
    tau = np.asarray(tau, dtype=float)
    return dt / tau if conventions.integration == "euler" else -np.expm1(-dt / tau)


def common_values(name, node, rows, dt, conventions, common_leak=False):
    """Fold what differs among the neurons of a layer into their weights.

    Parameters
    ----------
    name : str
    node : a neuron of the ``nir`` package
    rows : int
        Outputs of the connection, or its output channels.
    dt : float
    conventions : Conventions
    common_leak : bool
        Whether neurons with different time constants get the mean of their leaks; otherwise they are refused.

    Returns
    -------
    NeuronValues

    Raises
    ------
    ValueError
        If the neurons cannot share one.
    """
    kind, errors = type(node).__name__, {}

    def row(field_name, value=None):
        values = np.asarray(getattr(node, field_name) if value is None else value, dtype=float).reshape(rows, -1)
        if np.ptp(values, axis=1).max() > SAME * np.abs(values).max():
            raise refuse(name, kind, f"field {field_name}", f"differs within an output channel ({values.min():.6g} to {values.max():.6g}), whose "
                                                            "neurons share their weights")
        return values[:, 0]

    def share(field_name):
        parts = leak_part(getattr(node, field_name), dt, conventions)
        if parts.max() > 1 + SAME:
            raise refuse(name, kind, f"field {field_name}", f"of {dt / parts.max():.4g} s is below the time step of {dt:.4g} s: the neuron would "
                                                            "overshoot its target; accepted are time constants of at least one step")
        # Beyond 1 only by what float32 adds to tau == dt.
        parts = np.minimum(parts, 1.0)
        integers = np.rint(parts * 2**LEAK_BITS)
        mean = float(parts.mean())
        if integers.min() != integers.max() and np.ptp(parts) > SAME * mean and not common_leak:
            raise refuse(name, kind, f"field {field_name}", f"differs among the neurons ({np.min(getattr(node, field_name)):.4g} to "
                                                            f"{np.max(getattr(node, field_name)):.4g} s), which share one hardware neuron; "
                                                            "common_leak=True (nir convert --common-leak) takes their mean leak")
        held = np.rint(mean * 2**LEAK_BITS) / 2**LEAK_BITS
        if held == 0:
            raise refuse(name, kind, f"field {field_name}", f"gives a leak of {mean:.3g} in a step of {dt:.4g} s, below the smallest of "
                                                            f"2**-{LEAK_BITS} that hardware holds")
        errors[field_name] = {"leak": int(held * 2**LEAK_BITS), "relative error": float(np.abs(held / parts - 1).max())}
        return mean

    gain = row("r")
    if kind in ("I", "IF"):
        leak, synapse = 0.0, None
        gain = gain * (dt if conventions.integrator == "dt" else 1.0)
    elif kind in ("LI", "LIF"):
        leak, synapse = share("tau"), None
        gain = gain * row("tau", leak_part(node.tau, dt, conventions)) if not common_leak else gain * leak
    else:
        leak, synapse = share("tau_mem"), share("tau_syn")
        gain = gain * row("w_in") * leak * (1.0 if conventions.synapse == "jump" else synapse)
    rest = row("v_leak") if hasattr(node, "v_leak") else np.zeros(rows)
    if not hasattr(node, "v_threshold"):
        return NeuronValues(gain, leak, synapse, rest=_one(name, kind, "v_leak", rest), errors=errors)
    threshold, reset = row("v_threshold"), row("v_reset")
    if np.ptp(threshold) > SAME * np.abs(threshold).max():
        # Membranes in units of their thresholds: everything else scales along.
        if threshold.min() <= 0:
            raise refuse(name, kind, "field v_threshold", f"differs among the neurons and is not positive ({threshold.min():.4g})")
        factor = threshold.max() / threshold
        gain, rest, reset, threshold = gain * factor, rest * factor, reset * factor, threshold * factor
    if conventions.reset == "subtract":
        reset = np.zeros(rows)
    return NeuronValues(gain, leak, synapse, float(threshold[0]), _one(name, kind, "v_reset", reset), _one(name, kind, "v_leak", rest), errors)


def _one(name, kind, field_name, values):
    if np.ptp(values) > SAME * np.abs(values).max():
        raise refuse(name, kind, f"field {field_name}", f"differs among the neurons ({values.min():.6g} to {values.max():.6g} in units of their "
                                                        "common threshold), which share one hardware neuron")
    return float(values[0])
