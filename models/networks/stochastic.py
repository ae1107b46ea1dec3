"""A spiking network whose synapses multiply by stochastic bitstreams: the same weights, the arithmetic of streams."""

import numpy as np

from gateware.chip.network import Dense, SpikingNetwork
from gateware.layers.stochastic_dense import StochasticDense
from gateware.layers.stochastic_weights import encode_weights
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import LEAK_BITS, SubtractiveLIF
from gateware.parameters import integer
from gateware.step import Q

__all__ = ["StochasticNetwork"]

BATCH = 500
# Bits before and behind the point of membranes and currents, in units of the product of 1.0 and 1.0.
INTEGER_BITS, FRACTION_BITS = 12, 12


class StochasticNetwork:
    r"""The bit-exact model of a spiking network in stochastic arithmetic.

    Each layer's currents are those of a :class:`~gateware.layers.stochastic_dense.StochasticDense`: every product of an input and a
    weight is the AND of two bitstreams, counted over ``length`` clocks. Weights are divided by the greatest of their layer, inputs by
    ``levels``; a bias is the weight of an input of 1.0; a threshold is in units of the product of 1.0 and 1.0. The sources begin anew
    in every time step.

    Parameters
    ----------
    network : SpikingNetwork
        Of dense layers of SubtractiveLIF, then one of LeakyIntegrator, read out by its membranes; without delays and projections, its
        samples constant currents.
    length : int
        Clocks of a stream, a power of two from 2 to 65536; the random numbers have as many bits as count it.
    sources : callable, optional
        Makes the pair of sources (of inputs, of weights) for a number of bits; the first two Sobol sequences, if not given.

    Attributes
    ----------
    layers : tuple of StochasticDense

    Raises
    ------
    TypeError, ValueError
        If the network has other layers or neurons, or the length is no such power of two.
    """

    def __init__(self, network, length, *, sources=None):
        from models import golden
        if not isinstance(network, SpikingNetwork):
            raise TypeError(f"StochasticNetwork network must be a SpikingNetwork, not {network!r}")
        length = integer("StochasticNetwork length", length)
        if not 2 <= length <= 65536 or length & length - 1:
            raise ValueError(f"StochasticNetwork length must be a power of two from 2 to 65536, not {length}")
        kinds = [SubtractiveLIF] * (len(network.layers) - 1) + [LeakyIntegrator]
        if (network.readout, network.encoder) != ("membrane", "current") or any(
                not isinstance(layer.connection, Dense) or type(layer.neuron) is not kind or layer.projections or any(layer.delays)
                for layer, kind in zip(network.layers, kinds)):
            raise ValueError("StochasticNetwork network must have dense layers of SubtractiveLIF, then one of LeakyIntegrator that is "
                             f"read out by its membranes, an input of currents, and neither delays nor projections, not {network!r}")
        self.network, self.length, self.width = network, length, length.bit_length() - 1
        self.layers = tuple(self._layer(k, sources(self.width) if sources else None) for k in range(len(network.layers)))
        self._models = [golden(layer) for layer in self.layers]
        self._neurons = [golden(layer.neuron) for layer in self.layers]

    def _layer(self, k, sources):
        layer, levels = self.network.layers[k], 1 if k else self.network.levels
        weights = np.array(layer.connection.weights)
        if layer.connection.bias is not None:
            weights = np.hstack([weights, np.array(layer.connection.bias)[:, None]])
        # Where all are 0, any scale does.
        largest, params = np.abs(weights).max() or 1, layer.neuron.params
        current, membrane = Q(INTEGER_BITS, self.width), Q(INTEGER_BITS, FRACTION_BITS)
        arguments = {"tau": (1 << LEAK_BITS) / -params.minus_leak if params.minus_leak else np.inf, "membrane": membrane, "current": current}
        if isinstance(layer.neuron, SubtractiveLIF):
            arguments["threshold"] = params.threshold * params.membrane.resolution / layer.neuron.inputs.current.resolution / (levels * int(largest))
        return StochasticDense(type(layer.neuron)(**arguments), encode_weights((weights / largest).tolist(), self.width), width=self.width,
                               length=self.length, time_steps=1, sources=sources)

    def classify(self, levels):
        """Labels of samples.

        Parameters
        ----------
        levels : array of int, (N, inputs)
            0 to ``network.levels``.

        Returns
        -------
        array of int, (N,)

        Raises
        ------
        ValueError
            If the samples have another shape or range.
        """
        levels, network = np.asarray(levels), self.network
        if levels.ndim != 2 or levels.shape[1] != network.sizes[0]:
            raise ValueError(f"levels must have the shape (N, {network.sizes[0]}), not {levels.shape}")
        if levels.dtype.kind not in "iu" or levels.size and not 0 <= levels.min() <= levels.max() <= network.levels:
            raise ValueError(f"levels must be integers between 0 and {network.levels}")
        return np.concatenate([self._classify(levels[start:start + BATCH]) for start in range(0, len(levels), BATCH)] or [np.zeros(0, int)])

    def _classify(self, levels):
        time_steps, one = self.network.time_steps, 1 << self.width
        values = np.rint(levels * (one / self.network.levels)).astype(np.int64)
        for k, (layer, model, neuron) in enumerate(zip(self.network.layers, self._models, self._neurons)):
            if layer.connection.bias is not None:
                values = np.hstack([values, np.full((len(values), 1), one)])
            (currents,) = model.currents(values)
            # The first layer has the same inputs in every time step, and so the same streams.
            shape = (time_steps, len(levels), currents.shape[1])
            currents = currents.reshape(shape) if k else np.broadcast_to(currents, shape)
            outputs = neuron.run({"current": currents.reshape(time_steps, -1)})
            values = outputs.spike.reshape(-1, shape[2]).astype(np.int64) * one
        return outputs.v.reshape(shape).sum(axis=0, dtype=np.int64).argmax(axis=1)
