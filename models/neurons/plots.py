"""Pictures of a neuron: its activity in floats and in fixed point, its orbit in the plane, its transfer curve."""

import io
import os
import tempfile
import textwrap
from pathlib import Path

import numpy as np

from gateware.neurons.equation_neuron import EquationNeuron

from .labels import quantity, unit_label
from .simulation import simulate

__all__ = ["plot_activity", "window"]

_SWEEP, _POINTS, _SPIKES = 25, 20000, 15
_FLOAT, _FIXED = {"color": "#1f4e9c", "lw": 1.0}, {"color": "#d1651f", "lw": 1.0, "ls": (0, (4, 3))}


def plot_activity(table, path, *, duration=None, inputs=None, dpi=110, colours=None):
    """Draw a neuron's protocol: spikes and first states in both arithmetics; the orbit of two states; the transfer curve, where the table has one.

    Parameters
    ----------
    table : Table
    path : path_like
        Of a PNG, SVG or PDF, written as a whole or not at all.
    duration : float, optional
        All of it is drawn; of the protocol, what comes before the sixteenth spike or the fourth burst. The transfer curve is
        taken over no more than the protocol's.
    inputs : mapping, optional
        As :func:`models.neurons.simulate` takes them.
    dpi : int
        Of a PNG.
    colours : int, optional
        Of a PNG, which becomes several times smaller.

    Returns
    -------
    (Trace, Trace, EquationNeuron)
        In floats, in fixed point, and the neuron.

    Raises
    ------
    ValueError
        If the file's ending is none of these.
    """
    path = Path(path)
    if path.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise ValueError(f"a picture must be a .png, .svg or .pdf, not {path.name!r}")
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    neuron = EquationNeuron(table)
    exact = simulate(table, duration, inputs=inputs)
    fixed = simulate(neuron, duration, inputs=inputs, arithmetic="fixed")
    shown = _shown(table, exact)
    sweep, plane = table.protocol.get("fi"), _in_the_plane(table)
    keep = slice(0, len(exact.time) if duration is not None else window(exact))
    figure = pyplot.figure(figsize=(8.5, max(1.4 * len(shown) + 0.7, 2.8 if sweep or plane else 0, 4.6 if sweep and plane else 0)),
                           layout="constrained")
    try:
        grid = figure.add_gridspec(1, 2 if sweep or plane else 1, width_ratios=[2.2, 1] if sweep or plane else [1])
        _traces(figure, grid[0].subgridspec(len(shown), 1), table, shown, exact, fixed, keep, 52 if sweep or plane else 90)
        if sweep or plane:
            beside = grid[1].subgridspec(bool(sweep) + plane, 1)
            if plane:
                _orbit(figure.add_subplot(beside[0]), table, exact, fixed, keep)
            if sweep:
                _transfer(figure.add_subplot(beside[-1]), table, neuron, sweep, duration)
        _save(figure, path, dpi, colours)
    finally:
        pyplot.close(figure)
    return exact, fixed, neuron


def window(trace):
    """How many steps of a trace show its pattern: up to 15 spikes, or three bursts where these have more.

    Parameters
    ----------
    trace : Trace

    Returns
    -------
    int
    """
    fired = np.flatnonzero(trace.events["spike"]) if "spike" in trace.events else np.array([], int)
    if len(fired) <= _SPIKES:
        return len(trace.time)
    pauses = np.diff(fired)
    # A burst begins after a pause of at least a third of the longest.
    begins = [0, *(np.flatnonzero(3 * pauses >= pauses.max()) + 1), len(fired)]
    last = max(_SPIKES, begins[3] if len(begins) > 3 else 0)
    return int(fired[last]) if last < len(fired) else len(trace.time)


def _shown(table, trace):
    """At most three states, so that they can be read: of a vector first the element that moves most."""
    groups = {}
    for each in table.states.values():
        groups.setdefault(each.vector or each.name, []).append(each.name)
    for names in groups.values():
        names.sort(key=lambda name: -np.ptp(trace.states[name]))
    first = [names.pop(0) for names in groups.values()]
    return [*first, *(name for names in groups.values() for name in names)][:3] or list(trace.outputs)[:3]


def _in_the_plane(table):
    return len(table.states) == 2 and not any(each.integer for each in table.states.values())


