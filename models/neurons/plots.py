"""Pictures of a neuron: its activity in floats and in fixed point, and its transfer curve."""

import os
import tempfile

import numpy as np

from gateware.neurons.equation_neuron import EquationNeuron

from .simulation import simulate

__all__ = ["plot_activity"]

_SWEEP = 25


def plot_activity(table, path, *, duration=None, inputs=None, dpi=110):
    """Draw a neuron's protocol: input, first states, spikes, both arithmetics; and its transfer curve, where the table has one.

    Parameters
    ----------
    table : Table
    path : path_like
        Of a PNG, SVG or PDF, written as a whole or not at all.
    duration : float, optional
    inputs : mapping, optional
        As :func:`models.neurons.simulate` takes them.
    dpi : int
        Of a PNG.

    Returns
    -------
    (Trace, Trace, EquationNeuron)
        In floats, in fixed point, and the neuron.
    """
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    neuron = EquationNeuron(table)
    exact = simulate(table, duration, inputs=inputs)
    fixed = simulate(neuron, duration, inputs=inputs, arithmetic="fixed")
    # At most three quantities, so that they can be read.
    shown = list(table.states)[:3] or list(exact.outputs)[:3]
    sweep = table.protocol.get("fi")
    figure, axes = pyplot.subplots(len(shown) + bool(sweep), 1, figsize=(8, 2.0 * (len(shown) + bool(sweep)) + 0.6), layout="constrained",
                                   squeeze=False)
    for axis, name in zip(axes[:, 0], shown):
        unit = table.states[name].unit if name in table.states else table.output_units[name]
        for trace, style in ((exact, {"color": "#1f4e9c", "lw": 1.0, "label": "float64"}),
                             (fixed, {"color": "#d1651f", "lw": 1.0, "ls": "--", "label": "fixed point"})):
            values = trace.states.get(name, trace.outputs.get(name))
            keep = max(1, len(values) // 8000)
            axis.plot(trace.time[::keep], values[::keep], **style)
        axis.set_ylabel(name if unit == "1" else f"{name} ({unit})")
    time = f"time ({table.time_unit})" if table.time_unit != "1" else "step"
    axes[len(shown) - 1, 0].set_xlabel(time)
    axes[0, 0].legend(loc="upper right", fontsize=8)
    counts = ", ".join(f"{name} {int(exact.events[name].sum())} / {int(fixed.events[name].sum())}" for name in exact.events)
    axes[0, 0].set_title(f"{table.name}" + (f": float / fixed {counts}" if counts else ""), fontsize=10)
    if sweep:
        _transfer(axes[-1, 0], table, neuron, sweep, duration)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(path)), suffix=os.path.splitext(path)[1] or ".png")
    os.close(handle)
    try:
        figure.savefig(temporary, dpi=dpi, metadata={"Software": None} if str(path).endswith(".png") else None)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    finally:
        pyplot.close(figure)
    return exact, fixed, neuron


def _transfer(axis, table, neuron, sweep, duration):
    """Rate of spikes, or mean of the first output, against a constant input, in both arithmetics."""
    levels = np.linspace(sweep["from"], sweep["to"], _SWEEP)
    duration = table.protocol.get("duration", 1000.0) if duration is None else duration
    steps = round(duration / table.dt)
    given = {sweep["input"]: np.broadcast_to(levels, (steps, _SWEEP))}
    for arithmetic, style in (("float", {"color": "#1f4e9c", "marker": "o", "ms": 3}), ("fixed", {"color": "#d1651f", "ls": "--"})):
        trace = simulate(neuron, duration, inputs=given, arithmetic=arithmetic)
        if "spike" in trace.events:
            values, label = trace.count / duration, f"spikes per {table.time_unit}" if table.time_unit != "1" else "spikes per step"
            if table.time_unit == "ms":
                values, label = 1000.0 * values, "rate (Hz)"
        else:
            name, output = next(iter(trace.outputs.items()))
            values, label = output[steps // 2:].mean(axis=0), f"mean {name}"
        axis.plot(levels, values, lw=1.0, label=arithmetic, **style)
    unit = table.inputs[sweep["input"]].unit
    axis.set_xlabel(sweep["input"] if unit == "1" else f"{sweep['input']} ({unit})")
    axis.set_ylabel(label)
