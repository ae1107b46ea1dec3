"""The model of a network's input encoder."""

import numpy as np

from gateware.chip.input_encoder import InputEncoder

from . import model_of

__all__ = ["InputModel"]


class InputModel:
    """The golden model of :class:`gateware.chip.input_encoder.InputEncoder`.

    Parameters
    ----------
    encoder : InputEncoder
    """

    def __init__(self, encoder):
        from models import golden
        self.encoder = encoder
        if encoder.code == "stochastic":
            self._comparator, width = golden(encoder.comparator), len(encoder.lfsr.random)
            random = golden(encoder.lfsr).run(length=encoder.time_steps * encoder.inputs).random
            upper = random.astype(np.int64) >> width - len(encoder.comparator.random)
            self._random = upper.reshape(encoder.time_steps, 1, encoder.inputs)
        elif encoder.code == "latency":
            # A value of 0 spikes in no time step.
            self._times = np.array((-1, *encoder.times))

    def encode(self, samples):
        """What samples are in the code.

        Parameters
        ----------
        samples : array of int, (B, inputs)
            Values between 0 and ``levels``.

        Returns
        -------
        array of int, (time_steps, B, inputs)

        Raises
        ------
        ValueError
            If the samples have another shape or a value is out of range.
        """
        encoder, samples = self.encoder, np.asarray(samples)
        if samples.ndim != 2 or samples.shape[1] != encoder.inputs:
            raise ValueError(f"samples must have the shape (B, {encoder.inputs}), not {samples.shape}")
        if samples.dtype.kind not in "iu" or samples.size and not 0 <= samples.min() <= samples.max() <= encoder.levels:
            raise ValueError(f"samples must hold integers between 0 and {encoder.levels}")
        shape = (encoder.time_steps, *samples.shape)
        if encoder.code == "stochastic":
            inputs = {"value": np.broadcast_to(samples, shape), "random": np.broadcast_to(self._random, shape)}
            spikes = self._comparator.run({name: each.reshape(shape[0], -1) for name, each in inputs.items()}).stream
            return spikes.reshape(shape).astype(np.int64)
        if encoder.code == "latency":
            return (self._times[samples] == np.arange(encoder.time_steps)[:, None, None]).astype(np.int64)
        return np.broadcast_to(samples, shape).astype(np.int64)

    def run(self, items):
        """The output stream of a stream of whole samples' values."""
        return self.encode(np.asarray(items).reshape(-1, self.encoder.inputs)).transpose(1, 0, 2).ravel()

    def stimulus(self, rng, size=200):
        """Random values of whole samples, about ``size`` of them, often the lowest or the highest."""
        count = -(-size // self.encoder.inputs) * self.encoder.inputs
        extremes = self.encoder.levels * rng.integers(0, 2, count)
        return np.where(rng.random(count) < 0.3, extremes, rng.integers(0, self.encoder.levels + 1, count))


model_of.register(InputEncoder, InputModel)
