"""The model of the read-out by the first spike."""

import numpy as np

from gateware.chip.first_spike_readout import FirstSpikeReadout

from . import model_of

__all__ = ["FirstSpikeModel"]


class FirstSpikeModel:
    """The golden model of :class:`gateware.chip.first_spike_readout.FirstSpikeReadout`.

    Parameters
    ----------
    readout : FirstSpikeReadout
    """

    def __init__(self, readout):
        self.readout = readout

    @staticmethod
    def classify(spikes, v):
        """Times (B, classes) and labels (B,) of output spikes and membranes (T, B, classes)."""
        steps = len(spikes)
        times = np.where(spikes.any(axis=0), spikes.argmax(axis=0), steps)
        at = np.take_along_axis(v, np.minimum(times, steps - 1)[None], axis=0)[0].astype(np.int64)
        earliest = times == times.min(axis=-1, keepdims=True)
        return times, np.argmax(np.where(earliest, at, np.iinfo(np.int64).min), axis=-1)

    def run(self, items):
        """The output stream (``times``, ``label``) of a stream of whole samples (``spike``, ``v``)."""
        shape = (-1, self.readout.time_steps, self.readout.classes)
        spikes, v = (np.asarray(items[name]).reshape(shape).transpose(1, 0, 2) for name in ("spike", "v"))
        times, labels = self.classify(spikes.astype(bool), v)
        return {"times": times, "label": labels}

    def stimulus(self, rng, size=200):
        """Random spikes, from many to none, and membranes of whole samples, about ``size`` items; membranes are often equal."""
        period = self.readout.time_steps * self.readout.classes
        samples = -(-size // period)
        lo, hi = self.readout.membrane.lo, self.readout.membrane.hi
        spikes = rng.random((samples, period)) < rng.choice((0.0, 0.3 / period, 1 / period, 0.1, 0.5), (samples, 1))
        v = rng.integers(lo, hi + 1, spikes.size)
        return {"spike": spikes.ravel(), "v": np.where(rng.random(spikes.size) < 0.5, rng.integers(0, 2, spikes.size), v)}


model_of.register(FirstSpikeReadout, FirstSpikeModel)
