"""Maps against their fixed points, bifurcation values, exact orbits, firing ratios and Lyapunov exponents."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq, fsolve

from models.neurons import simulate

from .truth import truth


# Nagumo and Sato, Aihara


@truth("nagumo_sato")
def test_nagumo_sato_steps_of_the_staircase():
    # An orbit of one spike in n steps solves y = a/(1 - k) - alpha k**j/(1 - k**n) after j silent steps. It holds where the
    # last silent state is below 0 and the next is not, so that the step of ratio 1/n lies between k**(n-1)/s and
    # k**(n-2)/s, s = 1 + k + ... + k**(n-1).
    k, edge = 0.7, 1e-6
    for n in (2, 3, 4, 5):
        total = (1 - k**n) / (1 - k)
        bounds = np.array([k ** (n - 1), k ** (n - 2)]) / total
        inside = np.array([bounds[0] + edge, bounds.mean(), bounds[1] - edge])
        outside = np.array([bounds[0] - 0.004, bounds[1] + 0.004])
        stimuli = np.broadcast_to(np.concatenate([inside, outside]) - 0.35, (4000, 5))
        trace = simulate("nagumo_sato", 4000.0, inputs={"I": stimuli})
        ratio = trace.events["spike"][1000:].mean(axis=0)
        assert ratio[:3] == pytest.approx(1 / n, abs=1e-9) and ratio[3] < 1 / n - 1e-3 < 1 / n + 1e-3 < ratio[4]
    # The mean firing rate never falls as the stimulus grows.
    stimuli = np.broadcast_to(np.linspace(-0.4, 0.7, 500), (2000, 500))
    ratio = simulate("nagumo_sato", 2000.0, inputs={"I": stimuli}).events["spike"][500:].mean(axis=0)
    assert np.all(np.diff(ratio) >= -1e-3) and ratio[0] == 0 and ratio[-1] == 1


@truth("aihara_chaotic")
def test_aihara_is_chaotic_where_the_paper_says():
    # k = 0.7, alpha = 1, a = 0.3968, epsilon = 0.01: the mean of ln |k - alpha f'(y)| is positive.
    y = simulate("aihara_chaotic", 20_000.0).states["y"][100:]
    x = 1 / (1 + np.exp(-y / 0.01))
    assert np.log(abs(0.7 - x * (1 - x) / 0.01)).mean() > 0.05
    # Bounded: 0 < f < 1 keeps y between (a - alpha)/(1 - k) and a/(1 - k).
    assert (0.3968 - 1) / 0.3 < y.min() and y.max() < 0.3968 / 0.3


@truth("aihara_chaotic")
def test_aihara_fixed_point_and_its_limit_of_nagumo_and_sato():
    # A wide output function leaves one stable fixed point.
    wide = simulate("aihara_chaotic", 500.0, parameters={"epsilon": 0.5})
    root = brentq(lambda y: 0.7 * y - 1 / (1 + math.exp(-y / 0.5)) + 0.3968 - y, -2, 2)
    assert wide.states["y"][-1] == pytest.approx(root, abs=1e-12)
    # A narrow one fires in the ratios of the staircase: 1/2 from k/(1+k) to 1/(1+k), 1/3 from 0.2237 to 0.3196.
    stimuli = np.broadcast_to(np.array([0.5, 0.27]) - 0.3968, (4000, 2))
    sharp = simulate("aihara_chaotic", 4000.0, inputs={"I": stimuli}, parameters={"epsilon": 1e-3})
    assert sharp.events["spike"][1000:].mean(axis=0) == pytest.approx([1 / 2, 1 / 3], abs=1e-9)


# Bursting maps


@truth("rulkov")
def test_rulkov_threshold_of_excitation():
    # The paper: rest is lost at sigma = 2 - sqrt(alpha/(1 - mu)).
    threshold = 2 - math.sqrt(4 / 0.999)
    for offset, spikes in ((-0.01, False), (0.01, True)):
        sigma = threshold + offset
        trace = simulate("rulkov", 20_000.0, parameters={"alpha": 4.0, "sigma": sigma})
        assert bool(trace.events["spike"][10_000:].any()) is spikes
        if not spikes:  # x = sigma - 1, y = x - alpha/(1 - x)
            assert [trace.states[name][-1] for name in "xy"] == pytest.approx([sigma - 1, sigma - 1 - 4 / (2 - sigma)], abs=1e-4)


@truth("rulkov")
def test_rulkov_bursts_and_a_spike_is_a_top_and_a_fall():
    trace = simulate("rulkov", 20_000.0)
    gaps = np.diff(trace.spikes)
    assert gaps.max() > 10 * np.median(gaps)
    # The third piece: after x >= alpha + y the map falls to exactly -1.
    x, y = trace.states["x"], trace.states["y"]
    tops = np.flatnonzero(x[:-1] >= 6 + y[:-1])
    assert len(tops) > 100 and np.all(x[tops + 1] == -1)


@truth("rulkov_chaotic")
def test_chaotic_rulkov_rest_and_its_loss():
    # Fixed point x = -beta/sigma, y = x - alpha/(1 + x**2); the determinant 2 alpha |x|/(1 + x**2)**2 + sigma passes 1 at
    # alpha = 2 (1 - sigma).
    start = {"sigma": 0.01, "beta": 0.01}
    below = simulate("rulkov_chaotic", 40_000.0, parameters=start | {"alpha": 1.9})
    assert [below.states[name][-1] for name in "xy"] == pytest.approx([-1, -1 - 0.95], abs=1e-6)
    above = simulate("rulkov_chaotic", 40_000.0, parameters=start | {"alpha": 2.1})
    assert np.ptp(above.states["x"][-1000:]) > 0.1
    chaos = simulate("rulkov_chaotic", 20_000.0)
    gaps = np.diff(chaos.spikes)
    assert gaps.max() > 10 * np.median(gaps) and len(np.unique(gaps)) > 15


@truth("ibarz_tanaka")
@pytest.mark.parametrize("sigma", [-0.02, 0.02])
def test_ibarz_tanaka_rest_and_oscillation(sigma):
    # v = sigma - 1 on the quadratic piece is stable while the determinant 1 + 2 sigma + mu is below 1; u = -sigma**2 there.
    trace = simulate("ibarz_tanaka", 60_000.0, parameters={"sigma": sigma})
    if 2 * sigma + 0.001 < 0:
        assert [trace.states[name][-1] for name in "vu"] == pytest.approx([sigma - 1, -(sigma**2)], abs=1e-6) and trace.count < 5
    else:
        assert np.ptp(trace.states["v"][-2000:]) > 0.5 and trace.count > 50


@truth("ibarz_tanaka")
def test_ibarz_tanaka_spike_is_a_rise_to_the_top_and_a_fall():
    trace = simulate("ibarz_tanaka", 5000.0)
    v, u = trace.states["v"], trace.states["u"]
    falls = np.flatnonzero(trace.events["spike"])
    assert np.all(v[falls] == -1) and v[falls - 1] == pytest.approx(1 + u[falls - 2]) and np.all(v[falls - 1] >= 1 + u[falls - 1])


@truth("cazelles")
def test_cazelles_slow_piece_and_exact_orbit():
    # 1.05**n from 0.1 to beyond 0.4, then 1.5 - 1.25 x, 1.4 - x, ...: exact where the numbers are.
    n = math.ceil(math.log(4) / math.log(1.05))
    trace = simulate("cazelles", 2000.0)
    x = trace.states["x"]
    assert x[:n] == pytest.approx(0.1 * 1.05 ** np.arange(1, n + 1)) and x[n] == pytest.approx(1.5 - 1.25 * 0.1 * 1.05**n)
    # By pieces, as fractions: 0.5 -> 0.875 -> 0.525 -> 0.84375 -> 0.55625 -> 0.8046875 -> 0.5953125.
    orbit = simulate("cazelles", 7.0, inputs={"I": [0.395] + [0] * 6}).states["x"]
    assert orbit == pytest.approx([0.5, 0.875, 0.525, 0.84375, 0.55625, 0.8046875, 0.5953125])
    # Chaos: the mean of ln |slope| is positive.
    slopes = np.select([x < 0.4, x < 0.6, x < 0.7], [1.05, 1.25, 1.5], 1.0)
    assert np.log(slopes).mean() > 0.05 and 0 <= x.min() and x.max() <= 1


@truth("chialvo")
def test_chialvo_fixed_point_and_excitability():
    # k = 0.02 in the paper's excitable set: below 1 the only fixed point is stable, and a kick past the threshold comes
    # back with one spike.
    def miss(state):
        x, y = state
        return [x**2 * math.exp(y - x) + 0.02 - x, 0.89 * y - 0.6 * x + 0.28 - y]

    x, y = fsolve(miss, [0.03, 2.4], xtol=1e-13)
    jacobian = np.array([[(2 * x - x**2) * math.exp(y - x), x**2 * math.exp(y - x)], [-0.6, 0.89]])
    assert abs(np.linalg.eigvals(jacobian)).max() < 1
    kicks = np.zeros((3000, 2))
    kicks[2000] = [0.01, 0.2]
    trace = simulate("chialvo", 3000.0, inputs={"I": kicks}, parameters={"k": 0.02})
    for column in (0, 1):
        assert [trace.states[name][1999, column] for name in "xy"] == pytest.approx([x, y], abs=1e-9)
        assert [trace.states[name][-1, column] for name in "xy"] == pytest.approx([x, y], abs=1e-9)
    assert trace.events["spike"][1990:].sum(axis=0).tolist() == [0, 1]


@truth("courbage_nekorkin_vdovin")
def test_courbage_nekorkin_vdovin_rest_and_chaos():
    # Rest x = J, y = F(J) on the left piece (J < J_min = 0.1765): eigenvalues of [[1 - m0, -1], [eps, 1]] lie in the unit
    # circle.
    J = 0.1
    assert abs(np.linalg.eigvals([[1 - 0.0864, -1], [0.02, 1]])).max() < 1
    rest = simulate("courbage_nekorkin_vdovin", 2000.0, parameters={"J": J})
    assert [rest.states[name][-1] for name in "xy"] == pytest.approx([J, -0.0864 * J], abs=1e-9)
    # At J = 0.2 it lies on the middle piece of slope 1.65, which no eigenvalue of [[1.65, -1], [eps, 1]] holds: the orbit
    # is bounded and irregular.
    assert abs(np.linalg.eigvals([[1.65, -1], [0.02, 1]])).max() > 1
    trace = simulate("courbage_nekorkin_vdovin", 10_000.0)
    gaps = np.diff(trace.spikes)
    assert abs(trace.states["x"]).max() < 0.5 and len(np.unique(gaps)) > 15
    # The mean of x is J, as y neither grows nor falls for ever.
    assert trace.states["x"].mean() == pytest.approx(0.2, abs=1e-3)


# Others


@truth("ermentrout_kopell_map")
def test_ermentrout_kopell_period_and_rest():
    # theta' = 1 - cos theta + (1 + cos theta) I: period pi/sqrt(I); for I < 0 rest at cos theta = (1 + I)/(1 - I).
    drive = np.array([0.05, 0.25, 1.0, 2.25])
    trace = simulate("ermentrout_kopell_map", 60_000, inputs={"I": np.broadcast_to(drive, (60_000, 4))}, parameters={"h": 0.001})
    for column, current in enumerate(drive):
        assert np.diff(trace.spikes[column]).mean() * 0.001 == pytest.approx(math.pi / math.sqrt(current), rel=2e-3)
    rest = simulate("ermentrout_kopell_map", 5000, inputs={"I": -0.3})
    assert rest.count == 0 and rest.states["theta"][-1] == pytest.approx(-math.acos(0.7 / 1.3), abs=1e-9)


@truth("adaptive_threshold_map")
def test_adaptive_threshold_map_fixed_point_and_geometric_threshold():
    trace = simulate("adaptive_threshold_map", 500.0, inputs={"I": 0.0})
    root = brentq(lambda x: -x + 1.5 / (1 + math.exp(-4 * x)) - x, 0, 1)
    assert root < 0.8 and trace.states["x"][-1] == pytest.approx(root, abs=1e-9) and np.all(trace.states["theta"] == 0)
    # Pushed above for good, the threshold climbs by 0.3 a step and keeps 0.95: 6 (1 - 0.95**n), one step late.
    high = simulate("adaptive_threshold_map", 40.0, inputs={"I": 2.0}, parameters={"theta_spike": -5.0})
    assert high.states["theta"][:10] == pytest.approx(6 * (1 - 0.95 ** np.arange(1, 11)))


@truth("medvedev")
def test_medvedev_pieces():
    # Left piece, u <= u_0 = beta_0/(delta - beta_0): a geometric approach to the drive F_0, here below u_0.
    trace = simulate("medvedev", 400.0, inputs={"I": 0.0}, parameters={"F_0": 0.1, "F_1": 0.05, "beta_SN": 0.001})
    start = 0.001 / 0.009
    assert trace.states["u"] == pytest.approx(0.1 + (start - 0.1) * 0.99035634 ** np.arange(1, 401), abs=1e-12)
    assert trace.count == 400
    # From the saddle-node value the drive passes the homoclinic value 0.203/0.797 = 0.2547: back to F_1, and up by about a
    # hundredth of the distance to F_0 (times the layer) until the next passing.
    trace = simulate("medvedev", 200.0, inputs={"I": 0.0})
    u = trace.states["u"]
    assert u[0] == pytest.approx(0.18201528) and np.all(u <= 0.203 / 0.797)
    returns = np.flatnonzero(np.isclose(u, 0.18201528))
    assert len(set(np.diff(returns))) == 1
    steps = math.log((1.47135414 - 0.203 / 0.797) / (1.47135414 - 0.18201528)) / math.log(1 - 0.00969047)
    assert abs(np.diff(returns)[0] - steps) < 1.5
    # An input that lifts calcium over the homoclinic value is followed by a silent step, which ends at the saddle-node value.
    driven = simulate("medvedev", 2000.0, inputs={"I": 2.0})
    silent = np.flatnonzero(~driven.events["spike"])
    assert len(silent) > 10 and driven.states["u"][silent] == pytest.approx(0.002009 / 0.007991)
    assert np.all(driven.states["u"][silent - 1] > 0.203 / 0.797)
