from math import inf

import numpy as np
import pytest

from gateware.chip.core import SpikingCore
from gateware.chip.network import Dense, Layer
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from sim import cxxrtl

from .test_synapses import events

NEURON = SubtractiveLIF(tau=inf, threshold=8.0, membrane=Q(12, 0), current=Q(12, 0))


@pytest.mark.parametrize("neurons, bias", [(30, True), (3, False)])
def test_no_charge_is_lost(neurons, bias):
    """Without leak what goes in is what spikes took out and what is left: bank, synapses and order of the neurons must all be right."""
    rng, time_steps = np.random.default_rng(neurons), 9
    weights = rng.integers(0, 4, (neurons, 11))
    biases = rng.integers(0, 2, neurons) if bias else np.zeros(neurons, int)
    core = SpikingCore(Layer(Dense(weights, biases if bias else None), NEURON), time_steps=time_steps, lanes=4)
    values = rng.random((6 * time_steps, 11)) < 0.4
    simulation = cxxrtl.compile({"core": core})["core"]
    run = simulation.run_stream(events(values.astype(int)), count=len(values) * neurons, o_gap=[0, 0, 2], max_clocks=100_000)
    spikes, v = (run.items[name].reshape(6, time_steps, neurons) for name in ("spike", "v"))
    charge = (values @ weights.T + biases).reshape(6, time_steps, neurons).cumsum(axis=1)
    assert np.array_equal(8 * spikes.cumsum(axis=1) + v, charge)
    assert spikes.any(axis=(0, 1)).all()


def test_refusals():
    with pytest.raises(TypeError, match="^SpikingCore layer must be a Layer, not 'lif'$"):
        SpikingCore("lif")
    with pytest.raises(ValueError, match="^DenseSynapses lanes must be between 1 and 64, not 0$"):
        SpikingCore(Layer(Dense([[1]]), NEURON), lanes=0)
