"""The scaled adder against its bound, for every prefix."""

import itertools

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.scaled_adder import ScaledAdder

from .streams import encode, joined, pairs, rms, sobol


def prefix_errors(width, streams):
    """Scaled sum less output count after every clock; ``streams`` are (T,) or (T, B) integers of ``width`` bits."""
    count = models.golden(ScaledAdder(width)).run({"streams": streams}).sum.cumsum(axis=0)
    return np.bitwise_count(streams).cumsum(axis=0) / width - count


@pytest.mark.parametrize(("width", "clocks"), [(2, 6), (3, 4), (4, 3)])
def test_every_input_of_a_few_clocks(width, clocks):
    streams = np.array(list(itertools.product(range(1 << width), repeat=clocks)), np.uint64).T
    errors = prefix_errors(width, streams)
    assert errors.min() >= 0 and errors.max() < 1


@pytest.mark.parametrize("width", [2, 5, 16, 64])
def test_long_random_streams(width):
    streams = np.random.default_rng(width).integers(0, 1 << width, 100_000, np.uint64)
    errors = prefix_errors(width, streams)
    assert errors.min() >= 0 and errors.max() < 1


def test_two_streams_are_a_majority_and_a_flip_flop():
    rng, flip_flop = np.random.default_rng(1), False
    x, y = rng.integers(0, 2, (2, 1000))
    outputs = models.golden(ScaledAdder(2)).run({"streams": x + 2 * y})
    for a, b, output in zip(x.astype(bool), y.astype(bool), outputs.sum):
        assert output == (a & b | a & flip_flop | b & flip_flop)
        flip_flop = a ^ b ^ flip_flop


@pytest.mark.parametrize(("bits", "known"), [(8, 0.0014), (10, 0.0003), (12, 0.0001)])
def test_rmse_of_random_pairs(bits, known):
    # 1000 pairs, seed 0, Sobol dimensions 1 and 2. An odd sum of ones leaves half a bit: 0.5 / sqrt(2) / N, as known.
    x, y = pairs(bits)
    points, size = sobol(bits), 1 << bits
    streams = joined(encode(x, points[:, 0]), encode(y, points[:, 1]))
    mean = models.golden(ScaledAdder(2)).run({"streams": streams}).sum.mean(axis=0)
    assert np.array_equal(mean * size, (x + y) // 2)
    assert rms(mean - (x + y) / 2 / size) == pytest.approx(0.5 / np.sqrt(2) / size, rel=0.05)
    assert rms(mean - (x + y) / 2 / size) < known + 0.00005


@pytest.mark.parametrize("width", [-1, 1, 65])
def test_width_refused(width):
    with pytest.raises(ValueError, match=rf"^ScaledAdder width must be between 2 and 64, not {width}$"):
        ScaledAdder(width)
