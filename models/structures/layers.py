"""The model of a dense layer: exact sums, and its neuron's golden model."""

import numpy as np

from gateware.layers.dense import DenseLayer

from . import model_of

__all__ = ["DenseModel"]


class DenseModel:
    """The golden model of :class:`gateware.layers.dense.DenseLayer`.

    Parameters
    ----------
    layer : DenseLayer
    """

    def __init__(self, layer):
        from models import golden
        self.layer = layer
        self.neuron = golden(layer.neuron)
        self._weights = np.array(layer.weights, np.int64)

    def sample(self, spikes):
        """Spikes and membranes of samples, each from the neurons' initial state.

        Parameters
        ----------
        spikes : array of bool, (T, B, inputs)

        Returns
        -------
        spikes, v : arrays, (T, B, neurons)
        """
        spikes = np.asarray(spikes, np.bool_)
        if spikes.ndim != 3 or spikes.shape[2] != self.layer.n_inputs:
            raise ValueError(f"spikes must have the shape (T, B, {self.layer.n_inputs}), not {spikes.shape}")
        shape = (*spikes.shape[:2], self.layer.n_neurons)
        # Sums of at most 2**53 in magnitude are exact in float64, whose matrix product is the fast one.
        currents = (spikes.astype(np.float64) @ self._weights.T.astype(np.float64)).astype(np.int64)
        outputs = self.neuron.run({"current": currents.reshape(len(spikes), -1)})
        return outputs.spike.reshape(shape), outputs.v.reshape(shape)

    def run(self, items):
        """The output stream of an input stream.

        Parameters
        ----------
        items : mapping of arrays
            ``spike`` and ``first``, (K,), K a multiple of the inputs.

        Returns
        -------
        dict of arrays
            ``spike``, ``first`` and ``v``.
        """
        layer = self.layer
        spikes = np.asarray(items["spike"], np.bool_)
        if spikes.ndim != 1 or len(spikes) % layer.n_inputs:
            raise ValueError(f"spike must hold a multiple of {layer.n_inputs} inputs, not the shape {spikes.shape}")
        spikes = spikes.reshape(-1, 1, layer.n_inputs)
        first = np.asarray(items["first"], np.bool_).reshape(-1, layer.n_inputs)[:, -1]
        starts = np.union1d(np.flatnonzero(first), [0] if len(spikes) else []).astype(int)
        parts = [self.sample(spikes[a:b]) for a, b in zip(starts, [*starts[1:], len(spikes)])]
        return {"spike": np.concatenate([part[0].ravel() for part in parts]),
                "first": np.repeat(first, layer.n_neurons),
                "v": np.concatenate([part[1].ravel() for part in parts])}

    def stimulus(self, rng, size=200):
        """A random input stream of about ``size`` items, whole time steps, as :meth:`run` takes it."""
        steps = -(-size // self.layer.n_inputs)
        first = rng.random(steps) < 0.2
        first[0] = True
        return {"spike": rng.random(steps * self.layer.n_inputs) < rng.random(),
                "first": np.repeat(first, self.layer.n_inputs)}


@model_of.register
def _(component: DenseLayer):
    return DenseModel(component)
