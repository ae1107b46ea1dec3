"""Conductance-based neurons against bifurcations, steady states stated here anew, Brian2's spikes and what the papers found."""

import numpy as np
import pytest
from scipy import optimize

from gateware.neurons import catalogue
from models.neurons import simulate

from .dynamics import bursts, eigenvalues, equilibrium, hopf
from .truth import truth


def spikes(name, duration, parameters=None, **inputs):
    return simulate(name, duration, inputs=inputs, parameters=parameters).spikes


def gate(v, half, slope):
    return 1 / (1 + np.exp((half - v) / slope))


def linoid(rate, v, half, slope):
    return rate * (v - half) / (1 - np.exp(-(v - half) / slope))


def share(opening, closing):
    return opening / (opening + closing)


def fold(current, low, high):
    """The greatest steady current between two potentials: there rest and threshold meet."""
    found = optimize.minimize_scalar(lambda v: -current(v), bounds=(low, high), method="bounded", options={"xatol": 1e-9})
    return -found.fun


def assert_starts_at(name, onset, slack, *, parameters=None, longest=20.0, duration=2000.0):
    """Silent below a current, and firing above it, the slower the nearer."""
    assert len(spikes(name, duration, parameters, I=onset - slack)) <= 1
    near = np.diff(spikes(name, duration, parameters, I=onset + slack))
    far = np.diff(spikes(name, duration, parameters, I=onset + 8 * slack))
    assert near[-1] > longest and near[-1] > 1.5 * far[-1]


@truth("hodgkin_huxley")
def test_hodgkin_huxley_rests_at_the_values_of_textbooks():
    state = equilibrium("hodgkin_huxley")
    assert state["v"] == pytest.approx(-65.0, abs=0.01)
    assert [state[each] for each in "mhn"] == pytest.approx([0.0529, 0.5961, 0.3177], abs=2e-4)


@truth("hodgkin_huxley")
def test_hodgkin_huxley_loses_and_regains_rest_where_rinzel_and_miller_found():
    # Hopf bifurcations at 9.78 and 154.5 uA/cm**2.
    assert hopf("hodgkin_huxley", 5.0, 20.0) == pytest.approx(9.78, abs=0.02)
    assert hopf("hodgkin_huxley", 140.0, 170.0) == pytest.approx(154.5, abs=0.2)


@truth("hodgkin_huxley")
def test_hodgkin_huxley_fires_as_in_brian2():
    # Brian2, rk4 with 0.01 ms, the equations of the paper at 10 uA/cm**2: 35 upward crossings of 0 mV in 500 ms.
    fired = spikes("hodgkin_huxley", 500.0, I=10.0)
    assert len(fired) in (34, 35)
    assert fired[:3] == pytest.approx([1.90, 16.82, 31.47], rel=0.01, abs=0.07)


@truth("wang_buzsaki")
def test_wang_buzsaki_starts_at_its_saddle_node():
    def current(v):
        m = share(linoid(0.1, v, -35, 10), 4 * np.exp(-(v + 60) / 18))
        h = share(0.07 * np.exp(-(v + 58) / 20), gate(v, -28, 10))
        n = share(linoid(0.01, v, -34, 10), 0.125 * np.exp(-(v + 44) / 80))
        return 35 * m**3 * h * (v - 55) + 9 * n**4 * (v + 90) + 0.1 * (v + 65)

    onset = fold(current, -70, -50)
    assert onset == pytest.approx(0.16, abs=0.005)
    assert_starts_at("wang_buzsaki", onset, 0.01, longest=100.0, duration=3000.0)


@truth("wang_buzsaki")
@pytest.mark.parametrize("current, count, first", [(1.0, 30, [11.72, 28.47, 45.22]), (5.0, 95, [2.87, 8.25, 13.54])])
def test_wang_buzsaki_fires_as_in_brian2(current, count, first):
    # Brian2, rk4 with 0.01 ms: upward crossings of 0 mV in 500 ms.
    fired = spikes("wang_buzsaki", 500.0, I=current)
    assert abs(len(fired) - count) <= 1
    assert fired[:3] == pytest.approx(first, rel=0.01, abs=0.06)


