"""A spiking classifier in training: dense or convolutional, current in, membranes out."""

import contextlib

import torch
from torch import nn

from gateware.chip.network import SpikingNetwork

from .cells import LI, LIF
from .fused import FusedLIF
from .layers import PooledConv2d, SpikingLayer
from .limits import check_bits, check_levels, check_time_steps

__all__ = ["SpikingClassifier", "convolutional", "dense"]


class SpikingClassifier(nn.Module):
    """Layers one after the other; the first one takes the same input in every time step.

    Parameters
    ----------
    layers : sequence of SpikingLayer
    time_steps : int
        1 to 255.
    """

    def __init__(self, layers, time_steps):
        super().__init__()
        self.layers, self.time_steps = nn.ModuleList(layers), check_time_steps("SpikingClassifier", time_steps)
        for layer in self.layers:
            check_levels("SpikingClassifier", layer.levels)

    def forward(self, inputs):
        """Membranes of the last layer, (T, B, classes), for inputs (B, ...) of 0 to the first layer's levels."""
        first, *others = self.layers
        spikes, v = first(inputs, self.time_steps)
        for layer in others:
            spikes, v = layer(spikes)
        return v.flatten(2)

    def classify(self, inputs):
        """The class of each of the inputs (B, ...): that with the highest sum of its membrane, among equals the first."""
        v, last = self(inputs).double(), self.layers[-1]
        if last.grid is not None:
            v = torch.round(v / last.unit)  # integers again, or equal sums would differ by a rounding
        return v.sum(dim=0).argmax(dim=1)

    def quantise(self, bits):
        """Integers of 1 to 8 bits in every layer from now on; see :meth:`SpikingLayer.quantise`."""
        bits = check_bits("SpikingClassifier quantise", bits)
        for layer in self.layers:
            layer.quantise(bits, self.time_steps)

    @contextlib.contextmanager
    def real_numbers(self):
        """Inside, the weights as they are under their integers, in floating point."""
        grids = [layer.grid for layer in self.layers]
        try:
            for layer in self.layers:
                layer.grid = None
            yield
        finally:
            for layer, grid in zip(self.layers, grids):
                layer.grid = grid

    def to_network(self, name, provenance):
        """The quantised classifier as the description that hardware is made from."""
        if any(layer.grid is None for layer in self.layers):
            raise ValueError("SpikingClassifier to_network needs integers: call quantise before")
        layers = [layer.to_layer() for layer in self.layers]
        return SpikingNetwork(name, self.layers[0].levels, layers, self.time_steps, "membrane", provenance)


def dense(sizes, time_steps, *, levels, generator):
    """A fully connected classifier.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, the neurons of each hidden layer, classes.
    time_steps, levels : int
    generator : torch.Generator
        Of the initial weights.
    """
    layers = []
    for number, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        cell = LI() if number == len(sizes) - 2 else LIF()
        layers.append(SpikingLayer(nn.Linear(inputs, outputs), cell, levels=1 if number else levels))
    return _initialised(SpikingClassifier(layers, time_steps), generator)


def convolutional(time_steps, *, levels, generator, channels=(14, 48), kernel=5, side=28, classes=10):
    """Convolutions with sums over 2 x 2 windows between them; the last one spans what is left: 14C5-P2-48C5-P2-10.

    See :func:`dense` for what they share.
    """
    layers, before, pool = [], 1, 1
    for number, after in enumerate((*channels, classes)):
        last = number == len(channels)
        size = side // pool if last else kernel
        layers.append(SpikingLayer(PooledConv2d(before, after, size, side=side, pool=pool), LI() if last else FusedLIF(),
                                   levels=1 if number else levels))
        before, side, pool = after, side // pool - size + 1, 2
    return _initialised(SpikingClassifier(layers, time_steps), generator)


def _initialised(classifier, generator):
    for number, layer in enumerate(classifier.layers):
        weight = layer.connection.weight
        fan_in = weight[0].numel() * getattr(layer.connection, "pool", 1) ** 2
        # Inputs of images are mostly 0, spikes rare: more than 1 / sqrt(fan in), or nothing spikes at first.
        nn.init.normal_(weight, std=1.7 / fan_in**0.5, generator=generator)
        nn.init.zeros_(layer.connection.bias)
    return classifier
