"""Training on of a network in integers whose zeros stay zero."""

import math
from dataclasses import replace

import numpy as np
import torch

from gateware.chip.network import Dense
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import SubtractiveLIF

from .classifier import dense
from .distort import distort
from .layers import Grid
from .losses import membrane_cross_entropy

__all__ = ["retrain"]

BATCH = 256
RATE = 4e-3
# Real weights that the last layer's integer 1 may stand for: the loss decides.
SCALES = tuple(2.0**-k for k in range(2, 12))


def retrain(network, images, labels, *, epochs=2, seed=0):
    """A network whose weights other than zero were trained on, with the golden model's integers in the forward pass.

    Leaks, thresholds and formats stay; a bias is trained where there is one.

    Parameters
    ----------
    network : SpikingNetwork
        Driven by currents and read by membranes; of Dense layers with a bias, the last one of LeakyIntegrator, the others of
        SubtractiveLIF, without delays and projections.
    images : array of uint8, (N, height, width)
        Distorted anew in every epoch.
    labels : array of int, (N,)
    epochs : int
    seed : int

    Returns
    -------
    SpikingNetwork
        Without provenance: the caller says where it comes from.

    Raises
    ------
    TypeError
        If the network is another.
    """
    kinds = [SubtractiveLIF] * (len(network.layers) - 1) + [LeakyIntegrator]
    if (network.encoder, network.readout) != ("current", "membrane") or any(
            not isinstance(layer.connection, Dense) or layer.connection.bias is None or not isinstance(layer.neuron, kind)
            or layer.projections or any(layer.delays) for layer, kind in zip(network.layers, kinds)):
        raise TypeError("retrain network must be driven by currents, read by membranes, and have Dense layers with a bias, of SubtractiveLIF and "
                        f"last of LeakyIntegrator, without delays and projections, not {network!r}")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums in one order, whatever the machine's cores
    try:
        return _Retraining(network, images, labels, epochs, seed).network()
    finally:
        torch.set_num_threads(threads)


class _Retraining:
    """The classifier of a network in integers, its masks, and its training."""

    def __init__(self, network, images, labels, epochs, seed):
        self.given = network
        self.generator = torch.Generator().manual_seed(seed)
        self.images, self.labels = torch.tensor(np.asarray(images)), torch.from_numpy(np.asarray(labels).astype(np.int64))
        self.classifier = dense(network.sizes, network.time_steps, levels=network.levels, generator=self.generator)
        self.masks = [torch.tensor(layer.connection.weights) != 0 for layer in network.layers]
        with torch.no_grad():
            self._restore(min(SCALES, key=self._loss))
        self._train(epochs)

    def _restore(self, scale):
        """Real weights of the network's integers; the last layer's 1 is ``scale``."""
        for number, (part, layer) in enumerate(zip(self.classifier.layers, self.given.layers)):
            neuron = layer.neuron
            membrane, current = neuron.state.v, neuron.inputs.current
            threshold = getattr(neuron.params, "threshold", 0) >> membrane.fraction_bits - current.fraction_bits
            step = part.levels * part.cell.threshold.item() / threshold if threshold else scale
            part.fix(Grid(layer.weight_bits, step, -neuron.params.minus_leak, threshold, current.width, current.fraction_bits,
                          membrane.width, membrane.fraction_bits))
            part.connection.weight.copy_(torch.tensor(layer.connection.weights) * step)
            part.connection.bias.copy_(torch.tensor(layer.connection.bias) * step)

    def _loss(self, scale):
        """Of some images, with a scale of the last layer."""
        self._restore(scale)
        return self._forward(torch.arange(4 * BATCH) % len(self.labels)).item()

    def _forward(self, chosen):
        """The loss of images, distorted."""
        levels = self.given.levels
        values = torch.clamp(torch.floor((distort(self.images[chosen], self.generator) * (levels + 1) + 128) / 256), 0, levels)
        return membrane_cross_entropy(self.classifier(values[:, None]), self.labels[chosen])

    def _train(self, epochs):
        steps = epochs * math.ceil(len(self.labels) / BATCH)
        parameters = [each for each in self.classifier.parameters() if each.requires_grad]
        optimiser = torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.99), weight_decay=0.0)
        step = 0
        while step < steps:
            for chosen in torch.randperm(len(self.labels), generator=self.generator).split(BATCH):
                optimiser.param_groups[0]["lr"] = RATE * min(1.0, (step + 1) / 50) * (1 + math.cos(math.pi * step / steps)) / 2
                loss = self._forward(chosen)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                self._mask()
                step += 1

    def _mask(self):
        with torch.no_grad():
            for part, mask in zip(self.classifier.layers, self.masks):
                part.connection.weight.mul_(mask)

    def network(self):
        """In integers again."""
        trained = self.classifier.to_network(self.given.name, {})
        return replace(self.given, layers=trained.layers, provenance={})
