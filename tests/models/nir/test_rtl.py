"""The hardware of a network that Norse exported, with a LIF, a current-based neuron from equations and an integrator."""

from pathlib import Path

import sim
from gateware.chip.spiking_chip import SpikingChip
from models.nir import read, to_network


def test_hardware_equals_the_golden_model():
    graph = read(Path(__file__).parent / "data" / "norse_dense.nir")
    network = to_network(graph, dt=1e-3, time_steps=6, conventions="norse")
    assert [type(layer.neuron).__name__ for layer in network.layers] == ["LIF", "EquationNeuron", "LeakyIntegrator"]
    assert sim.check(SpikingChip(network)).ok
