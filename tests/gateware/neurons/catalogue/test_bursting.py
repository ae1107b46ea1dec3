"""Bursting neurons against fixed points in closed form, SciPy's bursts and the patterns that the papers report."""

import numpy as np
import pytest
from scipy import optimize
from scipy.integrate import solve_ivp

from gateware.neurons import catalogue
from models.neurons import simulate

from .dynamics import bursts, eigenvalues, equilibrium, hopf
from .truth import truth


def fired(name, duration, parameters=None, **inputs):
    return simulate(name, duration, inputs=inputs, parameters=parameters).spikes


def sizes_and_period(spikes, gap):
    """Spikes per burst and period of the bursts, without the first and the last."""
    groups = bursts(spikes, gap)
    return [len(group) for group in groups[1:-1]], np.diff([group[0] for group in groups])[1:]


def gate(v, half, slope):
    return 1 / (1 + np.exp((half - v) / slope))


@truth("hindmarsh_rose")
@pytest.mark.parametrize("current", [0.0, 1.0, 3.25])
def test_hindmarsh_rose_rests_at_the_root_of_its_cubic(current):
    # y = 1 - 5 x**2 and z = 4 (x + 1.6) leave x**3 + 2 x**2 + 4 x + 5.4 - I = 0, which has one real root.
    roots = np.roots([1.0, 2.0, 4.0, 5.4 - current])
    x = roots[np.abs(roots.imag) < 1e-9].real
    state = equilibrium("hindmarsh_rose", I=current)
    assert len(x) == 1 and state["x"] == pytest.approx(x[0], abs=1e-8)
    assert state["y"] == pytest.approx(1 - 5 * x[0]**2) and state["z"] == pytest.approx(4 * (x[0] + 1.6), abs=1e-7)


@truth("hindmarsh_rose")
def test_hindmarsh_rose_goes_from_rest_through_bursts_and_chaos_to_tonic_firing():
    # As in the paper: rest at 1 (after a burst), regular bursts at 2, random ones at 3.25, tonic firing at 4.
    assert fired("hindmarsh_rose", 4000.0, I=1.0).max() < 200
    regular, period = sizes_and_period(fired("hindmarsh_rose", 3000.0, I=2.0), 40.0)
    assert len(set(regular)) == 1 and np.ptp(period[2:]) < 1
    random, period = sizes_and_period(fired("hindmarsh_rose", 6000.0, I=3.25), 40.0)
    assert len(set(random)) >= 3 and period.std() > 0.1 * period.mean()
    assert np.ptp(np.diff(fired("hindmarsh_rose", 3000.0, I=4.0))[-30:]) < 1


@truth("fitzhugh_rinzel")
def test_fitzhugh_rinzel_rests_where_its_lines_cross_and_bursts_about_the_hopf_point():
    # w = (v + 0.7)/0.8 and y = -0.775 - v: v**3/3 + v/0.8 + 0.875 + 0.775 - I = 0.
    roots = np.roots([1 / 3, 0.0, 1 / 0.8, 0.7 / 0.8 + 0.775 - 0.3125])
    v = roots[np.abs(roots.imag) < 1e-9].real[0]
    state = equilibrium("fitzhugh_rinzel", I=0.3125)
    assert state["v"] == pytest.approx(v, abs=1e-8)
    # Elliptic bursts: the slow variable passes again and again the Hopf point of the fast pair, v = -sqrt(1 - 0.08*0.8).
    at = -np.sqrt(1 - 0.08 * 0.8)
    point = at**3 / 3 - at + (at + 0.7) / 0.8 - 0.3125
    trace = simulate("fitzhugh_rinzel", 20000.0)
    late = trace.states["y"][trace.time > 5000]
    assert late.min() < point < late.max()
    groups = bursts(trace.spikes, 200.0)
    assert len(groups) > 8 and min(map(len, groups[1:-1])) >= 4


