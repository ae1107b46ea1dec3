import numpy as np
import pytest
import torch

from models.networks import real_lif
from models.training.neuron import SpikingNeuron

LEAK = 0.25


def run(currents):
    return real_lif(currents, LEAK)


def test_below_the_threshold_the_gradient_is_that_of_the_leak():
    currents = torch.full((6, 3), 0.1, dtype=torch.float64, requires_grad=True)
    spikes, v = SpikingNeuron.apply(currents, LEAK, run)
    v[-1].sum().backward()
    assert not spikes.any()
    expected = (1 - LEAK) ** np.arange(5, -1, -1.0)
    assert currents.grad.numpy() == pytest.approx(np.repeat(expected[:, None], 3, axis=1))


def test_a_spike_has_the_gradient_of_the_fast_sigmoid():
    currents = torch.tensor([[0.2, 1.0, 1.5]], requires_grad=True)
    spikes, _ = SpikingNeuron.apply(currents, LEAK, run)
    spikes.sum().backward()
    assert spikes.tolist() == [[0, 1, 1]]
    assert currents.grad[0].tolist() == pytest.approx([1 / 25, 1, 1 / 3.5**2])


def test_a_reset_stops_the_gradient_through_the_membrane():
    currents = torch.tensor([[2.0], [0.25], [0.25]], requires_grad=True)
    _, v = SpikingNeuron.apply(currents, LEAK, run)
    v[-1].sum().backward()
    assert currents.grad[:, 0].tolist() == [0, 0.75, 1]


def test_the_forward_run_is_the_caller_s():
    currents = torch.zeros(4, 2)
    spikes, v = SpikingNeuron.apply(currents, LEAK, lambda array: (array + 1, array - 3))
    assert (spikes == 1).all() and (v == -3).all()
