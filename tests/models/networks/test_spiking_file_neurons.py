"""Files of spiking networks hold every kind of neuron that a NIR graph becomes."""

import nir
import numpy as np
import pytest

from gateware.chip.network import Dense, Layer, SpikingNetwork
from gateware.neurons.from_equations import from_equations
from gateware.neurons.lif import LIF
from gateware.step import Q
from models.networks.spiking_file import load_spiking, save_spiking
from models.nir import from_nir, to_network


def network_of(node, **conventions):
    size = node.input_type["input"][0]
    graph = nir.NIRGraph({"in": nir.Input(np.array([3])), "w": nir.Linear(np.arange(3.0 * size).reshape(size, 3) - 4), "n": node,
                          "out": nir.Output(np.array([size]))}, [("in", "w"), ("w", "n"), ("n", "out")], type_check=False)
    return to_network(from_nir(graph), dt=1e-3, time_steps=4, **conventions)


def full(value):
    return np.full(4, float(value))


@pytest.mark.parametrize("node, conventions", [
    (nir.LIF(full(0.007), full(1), full(-0.25), full(1.5), full(-0.5)), {}),
    (nir.LIF(full(0.007), full(1), full(0), full(1.5)), {"conventions": "snntorch"}),
    (nir.LIF(full(0.007), full(1), full(0), full(1.5)), {"conventions": "snntorch", "reset": "value"}),
    (nir.CubaLIF(full(0.003), full(0.007), full(1), full(0), full(1.5)), {"conventions": "norse"}),
    (nir.CubaLIF(full(0.003), full(0.007), full(1), full(0), full(1.5)), {"conventions": "snntorch"}),
    (nir.CubaLIF(full(0.003), full(0.007), full(1), full(0), full(1.5)), {"synapse": "joint"}),
    (nir.CubaLI(full(0.003), full(0.007), full(1), full(0)), {}),
    (nir.CubaLI(full(0.003), full(0.007), full(1), full(0.5)), {}),
    (nir.IF(full(1e3), full(1.5)), {"conventions": "spikingjelly"}),
], ids=["LIF", "late subtraction", "late reset", "CubaLIF", "CubaLIF subtracted late", "joint", "CubaLI", "CubaLI with a rest", "IF"])
def test_a_file_gives_the_same_network(tmp_path, node, conventions):
    network = network_of(node, **conventions)
    save_spiking(network, tmp_path / "network.npz")
    again = load_spiking(tmp_path / "network.npz")
    assert again.digest == network.digest and again.provenance == network.provenance


def test_a_refractory_neuron(tmp_path):
    layer = Layer(Dense([[1, 2], [3, -4]]), LIF(tau=7.0, refractory=3, rest=-0.5, reset=-1.0, membrane=Q(8, 10), current=Q(9, 2)))
    network = SpikingNetwork("refractory", 15, (layer,), 5)
    save_spiking(network, tmp_path / "network.npz")
    assert load_spiking(tmp_path / "network.npz").digest == network.digest


def test_neurons_that_files_do_not_hold(tmp_path):
    noisy = from_equations("v[t+1] = v + current + random()", threshold="v >= 5", reset="v = 0", ranges={"v": (-64, 63), "current": (-64, 63)},
                           formats={"v": "Q7.8", "current": "Q7.8"}, method="map", dt=1.0)
    with pytest.raises(TypeError, match="layer 0 must have a neuron without random numbers to be written"):
        save_spiking(SpikingNetwork("noisy", 15, (Layer(Dense([[1, 2], [2, 1]]), noisy),), 5), tmp_path / "network.npz")