@truth("pernarowski")
def test_pernarowski_rests_at_its_cubic_and_bursts_as_in_scipy():
    # c = 4 (u + 0.954) leaves u**3 + u + 0.816 = 0, whose real root is -0.6.
    state = equilibrium("pernarowski")
    assert (state["u"], state["w"], state["c"]) == pytest.approx((-0.6, 0.0, 1.416), abs=1e-7)
    assert eigenvalues("pernarowski", state).real.max() > 0

    def rhs(t, y):
        u, w, c = y
        slow = 0.0025 * (4 * (u + 0.954) - c)
        return w, -0.25 * ((u - 1.5)**2 - 0.75**2) * w - (c + u**3 - 3 * (u + 1)) - slow, slow

    def crossing(t, y):
        return y[0] - 1.0

    crossing.direction = 1
    solution = solve_ivp(rhs, (0, 1500), (-1, 0, 0), events=crossing, rtol=1e-8, atol=1e-10, method="LSODA")
    expected = sizes_and_period(solution.t_events[0], 30.0)
    found = sizes_and_period(fired("pernarowski", 1500.0), 30.0)
    assert found[0] == expected[0] and found[1][-3:] == pytest.approx(expected[1][-3:], rel=0.005)


@truth("wilson_hr")
def test_wilson_rests_and_starts_where_its_polynomials_say():
    def current(v):
        return (17.81 + 47.71 * v + 32.63 * v**2) * (v - 0.55) + 26 * (1.35 * v + 1.03) * (v + 0.92)

    # The book's rest: V = -0.70 (70 mV) with R = 0.088.
    state = equilibrium("wilson_hr")
    assert (state["v"], state["R"]) == pytest.approx((-0.70, 0.088), abs=0.003)
    assert current(state["v"]) == pytest.approx(0.0, abs=1e-9)

    # Rest loses its stability where the trace of its two equations vanishes.
    def trace(v):
        slope = (47.71 + 2 * 32.63 * v) * (v - 0.55) + 17.81 + 47.71 * v + 32.63 * v**2
        return -(slope + 26 * (1.35 * v + 1.03)) / 0.8 - 1 / 1.9

    onset = current(optimize.brentq(trace, -0.72, -0.6))
    assert hopf("wilson_hr", 0.0, 0.5) == pytest.approx(onset, abs=1e-4)
    assert len(fired("wilson_hr", 400.0, I=0.0)) == 0 and len(fired("wilson_hr", 400.0, I=1.1 * onset)) > 10
    # No reset: the spike itself rises past 30 mV and falls below rest.
    v = simulate("wilson_hr", 100.0).states["v"]
    assert v.max() > 0.3 and v.min() < -0.72


@truth("bertram_phantom")
def test_phantom_burster_has_periods_that_neither_slow_current_has():
    # The paper: g_s1 = 20 pS fast bursts of seconds by s1 (time constant 1 s) alone; 7 pS bursts of about a quarter of a
    # minute, for which s2 (2 min) has to move.
    trace = simulate("bertram_phantom", 30000.0)
    sizes, fast = sizes_and_period(trace.spikes, 500.0)
    late = trace.time > 10000
    assert len(set(sizes)) == 1 and 1500 < fast.mean() < 6000
    assert np.ptp(trace.states["s1"][late]) > 0.4 and np.ptp(trace.states["s2"][late]) < 0.01
    medium = simulate("bertram_phantom", 130000.0, parameters={"g_s1": 7.0})
    _, period = sizes_and_period(medium.spikes, 4000.0)
    assert 3 < period[-3:].mean() / fast.mean() < 20
    assert medium.states["s1"].max() > 0.98 and np.ptp(medium.states["s2"][medium.time > 60000]) > 0.03


@truth("bertram_phantom")
def test_phantom_burster_rests_where_its_currents_balance():
    def balance(v):
        return (280 * gate(v, -22, 7.5) * (v - 100) + 1300 * gate(v, -9, 10) * (v + 80) + 25 * (v + 40)
                + (20 * gate(v, -40, 0.5) + 32 * gate(v, -42, 0.4)) * (v + 80))

    v = optimize.brentq(balance, -45, -39)
    guess = {"v": v, "n": gate(v, -9, 10), "s1": gate(v, -40, 0.5), "s2": gate(v, -42, 0.4)}
    state = equilibrium("bertram_phantom", guess)
    assert state["v"] == pytest.approx(v, abs=1e-6)
    assert eigenvalues("bertram_phantom", state).real.max() > 0