@truth("traub_miles")
def test_traub_miles_starts_at_its_saddle_node():
    def current(v):
        m = share(linoid(0.32, v, -54, 4), linoid(0.28, -v, 27, 5))
        h = share(0.128 * np.exp(-(v + 50) / 18), 4 * gate(v, -27, 5))
        n = share(linoid(0.032, v, -52, 5), 0.5 * np.exp(-(v + 57) / 40))
        return 100 * m**3 * h * (v - 50) + 80 * n**4 * (v + 100) + 0.1 * (v + 67)

    onset = fold(current, -66, -55)
    assert onset == pytest.approx(0.12, abs=0.005)
    assert_starts_at("traub_miles", onset, 0.015, longest=100.0)


@truth("connor_stevens")
def test_connor_stevens_is_of_type_one_by_its_a_current():
    def current(v):
        m = share(linoid(0.38, v, -29.7, 10), 15.2 * np.exp(-(v + 54.7) / 18))
        h = share(0.266 * np.exp(-(v + 48) / 20), 3.8 * gate(v, -18, 10))
        n = share(linoid(0.02, v, -45.7, 10), 0.25 * np.exp(-(v + 55.7) / 80))
        a = np.cbrt(0.0761 * np.exp((v + 94.22) / 31.84) / (1 + np.exp((v + 1.17) / 28.93)))
        b = (1 / (1 + np.exp((v + 53.3) / 14.54)))**4
        return 120 * m**3 * h * (v - 55) + 20 * n**4 * (v + 72) + 47.7 * a**3 * b * (v + 75) + 0.3 * (v + 17)

    # Theoretical Neuroscience starts it at rest at -68 mV.
    assert equilibrium("connor_stevens")["v"] == pytest.approx(-68.0, abs=0.1)
    assert optimize.brentq(current, -75, -60) == pytest.approx(equilibrium("connor_stevens")["v"], abs=1e-4)
    assert_starts_at("connor_stevens", fold(current, -66, -45), 0.05, longest=200.0)
    # Without it the neuron starts to fire at a high rate.
    assert np.diff(spikes("connor_stevens", 500.0, {"g_A": 0.0, "E_L": -70.0}, I=8.1))[-1] < 15


@truth("persistent_sodium_potassium")
def test_persistent_sodium_potassium_bifurcates_where_the_book_says():
    def current(v):
        return 20 * gate(v, -20, 15) * (v - 60) + 10 * gate(v, -25, 5) * (v + 90) + 8 * (v + 80)

    # A saddle-node on its invariant circle at 4.51, and with the low-threshold potassium current a Hopf bifurcation at 14.66.
    assert fold(current, -70, -45) == pytest.approx(4.51, abs=0.01)
    assert_starts_at("persistent_sodium_potassium", 4.513, 0.02, longest=40.0)
    low_threshold = {"v_n": -45.0, "E_L": -78.0}
    assert hopf("persistent_sodium_potassium", 0.0, 30.0, parameters=low_threshold) == pytest.approx(14.66, abs=0.01)


@truth("gutkin_ermentrout")
def test_gutkin_ermentrout_starts_at_its_saddle_node_and_noise_makes_it_irregular():
    def current(v):
        m, w = (1 + np.tanh((v + 1.2) / 18)) / 2, (1 + np.tanh((v - 12) / 17.4)) / 2
        return 4 * m * (v - 120) + 8 * w * (v + 84) + 2 * (v + 60)

    onset = fold(current, -50, -20)
    assert onset == pytest.approx(39.96, abs=0.01)
    assert_starts_at("gutkin_ermentrout", onset, 0.1, longest=400.0, duration=5000.0)
    regular = np.diff(spikes("gutkin_ermentrout", 10000.0, I=42.0)[1:])
    noisy = np.diff(spikes("gutkin_ermentrout", 10000.0, I={"mean": 39.0, "sd": 40.0, "hold": 1.0, "seed": 3})[1:])
    assert regular.std() / regular.mean() < 0.01 < 0.3 < noisy.std() / noisy.mean()


