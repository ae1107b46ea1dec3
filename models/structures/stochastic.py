"""The model of a stochastic dense layer: packed streams, 64 clocks of a synapse at once, and its neuron's golden model."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from gateware.layers.stochastic_dense import StochasticDense

from models.packed import pack

from . import model_of

__all__ = ["StochasticDenseModel", "StochasticInference"]


class StochasticInference(NamedTuple):
    """What a stochastic dense layer makes of a batch of transactions.

    Attributes
    ----------
    counts : array of int, (B, neurons)
        Spikes of each neuron.
    spikes : array of bool, (time steps, B, neurons)
    currents : array of int, (time steps, B, neurons)
    """

    counts: np.ndarray
    spikes: np.ndarray
    currents: np.ndarray


class StochasticDenseModel:
    """The golden model of :class:`gateware.layers.stochastic_dense.StochasticDense`.

    Parameters
    ----------
    layer : StochasticDense
    """

    def __init__(self, layer):
        from models import golden
        self.layer = layer
        self._neuron, self._counter, self._comparator = map(golden, (layer.neuron, layer.counter, layer.comparator))
        # Sources that come back to where a window began give the same window in every time step.
        self.windows = 1 if layer.repeats else layer.time_steps
        self._random = []
        for source in layer.sources:
            self._random += [numbers.astype(np.int64).reshape(self.windows, layer.length)
                             for numbers in golden(source).run(length=self.windows * layer.length)]
        # The clocks of a window: in its last word those past the end are none.
        self._mask = pack(np.ones(layer.length, np.bool_))
        weights = np.array(layer.weights, np.int64)
        self._signs = np.where(weights < 0, -1, 1)
        self._weights = [self._streams(np.abs(weights), random) for random in self._random[1]]
        self._kernel = None

    def _streams(self, values, random):
        """The packed streams (..., words) of encoded values (...)."""
        shared = np.broadcast_to(values.ravel(), (len(random), values.size))
        bits = self._comparator.run({"value": shared, "random": random}).stream
        return pack(np.ascontiguousarray(bits.T)).reshape(*values.shape, len(self._mask))

    def currents(self, inputs):
        """The neurons' currents in the windows of the streams.

        Parameters
        ----------
        inputs : array of int, (B, inputs)
            Between 0 and ``2**width``.

        Returns
        -------
        array of int64, (windows, B, neurons)
            A window for every time step, or the one that all time steps have.

        Raises
        ------
        ValueError
            If the inputs have another shape or are out of range.
        """
        layer, inputs = self.layer, np.asarray(inputs)
        top = 1 << layer.width
        if inputs.ndim != 2 or inputs.shape[1] != layer.n_inputs:
            raise ValueError(f"inputs must have the shape (B, {layer.n_inputs}), not {inputs.shape}")
        if inputs.dtype.kind not in "iu" or (inputs.size and not 0 <= inputs.min() <= inputs.max() <= top):
            raise ValueError(f"inputs must be integers between 0 and {top}")
        result = np.empty((self.windows, len(inputs), layer.n_neurons), np.int64)
        for window, random in enumerate(self._random[0]):
            self.kernel(self._streams(inputs, random), self._weights[window], self._signs, self._mask, result[window])
        return 2 * result - layer.n_inputs * layer.length if layer.format == "bipolar" else result

    def infer(self, inputs):
        """The :class:`StochasticInference` of transactions, inputs (B, inputs) between 0 and ``2**width``."""
        layer, windows = self.layer, self.currents(inputs)
        currents = np.broadcast_to(windows, (layer.time_steps, *windows.shape[1:]))
        spikes = self._neuron.run({"current": currents.reshape(layer.time_steps, -1)}).spike
        counts = self._counter.run({"stream": spikes}).ones[-1]
        return StochasticInference(counts.reshape(currents.shape[1:]), spikes.reshape(currents.shape), currents)

    def run(self, items):
        """The output stream of a stream of whole transactions' inputs."""
        return self.infer(self._batch(items)).counts.ravel()

    def observe(self, items):
        """What the streams ``spikes`` and ``currents`` show meanwhile."""
        result = self.infer(self._batch(items))
        return {name: getattr(result, name).transpose(1, 0, 2).ravel() for name in ("spikes", "currents")}

    def _batch(self, items):
        items = np.asarray(items)
        if items.ndim != 1 or len(items) % self.layer.n_inputs:
            raise ValueError(f"items must hold a multiple of {self.layer.n_inputs} inputs, not the shape {items.shape}")
        return items.reshape(-1, self.layer.n_inputs)

    def stimulus(self, rng, size=200):
        """Random inputs of whole transactions, about ``size`` of them, 0 and 1.0 among them."""
        top, count = 1 << self.layer.width, -(-size // self.layer.n_inputs) * self.layer.n_inputs
        return np.where(rng.random(count) < 0.2, top * rng.integers(0, 2, count), rng.integers(0, top + 1, count))

    @property
    def kernel(self):
        """``kernel(x (B, N, W), w (M, N, W), signs (M, N), mask (W,), out (B, M))``, compiled from the multiplier's step."""
        if self._kernel is None:
            from numba import njit
            from gateware.step.bind import bind
            from models.generated import fingerprint, load_generated
            from models.numba_domain import NUMBA
            from models.packed import _WORDS
            multiplier = self.layer.multiplier
            words = NUMBA | {name: njit(function) for name, function in _WORDS.items()}
            self._kernel = load_generated(
                f"{type(multiplier).__name__}_dense", _KERNEL, f"{fingerprint(multiplier.step)}\n{_here()}",
                step=njit(bind(multiplier.step, words, njit)), Inputs=type(multiplier.inputs), popcount=NUMBA["popcount"]).kernel
        return self._kernel


_KERNEL = '''"""Signed counts of the ones of products of packed streams; generated."""
import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def kernel(x, w, signs, mask, out):
    for b in range(x.shape[0]):
        for j in range(w.shape[0]):
            total = np.int64(0)
            for i in range(x.shape[1]):
                ones = np.int64(0)
                for k in range(x.shape[2]):
                    state, outputs = step((), (), Inputs(x[b, i, k], w[j, i, k]))
                    ones += popcount(outputs.product & mask[k])
                total += signs[j, i] * ones
            out[b, j] = total
'''


def _here():
    from models import numba_domain, packed
    return "\n".join(Path(module.__file__).read_text(encoding="utf-8") for module in (packed, numba_domain))


model_of.register(StochasticDense, StochasticDenseModel)
