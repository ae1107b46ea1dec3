"""The models of a spiking chip and of its parts: events, synapses, cores, read-outs."""

from math import prod
from typing import NamedTuple

import numpy as np

from gateware.chip.conv_synapses import ConvSynapses
from gateware.chip.core import SpikingCore
from gateware.chip.events import AddressEvents
from gateware.chip.membrane_readout import MembraneReadout
from gateware.chip.network import Conv2d
from gateware.chip.sparse_synapses import SparseSynapses
from gateware.chip.spiking_chip import SpikingChip
from gateware.chip.synapses import DenseSynapses

from . import model_of
from .classifier import ReadoutModel
from .encoders import InputModel
from .first_spike_readout import FirstSpikeModel
from .routing import late

__all__ = ["ChipModel", "CoreModel", "EventsModel", "MembraneModel", "Inspection", "SampleResult", "SynapsesModel"]

# Samples that are run at a time: what they take stays in the processor's caches.
BATCH = 256


class EventsModel:
    """The golden model of :class:`gateware.chip.events.AddressEvents`.

    Parameters
    ----------
    events : AddressEvents
    """

    def __init__(self, events):
        self.events = events

    def run(self, items):
        """The events (``last``, ``number``, ``level``) of a stream of whole time steps' values."""
        steps = np.asarray(items, np.int64).reshape(-1, self.events.sources)
        steps = np.concatenate([steps, np.full((len(steps), 1), -1)], axis=1)
        step, number = np.nonzero(steps)
        level = steps[step, number]
        last = level < 0
        # What stands beside `last` is of the next time step.
        number, shape = np.where(last, 0, number), self.events.shape
        places = {}
        if shape:
            channels, height, width = shape
            y, x, channel = np.unravel_index(number, (height, width, channels))
            if not self.events.channels_last:
                channel, y, x = np.unravel_index(number, shape)
            places = {"channel": channel, "y": y, "x": x}
        return {"last": last, "number": number, "level": np.where(last, 0, level)} | places

    def stimulus(self, rng, size=200):
        """Random values of whole time steps, about ``size`` of them, half of them 0."""
        count = -(-size // self.events.sources) * self.events.sources
        return rng.integers(0, self.events.levels + 1, count) * (rng.random(count) < 0.5)


class SynapsesModel:
    """The golden model of :class:`gateware.chip.synapses.DenseSynapses`, of sparse ones, and of
    :class:`gateware.chip.conv_synapses.ConvSynapses`.

    Parameters
    ----------
    synapses : DenseSynapses, SparseSynapses or ConvSynapses
    """

    def __init__(self, synapses):
        self.synapses = synapses
        self._conv = isinstance(synapses, ConvSynapses)
        self._sums = _ConvSums(synapses) if self._conv else _Sums(synapses.connection, synapses.levels)

    def currents(self, values):
        """The sums (K, neurons) of time steps' values (K, inputs)."""
        return self._sums(np.asarray(values))

    def run(self, items):
        """The output stream (``current``, ``first``) of whole time steps' events."""
        synapses, last = self.synapses, np.asarray(items["last"], bool)
        values = np.zeros((last.sum(), synapses.inputs), np.int64)
        step = np.cumsum(last) - last
        values[step[~last], np.asarray(items["number"])[~last]] = np.asarray(items["level"])[~last]
        currents = np.zeros((len(values), synapses.places), np.int64)
        currents[:, :synapses.neurons] = self.currents(values)
        if synapses.constant:
            currents = currents.repeat(synapses.time_steps, axis=0)
        first = np.arange(len(currents)) % synapses.time_steps == 0
        return {"current": currents.ravel(), "first": first.repeat(synapses.places)}

    def stimulus(self, rng, size=200):
        """Random events of whole samples, about ``size`` of them."""
        synapses = self.synapses
        period = 1 if synapses.constant else synapses.time_steps
        steps = -(-size // (period * synapses.inputs)) * period
        values = rng.integers(0, synapses.levels + 1, steps * synapses.inputs) * (rng.random(steps * synapses.inputs) < rng.random())
        places = {"shape": synapses.connection.inputs, "channels_last": synapses.channels_last} if self._conv else {}
        return EventsModel(AddressEvents(synapses.inputs, synapses.levels, **places)).run(values)


class _Sums:
    """Weighted sums of a connection, one row of weights for each output, exact, by the fastest matrix product that is."""

    def __init__(self, connection, levels):
        weights = np.array(connection.weights, np.int64).reshape(len(connection.weights), -1)
        bias = np.zeros(len(weights), np.int64) if connection.bias is None else np.array(connection.bias, np.int64)
        largest = levels * (np.abs(weights).sum(axis=1) + np.abs(bias)).max() * prod(getattr(connection, "pool", ()))
        # Integers below 2**24 and 2**53 are exact in these, in whatever order they are summed.
        kind = np.float32 if largest < 1 << 24 else np.float64
        self._weights, self._bias = np.ascontiguousarray(weights.T.astype(kind)), (levels * bias).astype(kind)

    def __call__(self, values):
        return (values.astype(self._weights.dtype) @ self._weights + self._bias).astype(np.int64)


class _ConvSums:
    """Weighted sums of a convolution, neurons place by place: those of every window as a row of inputs."""

    def __init__(self, synapses):
        self._connection, self._channels_last = synapses.connection, synapses.channels_last
        self._sums = _Sums(synapses.connection, synapses.levels)

    def __call__(self, values):
        connection = self._connection
        channels, height, width = connection.input
        if self._channels_last:
            images = values.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)
        else:
            images = values.reshape(-1, channels, height, width)
        (down, across), (rows, columns) = connection.pool, connection.pooled
        pooled = images.reshape(-1, channels, rows, down, columns, across).sum(axis=(3, 5), dtype=np.float32)
        padded = np.pad(pooled, ((0, 0), (0, 0), *((pad, pad) for pad in connection.padding)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, connection.kernel[2:], axis=(2, 3))
        windows = windows[:, :, ::connection.stride[0], ::connection.stride[1]].transpose(0, 2, 3, 1, 4, 5)
        samples, out_rows, out_columns = windows.shape[:3]
        return self._sums(windows.reshape(samples * out_rows * out_columns, -1)).reshape(samples, -1)


class CoreModel:
    """The golden model of :class:`gateware.chip.core.SpikingCore`.

    Parameters
    ----------
    core : SpikingCore
    """

    def __init__(self, core):
        from models import golden
        self.core, self.synapses, self._neuron = core, SynapsesModel(core.synapses), golden(core.layer.neuron)

    def advance(self, state, currents):
        """Final state, spikes and membranes (T, K, neurons) of currents (T, K, neurons), each sample from ``state``, None at its start."""
        state, outputs = self._neuron.advance(state, {"current": currents.reshape(len(currents), -1)})
        return state, outputs.spike.reshape(currents.shape), outputs.v.reshape(currents.shape)

    def run(self, items):
        """The output stream (``spike``, ``v``) of whole samples' events."""
        synapses = self.core.synapses
        currents = self.synapses.run(items)["current"].reshape(-1, synapses.time_steps, synapses.places)[..., :synapses.neurons]
        _, spikes, v = self.advance(None, currents.transpose(1, 0, 2))
        return {"spike": spikes.transpose(1, 0, 2).ravel(), "v": v.transpose(1, 0, 2).ravel()}

    def stimulus(self, rng, size=200):
        """Random events of whole samples, about ``size`` of them."""
        return self.synapses.stimulus(rng, size)


class MembraneModel:
    """The golden model of :class:`gateware.chip.membrane_readout.MembraneReadout`.

    Parameters
    ----------
    readout : MembraneReadout
    """

    def __init__(self, readout):
        self.readout = readout

    @staticmethod
    def classify(v):
        """Scores (B, classes) and labels (B,) of membranes (T, B, classes)."""
        scores = v.sum(axis=0, dtype=np.int64)
        return scores, np.argmax(scores, axis=-1)

    def run(self, items):
        """The output stream (``scores``, ``label``) of a stream of whole samples (``spike``, ``v``)."""
        v = np.asarray(items["v"]).reshape(-1, self.readout.time_steps, self.readout.classes).transpose(1, 0, 2)
        scores, labels = self.classify(v)
        return {"scores": scores, "label": labels}

    def stimulus(self, rng, size=200):
        """Random membranes of whole samples, about ``size`` of them, often equal."""
        period, v = self.readout.time_steps * self.readout.classes, self.readout.neuron.outputs.v
        count = -(-size // period) * period
        return {"spike": rng.random(count) < 0.5, "v": np.where(rng.random(count) < 0.5, v.hi, rng.integers(v.lo, v.hi + 1, count))}


class SampleResult(NamedTuple):
    """What a chip makes of samples.

    Attributes
    ----------
    scores : array, (B, classes)
    label : array, (B,)
    spikes : tuple of arrays of bool, (B, T, neurons)
        Of each layer.
    """

    scores: np.ndarray
    label: np.ndarray
    spikes: tuple


class Inspection(NamedTuple):
    """What the observation of a chip shows after a sample.

    Attributes
    ----------
    spikes : tuple of arrays of bool, (T, neurons)
        Of each layer.
    membranes : tuple of arrays, (neurons,)
        In the last time step.
    events : tuple of int
        That arrived at each layer.
    """

    spikes: tuple
    membranes: tuple
    events: tuple


class ChipModel:
    """The golden model of :class:`gateware.chip.spiking_chip.SpikingChip`.

    Parameters
    ----------
    chip : SpikingChip
    """

    def __init__(self, chip):
        self.chip, self.network = chip, chip.network
        self.cores = [CoreModel(core) for core in chip.cores]
        self._encoder = chip.encoder and InputModel(chip.encoder)

    def classify(self, samples):
        """The :class:`SampleResult` of samples (B, inputs), or of the shape that the network has.

        Samples of events are (B, time steps, inputs): the level of each input's event in each time step, 0 where there is none.

        Raises
        ------
        ValueError
            If the samples have another shape, or a value is no integer between 0 and ``levels``.
        """
        samples = self._checked(samples)
        parts = [self._classify(samples[k:k + BATCH]) for k in range(0, max(len(samples), 1), BATCH)]
        scores, labels, *spikes = (np.concatenate(each) for each in zip(*parts))
        return SampleResult(scores, labels, tuple(spikes))

    def _checked(self, samples):
        network, samples = self.network, np.asarray(samples)
        steps = (network.time_steps,) if network.encoder == "events" else ()
        shape = (*steps, network.sizes[0])
        if samples.shape[1:] not in ((*steps, *network.inputs), shape):
            raise ValueError(f"samples must have the shape (B, {', '.join(map(str, shape))}), not {samples.shape}")
        if samples.dtype.kind not in "iu" or samples.size and not 0 <= samples.min() <= samples.max() <= network.levels:
            raise ValueError(f"samples must hold integers between 0 and {network.levels}, not {_span(samples)}")
        return samples.reshape(len(samples), *shape)

    def inspect(self, sample):
        """The :class:`Inspection` of one sample: what the observation of a chip shows after it."""
        spikes, membranes, events, _ = self._simulate(self._checked(np.asarray(sample)[None]))
        return Inspection(tuple(each[:, 0] for each in spikes), tuple(each[0] for each in membranes), tuple(events[:, 0].tolist()))

    def layers(self, samples):
        """Of each layer all spikes and all membranes, (B, time steps, neurons), of samples as :meth:`classify` takes them."""
        spikes, _, _, membranes = self._simulate(self._checked(samples), range(len(self.cores)))
        return [(spiked.transpose(1, 0, 2), v.transpose(1, 0, 2)) for spiked, v in zip(spikes, membranes)]

    def _classify(self, samples):
        spikes, _, _, (v,) = self._simulate(samples, [len(self.cores) - 1])
        network = self.network
        readout = {"count": ReadoutModel, "first spike": FirstSpikeModel, "membrane": MembraneModel}[network.readout]
        scores, labels = MembraneModel.classify(v) if readout is MembraneModel else readout.classify(spikes[-1], v)
        return scores, labels, *(each.transpose(1, 0, 2) for each in spikes)

    def _simulate(self, samples, watched=()):
        """Spikes of each layer (T, B, neurons), its membranes in the end (B, neurons), events at each layer (layers, B), the membranes
        (T, B, neurons) of those watched."""
        network, time_steps = self.network, self.network.time_steps
        if self.chip.constant:
            constant = self.cores[0].synapses.currents(samples)
        elif self._encoder:
            values = self._encoder.encode(samples)
        else:
            values = samples.transpose(1, 0, 2)
        spikes = [np.zeros((time_steps, len(samples), layer.neurons), bool) for layer in network.layers]
        watched = {k: np.zeros(spikes[k].shape, np.int64) for k in watched}
        states, final, events = [None] * len(spikes), [None] * len(spikes), np.zeros((len(spikes), len(samples)), np.int64)
        # With a recurrence time step by time step, else each layer at once.
        for start in range(0, time_steps, 1 if network.recurrent else time_steps):
            stop = start + 1 if network.recurrent else time_steps
            for k, core in enumerate(self.cores):
                shape = (stop - start, *spikes[k].shape[1:])
                if k == 0 and self.chip.constant:
                    currents = np.broadcast_to(constant, shape)
                    events[k] = np.count_nonzero(samples, axis=1)
                else:
                    arriving = [] if k else [values[start:stop]]
                    for link in self.chip.links:
                        if link.target == k:
                            sent = spikes[link.source]
                            arriving.append(late(sent, link.delays, start, stop) if any(link.delays) else sent[start:stop])
                    together = arriving[0] if len(arriving) == 1 else np.concatenate(arriving, axis=2)
                    events[k] += np.count_nonzero(together, axis=(0, 2))
                    currents = core.synapses.currents(together.reshape(-1, together.shape[2])).reshape(shape)
                states[k], spikes[k][start:stop], membranes = core.advance(states[k], currents)
                final[k] = membranes[-1]
                if k in watched:
                    watched[k][start:stop] = membranes
        return spikes, final, events, tuple(watched.values())

    def _samples(self, items):
        """Samples of what the chip's input stream takes."""
        network = self.network
        if network.encoder != "events":
            return np.asarray(items).reshape(-1, network.sizes[0])
        last, number, level = (np.asarray(items[name]) for name in ("last", "number", "level"))
        last = last.astype(bool)
        values = np.zeros((last.sum(), network.sizes[0]), np.int64)
        step = np.cumsum(last) - last
        values[step[~last], number[~last]] = level[~last]
        return values.reshape(-1, network.time_steps, network.sizes[0])

    def run(self, items):
        """The output stream (``scores``, ``label``) of a stream of whole samples."""
        result = self.classify(self._samples(items))
        return {"scores": result.scores, "label": result.label}

    def observe(self, items):
        """What the streams ``spikes<k>`` show meanwhile: every neuron's spike in every time step."""
        result = self.classify(self._samples(items))
        return {f"spikes{k}": spikes.ravel() for k, spikes in enumerate(result.spikes)}

    def stimulus(self, rng, size=200):
        """Random values of whole samples, about ``size`` of them, half of them 0."""
        network = self.network
        period = network.sizes[0] * (network.time_steps if network.encoder == "events" else 1)
        count = -(-size // period) * period
        values = rng.integers(0, network.levels + 1, count) * (rng.random(count) < 0.5)
        if network.encoder != "events":
            return values
        shape = network.inputs if isinstance(network.layers[0].connection, Conv2d) else None
        return EventsModel(AddressEvents(network.sizes[0], network.levels, shape=shape)).run(values)


def _span(values):
    return f"{values.min()} to {values.max()} ({values.dtype})" if values.size else f"none of {values.dtype}"


for _component, _model in ((AddressEvents, EventsModel), (DenseSynapses, SynapsesModel), (ConvSynapses, SynapsesModel),
                           (SparseSynapses, SynapsesModel),
                           (SpikingCore, CoreModel),
                           (MembraneReadout, MembraneModel), (SpikingChip, ChipModel)):
    model_of.register(_component, _model)
