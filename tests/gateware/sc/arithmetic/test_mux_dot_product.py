# amaranth: UnusedElaboratable=no
"""The dot product by a multiplexer: every input, its mean and its variance."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.mux_dot_product import MuxDotProduct


@pytest.mark.parametrize("bipolar", [False, True])
def test_every_input(bipolar):
    width = 3
    a, b, select = (each.ravel() for each in np.meshgrid(np.arange(8), np.arange(8), np.arange(3)))
    product = a & b if not bipolar else 7 - (a ^ b)
    outputs = models.golden(MuxDotProduct(width, bipolar=bipolar)).run({"a": a, "b": b, "select": select})
    assert np.array_equal(outputs.sum, product >> select & 1 == 1)


def test_mean_and_variance_of_independent_bits():
    # 64 pairs, 2000 runs of 256 clocks, seed 6.
    rng, clocks, runs = np.random.default_rng(6), 256, 2000
    p, q = rng.random((2, 64))
    model, powers = models.golden(MuxDotProduct(64)), np.uint64(1) << np.arange(64, dtype=np.uint64)
    means = []
    for _ in range(10):
        a, b = (((rng.random((clocks, runs // 10, 64)) < each) * powers).sum(axis=2) for each in (p, q))
        means.append(model.run({"a": a, "b": b, "select": rng.integers(0, 64, (clocks, runs // 10))}).sum.mean(axis=0))
    means, expected = np.concatenate(means), (p * q).mean()
    deviation = np.sqrt(expected * (1 - expected) / clocks)
    assert abs(means.mean() - expected) < 5 * deviation / np.sqrt(runs)
    assert means.std() == pytest.approx(deviation, rel=0.08)


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: MuxDotProduct(1), ValueError, "width must be between 2 and 64, not 1"),
    (lambda: MuxDotProduct(65), ValueError, "width must be between 2 and 64, not 65"),
    (lambda: MuxDotProduct("4"), TypeError, "width must be an integer, not '4'"),
    (lambda: MuxDotProduct(4, bipolar=0), TypeError, "bipolar must be True or False, not 0")])
def test_errors(make, error, message):
    with pytest.raises(error, match=f"^MuxDotProduct {message}$"):
        make()
