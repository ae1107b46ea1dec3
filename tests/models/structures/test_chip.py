from math import inf

import numpy as np
import pytest

from gateware.chip.core import SpikingCore
from gateware.chip.events import AddressEvents
from gateware.chip.membrane_readout import MembraneReadout
from gateware.chip.network import Dense, Layer, SpikingNetwork
from gateware.chip.spiking_chip import SpikingChip
from gateware.chip.synapses import DenseSynapses
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models import golden
from sim import cxxrtl
from sim.transactions import compare_transactions

INTEGRATE = SubtractiveLIF(tau=inf, threshold=40.0, membrane=Q(10, 0), current=Q(10, 0))
ADD = LeakyIntegrator(tau=inf, membrane=Q(16, 0), current=Q(10, 0))


def rates(readout="membrane", neuron=ADD, time_steps=15, seed=0):
    """A network of integrating neurons, whose spike counts are closed forms, with its weights."""
    rng = np.random.default_rng(seed)
    first, bias, second = rng.integers(0, 3, (6, 5)), rng.integers(0, 2, 6), rng.integers(-9, 10, (4, 6))
    layers = [Layer(Dense(first, bias), INTEGRATE), Layer(Dense(second), neuron)]
    return SpikingNetwork("rates", 3, layers, time_steps, readout), first, bias, second


def test_the_hardware_does_what_the_models_do():
    examples = {f"{cls.__name__} {name}": component for cls in (AddressEvents, DenseSynapses, SpikingCore, MembraneReadout, SpikingChip)
                for name, component in cls.examples().items()}
    for name, simulation in cxxrtl.compile(examples).items():
        result = compare_transactions(examples[name], simulation, size=300, seed=21)
        assert result.difference is None and result.cases >= 20, (name, str(result))


def test_spikes_and_scores_are_the_closed_forms():
    network, first, bias, second = rates()
    samples = np.random.default_rng(1).integers(0, 4, (600, 5))
    result = golden(SpikingChip(network)).classify(samples)
    currents = samples @ first.T + 3 * bias
    assert currents.max() <= 40
    counts = np.arange(1, 16)[:, None] * currents[:, None] // 40
    assert np.array_equal(result.spikes[0].cumsum(axis=1), counts)
    membranes = counts @ second.T
    assert np.array_equal(result.scores, membranes.sum(axis=1))
    assert np.array_equal(result.label, membranes.sum(axis=1).argmax(axis=1))
    assert not result.spikes[1].any() and result.spikes[1].shape == (600, 15, 4)


def test_counts_name_the_class_and_membranes_decide_between_equals():
    neuron = SubtractiveLIF(tau=inf, threshold=30.0, membrane=Q(10, 0), current=Q(10, 0))
    network, _, _, second = rates("count", neuron)
    samples = np.random.default_rng(2).integers(0, 4, (300, 5))
    result = golden(SpikingChip(network)).classify(samples)
    assert np.array_equal(result.scores, result.spikes[1].sum(axis=1))
    # What went in less what spikes took out is the membrane.
    final = result.spikes[0].sum(axis=1) @ second.T - 30 * result.scores
    best = [max(range(4), key=lambda k: (counts[k], v[k], -k)) for counts, v in zip(result.scores.tolist(), final.tolist())]
    assert result.label.tolist() == best
    ties = (result.scores == result.scores.max(axis=1, keepdims=True)).sum(axis=1) > 1
    assert ties.any() and not ties.all()


def test_sums_of_any_size_are_exact():
    # Above 2**24, where single precision is not.
    weights = np.random.default_rng(3).integers(-128, 128, (3, 4000))
    synapses = DenseSynapses(Dense(weights), levels=255, lanes=8)
    values = np.random.default_rng(4).integers(0, 256, (5, 4000))
    values[0] = 255 * (weights[0] > 0)
    assert np.array_equal(golden(synapses).currents(values), values @ weights.T)
    assert golden(synapses).currents(values).max() > 1 << 24


def test_samples_may_have_the_networks_shape_and_there_may_be_none():
    chip = golden(SpikingChip.examples()["membrane"])
    samples = np.random.default_rng(5).integers(0, 8, (3, 9))
    assert chip.classify(samples[:0]).scores.shape == (0, 3)
    assert [each.shape for each in chip.classify(samples[:0]).spikes] == [(0, 5, 6), (0, 5, 3)]
    one = [chip.classify(each[None]) for each in samples]
    assert np.array_equal(np.concatenate([each.scores for each in one]), chip.classify(samples).scores)


@pytest.mark.parametrize("samples, message", [
    (np.zeros((2, 8), int), r"samples must have the shape \(B, 9\), not \(2, 8\)"),
    (np.zeros(9, int), r"samples must have the shape \(B, 9\), not \(9,\)"),
    (np.full((1, 9), 8), r"samples must hold integers between 0 and 7, not 8 to 8 \(int64\)"),
    (np.full((1, 9), -1), r"samples must hold integers between 0 and 7, not -1 to -1 \(int64\)"),
    (np.zeros((1, 9)), r"samples must hold integers between 0 and 7, not 0\.0 to 0\.0 \(float64\)"),
    (np.full((1, 9), np.nan), r"samples must hold integers between 0 and 7, not nan to nan \(float64\)")])
def test_refusals(samples, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        golden(SpikingChip.examples()["membrane"]).classify(samples)
