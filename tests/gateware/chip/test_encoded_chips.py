"""Chips whose samples are encoded and whose classes are first spikes: against closed forms, and the hardware against the model."""

from math import inf, log, sqrt

import numpy as np

from gateware.chip.network import Conv2d, Dense, Layer, Projection, SpikingNetwork
from gateware.chip.spiking_chip import SpikingChip
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models import golden
from sim import cxxrtl
from sim.transactions import compare_transactions


def integrator(threshold):
    return SubtractiveLIF(tau=inf, threshold=float(threshold), membrane=Q(11, 0), current=Q(11, 0))


def run(chip, samples, **keywords):
    """What the hardware says of samples: scores, labels, the spikes of its first layer (B, T, neurons)."""
    simulation = cxxrtl.compile({"chip": chip})["chip"]
    done = simulation.run_stream(samples.ravel(), count=len(samples), watch=["spikes0"], max_clocks=2_000_000, **keywords)
    shape = (len(samples), chip.network.time_steps, chip.network.sizes[1])
    return np.asarray(done.items["scores"]).reshape(len(samples), -1), np.asarray(done.items["label"]), \
        np.asarray(done.watched["spikes0"][0]).reshape(shape)


def test_the_highest_value_spikes_first():
    # Each neuron hears one input and passes its spike on: the chip is an argmax, of values that share no time step.
    classes, levels, time_steps = 5, 30, 16
    network = SpikingNetwork("argmax", levels, [Layer(Dense(np.eye(classes, dtype=int)), integrator(1))], time_steps,
                             readout="first spike", encoder="latency")
    samples = np.random.default_rng(0).integers(0, levels // 2 + 1, (60, classes)) * 2
    samples[0], samples[1] = 0, [0, 0, 0, 2, 0]
    times, labels, spikes = run(SpikingChip(network), samples)
    # 15 (30 - x) / 30 = 15 - x / 2
    expected = np.where(samples > 0, 15 - samples // 2, time_steps)
    assert np.array_equal(times, expected)
    assert labels.tolist() == samples.argmax(axis=1).tolist()
    assert np.array_equal(spikes.argmax(axis=1), np.where(samples > 0, expected, 0)) and spikes.sum() == (samples > 0).sum()


def test_a_neuron_first_spikes_when_what_has_arrived_reaches_its_threshold():
    rng = np.random.default_rng(1)
    weights, levels, time_steps, threshold = rng.integers(-3, 7, (4, 8)), 16, 9, 12
    network = SpikingNetwork("sums", levels, [Layer(Dense(weights), integrator(threshold))], time_steps,
                             readout="first spike", encoder="latency")
    samples = rng.integers(0, levels + 1, (80, 8))
    samples[60:] *= rng.random((20, 8)) < 0.2
    times, labels, _ = run(SpikingChip(network, lanes=(2,)), samples, o_gap=[0, 30])
    arrives = np.rint(8 * (16 - samples) / 16)[:, None] <= np.arange(time_steps)[:, None]
    sums = (arrives & (samples > 0)[:, None]) @ weights.T
    reached = sums >= threshold
    expected = np.where(reached.any(axis=1), reached.argmax(axis=1), time_steps)
    assert np.array_equal(times, expected)
    none = ~reached.any(axis=(1, 2))
    assert none.any() and not none.all()
    for k in range(len(samples)):
        # Up to its first spike a membrane is the sum; the spike takes the threshold off. What never spikes is compared at the end.
        at = [sums[k, min(time, time_steps - 1), j] - threshold * (time < time_steps) for j, time in enumerate(expected[k])]
        assert labels[k] == min(range(4), key=lambda j: (expected[k, j], -at[j], j))


def test_counts_of_stochastic_spikes_are_binomial():
    levels, time_steps, neurons = 16, 200, 6
    chips = {seed: SpikingChip(SpikingNetwork("rates", levels, [Layer(Dense(np.eye(neurons, dtype=int)), integrator(1))], time_steps,
                                              readout="count", encoder="stochastic", seed=seed)) for seed in (1, 2)}
    samples = np.random.default_rng(2).integers(0, levels + 1, (40, neurons))
    samples[0], samples[1] = 0, levels
    samples[20:] = samples[:20]
    counts, _, spikes = run(chips[1], samples)
    # Hoeffding's bound for all counts together, at one chance in 10**6.
    bound = sqrt(log(2 * counts.size * 1e6) * time_steps / 2)
    assert np.abs(counts - time_steps * samples / levels).max() <= bound
    assert not counts[0].any() and (counts[1] == time_steps).all()
    # A sample gives the same spikes wherever it stands; another seed gives others.
    assert np.array_equal(spikes[20:], spikes[:20])
    assert not np.array_equal(golden(chips[2]).classify(samples).spikes[0], spikes)


def test_currents_that_are_given_again_are_constant_currents():
    # A recurrence whose weights are 0 changes nothing but the way in which the sample comes.
    rng = np.random.default_rng(3)
    weights, neuron = rng.integers(-9, 30, (5, 7)), integrator(90)
    output = Layer(Dense(rng.integers(-9, 9, (3, 5))), LeakyIntegrator(tau=inf, membrane=Q(14, 0), current=Q(10, 0)))
    loop = Projection(0, Dense(np.zeros((5, 5), int)), 1)
    plain, again = (SpikingChip(SpikingNetwork("currents", 7, [layer, output], 11)) for layer in (
        Layer(Dense(weights, [1, 2, 0, -3, 5]), neuron), Layer(Dense(weights, [1, 2, 0, -3, 5]), neuron, projections=[loop])))
    assert plain.encoder is None and again.encoder.code == "current"
    samples = rng.integers(0, 8, (50, 7))
    assert all(np.array_equal(one, other) for one, other in zip(run(plain, samples), run(again, samples)))


def test_convolutions_take_encoded_samples_as_the_model_does():
    rng = np.random.default_rng(4)
    neuron = SubtractiveLIF(tau=4.0, threshold=1.0, membrane=Q(6, 4), current=Q(8, 4))
    conv = Layer(Conv2d(rng.integers(-7, 12, (2, 1, 3, 3)), (1, 5, 6), padding=(1, 1), bias=[1, -2]), neuron)
    dense = Layer(Dense(rng.integers(-30, 31, (3, 60))), neuron)
    chips = {f"{encoder} {readout}": SpikingChip(SpikingNetwork("example", 8, [conv, dense], 4, readout=readout, encoder=encoder), lanes=(2, 3))
             for encoder, readout in (("stochastic", "count"), ("latency", "membrane"), ("stochastic", "first spike"))}
    for name, simulation in cxxrtl.compile(chips).items():
        result = compare_transactions(chips[name], simulation, size=600, seed=5)
        assert result.difference is None and result.cases > 10_000, (name, str(result))
        # Something spikes, and not always.
        rates = [spikes.mean() for spikes in golden(chips[name]).classify(rng.integers(0, 9, (20, 30))).spikes]
        assert all(0.01 < rate < 0.9 for rate in rates), (name, rates)
