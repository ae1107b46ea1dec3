from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gateware.chip.network import Conv2d, Dense, Layer, Projection, SpikingNetwork
from gateware.chip.spiking_chip import SpikingChip
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models import golden
from models.datasets import load_mnist_sample, to_levels
from models.networks.spiking_file import load_spiking
from models.networks.stochastic import StochasticNetwork

MNIST = Path(__file__).parents[3] / "models" / "networks" / "mnist.npz"
LIF, LI = SubtractiveLIF(tau=4.0, membrane=Q(4, 12), current=Q(10, 12)), LeakyIntegrator(tau=6.0)


def network(first=Dense([[7, -7, 7, 0], [-7, 7, 0, 7]], [0, 7]), neuron=LIF, last=LI, readout="membrane"):
    return SpikingNetwork("small", 4, [Layer(first, neuron), Layer(Dense([[7, 0], [0, 7], [-7, 7]]), last)], 3, readout)


def test_currents_of_ones_and_zeros_are_exact():
    # Streams of all ones and all zeros are multiplied without error by any source: weights of the greatest magnitude, inputs of 0 and 1.
    stochastic = StochasticNetwork(network(), 16)
    inputs = np.array([[1, 0, 1, 1, 1], [0, 1, 1, 0, 1]])
    (currents,) = golden(stochastic.layers[0]).currents(16 * inputs)
    assert (currents == 16 * inputs @ np.array([[1, -1, 1, 0, 0], [-1, 1, 0, 1, 1]]).T).all()


def test_long_streams_classify_as_integers_do():
    sample, trained = load_mnist_sample(), load_spiking(MNIST)
    levels = to_levels(sample.images[:100], trained.levels).reshape(100, -1)
    labels = StochasticNetwork(trained, 64).classify(levels)
    assert (labels == golden(SpikingChip(trained)).classify(levels).label).mean() >= 0.97
    assert (labels == sample.labels[:100]).mean() >= 0.95


def test_the_same_samples_give_the_same_labels_in_any_batch():
    stochastic = StochasticNetwork(network(), 8)
    levels = np.random.default_rng(0).integers(0, 5, (1001, 4))
    assert (stochastic.classify(levels) == np.concatenate([stochastic.classify(levels[:3]), stochastic.classify(levels[3:])])).all()


def test_a_layer_of_zeros_never_spikes():
    stochastic = StochasticNetwork(network(first=Dense([[0] * 4] * 2)), 16)
    inputs = np.random.default_rng(0).integers(0, 17, (20, 4))
    assert not np.any(golden(stochastic.layers[0]).currents(inputs))
    # No class has more than another, so the first is said.
    assert not stochastic.classify(inputs // 4).any()


@pytest.mark.parametrize("arguments, message", [
    ((None, 16), "StochasticNetwork network must be a SpikingNetwork, not None"),
    ((network(), 48), "StochasticNetwork length must be a power of two from 2 to 65536, not 48"),
    ((network(), 1), "StochasticNetwork length must be a power of two from 2 to 65536, not 1"),
    ((network(), 2.0), "StochasticNetwork length must be an integer, not 2.0"),
    ((network(last=LIF, readout="count"), 16), "StochasticNetwork network must have dense layers of SubtractiveLIF, then one"),
    ((replace(network(), encoder="latency"), 16), "StochasticNetwork network must have dense layers of SubtractiveLIF, then one"),
    ((replace(network(), layers=[replace(network().layers[0], projections=[Projection(1, Dense([[1, 0, 0], [0, 1, 1]]))]),
                                 network().layers[1]]), 16), "StochasticNetwork network must have dense layers of SubtractiveLIF, then one"),
    ((replace(network(), layers=[network().layers[0], replace(network().layers[1], delays=2)]), 16),
     "StochasticNetwork network must have dense layers of SubtractiveLIF, then one"),
    ((network(first=Conv2d([[[[1]]], [[[2]]]], (1, 1, 1))), 16), "StochasticNetwork network must have dense layers of SubtractiveLIF, then one")])
def test_what_is_no_such_network_or_length_is_refused(arguments, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        StochasticNetwork(*arguments)


@pytest.mark.parametrize("levels, message", [
    (np.zeros((2, 5), int), r"levels must have the shape \(N, 4\), not \(2, 5\)"),
    (np.full((2, 4), 5), "levels must be integers between 0 and 4"), (np.zeros((2, 4)), "levels must be integers between 0 and 4")])
def test_wrong_samples_are_refused(levels, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        StochasticNetwork(network(), 16).classify(levels)
