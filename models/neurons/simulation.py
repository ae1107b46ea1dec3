"""Run a neuron: its float64 model or its fixed-point one, on the same inputs."""

import math
from dataclasses import dataclass

import numpy as np

from gateware.neurons import catalogue
from gateware.step.equations import Table

from .float_model import FloatModel
from .protocol import input_array

__all__ = ["Trace", "rate", "rheobase", "simulate", "solve"]

# Values of states and outputs that one run may record: 4 GB.
_RECORDED = 500_000_000


@dataclass(frozen=True)
class Trace:
    """What a neuron did.

    Attributes
    ----------
    time : array (T,)
        After each step, in the table's unit of time.
    events : dict of str to array (T,) or (T, B) of bool
    states, outputs : dict of str to array (T,) or (T, B)
        After each step, resets included, as real numbers.
    """

    time: np.ndarray
    events: dict
    states: dict
    outputs: dict

    @property
    def spikes(self):
        """Times of spikes; of several neurons a list of such arrays."""
        fired = self.events["spike"]
        return self.time[fired] if fired.ndim == 1 else [self.time[column] for column in fired.T]

    @property
    def count(self):
        """Number of spikes, (B,) of several neurons."""
        return self.events["spike"].sum(axis=0)


def _table(neuron, parameters):
    if isinstance(neuron, str):
        return catalogue.table(neuron, **(parameters or {}))
    if parameters:
        raise ValueError("parameters are for a neuron of the catalogue by its name")
    return neuron if isinstance(neuron, Table) else neuron.table


def simulate(neuron, duration=None, *, inputs=None, arithmetic="float", parameters=None, seed=1):
    """Run a neuron from its initial state.

    Parameters
    ----------
    neuron : str, Table or EquationNeuron
        A name of the catalogue, or one's own.
    duration : float, optional
        In the table's unit of time (its protocol's).
    inputs : mapping, optional
        By name, each as :func:`input_array` takes it; those not given are as the protocol says, or 0.
    arithmetic : {"float", "fixed"}
    parameters : mapping of str to float, optional
    seed : int
        Of random() and normal().

    Returns
    -------
    Trace

    Raises
    ------
    ValueError
        If something is out of its range, or the run would record more than memory should hold.
    """
    table = _table(neuron, parameters)
    duration = table.protocol.get("duration", 1000.0) if duration is None else duration
    steps = round(duration / table.dt) if math.isfinite(duration) else 0
    if not 1 <= steps <= 100_000_000:
        raise ValueError(f"duration must be 1 to 100,000,000 steps of {table.dt:g} {table.time_unit}, not {duration!r}")
    given = _inputs(table, inputs, steps)
    batch = max((array.shape[1] for array in given.values() if array.ndim == 2), default=None)
    recorded = steps * (batch or 1) * (len(table.states) + len(table.outputs) + len(table.events))
    if recorded > _RECORDED:
        raise ValueError(f"duration must be shorter than {duration:g} {table.time_unit}: {steps:,} steps of {batch or 1} neurons record "
                         f"{recorded:,} values, and {_RECORDED:,} are the most")
    if arithmetic == "float":
        results, states = FloatModel(table, seed=seed).run(given, steps=steps, batch=batch or 1)
    elif arithmetic == "fixed":
        from .fixed import run_fixed
        results, states = run_fixed(neuron if hasattr(neuron, "graph") else table, given, steps=steps, batch=batch or 1, seed=seed)
    else:
        raise ValueError(f"arithmetic must be 'float' or 'fixed', not {arithmetic!r}")
    if batch is None:
        results, states = ({name: array[:, 0] for name, array in each.items()} for each in (results, states))
    events = {name: results.pop(name) for name in table.events}
    return Trace((np.arange(steps) + 1) * table.dt, events, states, results)


def _inputs(table, inputs, steps):
    inputs = dict(inputs or {})
    protocol = table.protocol.get("inputs", {})
    result, vectors = {}, {each.vector for each in table.inputs.values()} - {None}
    for name in inputs:
        if name not in table.inputs and name not in vectors:
            raise ValueError(f"inputs must be among {', '.join(table.inputs) or 'none'}, not {name!r}")
    for name, each in table.inputs.items():
        entry = 0.0
        for source in (protocol, inputs):
            entry = source.get(each.vector, entry)
            entry = source.get(name, entry)
        if isinstance(entry, (int, float)) and entry == 0.0 and not each.lo <= 0 <= each.hi:
            entry = each.lo
        result[name] = input_array(name, entry, steps, table.dt, lo=each.lo, hi=each.hi)
        if each.integer and not np.array_equal(result[name], np.round(result[name])):
            raise ValueError(f"input {name} must be of integers, not {result[name][result[name] != np.round(result[name])][0]:g}")
    return result


def solve(neuron, duration, *, inputs=None, parameters=None, init=None, t_eval=None, rtol=1e-9, atol=1e-11, method="LSODA"):
    """The differential equations alone, without spikes and resets, by SciPy's adaptive solver.

    Parameters
    ----------
    neuron, parameters
        As for :func:`simulate`.
    duration : float
    inputs : mapping of str to float
        Constants.
    init : mapping of str to float, optional
        Initial states (the table's).

    Returns
    -------
    scipy.integrate.OdeResult
        ``y`` in the order of the states.
    """
    from scipy.integrate import solve_ivp
    table = _table(neuron, parameters)
    f = FloatModel(table).derivatives()
    given = {name: 0.0 for name in table.inputs} | {name: value for name, value in table.protocol.get("inputs", {}).items()
                                                   if isinstance(value, (int, float))} | dict(inputs or {})
    names = list(table.derivatives)
    start = {name: each.init for name, each in table.states.items()} | dict(init or {})
    fixed = {name: value for name, value in start.items() if name not in names}
    return solve_ivp(lambda t, y: f(fixed | dict(zip(names, y)), given), (0.0, duration), [start[name] for name in names],
                     t_eval=t_eval, rtol=rtol, atol=atol, method=method)


def rate(neuron, duration=1000.0, *, inputs=None, parameters=None, skip=0.0):
    """Spikes per unit of time after ``skip``: an array where an input is an array (T, B)."""
    trace = simulate(neuron, duration, inputs=inputs, parameters=parameters)
    return trace.events["spike"][trace.time > skip].sum(axis=0) / (duration - skip)


def rheobase(neuron, low, high, *, input="I", duration=1000.0, parameters=None, steps=24):
    """The least constant input that makes a spike within ``duration``, by bisection between ``low`` (silent) and ``high``.

    Raises
    ------
    ValueError
        If ``low`` spikes or ``high`` does not.
    """
    table = _table(neuron, parameters)

    def fires(value):
        return bool(simulate(table, duration, inputs={input: value}).count)

    if fires(low) or not fires(high):
        raise ValueError(f"rheobase must lie between {low!r}, which must not spike, and {high!r}, which must")
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (low, middle) if fires(middle) else (middle, high)
    return high
