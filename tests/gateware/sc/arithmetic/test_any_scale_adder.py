# amaranth: UnusedElaboratable=no
"""The adders of any scale against the sums that they keep, clock by clock and in the mean."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.any_scale_adder import AnyScaleAdder, NonScaledAdder
from gateware.sc.arithmetic.scaled_adder import ScaledAdder

from .streams import encode, joined, rms, sobol


@pytest.mark.parametrize(("width", "scale", "bipolar"), [(4, 2, True), (5, 2, True), (7, 3, True), (3, 2, False), (6, 1, False)])
def test_what_went_in_came_out_or_is_kept(width, scale, bipolar):
    # Probabilities that keep the sum within the format, and a limit that is never reached.
    rng, clocks, limit = np.random.default_rng(width), 4000, 4096
    p = 0.5 if bipolar else scale / width / 2
    streams = joined(*(rng.random((clocks, 8)) < p for _ in range(width)))
    model = models.golden(AnyScaleAdder(width, scale, bipolar=bipolar, limit=limit))
    state, outputs = model.advance(None, {"streams": streams})
    unit = 2 if bipolar and (width - scale) % 2 else 1
    offset = (width - scale) / 2 if bipolar else 0
    assert (abs(state.remainder) < limit * unit - 1).all()
    kept = np.bitwise_count(streams).sum(axis=0) - offset * clocks - scale * outputs.sum.sum(axis=0)
    assert np.array_equal(kept, state.remainder / unit)


def test_with_the_scale_of_the_width_it_is_the_scaled_adder():
    streams = np.random.default_rng(2).integers(0, 32, (2000, 4))
    expected = models.golden(ScaledAdder(5)).run({"streams": streams}).sum
    for bipolar in (False, True):
        assert np.array_equal(models.golden(AnyScaleAdder(5, 5, bipolar=bipolar)).run({"streams": streams}).sum, expected)


@pytest.mark.parametrize("level", [0, 1])
def test_past_the_limits_of_the_format_it_stays_there(level):
    # All ones (zeros) for long: the register stops at its own limit.
    limit = 8
    streams = np.full(1000, 15 * level)
    state, outputs = models.golden(AnyScaleAdder(4, 2, limit=limit)).advance(None, {"streams": streams})
    assert state.remainder == (limit - 1 if level else -limit)
    assert (outputs.sum[10:] == level).all()


@pytest.mark.parametrize("bipolar", [True, False])
def test_mean_over_the_whole_range(bipolar):
    # Three streams of Sobol dimensions 1 to 3, scale 2, 4096 clocks: the clipped sum, off by little near the limits.
    points, clocks = sobol(12), 4096
    grid = np.linspace(0, clocks, 9).astype(int)
    x = np.array([each.ravel() for each in np.meshgrid(grid, grid, grid)])
    streams = joined(*(encode(x[k], points[:, k]) for k in range(3)))
    mean = models.golden(AnyScaleAdder(3, 2, bipolar=bipolar)).run({"streams": streams}).sum.mean(axis=0)
    p = x / clocks
    error = (2 * mean - 1 - np.clip((2 * p - 1).sum(axis=0) / 2, -1, 1)) if bipolar else mean - np.minimum(p.sum(axis=0) / 2, 1)
    assert rms(error) < 0.004 and abs(error).max() < 0.03


@pytest.mark.parametrize(("clocks", "random", "low_discrepancy"), [(64, 0.33, 0.18), (256, 0.19, 0.054), (1024, 0.09, 0.013)])
def test_non_scaled_sum_of_16(clocks, random, low_discrepancy):
    # 500 sets of 16 bipolar numbers, uniform, seed 1; independent bits, and Sobol dimensions 1 to 16. Known: the parameters.
    # Measured: 0.21, 0.13, 0.064 and 0.092, 0.025, 0.0067. With random bits it is about sqrt(n / N), where no limit is near.
    rng = np.random.default_rng(1)
    v = rng.uniform(-1, 1, (16, 500))
    expected, points = np.clip(v.sum(axis=0), -1, 1), sobol(int(np.log2(clocks)), 16)
    for bits, bound in ((rng.random((16, clocks, 500)) < ((v + 1) / 2)[:, None], random),
                        ([encode(np.rint((each + 1) / 2 * clocks), points[:, k]) for k, each in enumerate(v)], low_discrepancy)):
        mean = models.golden(SUM).run({"streams": joined(*bits)}).sum.mean(axis=0)
        assert rms(2 * mean - 1 - expected) < bound


SUM = NonScaledAdder()


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: AnyScaleAdder(0), ValueError, "AnyScaleAdder width must be between 1 and 64, not 0"),
    (lambda: AnyScaleAdder(65), ValueError, "AnyScaleAdder width must be between 1 and 64, not 65"),
    (lambda: AnyScaleAdder(4, 5), ValueError, "AnyScaleAdder scale must be between 1 and the width 4, not 5"),
    (lambda: AnyScaleAdder(4, 0), ValueError, "AnyScaleAdder scale must be between 1 and the width 4, not 0"),
    (lambda: AnyScaleAdder(4, 2, limit=3), ValueError, "AnyScaleAdder limit must be between the width 4 and 2\\*\\*20, not 3"),
    (lambda: AnyScaleAdder(4, 2, bipolar=1), TypeError, "AnyScaleAdder bipolar must be True or False, not 1"),
    (lambda: NonScaledAdder(1.5), TypeError, "NonScaledAdder width must be an integer, not 1.5"),
    (lambda: NonScaledAdder(0), ValueError, "NonScaledAdder width must be between 1 and 64, not 0")])
def test_errors(make, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        make()
