from dataclasses import replace
from math import inf

import numpy as np
import pytest

from gateware.chip.network import Dense, Layer, SpikingNetwork
from gateware.chip.spiking_chip import SpikingChip
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models import golden
from sim import cxxrtl

NETWORK = SpikingChip.examples()["membrane"].network


def load_levels(chip, words):
    """The port ``load`` in the clocks that write words in the order of their addresses."""
    bits = len(chip.load.as_value())
    return np.array([1 | address << 1 | word << bits - 16 for address, word in enumerate(words)])


def test_an_integrating_neuron_spikes_as_often_as_its_input_reaches_the_threshold():
    """floor(t I / threshold) spikes after t steps of a constant current, and the last layer sums them."""
    weights = np.array([[1, 2, 0], [3, 0, 1], [0, 0, 5], [2, 2, 2]])
    neuron = SubtractiveLIF(tau=inf, threshold=18.0, membrane=Q(8, 0), current=Q(8, 0))
    adder = LeakyIntegrator(tau=inf, membrane=Q(12, 0), current=Q(12, 0))
    readout = np.array([[1, 0, 2, 0], [0, 3, 0, -1]])
    chip = SpikingChip(SpikingNetwork("rates", 3, [Layer(Dense(weights), neuron), Layer(Dense(readout), adder)], 20))
    values = np.stack(np.meshgrid(*[range(4)] * 3), -1).reshape(-1, 3)
    steps = np.arange(1, 21)[:, None]
    counts = np.stack([steps * (weights @ each) // 18 for each in values])
    simulation = cxxrtl.compile({"chip": chip})["chip"]
    run = simulation.run_stream(values.ravel(), count=len(values), watch=["spikes0", "spikes1"], max_clocks=200_000)
    spikes, _ = run.watched["spikes0"]
    assert np.array_equal(np.asarray(spikes).reshape(counts.shape).cumsum(axis=1), counts)
    scores = (counts @ readout.T).sum(axis=1)
    assert np.array_equal(np.asarray(run.items["scores"]).reshape(scores.shape), scores)
    assert run.items["label"].tolist() == scores.argmax(axis=1).tolist()
    assert not np.any(run.watched["spikes1"][0])


@pytest.mark.parametrize("loaded, lanes", [([0], (3, 4)), ([1], (8, 2)), ([0], (8, 1)), ([1, 0], (3, 4)), ([0, 1], (8, 1))])
def test_a_loaded_chip_does_what_the_chip_with_its_weights_in_the_bitstream_does(loaded, lanes):
    plain, chip = SpikingChip(NETWORK, lanes=lanes), SpikingChip(NETWORK, lanes=lanes, loaded=loaded)
    simulations = cxxrtl.compile({"plain": plain, "loaded": chip})
    items = golden(plain).stimulus(np.random.default_rng(5), 400)
    count = len(items) // 9
    assert len(chip.load_words()) == chip.words > 0 == plain.words
    rng = np.random.default_rng(6)
    for words in (rng.integers(0, 1 << 16, chip.words).tolist(), chip.load_words()):
        simulations["loaded"].run({"load": load_levels(chip, words)})
        simulations["loaded"].run({"load": 0}, cycles=1)
        watch = ["spikes0", "spikes1"]
        runs = [simulation.run_stream(items, count=count, watch=watch, max_clocks=200_000) for simulation in simulations.values()]
        same = [np.array_equal(runs[0].items[name], runs[1].items[name]) for name in ("scores", "label")]
        same += [np.array_equal(runs[0].watched[name][0], runs[1].watched[name][0]) for name in watch]
        # Other words make another network.
        assert all(same) == (words == chip.load_words())


def test_a_sparse_chip_does_what_the_dense_one_does_in_fewer_clocks():
    rng = np.random.default_rng(11)
    weights = [rng.integers(-90, 90, shape) * (rng.random(shape) < 0.15) for shape in ((24, 30), (5, 24))]
    layers = [replace(layer, connection=Dense(each), delays=0) for layer, each in zip(NETWORK.layers, weights)]
    network = replace(NETWORK, layers=layers)
    simulations = cxxrtl.compile({"dense": SpikingChip(network, lanes=(1, 2)), "sparse": SpikingChip(network, lanes=(1, 2), sparse=[0, 1])})
    samples = rng.integers(0, network.levels + 1, (40, 30))
    dense, sparse = (each.run_stream(samples.ravel(), count=len(samples), watch=["spikes0", "spikes1"], max_clocks=1_000_000)
                     for each in simulations.values())
    assert np.array_equal(dense.items["scores"], sparse.items["scores"]) and np.array_equal(dense.items["label"], sparse.items["label"])
    assert all(np.array_equal(dense.watched[name][0], sparse.watched[name][0]) for name in ("spikes0", "spikes1"))
    assert dense.watched["spikes0"][0].any() and sparse.sent[-1] < 0.4 * dense.sent[-1]


def test_clocks_are_those_from_the_last_input_to_the_result():
    chip = SpikingChip.examples()["count"]
    items = golden(chip).stimulus(np.random.default_rng(7), 300)
    simulation = cxxrtl.compile({"chip": chip})["chip"]
    run = simulation.run_stream(items, count=len(items) // 9, i_gap=[0, 0, 7], max_clocks=200_000)
    assert np.array_equal(run.items["clocks"], run.received - run.sent[8::9])
    # An image without a pixel is the quickest.
    simulation.reset()
    dark, bright = (simulation.run_stream(np.full(9, level), count=1, max_clocks=10_000).items["clocks"][0] for level in (0, 7))
    assert dark < bright


def test_a_result_waits_and_the_next_sample_with_it():
    chip = SpikingChip.examples()["membrane"]
    simulation = cxxrtl.compile({"chip": chip})["chip"]
    items = np.tile(np.arange(9) % 8, 2)
    run = simulation.run_stream(items, count=2, o_gap=[0, 500], max_clocks=10_000)
    assert run.sent[9] > run.received[0]
    assert run.items["clocks"][0] == run.items["clocks"][1] == run.received[0] - run.sent[8]
    assert run.items["label"][0] == run.items["label"][1]


@pytest.mark.parametrize("network, changes, error, message", [
    ("mnist", {}, TypeError, "SpikingChip network must be a SpikingNetwork, not 'mnist'"),
    (NETWORK, {"lanes": (8,)}, ValueError, r"SpikingChip lanes must have 2 entries, one for each layer, not \(8,\)"),
    (NETWORK, {"loaded": [0, 2]}, ValueError, r"SpikingChip loaded must be layers from 0 to 1, not \(0, 2\)"),
    (NETWORK, {"loaded": ["0"]}, TypeError, "SpikingChip loaded must be an integer, not '0'"),
    (NETWORK, {"sparse": (0, 2)}, ValueError, r"SpikingChip sparse must be layers from 0 to 1, not \(0, 2\)"),
    (NETWORK, {"sparse": ("a",)}, TypeError, "SpikingChip sparse must be an integer, not 'a'")])
def test_refusals(network, changes, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        SpikingChip(network, **changes)