@truth("sherman_rinzel_keizer")
def test_sherman_rinzel_keizer_bursts_by_a_sawtooth_of_calcium():
    """The paper's figure 5: bursts about every 15 s, calcium rising through the spikes and falling between them."""
    trace = simulate("sherman_rinzel_keizer", 50000.0)
    groups = bursts(trace.spikes, 1500.0)
    assert np.diff([group[0] for group in groups])[1:] == pytest.approx(14250, rel=0.03)
    calcium = dict(zip(np.round(trace.time, 1), trace.states["Ca"]))
    for group in groups[1:-1]:
        assert calcium[round(group[-1], 1)] > calcium[round(group[0], 1)] + 0.02

    # Balance of the currents at rest, with calcium in equilibrium: there the cell is unstable.
    def current(v):
        inward = 1400 * gate(v, 4, 14) * gate(v, -10, -10) * (v - 110)
        calcium = -4.506e-6 * inward / 0.03
        return inward + 2500 * gate(v, -15, 5.6) * (v + 75) + 30000 * calcium / (100 + calcium) * (v + 75)

    v = optimize.brentq(current, -70, -30)
    calcium = -4.506e-6 * 1400 * gate(v, 4, 14) * gate(v, -10, -10) * (v - 110) / 0.03
    state = equilibrium("sherman_rinzel_keizer", {"v": v, "n": gate(v, -15, 5.6), "Ca": calcium})
    assert (state["v"], state["Ca"]) == pytest.approx((v, calcium), abs=1e-6)
    assert eigenvalues("sherman_rinzel_keizer", state).real.max() > 0


@truth("chay_keizer")
def test_chay_keizer_bursts_and_fires_on_where_calcium_leaves_faster():
    """The paper: k_Ca, which glucose raises, at 0.04/ms makes bursts and from about 0.06 continuous spikes."""
    bursting, continuous = (fired("chay_keizer", 20000.0, {"k_Ca": rate}) for rate in (0.04, 0.06))
    assert np.diff(bursting).max() > 3000 and np.diff(continuous[continuous > 5000]).max() < 100
    # Its rest has unstable oscillations about it, and stands where the currents of table I balance.
    def shares(v):
        m = 0.1 * (v + 25) / (1 - np.exp(-(v + 25) / 10))
        h = 0.07 * np.exp(-(v + 50) / 20)
        n = 0.01 * (v + 20) / (1 - np.exp(-(v + 20) / 10))
        return m / (m + 4 * np.exp(-(v + 50) / 18)), h / (h + gate(v, -20, 10)), n / (n + 0.125 * np.exp(-(v + 30) / 80))

    def balance(v):
        m, h, n = shares(v)
        inward = 6.5 * m**3 * h * (v - 100)
        calcium = -3 * inward / (8.9e-4 * 96487 * 0.04)
        return 2 * inward + (12 * n**4 + 0.09 * calcium / (1 + calcium)) * (v + 75) + 0.04 * (v + 40)

    v = optimize.brentq(balance, -50, -30)
    m, h, n = shares(v)
    state = equilibrium("chay_keizer", {"v": v, "m": m, "h": h, "n": n, "Ca": 1.2})
    assert state["v"] == pytest.approx(v, abs=1e-6)
    assert eigenvalues("chay_keizer", state).real.max() > 0


@truth("chay_keizer_minimal")
def test_chay_keizer_minimal_bursts_as_in_scipy():
    def rhs(t, y):
        v, n, c = y
        inward = 1000 * gate(v, -20, 12) * (v - 25)
        outward = (2700 * n + 400 * c**3 / (0.3**3 + c**3) + 180) * (v + 75)
        return -(inward + outward) / 5300, (gate(v, -16, 5) - n) / 20, -0.001 * (1.125e-6 * inward + 0.045 * c)

    def crossing(t, y):
        return y[0] + 35.0

    crossing.direction = 1
    solution = solve_ivp(rhs, (0, 60000), (-60, 0, 0.1), events=crossing, rtol=1e-6, atol=1e-8, method="LSODA")
    expected = sizes_and_period(solution.t_events[0], 1500.0)
    found = sizes_and_period(fired("chay_keizer_minimal", 60000.0), 1500.0)
    assert len(expected[0]) >= 1 and found[0] == pytest.approx(expected[0], abs=1)
    assert found[1] == pytest.approx(expected[1], rel=0.01)


