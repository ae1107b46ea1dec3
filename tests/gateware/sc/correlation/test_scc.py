# amaranth: UnusedElaboratable=no
"""SCC before and after: closed forms for independent bits, the table for 256 clocks, and the two traps."""

import numpy as np
import pytest
from scipy.linalg import null_space

import models
from gateware.sc.correlation.decorrelator import Decorrelator
from gateware.sc.correlation.desynchronizer import Desynchronizer
from gateware.sc.correlation.isolator import Isolator
from gateware.sc.correlation.skewed_synchronizer import SkewedSynchronizer
from gateware.sc.correlation.synchronizer import Synchronizer
from models.metrics import scc

from .sources import grid, lfsr, sobol

LENGTH = 256
PAIRS = [(0.5, 0.5), (0.3, 0.6), (0.7, 0.6), (0.9, 0.2), (0.15, 0.15)]


def birth_death(up, down, states):
    """The stationary distribution, as the null space of the generator."""
    matrix = np.zeros((states, states))
    for k in range(states - 1):
        matrix[k + 1, k], matrix[k, k + 1] = up, down
    matrix -= np.diag(matrix.sum(axis=0))
    kernel = null_space(matrix)[:, 0]
    return kernel / kernel.sum()


def independent(p, q, clocks=200_000, seed=1):
    return np.random.default_rng(seed).random((2, clocks)) < [[p], [q]]


@pytest.mark.parametrize("depth", [1, 4])
@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_synchronizer_of_independent_bits(depth, p, q):
    x, y = independent(p, q)
    outputs = models.golden(Synchronizer(depth)).run({"x": x, "y": y})
    states = birth_death(p * (1 - q), q * (1 - p), 2 * depth + 1)
    assert scc(*outputs) == pytest.approx(1 - min(states[0], states[-1]), abs=0.01)
    if p == q:
        assert 1 - states[0] == pytest.approx(2 * depth / (2 * depth + 1))


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_skewed_synchronizer_of_independent_bits(width, p, q):
    x, y = independent(p, q)
    outputs = models.golden(SkewedSynchronizer(width)).run({"stream": x, "reference": y})
    states = birth_death(p * (1 - q), q * (1 - p), 1 << width)
    assert scc(*outputs) == pytest.approx(1 - (states[-1] if p <= q else states[0]), abs=0.01)


@pytest.mark.parametrize("depth", [1, 4])
@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_desynchronizer_of_independent_bits(depth, p, q):
    x, y = independent(p, q)
    outputs = models.golden(Desynchronizer(depth)).run({"x": x, "y": y})
    states = birth_death(p * q, (1 - p) * (1 - q), depth + 1)
    assert scc(*outputs) == pytest.approx(-(1 - min(states[0], states[-1])), abs=0.01)
    if p + q == 1:
        assert 1 - states[0] == pytest.approx(depth / (depth + 1))


@pytest.mark.parametrize("depth", [2, 4, 16])
def test_decorrelators_of_one_stream_of_independent_bits(depth):
    rng = np.random.default_rng(2)
    x, indices = rng.random(400_000) < 0.4, rng.integers(0, depth, (400_000, 2))
    a, b = models.golden(Decorrelator(depth)).run({"stream": x, "index": indices}).shuffled.T
    assert scc(a, b) == pytest.approx(1 / (2 * depth - 1), abs=0.01)
    assert scc(a, x) == pytest.approx(1 / depth, abs=0.01)


@pytest.mark.parametrize("depth", [1, 7])
def test_isolator_delays(depth):
    x = np.random.default_rng(3).random(20_000) < 0.6
    delayed = models.golden(Isolator(depth)).run({"stream": x}).delayed
    assert not delayed[:depth].any() and (delayed[depth:] == x[:-depth]).all()
    assert abs(scc(x, delayed)) < 0.03
    assert Isolator(depth).latency == depth


