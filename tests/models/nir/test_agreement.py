import nir
import numpy as np

import models
from gateware.chip.spiking_chip import SpikingChip
from models.nir import classify, compare, from_nir, to_network

DT = 1e-3


def graph(neurons):
    return from_nir(nir.NIRGraph({"input": nir.Input(np.array([2])), "weights": nir.Linear(np.eye(2)), "neurons": neurons,
                                  "output": nir.Output(np.array([2]))},
                                 [("input", "weights"), ("weights", "neurons"), ("neurons", "output")], type_check=False))


def test_classes_are_those_of_the_most_spikes_and_among_equals_of_the_highest_membrane():
    # Each step adds the input to the membrane: 0.6, then 1.2 and a spike.
    spiking = graph(nir.IF(np.full(2, 1 / DT), np.ones(2)))
    network = to_network(spiking, dt=DT, time_steps=2, levels=20)
    levels = np.array([[12, 8], [8, 12], [8, 9], [9, 8], [12, 12]])
    assert classify(spiking, network, levels).tolist() == [0, 1, 1, 0, 0]
    assert classify(spiking, network, levels[:0]).tolist() == []


def test_classes_of_integrators_are_those_of_the_highest_sum_in_any_batch():
    integrating = graph(nir.LI(np.full(2, 2 * DT), np.ones(2), np.zeros(2)))
    network = to_network(integrating, dt=DT, time_steps=3, levels=255)
    levels = np.random.default_rng(0).integers(0, 256, (1203, 2))
    assert (classify(integrating, network, levels) == levels.argmax(axis=1)).all()


def test_classes_by_the_first_spike():
    """Each step adds the input to the membrane, which spikes above 1: the earlier spike, among equals the higher membrane."""
    spiking = graph(nir.IF(np.full(2, 1 / DT), np.ones(2)))
    network = to_network(spiking, dt=DT, time_steps=4, levels=20, readout="first spike", reset="subtract")
    # 0.55 spikes in the second step, 0.35 in the third, 0.2 and less never; 0.6 and 0.7 in the second with 0.2 and 0.4 left.
    levels = np.array([[11, 7], [7, 11], [12, 14], [14, 12], [3, 4], [4, 3], [4, 4], [0, 7]])
    expected = [0, 1, 1, 0, 1, 0, 0, 1]
    assert classify(spiking, network, levels).tolist() == expected
    assert models.golden(SpikingChip(network)).classify(levels).label.tolist() == expected
    assert compare(spiking, network, levels / 20).classes == 1.0


def test_the_first_spike_of_events_wins_over_more_spikes():
    spiking = graph(nir.IF(np.full(2, 1 / DT), np.full(2, 0.5)))
    network = to_network(spiking, dt=DT, time_steps=4, levels=20, readout="first spike", reset="subtract", encoder="events")
    samples = np.array([[[20, 0, 0, 0], [0, 20, 20, 20]], [[0, 20, 20, 20], [20, 0, 0, 0]], [[0, 15, 20, 20], [0, 18, 0, 0]],
                        [[0, 18, 0, 0], [0, 15, 20, 20]], [[6, 0, 0, 0], [0, 0, 0, 7]], [[7, 0, 0, 0], [0, 6, 0, 0]]]).transpose(0, 2, 1)
    expected = [0, 1, 1, 0, 1, 0]
    assert classify(spiking, network, samples).tolist() == expected
    assert models.golden(SpikingChip(network)).classify(samples).label.tolist() == expected


def test_equal_neurons_of_a_convolution_are_decided_in_the_chip_s_order():
    """Membranes reset to a value are equal wherever a neuron spikes; the chip takes the first place, the graph has the first channel first."""
    weight = np.array([0.0, 1.0]).reshape(2, 1, 1, 1)    # the second channel alone spikes, at each place
    nodes = {"input": nir.Input(np.array([1, 2, 2])), "conv": nir.Conv2d(None, weight, 1, 0, 1, 1, np.zeros(2)),
             "neurons": nir.IF(np.full((2, 2, 2), 1 / DT), np.full((2, 2, 2), 0.5)), "output": nir.Output(np.array([2, 2, 2]))}
    names = list(nodes)
    spiking = from_nir(nir.NIRGraph(nodes, list(zip(names, names[1:])), type_check=False))
    network = to_network(spiking, dt=DT, time_steps=2, levels=1, readout="first spike")
    levels = np.eye(4, dtype=int).reshape(4, 1, 2, 2)
    assert classify(spiking, network, levels).tolist() == [1, 3, 5, 7]
    assert classify(spiking, network, np.ones((1, 1, 2, 2), int)).tolist() == [1]
    assert compare(spiking, network, levels).classes == 1.0
