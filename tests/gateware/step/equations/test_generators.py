import numpy as np
import pytest

from gateware.neurons.from_equations import from_equations
from gateware.step.equations.generators import NORMAL_SCALE, ROWS, seeds, xorshift
from gateware.step.operations import linear
from models.neurons import simulate


def test_the_published_sequence():
    # Marsaglia 2003: from the seed 2463534242 the first draw is 723471715.
    assert xorshift(2463534242) == 723471715


def test_the_matrix_is_the_map():
    rng = np.random.default_rng(0)
    assert all(linear(ROWS, int(x)) == xorshift(int(x)) for x in rng.integers(1, 2**32, 1000))


def test_seeds_differ_and_are_never_zero():
    found = [seeds(["random_0", "normal_1"], seed) for seed in range(50)]
    assert len({value for each in found for value in each.values()}) == 150 and all(value for each in found for value in each.values())


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
def test_moments_of_the_draws(arithmetic):
    neuron = from_equations("u[t+1] = random()", "g[t+1] = normal()", ranges={"u": (0, 1), "g": (-4, 4)}, method="map", dt=1.0)
    trace = simulate(neuron, 100_000.0, arithmetic=arithmetic)
    u, g = trace.states["u"], trace.states["g"]
    assert u.mean() == pytest.approx(0.5, abs=0.004) and u.var() == pytest.approx(1 / 12, rel=0.01)
    assert g.mean() == pytest.approx(0.0, abs=0.015) and g.var() == pytest.approx(1.0, rel=0.02)
    # Irwin-Hall of order 4: excess kurtosis -6/(5 n).
    assert (g**4).mean() == pytest.approx(3.0 - 0.3, rel=0.03) and np.abs(g).max() <= 2 * 65535 / NORMAL_SCALE + 1e-3
    assert abs(np.corrcoef(g[1:], g[:-1])[0, 1]) < 0.015 and abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 0.015
