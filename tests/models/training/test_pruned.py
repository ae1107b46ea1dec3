from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gateware.chip.spiking_chip import SpikingChip
from models import golden, networks
from models.datasets import load_mnist_sample, to_levels
from models.networks.pruning import prune
from models.networks.spiking_file import load_spiking
from models.training.pruned import retrain

MNIST = load_spiking(Path(networks.__file__).parent / "mnist.npz")
IMAGES, LABELS = load_mnist_sample()


def test_without_an_epoch_the_integers_are_those_that_were_given():
    pruned = prune(MNIST, 0, 0.3)
    same = retrain(pruned, IMAGES[:64], LABELS[:64], epochs=0)
    for given, layer in zip(pruned.layers, same.layers):
        assert layer.connection == given.connection and layer.neuron.params == given.neuron.params and layer.weight_bits == given.weight_bits
    assert same.provenance == {} and same.time_steps == MNIST.time_steps


def test_zeros_stay_and_the_rest_learns():
    # On images that the network is then asked for: this is about the training, not about what it is worth.
    pruned = prune(MNIST, 0, 0.1)
    trained = retrain(pruned, IMAGES[:256], LABELS[:256], epochs=40, seed=3)
    before, after = (np.array(each.layers[0].connection.weights) for each in (pruned, trained))
    assert not after[before == 0].any() and (after != before).any()
    levels = to_levels(IMAGES).reshape(len(IMAGES), -1)[:256]
    right, right_before = ((golden(SpikingChip(each)).classify(levels).label == LABELS[:256]).sum() for each in (trained, pruned))
    assert right > right_before + 25


@pytest.mark.parametrize("network", [replace(MNIST, encoder="latency"), replace(MNIST, layers=MNIST.layers[:1])])
def test_other_networks_are_refused(network):
    with pytest.raises(TypeError, match="^retrain network must be driven by currents, .* not <SpikingNetwork MNIST 784-128"):
        retrain(network, IMAGES, LABELS)
