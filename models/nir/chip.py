"""From a NIR graph to the integers of a chip."""

from dataclasses import asdict
from math import floor, isfinite, log2

import numpy as np

from gateware.chip.network import Conv2d, Dense, FanIn, Layer, Projection, SpikingNetwork
from gateware.parameters import integer
from gateware.step import Q

from .conventions import check_dt, conventions_of
from .hardware_neurons import Formats, hardware_neuron
from .metadata import ENCODERS
from .quantisation import common_values
from .simulation import simulate
from .wiring import network_layers

__all__ = ["levels_of", "to_network"]

# Membranes of other samples go somewhat beyond those seen.
MARGIN = 1.25


def to_network(graph, *, dt, time_steps, levels=15, input_range=(0.0, 1.0), weight_bits=8, membrane_bits=16, samples=None, conventions="nir",
               readout=None, common_leak=False, encoder="current", round_delays=False, name="nir", **changes):
    r"""The integers of a graph of weights, delays and neurons.

    What multiplies a neuron's input (r, w_in, the step's part of its time constant, Scale, the area of an AvgPool2d, thresholds that
    differ) goes into its weights, which are rounded with one scale per layer, such that the greatest weight or bias uses all bits. The
    membrane's format has as many bits after the point as its range leaves. What is rounded is said in ``provenance["layers"]``.

    Parameters
    ----------
    graph : Graph
    dt : float
        The time step in seconds.
    time_steps : int
        Of a sample.
    levels : int
        An input is one of the integers 0 to ``levels``, which stand for ``input_range``.
    input_range : (float, float)
    weight_bits : int
        2 to 8.
    membrane_bits : int
        8 to 32. Up to 16 a leak takes one multiplier of an iCE40.
    samples : array (samples, *shape) or (samples, time_steps, *shape), optional
        Inputs in the graph's units that show how far membranes go; without them formats hold whatever the weights may add up to, with
        fewer bits after the point.
    conventions : str or Conventions
        As in :func:`models.nir.simulate`.
    readout : str, optional
        ``"count"``, ``"first spike"`` or ``"membrane"``, as :class:`~gateware.chip.network.SpikingNetwork` takes them; if not given, by
        whether the last neurons spike.
    common_leak : bool
        Whether neurons of a layer with different time constants get the mean of their leaks; otherwise they are refused.
    encoder : str
        ``"current"``: the input of a sample is the same in each time step; ``"events"``: each time step has its own.
    round_delays : bool
        Whether delays that are no whole number of time steps are rounded to the nearest; otherwise they are refused.
    name : str
    **changes
        Single conventions in another way.

    Returns
    -------
    SpikingNetwork

    Raises
    ------
    ValueError
        If a node does not fit a chip; the message names it, its field and the reason.
    """
    chosen = conventions_of(conventions, **changes)
    check_dt("to_network dt", dt)
    time_steps, levels = integer("to_network time_steps", time_steps), integer("to_network levels", levels)
    bits, membrane_bits = integer("to_network weight_bits", weight_bits), integer("to_network membrane_bits", membrane_bits)
    for what, value, lo, hi in (("time_steps", time_steps, 1, 255), ("levels", levels, 1, 255), ("weight_bits", bits, 2, 8),
                                ("membrane_bits", membrane_bits, 8, 32)):
        if not lo <= value <= hi:
            raise ValueError(f"to_network {what} must be between {lo} and {hi}, not {value}")
    low, high = (float(each) for each in input_range)
    if not (low < high and isfinite(high - low)):
        raise ValueError(f"to_network input_range must be (lowest, highest), two finite numbers, not {input_range!r}")
    if encoder not in ENCODERS:
        raise ValueError(f"to_network encoder must be one of {', '.join(map(repr, ENCODERS))}, not {encoder!r}")
    if encoder == "events" and low:
        raise ValueError(f"to_network input_range must begin at 0, not at {low}: an input without an event is 0")
    parts, rounded = network_layers(graph, dt, round_delays)
    last, spikes = parts[-1].name, graph.kinds[parts[-1].name].endswith("F")
    readout = readout or ("count" if spikes else "membrane")
    if readout != "membrane" and not spikes:
        raise ValueError(f"to_network readout must be 'membrane', not {readout!r}: the last neurons, {last!r} ({graph.kinds[last]}), do not spike")
    seen = None if samples is None else _run(graph, samples, levels, (low, high), time_steps, dt, chosen, parts, encoder)
    layers, reports = [], []
    for number, part in enumerate(parts):
        node = graph.nodes[part.name]
        values = common_values(part.name, node, len(part.bias), dt, chosen, common_leak)
        weights = part.weights * values.rows.reshape(-1, *[1] * (part.weights.ndim - 1))
        bias = part.bias * values.rows
        if number == 0:
            bias = _bias_of_inputs(part, weights, bias, low) / levels
            weights = weights * ((high - low) / levels)
        others = [each.weights * values.rows[:, None] for each in part.projections]
        scale, connection, matrices, report = _connection(part, weights, bias, others, bits)
        sums = _sums(connection, matrices, levels if number == 0 else 1)
        peaks = _peaks(values, sums, scale, time_steps, chosen) if seen is None else _peaks_seen(seen[part.name], node, values)
        formats = _formats(peaks, sums, scale, membrane_bits)
        neuron, threshold = hardware_neuron(part.name, graph.kinds[part.name], values, formats, chosen)
        projections = [Projection(each.source, Dense(matrix), each.delays) for each, matrix in zip(part.projections, matrices)]
        layers.append(Layer(connection, neuron, bits, part.delays, projections))
        reports.append({"node": part.name, "folded": list(part.folded), **_late(part, parts), **report, "leaks": values.errors,
                        "threshold": threshold, "unit": formats.unit, "membrane": repr(formats.membrane), "neuron": type(neuron).__name__,
                        "saturation": "none possible" if seen is None else f"beyond {MARGIN} times the highest membrane of {len(samples)} samples"})
    provenance = {"from": "NIR", "dt": dt, "conventions": asdict(chosen), "input_range": [low, high], "layers": reports}
    if rounded:
        provenance["delays off by"] = rounded
    return SpikingNetwork(name, levels, layers, time_steps, readout, provenance, encoder)