def inner(values):
    """Of a 33 x 33 table, without the constant streams, whose SCC is 0 by definition."""
    return values[1:-1, 1:-1]


def pairs(kind):
    """All pairs of a grid of values, (T, 33 * 33) each, of two LFSR phases or two Sobol dimensions."""
    if kind == "sobol":
        a, b = sobol(2, LENGTH).T
    else:
        a, b = (lfsr(8, (8, 6, 5, 4), LENGTH, phase) for phase in (0, 31))
    x, y = grid(a), grid(b)
    return np.repeat(x, 33, axis=1), np.tile(y, (1, 33))


def mean_scc(x, y):
    return inner(scc(x.T, y.T).reshape(33, 33)).mean()


# The figures for these circuits elsewhere, with another grid and phase: the mean must not be farther from the target by 0.01.
@pytest.mark.parametrize(("kind", "component", "bound"), [
    ("lfsr", Synchronizer(1), 0.80), ("sobol", Synchronizer(1), 0.998),
    ("lfsr", Synchronizer(4), 0.97), ("sobol", Synchronizer(4), 1.0),
    ("lfsr", Desynchronizer(1), -0.51), ("sobol", Desynchronizer(1), -0.949), ("lfsr", Desynchronizer(4), -0.91),
    ("sobol", Desynchronizer(4), -1.0),
], ids=lambda value: str(value) if isinstance(value, (str, float)) else f"{type(value).__name__}{value.params.depth}")
def test_scc_before_and_after(kind, component, bound):
    x, y = pairs(kind)
    before, after = mean_scc(x, y), mean_scc(*models.golden(component).run({"x": x, "y": y}))
    name = f"{type(component).__name__}({component.params.depth})"
    print(f"{name} of {kind} streams: SCC {before:+.3f} -> {after:+.4f}")
    assert abs(before) < 0.1
    assert after >= bound - 0.01 if bound > 0 else after <= bound + 0.01


def shuffled(stream_source, index_source, depth):
    """Mean SCC of all pairs of streams of one source, each behind a decorrelator with an index of its own."""
    x = grid(stream_source)
    x, y = np.repeat(x, 33, axis=1), np.tile(x, (1, 33))
    model = models.golden(Decorrelator(depth))
    return mean_scc(*(model.run({"stream": stream, "index": index * depth // LENGTH}).shuffled
                      for stream, index in zip((x, y), index_source)))


def test_trap_of_a_sobol_index():
    """Low-discrepancy indices take the places in an order that repeats: streams stay correlated, deeper buffers make it worse."""
    points = sobol(4, LENGTH).T
    trap = shuffled(points[0], points[2:4], 16)
    fair = shuffled(points[0], np.random.default_rng(0).integers(0, LENGTH, (2, LENGTH)), 16)
    print(f"Decorrelator(16) of Sobol streams: SCC {trap:.3f} with Sobol indices, {fair:.3f} with independent ones")
    assert trap == pytest.approx(0.81, abs=0.02) and abs(fair) < 0.05


def test_trap_of_an_isolator_behind_an_lfsr():
    """An LFSR's next state is a shift of this one: the streams of a delay are anything but uncorrelated."""
    model, measured = models.golden(Isolator(1)), {}
    for name, source in (("lfsr", lfsr(8, (8, 6, 5, 4), LENGTH)), ("sobol", sobol(1, LENGTH)[:, 0]),
                         ("independent", np.random.default_rng(5).integers(0, LENGTH, LENGTH))):
        x = grid(source)
        measured[name] = mean_scc(np.repeat(x, 33, axis=1), model.run({"stream": np.tile(x, (1, 33))}).delayed)
    print("Isolator(1):", {name: round(float(value), 3) for name, value in measured.items()})
    assert measured["lfsr"] > 0.6 and measured["sobol"] == pytest.approx(0.21, abs=0.02) and abs(measured["independent"]) < 0.1
