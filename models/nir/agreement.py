"""How near the integers of a chip come to a NIR graph in floating point."""

from dataclasses import dataclass
from math import gcd

import numpy as np

from .chip import levels_of
from .conventions import Conventions
from .simulation import simulate

__all__ = ["Agreement", "LayerAgreement", "classify", "compare"]

# Samples that are run in floating point at a time.
BATCH = 500


@dataclass(frozen=True)
class LayerAgreement:
    """Spikes of a layer.

    Attributes
    ----------
    node : str
    same : float
        Part of its neurons and time steps with a spike in both or in neither.
    rates : (float, float)
        Spikes per neuron and time step, in floating point and in integers.
    counts : float
        Mean difference of a neuron's spikes in a sample.
    """

    node: str
    same: float
    rates: tuple
    counts: float


@dataclass(frozen=True)
class Agreement:
    """What :func:`compare` measures: its layers of spiking neurons, and the part of the samples with the same class."""

    layers: tuple
    classes: float
    samples: int


def compare(graph, network, samples):
    """Run samples through a graph in floating point and through the golden model of its integers.

    Parameters
    ----------
    graph : Graph
    network : SpikingNetwork
        That :func:`models.nir.to_network` made of the graph.
    samples : array (samples, *shape), of a network of events (samples, time_steps, *shape)
        In the graph's units, within the input_range of the conversion. Both get them rounded to the network's levels.

    Returns
    -------
    Agreement
    """
    from gateware.chip.network import Conv2d
    from gateware.chip.spiking_chip import SpikingChip
    from models import golden
    made, steps = network.provenance, network.time_steps
    low, high = made["input_range"]
    levels = levels_of(samples, network.levels, (low, high))
    # Lanes change no result, but must divide the channels of a convolution.
    lanes = [gcd(8, layer.connection.outputs[0]) if isinstance(layer.connection, Conv2d) else 8 for layer in network.layers]
    result = golden(SpikingChip(network, lanes=lanes)).classify(
        levels.reshape(len(levels), *((steps,) if network.encoder == "events" else ()), network.sizes[0]))
    spikes = [_channels_first(found, layer.connection.outputs) for found, layer in zip(result.spikes, network.layers)]
    names = [layer["node"] for layer in made["layers"]]
    spiking = [number for number, name in enumerate(names) if hasattr(graph.nodes[name], "v_threshold")]
    totals, labels = np.zeros((len(names), 3)), []
    for first in range(0, len(levels), BATCH):
        part = levels[first:first + BATCH]
        drive = _drive(part, network, low, high)
        run = simulate(graph, drive, dt=made["dt"], conventions=Conventions(**made["conventions"]), record=names)
        values = [run.values[name].reshape(steps, len(part), -1).transpose(1, 0, 2) for name in names]
        for number in spiking:
            wanted, held = values[number], spikes[number][first:first + BATCH]
            totals[number] += (wanted == held).sum(), wanted.sum(), np.abs(wanted.sum(axis=1) - held.sum(axis=1)).sum()
        labels.append(_labels(run, names[-1], network))
    layers = []
    for number in spiking:
        neurons = spikes[number].shape[0] * spikes[number].shape[2]
        same, wanted, counts = totals[number]
        rates = float(wanted / (neurons * steps)), float(spikes[number].mean())
        layers.append(LayerAgreement(names[number], float(same / (neurons * steps)), rates, float(counts / neurons)))
    return Agreement(tuple(layers), float((np.concatenate(labels) == result.label).mean()), len(levels))


def classify(graph, network, levels):
    """Labels of samples by a graph in floating point.

    Parameters
    ----------
    graph : Graph
    network : SpikingNetwork
        That :func:`models.nir.to_network` made of the graph: it says the time step, the conventions and the read-out.
    levels : array of int, (samples, ...), of events (samples, time steps, ...)
        0 to ``network.levels``, which stand for the input_range of the conversion.

    Returns
    -------
    array of int, (samples,)
    """
    made, labels = network.provenance, []
    low, high = made["input_range"]
    last, shape = made["layers"][-1]["node"], graph.shapes[graph.inputs[0]]
    steps = (network.time_steps,) if network.encoder == "events" else ()
    for first in range(0, len(levels), BATCH):
        part = np.asarray(levels[first:first + BATCH])
        drive = _drive(part.reshape(len(part), *steps, *shape), network, low, high)
        run = simulate(graph, drive, dt=made["dt"],
                       conventions=Conventions(**made["conventions"]), record=[last])
        labels.append(_labels(run, last, network))
    return np.concatenate(labels) if labels else np.zeros(0, int)


def _drive(levels, network, low, high):
    """What a graph gets for samples of levels, time first."""
    values = low + levels * ((high - low) / network.levels)
    return np.moveaxis(values, 1, 0) if network.encoder == "events" else np.broadcast_to(values, (network.time_steps, *values.shape))


def _labels(run, last, network):
    """The classes that a run says, decided as the chip decides; among equals it is the first neuron in the chip's order."""
    spikes, v = (_chip_order(found[last], network.layers[-1].connection.outputs) for found in (run.values, run.membranes))
    if network.readout == "membrane":
        return v.sum(axis=0).argmax(axis=1)
    if network.readout == "count":
        # Among equals the highest membrane at the end.
        scores, deciding = spikes.sum(axis=0), v[-1]
    else:
        # The earliest spike, among equals the highest membrane in its time step, or in the last one where there is no spike.
        steps = len(spikes)
        first = np.where(spikes.any(axis=0), spikes.argmax(axis=0), steps)
        scores, deciding = -first, np.take_along_axis(v, np.minimum(first, steps - 1)[None], axis=0)[0]
    return np.where(scores == scores.max(axis=1, keepdims=True), deciding, -np.inf).argmax(axis=1)


def _chip_order(values, shape):
    """Values (time, samples, ...) of a graph's neurons as (time, samples, neurons) in the chip's order."""
    if len(shape) == 3:
        values = np.moveaxis(values.reshape(*values.shape[:2], *shape), 2, -1)
    return values.reshape(*values.shape[:2], -1)


def _channels_first(spikes, shape):
    """Spikes (samples, time, neurons) in the graph's order: a chip's convolution has the channels of a place together."""
    if len(shape) < 3:
        return spikes
    channels, height, width = shape
    return spikes.reshape(*spikes.shape[:2], height, width, channels).transpose(0, 1, 4, 2, 3).reshape(spikes.shape)