def _late(part, parts):
    """What a layer's report says of delays and further sums, where there are some."""
    report = {}
    if part.delays:
        report["delays"] = [min(part.delays), max(part.delays)]
    if part.projections:
        report["projections"] = [{"from": parts[each.source].name, "folded": list(each.folded),
                                  "delays": [int(each.delays.min()), int(each.delays.max())]} for each in part.projections]
    return report


def _sums(connection, matrices, levels):
    """The range of all sums of a layer."""
    if not matrices:
        return connection.sums(levels)
    weights = np.concatenate([np.array(connection.weights), *matrices], axis=1)
    return FanIn(weights, connection.bias, connection.inputs[0]).sums(levels)


def levels_of(samples, levels, input_range=(0.0, 1.0)):
    """Inputs in a graph's units as the integers 0 to ``levels`` of a chip, rounded to nearest.

    Raises
    ------
    ValueError
        If an input is outside ``input_range``.
    """
    samples, (low, high) = np.asarray(samples, dtype=float), input_range
    if samples.size and not (samples.min() >= low and samples.max() <= high):
        raise ValueError(f"samples must lie between {low} and {high} (input_range), not between {samples.min()} and {samples.max()}")
    return np.rint((samples - low) * (levels / (high - low))).astype(int)


def _run(graph, samples, levels, input_range, time_steps, dt, conventions, parts, encoder):
    """Of each neuron node its membranes for the samples, and what reaches it."""
    low, high = input_range
    shape = graph.shapes[graph.inputs[0]]
    samples, full = np.asarray(samples, dtype=float), shape if encoder == "current" else (time_steps, *shape)
    if samples.ndim != len(full) + 1 or samples.shape[1:] != full or not len(samples):
        raise ValueError(f"to_network samples must have the shape (samples, {', '.join(map(str, full))}), not {samples.shape}")
    inputs = low + levels_of(samples, levels, input_range) * ((high - low) / levels)
    record = [name for part in parts for name in (part.name, *graph.before(part.name))]
    drive = np.broadcast_to(inputs, (time_steps, *inputs.shape)) if encoder == "current" else np.moveaxis(inputs, 1, 0)
    run = simulate(graph, drive, dt=dt, conventions=conventions, record=record)
    # What comes round a cycle is not a time step late here: it is for the range alone.
    return {part.name: (sum(run.values[name] for name in graph.before(part.name)), run.membranes[part.name]) for part in parts}


