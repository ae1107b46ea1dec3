"""The hardware neuron that does what a NIR neuron does in integers."""

from dataclasses import dataclass
from math import ceil, floor, inf

from gateware.neurons.cuba_lif import CubaLeakyIntegrator, CubaLIF
from gateware.neurons.from_equations import from_equations
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.lif import LIF
from gateware.neurons.subtractive_lif import LEAK_BITS, SubtractiveLIF

from .primitives import refuse

__all__ = ["Formats", "hardware_neuron"]

# Significant bits of the factors of a neuron from equations: what a 16 x 16 bit multiplier takes.
PRECISION = 16


@dataclass(frozen=True)
class Formats:
    """Fixed-point formats of a layer's neurons.

    Attributes
    ----------
    membrane, current, synapse : Q
        The synaptic current's is used by current-based neurons.
    unit : float
        What stands for 1 in the formats, in the units of the NIR graph's membranes.
    """

    membrane: object
    current: object
    synapse: object
    unit: float


def hardware_neuron(name, kind, values, formats, conventions):
    """The component, and what became of the threshold.

    Parameters
    ----------
    name, kind : str
        Of the NIR node.
    values : NeuronValues
    formats : Formats
    conventions : Conventions

    Returns
    -------
    neuron : StepComponent
    threshold : dict or None
        ``wanted`` and ``held``, in steps of the membrane's format.
    """
    if values.synapse is not None and conventions.synapse == "joint" and conventions.integration == "exact":
        raise refuse(name, kind, "convention synapse", "is 'joint' with exact integration, and no hardware neuron has it; accepted are 'first' and "
                                                       "'jump', or Euler's method")
    unit, membrane = formats.unit, formats.membrane
    rest, start = values.rest / unit, _initial(kind, values, conventions) / unit
    # The leak that hardware holds; neurons from equations get the same.
    leak = _held(values.leak)
    tau = 1 / leak if leak else inf
    plain = rest == start == 0.0
    # Whether the input comes before or after the current's decay is the same (see CubaLIF), the order of current and membrane is not.
    current_based = None
    if plain and values.synapse is not None and conventions.synapse != "joint":
        current_based = {"tau_syn": 1 / _held(values.synapse), "tau_mem": tau, "membrane": membrane, "synapse": formats.synapse,
                         "current": formats.current}
    if values.threshold is None:
        if plain and values.synapse is None:
            return LeakyIntegrator(tau=tau, dt=1.0, membrane=membrane, current=formats.current), None
        if current_based:
            return CubaLeakyIntegrator(**current_based), None
        return _from_equations(kind, values, formats, conventions, rest, start, None, None), None
    wanted = values.threshold / unit * 2**membrane.fraction_bits
    # On integers "v > x" is "v >= the next integer above x", so the comparison itself loses nothing.
    held = floor(wanted) + 1 if conventions.comparison == ">" else ceil(wanted)
    threshold, error = held / 2**membrane.fraction_bits, {"wanted": wanted, "held": held}
    if conventions.reset == "value":
        reset = values.reset / unit
        if not values.reset < values.threshold:
            raise refuse(name, kind, "field v_reset", f"must be below the threshold, not {values.reset:.6g} with {values.threshold:.6g}")
        if leak and rest == start and values.synapse is None and conventions.reset_time != "end of next step":
            return LIF(tau=tau, dt=1.0, threshold=threshold, rest=rest, reset=reset, membrane=membrane, current=formats.current), error
        if current_based and conventions.reset_time != "end of next step":
            return CubaLIF(threshold=threshold, reset=reset, **current_based), error
        return _from_equations(kind, values, formats, conventions, rest, start, threshold, ("reset", reset)), error
    amount = values.threshold
    if conventions.reset_time == "end of next step":
        # What is subtracted after the next leak is this much before it.
        if leak == 1:
            raise refuse(name, kind, "convention reset_time", "is 'end of next step', and the membrane keeps nothing of the step before (tau is dt)")
        amount = values.threshold / (1 - leak)
    if values.threshold <= 0:
        raise refuse(name, kind, "field v_threshold", f"must be positive to be subtracted, not {values.threshold:.6g}")
    if current_based:
        return CubaLIF(threshold=threshold, subtracted=None if amount == values.threshold else amount / unit, **current_based), error
    if plain and values.synapse is None and amount == values.threshold:
        return SubtractiveLIF(tau=tau, dt=1.0, threshold=threshold, membrane=membrane, current=formats.current), error
    return _from_equations(kind, values, formats, conventions, rest, start, threshold, ("v - reset", amount / unit)), error


def _held(part):
    return round(part * 2**LEAK_BITS) / 2**LEAK_BITS


def _initial(kind, values, conventions):
    if conventions.initial == "zero":
        return 0.0
    return values.reset if conventions.initial == "reset" and values.reset is not None else values.rest


def _from_equations(kind, values, formats, conventions, rest, start, threshold, reset):
    """A neuron that no hand-written one matches; its first state is the output v."""
    leak = _held(values.leak)
    parameters = {"keep": 1 - leak}
    drive = ""
    if rest:
        parameters["drive"], drive = leak * rest, " + drive"
    equations = [f"v[t+1] = keep*v{drive} + current"]
    ranges, fixed = {}, {"v": formats.membrane, "current": formats.current}
    if values.synapse is not None:
        parameters["hold"] = 1 - _held(values.synapse)
        fixed["i"] = formats.synapse
        equations = {"first": [f"v[t+1] = keep*v{drive} + (hold*i + current)", "i[t+1] = hold*i + current"],
                     "jump": [f"v[t+1] = keep*v{drive} + (i + current)", "i[t+1] = hold*(i + current)"],
                     "joint": [f"v[t+1] = keep*v{drive} + i", "i[t+1] = hold*i + current"]}[conventions.synapse]
    for state, each in fixed.items():
        ranges[state] = (float(each.decode(each.lo)), float(each.decode(each.hi)))
    if threshold is None:
        # The neuron of a chip has a spike: here only at the very end of the membrane's format.
        spike, parameters["theta"] = {"threshold": "v >= theta"}, ranges["v"][1]
    else:
        text, parameters["reset"] = reset
        spike, parameters["theta"] = {"threshold": "v >= theta", "reset": {"v": text}}, threshold
        if conventions.reset == "value" and conventions.reset_time == "end of next step":
            # Reset at once, the membrane stands still for the step whose update would be lost.
            spike |= {"refractory": 1.0, "hold": ["v"]}
    return from_equations(*equations, **spike, parameters=parameters, ranges=ranges, init={"v": start}, method="map", dt=1.0,
                          precision=PRECISION, formats={state: f"Q{each.integer_bits}.{each.fraction_bits}" for state, each in fixed.items()},
                          name=f"NIR {kind}")