@truth("chay")
def test_chay_doubles_its_period_and_bursts_as_the_paper_found():
    """Periodic firing at g_KC = 10/s, of two alternating intervals at 10.7/s, bursts with long silences at 11.5/s."""
    def late(conductance):
        found = fired("chay", 20000.0, {"g_KC": conductance})
        return np.diff(found[found > 8000])

    single, double, burst = late(0.010), late(0.0107), late(0.0115)
    assert np.ptp(single) < 1
    assert np.abs(np.diff(double)).min() > 50 and np.abs(double[2:] - double[:-2]).max() < 40
    assert burst.max() > 3 * np.median(burst)


@truth("butera_respiratory")
def test_butera_is_silent_bursts_and_beats_as_its_leak_rises():
    """The paper's figure: silence at a leak reversal of -65 mV, bursts at -60 and faster ones at -57.5, beating at -54."""
    assert len(fired("butera_respiratory", 10000.0, {"E_L": -65.0}, I=0.0)) == 0
    slow, period = sizes_and_period(fired("butera_respiratory", 30000.0, {"E_L": -60.0}, I=0.0), 400.0)
    fast, quick = sizes_and_period(fired("butera_respiratory", 15000.0, {"E_L": -57.5}, I=0.0), 400.0)
    assert min(slow) > 2 * max(fast) > 8 and period.mean() > 3 * quick.mean()
    assert period.mean() == pytest.approx(7000, rel=0.03) and quick.mean() == pytest.approx(1558, rel=0.03)
    beating = np.diff(fired("butera_respiratory", 10000.0, {"E_L": -54.0}, I=0.0))
    assert np.ptp(beating[-20:]) < 1


@truth("plant_r15")
def test_plant_bursts_are_parabolic():
    """Within a burst the intervals shorten, then lengthen; between bursts both slow variables go round."""
    trace = simulate("plant_r15", 60000.0)
    groups = bursts(trace.spikes, 1500.0)
    for group in groups[1:-1]:
        intervals = np.diff(group)
        least = int(np.argmin(intervals))
        assert 0 < least < len(intervals) / 2 and intervals[-1] > 2 * intervals[least]
    # At the unstable rest, calcium has the value at which as much enters as leaves.
    state = equilibrium("plant_r15", {"v": -45.0, "h": 0.5, "n": 0.3, "x": 0.65, "Ca": 1.0})
    x = 1 / (1 + np.exp(-0.15 * (state["v"] + 50)))
    assert state["x"] == pytest.approx(x, rel=1e-6) and state["Ca"] == pytest.approx(0.0085 * x * (140 - state["v"]), rel=1e-6)
    assert eigenvalues("plant_r15", state).real.max() > 0
    # Without the slow inward current it is silent.
    assert len(fired("plant_r15", 20000.0, {"g_T": 0.0})) <= 1


@truth("yamada")
def test_yamada_rests_where_its_currents_balance_and_adapts_to_silence():
    def balance(v):
        n = gate(v, -30, 10)
        return (20 * gate(v, -30, 9.5)**3 * (1 - n) * (v - 60) + 10 * n**4 * (v + 80) + 5 * gate(v, -50, 10) * (v + 80)
                + 0.5 * (v + 60))

    v = optimize.brentq(balance, -80, -50)
    state = equilibrium("yamada", {"v": v, "n": gate(v, -30, 10), "q": gate(v, -50, 10)}, I=0.0)
    assert state["v"] == pytest.approx(v, abs=1e-6)
    # The slow current ends the answer to a step; without it the same step makes it fire on.
    assert fired("yamada", 1000.0, I=40.0).max() < 600
    assert fired("yamada", 1000.0, {"g_q": 0.0}, I=10.0).max() > 950