def _bias_of_inputs(part, weights, bias, low):
    """The bias with what the lowest input adds in each step."""
    if not low:
        return bias
    if part.convolution and part.padding != (0, 0):
        raise ValueError(f"to_network input_range must begin at 0, not at {low}: the padding of the convolution before {part.name!r} is of zeros")
    area = part.pool[0] * part.pool[1] if part.convolution else 1
    return bias + low * area * weights.reshape(len(weights), -1).sum(axis=1)


def _connection(part, weights, bias, others, bits):
    """Weights and biases in integers, those of the further sums, their scale, and the errors."""
    real = [weights, bias, *others]
    top, greatest = (1 << bits - 1) - 1, max(np.abs(each).max() for each in real)
    scale = float(top / greatest) if greatest else 1.0
    integers, offsets, *matrices = (np.rint(each * scale).astype(int) for each in real)
    errors = np.concatenate([(held / scale - each).ravel() for held, each in zip((integers, offsets, *matrices), real)])
    report = {"weight scale": scale, "greatest weight error": float(np.abs(errors).max()), "rms weight error": float(np.sqrt(np.mean(errors**2))),
              "greatest weight": float(max(np.abs(each).max() for each in (weights, *others))), "greatest bias": float(np.abs(bias).max())}
    offsets = offsets if offsets.any() else None
    if part.convolution:
        return scale, Conv2d(integers, part.input, part.stride, part.padding, part.pool, offsets).without_rest(), matrices, report
    return scale, Dense(integers, offsets), matrices, report


def _peaks(values, sums, scale, time_steps, conventions):
    """How far membranes and synaptic currents may go, at most."""
    lowest, highest = sums.lo / scale, sums.hi / scale
    current = 0.0
    if values.synapse is not None:
        steps = min(time_steps, 1 / values.synapse)
        lowest, highest = lowest * steps, highest * steps
        current = max(-lowest, highest)
    steps = min(time_steps, 1 / values.leak if values.leak else time_steps)
    marks = [abs(each) for each in (values.rest, values.threshold, values.reset) if each is not None]
    # A spike keeps a membrane with a reset to a value below its threshold.
    above = 0.0 if values.threshold is not None and conventions.reset == "value" else highest * steps
    return max(-lowest * steps + abs(values.rest), above + abs(values.rest), *marks), current


def _peaks_seen(seen, node, values):
    """The same as samples show it."""
    drive, membranes = seen
    rows = len(values.rows)
    threshold = getattr(node, "v_threshold", None)
    # In units of the thresholds, as the layer's neurons have one in common.
    factor = np.ones(rows) if threshold is None else values.threshold / np.asarray(threshold, dtype=float).reshape(rows, -1)[:, 0]
    marks = [abs(each) for each in (values.rest, values.threshold, values.reset) if each is not None]
    highest = np.abs(membranes.reshape(*membranes.shape[:2], rows, -1) * factor[:, None]).max()
    current = 0.0
    if values.synapse is not None:
        from scipy.signal import lfilter
        current = np.abs(lfilter([1.0], [1.0, values.synapse - 1], drive.reshape(*drive.shape[:2], rows, -1) * values.rows[:, None], axis=0)).max()
    return max(MARGIN * highest, *marks), MARGIN * current


def _formats(peaks, sums, scale, membrane_bits):
    """Formats in which a weight's lowest bit is 2**-current.fraction_bits."""
    membrane, current = peaks
    top = 2 ** (membrane_bits - 1) - 1
    # Bits of the membrane below the lowest bit of a weight; negative where sums are larger than the membrane's format.
    guard = min(membrane_bits - 2, floor(log2(top / (membrane * scale + 2))))
    fraction, below = max(guard, 0), max(-guard, 0)
    size = max((-sums.lo - 1).bit_length() if sums.lo < 0 else 0, max(sums.hi, 0).bit_length()) + 1
    unit = 2.0**below / scale
    synapse = max(1, int(np.ceil(np.log2(current / unit + 1))) + 1) if current else 1
    return Formats(Q(membrane_bits - fraction, fraction), Q(max(1, size - below), below), Q(synapse, fraction), unit)
