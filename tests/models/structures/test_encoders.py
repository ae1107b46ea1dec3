import json
from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest

from gateware.chip.input_encoder import InputEncoder
from models import golden
from sim import cxxrtl
from sim.transactions import compare_transactions

RECORDED = json.loads((Path(__file__).parent / "data" / "snntorch_latency.json").read_text(encoding="utf-8"))


def test_the_hardware_does_what_the_model_does():
    examples = InputEncoder.examples() | {f"{code} of {levels} at {time_steps}": InputEncoder(7, levels, time_steps, code, seed=99)
                                          for code, levels, time_steps in (("latency", 255, 25), ("latency", 3, 9), ("latency", 8, 1),
                                                                           ("stochastic", 128, 3), ("stochastic", 2, 4), ("current", 255, 1))}
    for name, simulation in cxxrtl.compile(examples).items():
        result = compare_transactions(examples[name], simulation, size=3000, seed=17)
        assert result.difference is None and result.cases >= 15_000, (name, str(result))


def test_currents_are_the_values_in_every_step():
    samples = np.random.default_rng(0).integers(0, 256, (4, 9))
    assert np.array_equal(golden(InputEncoder(9, 255, 3, "current")).encode(samples), np.repeat(samples[None], 3, axis=0))


def test_over_a_period_the_random_numbers_are_uniform():
    # Of the 2**24 states of a register only 0 is left out.
    encoder = InputEncoder(1, 16, 1, "stochastic")
    random = golden(encoder.lfsr).run(length=(1 << 24) - 1).random
    assert np.bincount(random >> 20).tolist() == [(1 << 20) - 1, *[1 << 20] * 15]


@pytest.mark.parametrize("seed", [1, 2, 0xACE1F5])
def test_spikes_have_the_probability_that_the_value_says(seed):
    inputs, time_steps, levels = 784, 32, 16
    model = golden(InputEncoder(inputs, levels, time_steps, "stochastic", seed=seed))
    samples = np.repeat(np.arange(levels + 1)[:, None], inputs, axis=1)
    spikes = model.encode(samples)
    # Hoeffding's bound, for 17 values and three ways of counting, at one chance in 10**6.
    chances = 3 * (levels + 1) * inputs * 1e6
    for axes, count in (((0, 2), inputs * time_steps), ((0,), time_steps), ((2,), inputs)):
        means = spikes.mean(axis=axes)
        expected = np.arange(levels + 1) / levels
        expected = expected if means.ndim == 1 else expected[:, None] if axes == (0,) else expected[None]
        assert np.abs(means - expected).max() <= sqrt(log(2 * chances) / (2 * count))
    assert not spikes[:, 0].any() and spikes[:, levels].all()


def test_small_seeds_start_with_mixed_bits():
    # Over 400 seeds each of the first random numbers is uniform: chi-square with 15 degrees of freedom.
    models = [golden(InputEncoder(6, 16, 1, "stochastic", seed=seed)) for seed in range(1, 401)]
    # With a value of k those numbers that are below k spike.
    numbers = 16 - sum(np.stack([model.encode(np.full((1, 6), k))[0, 0] for model in models]) for k in range(1, 17))
    for first in numbers.T:
        counts = np.bincount(first, minlength=16)
        assert ((counts - 25) ** 2 / 25).sum() < 45


def test_spikes_are_independent_of_those_before():
    inputs, time_steps = 784, 32
    for seed in (1, 77):
        model = golden(InputEncoder(inputs, 16, time_steps, "stochastic", seed=seed))
        for value in (1, 4, 8, 13):
            p = value / 16
            spikes = model.encode(np.full((1, inputs), value)).reshape(-1) - p
            # Of the next inputs, the same input one and two steps later, and its neighbours there: |r| sqrt(n) is normal.
            for lag in (1, 2, 3, 5, 8, inputs - 1, inputs, inputs + 1, 2 * inputs):
                r = (spikes[lag:] * spikes[:-lag]).mean() / (p * (1 - p))
                assert abs(r) * sqrt(len(spikes) - lag) < 4.5, (seed, value, lag)
            # The spikes of an input over the time steps spread as a binomial count does.
            counts = (spikes + p).reshape(time_steps, inputs).sum(axis=0)
            ratio = counts.var() / (time_steps * p * (1 - p))
            assert abs(ratio - 1) * sqrt(inputs / 2) < 5, (seed, value)


def test_a_sample_gives_the_same_spikes_wherever_it_stands_and_another_seed_gives_others():
    samples = np.random.default_rng(1).integers(0, 17, (6, 20))
    one, other = (golden(InputEncoder(20, 16, 8, "stochastic", seed=seed)) for seed in (5, 6))
    spikes = one.encode(samples)
    assert np.array_equal(spikes[:, 4:5], one.encode(samples[4:5]))
    assert not np.array_equal(spikes, other.encode(samples))
    assert np.array_equal(spikes, golden(InputEncoder(20, 16, 9, "stochastic", seed=5)).encode(samples)[:8])


@pytest.mark.parametrize("name", RECORDED)
def test_latencies_are_those_of_snntorch(name):
    levels, time_steps = map(int, name.split())
    spikes = golden(InputEncoder(levels + 1, levels, time_steps, "latency")).encode(np.arange(levels + 1)[None])[:, 0]
    assert not spikes[:, 0].any() and (spikes[:, 1:].sum(axis=0) == 1).all()
    assert spikes[:, 1:].argmax(axis=0).tolist() == RECORDED[name]


@pytest.mark.parametrize("levels", [1, 6, 10, 15, 16, 100, 255])
@pytest.mark.parametrize("time_steps", [1, 2, 4, 7, 64, 255])
def test_latencies_are_the_formula(levels, time_steps):
    # In double precision a quotient of small integers is a half only where it is one.
    expected = np.rint((time_steps - 1) * (levels - np.arange(1, levels + 1)) / levels)
    assert InputEncoder(1, levels, time_steps, "latency").times == tuple(expected)


@pytest.mark.parametrize("samples, message", [
    (np.zeros((2, 4), int), r"samples must have the shape \(B, 3\), not \(2, 4\)"),
    (np.zeros(3, int), r"samples must have the shape \(B, 3\), not \(3,\)"),
    (np.zeros((2, 3)), "samples must hold integers between 0 and 4"),
    (np.full((2, 3), 5), "samples must hold integers between 0 and 4"),
    (np.full((2, 3), -1), "samples must hold integers between 0 and 4")])
def test_samples_are_refused(samples, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        golden(InputEncoder(3, 4, 2, "current")).encode(samples)
