import nir
import numpy as np

from models.nir import classify, from_nir, to_network

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