@truth("prescott")
def test_prescott_has_the_three_classes_of_excitability():
    def current(v, half):
        m, w = (1 + np.tanh((v + 1.2) / 18)) / 2, (1 + np.tanh((v - half) / 10)) / 2
        return 20 * m * (v - 50) + 20 * w * (v + 100) + 2 * (v + 70)

    # Class 1: rest ends in a saddle-node.
    assert_starts_at("prescott", fold(lambda v: current(v, 0.0), -60, -20), 0.1, parameters={"beta_w": 0.0}, longest=40.0)
    # Class 2: no saddle-node but a Hopf bifurcation, so that firing starts fast.
    v = np.linspace(-65, 0, 2000)
    assert (np.diff(current(v, -13.0)) > 0).all()
    onset = hopf("prescott", 20.0, 80.0)
    fired = spikes("prescott", 1000.0, I=onset + 0.5)
    assert len(fired) > 20 and np.diff(fired)[-1] < 20
    # Class 3: rest is stable up to twice that current, and a step makes one spike.
    state = equilibrium("prescott", parameters={"beta_w": -21.0}, I=60.0)
    assert eigenvalues("prescott", state, {"beta_w": -21.0}, I=60.0).real.max() < 0
    assert len(spikes("prescott", 1000.0, {"beta_w": -21.0}, I=60.0)) == 1


@truth("golomb_fs")
def test_golomb_fs_delays_its_spikes_by_the_d_current():
    # The initial values of the authors' own file are the rest, to the digits they give.
    state = equilibrium("golomb_fs", {"v": -69.0})
    expected = {"v": -70.038, "h": 0.8522, "n": 0.000208, "a": 0.2686, "b": 0.5016}
    assert state == pytest.approx(expected, abs=2e-4)
    # At their 3.35 uA/cm**2 firing follows hundreds of ms after the onset; without the current it does not wait.
    late, early = spikes("golomb_fs", 1000.0, I=3.35), spikes("golomb_fs", 1000.0, {"g_d": 0.0}, I=3.35)
    assert 250 < late[1] < 450 and np.diff(late[1:]).max() < 30
    assert np.diff(early).max() < 40


@truth("pospischil")
def test_pospischil_adapts_by_its_m_current():
    def balance(v):
        u = v + 55
        m = share(linoid(0.32, u, 13, 4), linoid(0.28, -u, -40, 5))
        h = share(0.128 * np.exp(-(u - 17) / 18), 4 * gate(u, 40, 5))
        n = share(linoid(0.032, u, 15, 5), 0.5 * np.exp(-(u - 10) / 40))
        return 50 * m**3 * h * (v - 50) + 5 * n**4 * (v + 100) + 0.07 * gate(v, -35, 10) * (v + 100) + 0.1 * (v + 70)

    assert equilibrium("pospischil")["v"] == pytest.approx(optimize.brentq(balance, -80, -60), abs=1e-5)
    adapting, steady = np.diff(spikes("pospischil", 1000.0)), np.diff(spikes("pospischil", 1000.0, {"g_M": 0.0}))
    assert adapting[-1] > 1.25 * adapting[0] and (np.diff(adapting[:20]) > -0.1).all()
    assert steady[-1] == pytest.approx(steady[1], rel=0.02)


