# amaranth: UnusedElaboratable=no
"""Regenerator, edge memory and tracking forecast memory against counts, shares and moments."""

import numpy as np
import pytest

import models
from gateware.sc.correlation.edge_memory import EdgeMemory
from gateware.sc.correlation.regenerator import Regenerator
from gateware.sc.correlation.tracking_forecast_memory import TrackingForecastMemory
from models.metrics import scc

from .sources import grid, sobol


def test_regenerator_gives_each_window_again_in_the_next():
    rng = np.random.default_rng(1)
    x = rng.random((8 * 256, 20)) < np.linspace(0, 1, 20)
    random = np.tile(sobol(1, 256)[:, 0], 8)
    windows, again = (each.reshape(8, 256, 20).sum(axis=1) for each in (x, models.golden(Regenerator(8)).run(
        {"stream": x, "random": random}).regenerated))
    assert not again[0].any() and (again[1:] == windows[:-1]).all()
    assert windows.min() == 0 and windows.max() == 256
    assert Regenerator(8).latency == 256


def test_regenerator_decorrelates_a_stream_from_itself():
    points = sobol(2, 256).T
    x = np.tile(grid(points[0]), (2, 1))
    again = models.golden(Regenerator(8)).run({"stream": x, "random": np.tile(points[1], 2)}).regenerated
    table = scc(x[256:].T[:, None], again[256:].T[None])[1:-1, 1:-1]
    assert abs(table.mean()) < 0.01 and np.abs(table).mean() < 0.03


def test_edge_memory_passes_updates_and_repeats_them():
    rng = np.random.default_rng(2)
    x, update, index = rng.random(300_000) < 0.3, rng.random(300_000) < 0.25, rng.integers(0, 4, (300_000, 2))
    edge = models.golden(EdgeMemory(4)).run({"stream": x, "update": update, "index": index}).edge
    assert (edge[update] == x[update, None]).all()
    held = edge[~update]
    assert held.mean(axis=0) == pytest.approx([0.3, 0.3], abs=0.01)
    assert scc(*held.T) == pytest.approx(1 / 4, abs=0.01)


def test_edge_memory_holds_the_last_bits_that_came_with_update():
    model = models.golden(EdgeMemory(4))
    x, update = np.array([1, 1, 0, 1, 0, 0, 0, 0, 0, 0]), np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    edges = model.run({"stream": x, "update": update, "index": np.array([0, 0, 0, 0, 0, 1, 2, 3, 0, 1])}).edge
    assert edges.astype(int).tolist() == [1, 1, 0, 1, 1, 0, 1, 1, 1, 0]
    # Before any update: 0, 1, 0, 1, ...
    assert model.run({"stream": [1] * 4, "update": [0] * 4, "index": [0, 1, 2, 3]}).edge.astype(int).tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_tracking_forecast_memory_has_no_bias_and_its_variance(p):
    """The mean of the forecast is that of the stream, at the ends too; its variance is that of an exponential average."""
    rng, clocks, shift = np.random.default_rng(3), 1 << 18, 4
    x = rng.random(clocks) < p
    # All thresholds at once recover the forecast: P is the number of random numbers below it.
    inputs = {"stream": x, "random": np.tile(np.arange(16), (clocks, 1))}
    out = models.golden(TrackingForecastMemory(4, shift)).run(inputs).regenerated
    forecast = out.sum(axis=1) / 16
    assert abs(forecast.mean() - x.mean()) <= 2**shift / clocks
    expected = p * (1 - p) / (2**(shift + 1) - 1) + (1 / 16**2 / 12 if 0 < p < 1 else 0)
    assert forecast.var() == pytest.approx(expected, rel=0.1, abs=1e-4)


def test_tracking_forecast_memory_decorrelates():
    rng = np.random.default_rng(4)
    x, random = rng.random(1 << 18) < 0.4, rng.integers(0, 256, 1 << 18)
    again = models.golden(TrackingForecastMemory(8, 4)).run({"stream": x, "random": random}).regenerated
    assert abs(scc(x, again)) < 0.01