def _traces(figure, grid, table, shown, exact, fixed, keep, room):
    first = None
    for row, name in enumerate(shown):
        axis = first = figure.add_subplot(grid[row], sharex=first)
        for trace, style, label in ((exact, _FLOAT, "float64"), (fixed, _FIXED, "fixed point")):
            values = trace.states.get(name, trace.outputs.get(name))[keep]
            every = max(1, len(values) // _POINTS)
            axis.plot(trace.time[keep][::every], values[::every], label=label, **style)
        axis.set_ylabel(quantity(name, table.states[name].unit if name in table.states else table.output_units[name]))
        if row < len(shown) - 1:
            axis.tick_params(labelbottom=False)
        if row == 0:
            _spikes(axis, exact, fixed, keep)
            axis.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), fontsize=8, ncols=2, frameon=False, borderaxespad=0.1)
            counts = "; ".join(f"{event}: {int(exact.events[event].sum())} in floats, {int(fixed.events[event].sum())} in fixed point"
                               for event in exact.events)
            # What does not fit beside the legend stands above it.
            fits = len(counts) <= room
            axis.set_title(counts if fits else textwrap.fill(counts, room + 38), fontsize=8, loc="left", pad=None if fits else 16)
    axis.set_xlabel(f"time ({unit_label(table.time_unit)})" if table.time_unit != "1" else "step")


def _spikes(axis, exact, fixed, keep):
    """A row of ticks for each arithmetic above the curves."""
    if "spike" not in exact.events:
        return
    bottom, top = axis.get_ylim()
    axis.set_ylim(bottom, top + 0.25 * (top - bottom))
    for trace, style, at in ((exact, _FLOAT, 0.93), (fixed, _FIXED, 0.85)):
        times = trace.time[keep][trace.events["spike"][keep]]
        axis.plot(times, np.full(len(times), at), "|", ms=5, color=style["color"], transform=axis.get_xaxis_transform())


def _orbit(axis, table, exact, fixed, keep):
    first, second = table.states
    for trace, style in ((exact, _FLOAT), (fixed, _FIXED)):
        across, up = (trace.states[name][keep][::max(1, len(trace.time[keep]) // _POINTS)] for name in (first, second))
        if table.maps:  # a map jumps from point to point
            axis.plot(across, up, ".", ms=2, color=style["color"])
        else:
            axis.plot(across, up, **style)
    axis.set_xlabel(quantity(first, table.states[first].unit))
    axis.set_ylabel(quantity(second, table.states[second].unit))


def _transfer(axis, table, neuron, sweep, duration):
    """Rate of spikes, or mean of the first output, against a constant input, in both arithmetics."""
    levels = np.linspace(sweep["from"], sweep["to"], _SWEEP)
    if table.inputs[sweep["input"]].integer:
        levels = np.unique(np.round(levels))
    longest = table.protocol.get("duration", 1000.0)
    duration = longest if duration is None else min(duration, longest)
    steps = round(duration / table.dt)
    given = {sweep["input"]: np.broadcast_to(levels, (steps, len(levels)))}
    for arithmetic, style in (("float", _FLOAT | {"marker": "o", "ms": 2.5}), ("fixed", _FIXED)):
        trace = simulate(neuron, duration, inputs=given, arithmetic=arithmetic)
        if "spike" in trace.events:
            per = {"ms": 1000.0, "s": 1.0, "us": 1e6}.get(table.time_unit)
            values, label = (trace.count / duration * per, "rate (Hz)") if per else (trace.count / steps, "spikes per step")
        else:
            name, output = next(iter(trace.outputs.items()))
            values, label = output[steps // 2:].mean(axis=0), f"mean {quantity(name, table.output_units[name])}"
        axis.plot(levels, values, **style)
    axis.set_xlabel(quantity(sweep["input"], table.inputs[sweep["input"]].unit))
    axis.set_ylabel(label)


def _save(figure, path, dpi, colours):
    data, png = io.BytesIO(), path.suffix.lower() == ".png"
    figure.savefig(data, format=path.suffix[1:].lower(), dpi=dpi, metadata={"Software": None} if png else None)
    if png and colours:
        from PIL import Image
        picture = Image.open(data).convert("RGB").quantize(colours, dither=Image.Dither.NONE)
        data = io.BytesIO()
        picture.save(data, "PNG", optimize=True)
    handle, temporary = tempfile.mkstemp(dir=path.resolve().parent, suffix=path.suffix)
    try:
        with open(handle, "wb") as file:
            file.write(data.getvalue())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
