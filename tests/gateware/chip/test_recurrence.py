"""Delays, recurrence and ways past layers on the chip, against what relays of spikes must do."""

from math import inf

import numpy as np
import pytest

from gateware.chip.network import Dense, Layer, Projection, SpikingNetwork
from gateware.chip.spiking_chip import SpikingChip
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models import golden
from sim import cxxrtl

# A spike in gives a spike out in the same time step.
RELAY = SubtractiveLIF(tau=inf, threshold=1.0, membrane=Q(4, 0), current=Q(4, 0))
COUNTER = LeakyIntegrator(tau=inf, membrane=Q(12, 0), current=Q(12, 0))


def identity(count):
    return Dense(np.eye(count, dtype=int))


def run(network, samples):
    """The spikes of every layer (B, T, neurons) in the RTL, which are the golden model's as well; and the scores."""
    chip = SpikingChip(network, lanes=(2,) * len(network.layers))
    result = golden(chip).classify(samples)
    if network.encoder == "events":
        steps = np.concatenate([samples.reshape(-1, network.sizes[0]), np.full((len(samples) * network.time_steps, 1), -1)], axis=1)
        step, number = np.nonzero(steps)
        level = steps[step, number]
        items = {"last": level < 0, "number": np.where(level < 0, 0, number), "level": np.maximum(level, 0)}
    else:
        items = samples.ravel()
    simulation = cxxrtl.compile({"chip": chip})["chip"]
    watch = [f"spikes{k}" for k in range(len(network.layers))]
    got = simulation.run_stream(items, count=len(samples), watch=watch, max_clocks=300_000)
    spikes = [np.asarray(got.watched[name][0]).reshape(len(samples), network.time_steps, -1) for name in watch]
    for each, same in zip(result.spikes, spikes):
        assert np.array_equal(each, same)
    assert np.array_equal(np.asarray(got.items["scores"]).reshape(result.scores.shape), result.scores)
    return spikes, result.scores


def test_a_spike_goes_round_a_ring_in_the_sum_of_its_delays():
    delays, time_steps = (3, 1, 4, 2), 45
    ring = Projection(0, Dense(np.roll(np.eye(4, dtype=int), 1, axis=0)), delays)
    network = SpikingNetwork("ring", 1, [Layer(identity(4), RELAY, projections=[ring]), Layer(identity(4), COUNTER)], time_steps,
                             encoder="events")
    sample = np.zeros((2, time_steps, 4), int)
    sample[0, 0, 0] = sample[1, 2, 1] = 1
    (spikes, _), _ = run(network, sample)
    for which, (start, neuron) in enumerate(((0, 0), (2, 1))):
        expected, time = np.zeros((time_steps, 4)), start
        while time < time_steps:
            expected[time, neuron] = 1
            time, neuron = time + delays[neuron], (neuron + 1) % 4
        assert np.array_equal(spikes[which], expected)


def test_delays_between_layers_and_ways_past_them_shift_each_source():
    rng = np.random.default_rng(1)
    sample, delays, past = rng.integers(0, 2, (3, 12, 3)), (0, 5, 2), (7, 0, 1)
    relay = Layer(identity(3), RELAY)
    last = Layer(identity(3), COUNTER, projections=[Projection(0, Dense(np.eye(3, dtype=int) * 2), past)])
    network = SpikingNetwork("late", 1, [relay, Layer(identity(3), RELAY, delays=delays), last], 12, encoder="events")
    (first, second, _), scores = run(network, sample)
    assert np.array_equal(first, sample)

    def shifted(late):
        padded = np.concatenate([np.zeros((3, 12, 3), int), sample], axis=1)
        return np.stack([padded[:, 12 - late[n]:24 - late[n], n] for n in range(3)], axis=-1)

    assert np.array_equal(second, shifted(delays))
    # The counters' membranes are sums over time, and the scores sums of those.
    assert np.array_equal(scores, (shifted(delays) + 2 * shifted(past)).cumsum(axis=1).sum(axis=1))


def test_feedback_from_a_later_layer_stops_what_drives_it():
    """A neuron that is driven in every time step is held back one step after it has driven the next one."""
    stop = Projection(1, Dense([[-1]]), 1)
    network = SpikingNetwork("oscillator", 1, [Layer(Dense([[1]]), RELAY, projections=[stop]), Layer(identity(1), RELAY)] +
                             [Layer(Dense([[1], [0]]), COUNTER)], 10)
    (first, second, _), _ = run(network, np.array([[1], [0]]))
    assert np.array_equal(first[0, :, 0], [1, 0] * 5) and np.array_equal(second[0], first[0]) and not first[1].any()


def test_a_sample_leaves_nothing_behind_for_the_next():
    loop = Projection(0, Dense([[1]]), 3)
    network = SpikingNetwork("loop", 1, [Layer(Dense([[1]]), RELAY, projections=[loop]), Layer(Dense([[1], [0]]), COUNTER)], 7,
                             encoder="events")
    sample = np.zeros((3, 7, 1), int)
    sample[0, 5] = sample[2, 0] = 1
    (spikes, _), _ = run(network, sample)
    assert np.array_equal(spikes[:, :, 0], [[0, 0, 0, 0, 0, 1, 0], [0] * 7, [1, 0, 0, 1, 0, 0, 1]])


@pytest.mark.parametrize("name", SpikingChip.examples())
def test_every_layer_but_integrators_spikes_in_the_examples(name):
    chip = SpikingChip.examples()[name]
    model = golden(chip)
    result = model.classify(model._samples(model.stimulus(np.random.default_rng(0), 3000)))
    for layer, spikes in zip(chip.network.layers, result.spikes):
        assert isinstance(layer.neuron, LeakyIntegrator) or 0.02 < spikes.mean() < 0.8