@truth("marder_stg")
def test_marder_bursts_by_its_calcium_currents_and_is_in_nernst_balance():
    trace = simulate("marder_stg", 4000.0)
    groups = bursts(trace.spikes, 40.0)[1:-1]
    period = np.diff([group[0] for group in groups])
    assert {len(group) for group in groups} <= {4, 5} and period.std() < 0.1 * period.mean()
    # Without calcium currents it makes single spikes.
    single = fired("marder_stg", 3000.0, {"g_CaT": 0.0, "g_CaS": 0.0})
    assert len(single) > 10 and np.diff(single)[2:].min() > 100
    # RT/2F at 10 degrees Celsius is 12.2 mV.
    slope = catalogue.table("marder_stg").parameters["V_T2"].value
    assert slope == pytest.approx(8.314462 * 283.15 / (2 * 96485.33) * 1000, abs=0.01)

    # Hyperpolarised, calcium is at rest, and the currents of the paper's sigmoids balance the injected one.
    def gates(v):
        halves = {"m_Na": (-25.5, 5.29), "h_Na": (-48.9, -5.18), "m_CaT": (-27.1, 7.2), "h_CaT": (-32.1, -5.5),
                  "m_CaS": (-33, 8.1), "h_CaS": (-60, -6.2), "m_A": (-27.2, 8.7), "h_A": (-56.9, -4.9),
                  "m_Kd": (-12.3, 11.8), "m_H": (-70, -6)}
        found = {name: gate(v, half, slope) for name, (half, slope) in halves.items()}
        return found | {"m_KCa": 0.05 / 3.05 * gate(v, -28.3, 12.6)}

    def balance(v):
        g, calcium = gates(v), 12.2 * np.log(60000)
        return (48.98 * g["m_Na"]**3 * g["h_Na"] * (v - 50) + 0.49 * g["m_CaT"]**3 * g["h_CaT"] * (v - calcium)
                + 1.47 * g["m_CaS"]**3 * g["h_CaS"] * (v - calcium) + 10.2 * g["m_A"]**3 * g["h_A"] * (v + 80)
                + 15 * g["m_KCa"]**4 * (v + 80) + 11.22 * g["m_Kd"]**4 * (v + 80) + 0.24 * g["m_H"] * (v + 20)
                + 0.01 * (v + 50) + 10)

    v = optimize.brentq(balance, -90, -65)
    state = equilibrium("marder_stg", gates(v) | {"v": v, "Ca": 0.05}, I=-10.0)
    assert state["v"] == pytest.approx(v, abs=1e-3)
    assert {name: state[name] for name in gates(v)} == pytest.approx(gates(v), rel=2e-3)


@truth("wilson_neocortical")
def test_wilson_neocortical_rests_at_a_root_of_its_polynomial_and_has_the_papers_classes():
    v = np.polynomial.Polynomial([0, 1])
    calcium = 4.205 + 11.6 * v + 8 * v**2
    total = (-(17.8 + 47.6 * v + 33.8 * v**2) * (v - 0.5) - 26 * (1.24 + 3.7 * v + 3.2 * v**2) * (v + 0.95)
             - 2.25 * calcium * (v - 1.2) - 9.5 * 3 * calcium * (v + 0.95))
    roots = total.roots()
    state = equilibrium("wilson_neocortical", I=0.0)
    assert np.abs(roots - state["v"]).min() < 1e-7 and state["v"] == pytest.approx(-0.75, abs=0.02)
    classes = {"bursting": {}, "regular": {"g_T": 0.1, "g_H": 5.0}, "fast": {"g_T": 0.25, "g_H": 0.0, "tau_R": 1.5}}
    intervals = {name: np.diff(fired("wilson_neocortical", 1000.0, parameters)) for name, parameters in classes.items()}
    assert intervals["bursting"].max() > 10 * intervals["bursting"].min()
    regular, fast = intervals["regular"], intervals["fast"]
    assert regular[-1] > 2 * regular[0] and np.ptp(regular[-3:]) < 0.1 * regular[-1]
    assert fast[-1] < 1.3 * fast[0] and fast[-1] < 0.3 * regular[-1]


def test_the_equilibrium_that_is_followed_is_one():
    # The helper of these files, on a bifurcation in closed form: FitzHugh's at I = 0.3313.
    v = -np.sqrt(1 - 0.08 * 0.8)
    assert hopf("fitzhugh_nagumo", 0.0, 0.6) == pytest.approx(v**3 / 3 - v + (v + 0.7) / 0.8, abs=1e-4)