@truth("huber_braun")
def test_huber_braun_goes_through_the_temperatures_of_the_paper():
    def late(temperature, duration=8000.0):
        fired = spikes("huber_braun", duration, {"T": temperature})
        return np.diff(fired[fired > duration / 2])

    # Tonic firing in the cold, its intervals doubled at 7 degrees, chaos at 10, then bursts of ever fewer spikes, and
    # subthreshold oscillation alone at 35.
    tonic, doubled, chaos = late(5.0, 12000.0), late(7.0, 12000.0), late(10.0)
    assert np.ptp(tonic) < 0.03 * tonic.mean()
    assert np.abs(doubled[2:] - doubled[:-2]).max() < 0.02 * doubled.mean()
    assert np.abs(np.diff(doubled)).min() > 0.3 * doubled.mean()
    assert len(np.unique(np.round(chaos / 25))) > 5
    for temperature, size in ((20.0, 3), (25.0, 2), (30.0, 1)):
        found = late(temperature)
        assert np.abs(found[size:] - found[:-size]).max() < 0.02 * found.sum() / len(found) + 0.2
        assert size == 1 or found.max() > 4 * found.min()
    assert len(late(35.0)) == 0
    v = simulate("huber_braun", 8000.0, parameters={"T": 35.0}).states["v"][-20000:]
    assert np.ptp(v) > 1


@truth("benda_herz", "stochastic_rate_adaptation")
def test_benda_herz_settles_where_rate_and_adaptation_agree():
    for current in (0.0, 10.0, 40.0):
        rate = optimize.brentq(lambda f: f - 0.2 / (1 + np.exp(-0.1 * (current - 100 * 0.5 * f - 5))), 0, 0.2)
        fired = spikes("benda_herz", 3000.0, I=current)
        assert np.sum(fired > 1000) == pytest.approx(2000 * rate, abs=1.5)
        # Before it adapts it fires faster.
        assert fired[0] < 1 / rate + 0.5
        drawn = spikes("stochastic_rate_adaptation", 20000.0, I=current)
        expected = 20000 * (1 - np.exp(-rate))
        assert abs(len(drawn) - expected) < 5 * np.sqrt(expected)
    intervals = np.diff(drawn)
    # Of a Poisson process in steps: geometric intervals, whose variance is (1 - p)/p**2.
    p = 1 - np.exp(-rate)
    assert intervals.mean() == pytest.approx(1 / p, rel=0.05)
    assert intervals.var() == pytest.approx((1 - p) / p**2, rel=0.15)


@truth("destexhe_thalamic")
def test_destexhe_bursts_after_inhibition_by_its_t_current():
    dt = catalogue.table("destexhe_thalamic").dt
    steps = round(1200 / dt)
    current = np.where((np.arange(steps) * dt > 500) & (np.arange(steps) * dt < 800), -0.6, 0.0)

    def rebound(**parameters):
        fired = simulate("destexhe_thalamic", 1200.0, inputs={"I": current}, parameters=parameters).spikes
        return fired[(fired > 800) & (fired < 1100)]

    burst = rebound()
    assert len(burst) >= 2 and np.diff(burst).min() < 10
    assert len(rebound(g_T=0.0)) == 0
    state = equilibrium("destexhe_thalamic")
    # The h current's steady state with calcium at rest: binding of 4 ions, then of the protein.
    bound = 1 / (1 + (2.0 / state["Ca"])**4)
    assert state["p_1"] == pytest.approx(bound, rel=1e-6)
    alpha = 1 / (1 + np.exp((state["v"] + 75) / 5.5))
    opened = alpha / (1 + alpha * bound / 0.01)
    assert state["o_1"] == pytest.approx(opened, rel=1e-6) and state["o_2"] == pytest.approx(opened * bound / 0.01, rel=1e-6)


@truth("hill_tononi")
def test_hill_tononi_without_intrinsic_currents_fires_as_its_closed_form():
    """Then the potential is linear in both phases: 2 ms of repolarisation, and the rise to the falling threshold."""
    passive = dict.fromkeys(("g_NaP", "g_DK", "g_T", "g_h"), 0.0)
    # Rest is at (0.2*30 - 90)/1.2 = -70 mV, as the paper has it.
    assert equilibrium("hill_tononi", parameters=passive)["v"] == pytest.approx(-70.0, abs=1e-9)
    drive = 60.0
    rest, tau = -70.0 + drive / 1.2, 16.0 / 1.2
    rate = 1 / tau + 1 / 1.75
    target = (rest / tau - 90 / 1.75) / rate
    low = target + (30 - target) * np.exp(-2 * rate)

    def gap(t):
        threshold = -51 + 81 * np.exp(-(t + 2) / 2)
        return rest + (low - rest) * np.exp(-t / tau) - threshold

    interval = 2 + optimize.brentq(gap, 0.0, 100.0)
    fired = spikes("hill_tononi", 1000.0, passive, I=drive)
    assert np.diff(fired)[1:] == pytest.approx(interval, rel=0.03)


