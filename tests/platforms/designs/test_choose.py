"""What an NIR graph's metadata say is what is built."""

import numpy as np
import pytest
import torch

from gateware.chip.network import Dense, Layer, SpikingNetwork
from gateware.chip.spiking_chip import SpikingChip
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models import golden
from models.nir import from_network, write
from models.training.cells import LI, LIF
from models.training.classifier import SpikingClassifier
from models.training.export import to_nir
from models.training.layers import SpikingLayer
from platforms.designs.choose import network_from_nir


def test_neurons_that_reach_their_threshold_exactly_spike_as_they_were_trained(tmp_path):
    """PyTorch's spikes: weights of a half and a quarter, a threshold of 1, and ``>=``."""
    classifier = SpikingClassifier([SpikingLayer(torch.nn.Linear(4, 3), LIF(leak=0.0)), SpikingLayer(torch.nn.Linear(3, 2), LI(leak=0.0))], 8)
    with torch.no_grad():
        classifier.layers[0].connection.weight.copy_(torch.tensor([[0.5, 0, 0, 0], [0, 0.25, 0, 0], [0, 0, 1, 0.5]]))
        classifier.layers[1].connection.weight.copy_(torch.tensor([[1.0, 0, 1], [0, 1, -1]]))
        for layer in classifier.layers:
            layer.connection.bias.zero_()
    samples = np.array(np.meshgrid(*[[0, 1]] * 4)).reshape(4, -1).T
    write(tmp_path / "own.nir", to_nir(classifier, dt=1e-3))
    np.savez(tmp_path / "samples.npz", levels=samples)
    network = network_from_nir(tmp_path / "own.nir", samples=tmp_path / "samples.npz").network
    with torch.no_grad():
        spikes = classifier.layers[0](torch.tensor(samples).float(), 8)[0].numpy().transpose(1, 0, 2)
    # In integers the threshold is 127, and so is the weight of 1: the third neuron is exactly there.
    assert np.array_equal(golden(SpikingChip(network)).classify(samples).spikes[0], spikes) and spikes.any()


@pytest.mark.parametrize("readout, encoder", [("first spike", "current"), ("membrane", "events")])
def test_read_out_and_encoder_are_those_of_the_metadata(readout, encoder, tmp_path):
    neuron = SubtractiveLIF(tau=4.0, membrane=Q(8, 8), current=Q(10, 6))
    network = SpikingNetwork("x", 3, [Layer(Dense([[127, -20, 4], [30, 60, -5]]), neuron)], 6, readout, encoder=encoder)
    write(tmp_path / "réseau.nir", from_network(network))
    np.savez(tmp_path / "samples.npz", levels=np.random.default_rng(0).integers(0, 4, (20, 6, 3) if encoder == "events" else (20, 3)))
    found = network_from_nir(tmp_path / "réseau.nir", samples=tmp_path / "samples.npz").network
    assert (found.readout, found.encoder, found.name) == (readout, encoder, "reseau")


def test_metadata_that_say_nothing_known_are_refused(tmp_path):
    network = SpikingNetwork("x", 3, [Layer(Dense([[127, -20], [30, 60]]), SubtractiveLIF(membrane=Q(8, 8), current=Q(10, 6)))], 6, "count")
    graph = from_network(network)
    graph.metadata["readout"] = "spikes"
    write(tmp_path / "x.nir", graph)
    with pytest.raises(ValueError, match="NIR metadata readout must be one of 'count', 'first spike', 'membrane', not 'spikes'"):
        network_from_nir(tmp_path / "x.nir")
