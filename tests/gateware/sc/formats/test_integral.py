# amaranth: UnusedElaboratable=no
"""Integral streams: sums over a period are exact, the variance is that of the fraction."""

import numpy as np
import pytest

import models
from gateware.sc.formats.integral import IntegralAdder, IntegralEncoder, IntegralMultiplier, IntegralScaler, IntegralToUnipolar


def test_sums_over_a_permutation_are_the_number():
    random = np.random.default_rng(1).permutation(256)[:, None]
    value = np.arange(4 * 256 + 1)
    integral = models.golden(IntegralEncoder(8, 4)).run(
        {"value": np.tile(value, (256, 1)), "random": np.repeat(random, len(value), axis=1)}).integral
    assert (integral.sum(axis=0) == value).all()
    assert (integral.min(axis=0) == value // 256).all() and (integral.max(axis=0) == -(-value // 256)).all()
    fraction = value % 256 / 256
    assert integral.var(axis=0) == pytest.approx(fraction * (1 - fraction))


def test_arithmetic_of_every_pair():
    a, b = (each.ravel() for each in np.meshgrid(np.arange(5), np.arange(5)))
    assert (models.golden(IntegralAdder()).run({"a": a, "b": b}).sum == a + b).all()
    assert (models.golden(IntegralMultiplier()).run({"a": a, "b": b}).product == a * b).all()
    for bit in (0, 1):
        assert (models.golden(IntegralScaler()).run({"integral": a, "stream": np.full(a.shape, bit)}).product == bit * a).all()


def test_product_of_independent_streams():
    rng = np.random.default_rng(2)
    encoder = models.golden(IntegralEncoder(8, 4))
    s, t = (encoder.run({"value": np.full(200_000, value), "random": rng.integers(0, 256, 200_000)}).integral
            for value in (700, 333))
    assert models.golden(IntegralMultiplier()).run({"a": s, "b": t}).product.mean() == pytest.approx(700 * 333 / 256**2, rel=0.01)
    stream = rng.random(200_000) < 0.3
    scaled = models.golden(IntegralScaler()).run({"integral": s, "stream": stream}).product
    assert scaled.mean() == pytest.approx(0.3 * 700 / 256, rel=0.01)


@pytest.mark.parametrize("levels", [1, 4, 5, 64])
def test_unipolar_at_every_moment(levels):
    integral = np.random.default_rng(3).integers(0, levels + 1, (5000, 4))
    ones = models.golden(IntegralToUnipolar(levels)).run({"integral": integral}).unipolar.cumsum(axis=0)
    assert (ones == integral.cumsum(axis=0) // levels).all()


@pytest.mark.parametrize(("build", "message"), [
    (lambda: IntegralEncoder(0), "IntegralEncoder width must be between 1 and 16, not 0"),
    (lambda: IntegralEncoder(8, 65), "IntegralEncoder levels must be between 1 and 64, not 65"),
    (lambda: IntegralAdder(0, 1), "IntegralAdder a must be between 1 and 64, not 0"),
    (lambda: IntegralMultiplier(1, 65), "IntegralMultiplier b must be between 1 and 64, not 65"),
    (lambda: IntegralScaler(0), "IntegralScaler levels must be between 1 and 64, not 0"),
    (lambda: IntegralToUnipolar(-1), "IntegralToUnipolar levels must be between 1 and 64, not -1"),
])
def test_out_of_range_refused(build, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        build()