@truth("hill_tononi")
def test_hill_tononi_depolarisation_activated_current_follows_its_factor():
    # D settles where influx and decay balance.
    state = equilibrium("hill_tononi", {"v": -66.0})
    influx = 0.025 / (1 + np.exp(-(state["v"] + 10) / 5))
    assert state["D"] == pytest.approx(0.001 + 1250 * influx, rel=1e-6)

    # The current adapts the firing.
    def count(g_DK):
        return np.sum(spikes("hill_tononi", 3000.0, {"g_DK": g_DK}, I=30.0) > 1500)

    assert count(0.0) > 1.2 * count(1.0)


@truth("av_ron_cardiac")
def test_av_ron_rests_and_fires_where_its_steady_currents_say():
    def balance(v):
        m, h, n = gate(v, -40, 7), gate(v, -45, -5), gate(v, -40, 15)
        return 80 * m**3 * h * (v - 40) + 40 * n**4 * (v + 80) + 20 * gate(v, -35, -3) * (v + 25) + 0.1 * (v + 60)

    state = equilibrium("av_ron_cardiac")
    assert state["v"] == pytest.approx(optimize.brentq(balance, -50, -25), abs=1e-6)
    # That rest is unstable: the neuron bursts by itself, and without the slow current it does not.
    assert eigenvalues("av_ron_cardiac", state).real.max() > 0
    groups = bursts(spikes("av_ron_cardiac", 2000.0), 20.0)
    assert len(groups) > 3 and max(map(len, groups)) > 10
    assert len(spikes("av_ron_cardiac", 1000.0, {"g_s": 0.0})) <= 2


@truth("mainen_sejnowski")
def test_mainen_sejnowski_spikes_in_the_axon_first():
    # Rest of the two compartments from the paper's rates.
    def balance(v_a):
        m = share(linoid(0.182, v_a, -25, 9), linoid(0.124, -v_a, 25, 9))
        h = 1 / (1 + np.exp((v_a + 55) / 6.2))
        n = share(linoid(0.02, v_a, 25, 9), linoid(0.002, -v_a, -25, 9))
        axon = 3000 * m**3 * h * (v_a - 50) + 150 * n * (v_a + 90)
        v_s = v_a + axon / 10
        return axon + v_s + 70

    state = equilibrium("mainen_sejnowski")
    assert state["v_a"] == pytest.approx(optimize.brentq(balance, -75, -65), abs=1e-6)
    trace = simulate("mainen_sejnowski", 200.0)
    soma, axon = (np.flatnonzero(np.diff((trace.states[each] >= -20).astype(int)) == 1) for each in ("v_s", "v_a"))
    assert len(soma) == len(axon) >= 5 and (soma > axon).all() and (soma - axon < 100).all()


@truth("hay_l5")
def test_hay_l5_is_a_cable_below_threshold_and_bursts_with_its_tuft():
    """Small currents divide between the compartments as in a passive tree with the slope of the rest."""
    parameters = {"g_Na": 0.0, "g_K": 0.0, "g_Ca_t": 0.0, "g_Ca_a": 0.0, "g_KCa": 0.0, "g_h": 0.0}
    matrix = np.array([[0.03 + 1.5 / 0.15, -1.5 / 0.15, 0], [-1.5 / 0.25, 0.03 + 2.3 / 0.25, -0.8 / 0.25],
                       [0, -0.8 / 0.6, 0.03 + 0.8 / 0.6]])
    expected = -75 + np.linalg.solve(matrix, [0.3 / 0.15, 0, 0])
    state = equilibrium("hay_l5", parameters=parameters, I_s=0.3)
    assert [state[each] for each in ("v_s", "v_t", "v_a")] == pytest.approx(expected, abs=1e-6)
    # What the paper is about: input to the tuft at the time of a spike turns it into a burst with a calcium spike.
    alone, together = (simulate("hay_l5", 500.0, inputs={"I_s": 5.0, "I_a": each}) for each in (0.0, 10.0))
    assert together.count > 1.5 * alone.count
    assert alone.states["v_t"].max() > 0


