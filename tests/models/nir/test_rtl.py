"""The hardware of networks that Norse and snnTorch exported: LIF, current-based neurons, an integrator, a recurrence."""

from pathlib import Path

import sim
from gateware.chip.spiking_chip import SpikingChip
from models.nir import read, to_network


def test_hardware_equals_the_golden_model():
    graph = read(Path(__file__).parent / "data" / "norse_dense.nir")
    network = to_network(graph, dt=1e-3, time_steps=6, conventions="norse")
    assert [type(layer.neuron).__name__ for layer in network.layers] == ["LIF", "CubaLIF", "LeakyIntegrator"]
    assert sim.check(SpikingChip(network)).ok


def test_hardware_of_a_recurrent_network_equals_the_golden_model():
    graph = read(Path(__file__).parent / "data" / "snntorch_recurrent_synaptic.nir")
    network = to_network(graph, dt=1e-4, time_steps=6, levels=1, conventions="snntorch", encoder="events")
    assert [type(layer.neuron).__name__ for layer in network.layers] == ["CubaLIF", "CubaLIF"] and network.recurrent
    assert sim.check(SpikingChip(network)).ok