@truth("durstewitz_dopamine")
def test_durstewitz_d1_excites_by_sodium_and_nmda():
    def balance(v, d1):
        m = gate(v, -30 - 5 * d1, 9.5)
        block = 1 / (1 + np.exp(-0.062 * v) / 3.57)
        return (45 * m**3 * gate(v, -53, -7) * (v - 55) + 18 * (1 + 0.5 * d1) * gate(v, -30, 10)**4 * (v + 80)
                + 0.5 * (1 + 1.5 * d1) * block * v + 0.02 * (v + 65))

    for d1 in (0.0, 1.0):
        v = optimize.brentq(balance, -60, -20, args=(d1,))
        state = equilibrium("durstewitz_dopamine", {"v": v, "h": gate(v, -53, -7), "n": gate(v, -30, 10)}, I=0.0, d1=d1)
        assert state["v"] == pytest.approx(v, abs=1e-6)
    # As the paper found, D1 makes the same input fire more.
    counts = [len(spikes("durstewitz_dopamine", 1000.0, I=5.0, d1=d1)) for d1 in (0.0, 0.5, 1.0)]
    assert counts[0] < counts[1] < counts[2]


@truth("cobahh")
def test_cobahh_rests_where_its_currents_balance_and_sums_its_synapses():
    def balance(v):
        u = v + 63
        m = share(linoid(0.32, u, 13, 4), linoid(0.28, -u, -40, 5))
        h = share(0.128 * np.exp(-(u - 17) / 18), 4 * gate(u, 40, 5))
        n = share(linoid(0.032, u, 15, 5), 0.5 * np.exp(-(u - 10) / 40))
        return 20000 * m**3 * h * (v - 50) + 6000 * n**4 * (v + 90) + 10 * (v + 60)

    v = optimize.brentq(lambda v: balance(v) + 100, -80, -64)
    quiet = {"exc": 0, "inh": 0}
    assert simulate("cobahh", 300.0, inputs=quiet | {"I": -100.0}).states["v"][-1] == pytest.approx(v, abs=1e-3)
    # Two excitatory spikes at once, then one; the conductance is the sum of their exponentials.
    spikes_in = np.zeros(1000)
    spikes_in[[99, 299]] = 2, 1
    found = simulate("cobahh", 50.0, inputs={"exc": spikes_in, "inh": spikes_in, "I": 0.0}).states
    t = (np.arange(1000) - 99) * 0.05
    for name, weight, tau in (("g_e", 6.0, 5.0), ("g_i", 67.0, 10.0)):
        expected = weight * (2 * np.exp(-t / tau) * (t >= 0) + np.exp(-(t - 10) / tau) * (t >= 10 - 1e-9))
        assert found[name] == pytest.approx(expected, abs=1e-9)


@truth("cobahh")
@pytest.mark.parametrize("current, expected", [(200.0, [4.11, 25.84, 47.60, 69.35, 91.11]), (500.0, [2.50, 14.55, 26.63, 38.71])])
def test_cobahh_fires_as_in_brian2(current, expected):
    # Brian2, rk4 with 0.01 ms, the equations of its COBAHH example without synapses: crossings of -20 mV, for 100 ms.
    found = spikes("cobahh", 100.0, I=current, exc=0, inh=0)
    assert len(found) == (5 if current == 200.0 else 9)
    assert found[:len(expected)] == pytest.approx(expected, abs=0.2)
