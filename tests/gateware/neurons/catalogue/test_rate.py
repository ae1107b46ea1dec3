"""Rate, mean-field and working-memory models against steady states, bifurcation values, closed forms and survivor integrals."""

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq, fsolve
from scipy.special import expit

from models.neurons import rate, simulate

from .truth import truth


def swing(trace, output, *, after):
    """Largest less smallest value of an output after a time."""
    late = trace.outputs[output][trace.time > after]
    return np.ptp(late, axis=0)


# Columns


def sigmoid(v):
    return 5 * expit(0.56 * (v - 6))


@truth("jansen_rit")
def test_jansen_rit_between_its_hopf_bifurcations():
    # F. Grimbert and O. Faugeras (Neural Computation 18:3052, 2006): the lower rest ends in a cycle of slow spikes at p =
    # 113.58, which turns into the alpha rhythm at 137.38; that dies at 315.70.
    trace = simulate("jansen_rit", 30.0, inputs={"p": np.broadcast_to([110.0, 117.0, 220.0, 300.0, 330.0], (30_000, 5))})
    swings = swing(trace, "eeg", after=25.0)
    assert swings[0] < 1e-3 and swings[1] > 8 and 2 < swings[2] < 6 and 1 < swings[3] < swings[2] and swings[4] < 0.01
    eeg = trace.outputs["eeg"][-5000:, 2]
    spectrum = abs(np.fft.rfft(eeg - eeg.mean()))
    assert 8 < spectrum.argmax() / 5 < 12  # alpha, Hz


@truth("jansen_rit")
@pytest.mark.parametrize("p", [60.0, 400.0])
def test_jansen_rit_steady_state(p):
    # y0 = A/a S(y), y1 = A/a (p + C2 S(C1 y0)), y2 = B/b C4 S(C3 y0), y = y1 - y2.
    def miss(y):
        y0 = 0.0325 * sigmoid(y)
        return 0.0325 * (p + 108 * sigmoid(135 * y0)) - 0.44 * 33.75 * sigmoid(33.75 * y0) - y

    trace = simulate("jansen_rit", 20.0, inputs={"p": p})
    assert trace.outputs["eeg"][-1] == pytest.approx(brentq(miss, -20, 2 if p < 100 else 40), abs=1e-6)


@truth("wendling")
@pytest.mark.parametrize("B, G, p", [(25.0, 15.0, 900.0), (10.0, 15.0, 90.0)])
def test_wendling_steady_state_with_both_inhibitions(B, G, p):
    # Slow inhibition of the fast interneurons, y4, is 0.1/0.25 of the slow inhibition of pyramidal cells, y2.
    def miss(y):
        y0 = 0.05 * sigmoid(y)
        y2 = B / 50 * 33.75 * sigmoid(33.75 * y0)
        return 0.05 * (p + 108 * sigmoid(135 * y0)) - y2 - G / 500 * 108 * sigmoid(40.5 * y0 - 0.4 * y2) - y

    trace = simulate("wendling", 10.0, inputs={"p": p}, parameters={"B": B, "G": G})
    assert swing(trace, "eeg", after=9.0) < 1e-6
    assert trace.outputs["eeg"][-1] == pytest.approx(brentq(miss, -20, 60), abs=1e-5)


@truth("wendling")
def test_wendling_without_fast_inhibition_is_the_column_of_jansen_and_rit():
    trace = simulate("wendling", 30.0, inputs={"p": np.broadcast_to([110.0, 300.0, 330.0], (60_000, 3))},
                     parameters={"A": 3.25, "B": 22.0, "G": 0.0})
    swings = swing(trace, "eeg", after=25.0)
    assert swings[0] < 1e-3 and swings[1] > 1 and swings[2] < 0.01  # between 113.58 and 315.70, see above


# Wilson and Cowan


def response(x, a, theta):
    return expit(a * (x - theta)) - expit(-a * theta)


def wilson_cowan_flow(state, P, c, a_e, theta_e, a_i, theta_i):
    e, i = state
    return np.array([-e + (expit(a_e * theta_e) - e) * response(c[0] * e - c[1] * i + P, a_e, theta_e),
                     -i + (expit(a_i * theta_i) - i) * response(c[2] * e - c[3] * i, a_i, theta_i)])


@truth("wilson_cowan")
def test_wilson_cowan_limit_cycle():
    # The paper's cycle at P = 1.25: the only steady state is unstable, so that a bounded plane orbit must go round it.
    def flow(state):
        return wilson_cowan_flow(state, 1.25, (16, 12, 15, 3), 1.3, 4, 2, 3.7)

    found = {tuple(np.round(point, 6)) for guess in np.ndindex(10, 10)
             for point, _, ok, _ in [fsolve(flow, np.array(guess) * 0.05, full_output=True)] if ok == 1}
    assert len(found) == 1
    point = np.array(found.pop())
    jacobian = np.array([(flow(point + step) - flow(point - step)) / 2e-6 for step in np.eye(2) * 1e-6]).T
    assert np.linalg.eigvals(jacobian).real.min() > 0
    trace = simulate("wilson_cowan", 1000.0, inputs={"P": np.broadcast_to([1.25, 0.0], (2000, 2))})
    late = trace.states["E"][trace.time > 500]
    assert late[:, 0].max() - late[:, 0].min() > 0.1 and np.all(late[:, 1] == 0)
    assert late[:, 0].min() < point[0] < late[:, 0].max()


@truth("wilson_cowan")
def test_wilson_cowan_hysteresis():
    # The paper's constants of multiple steady states: two are stable, a pulse of P leads from one to the other.
    constants = {"c1": 12.0, "c2": 4.0, "c3": 13.0, "c4": 11.0, "a_e": 1.2, "theta_e": 2.8, "a_i": 1.0, "theta_i": 4.0}

    def flow(state):
        return wilson_cowan_flow(state, 0, (12, 4, 13, 11), 1.2, 2.8, 1, 4)

    P = np.where(np.arange(2000) < 200, 2.0, 0.0)
    trace = simulate("wilson_cowan", 1000.0, inputs={"P": P}, parameters=constants)
    last = [trace.states[name][-1] for name in "EI"]
    assert last[0] > 0.3 and last == pytest.approx(fsolve(flow, [0.45, 0.25], xtol=1e-12), abs=1e-9)
    assert simulate("wilson_cowan", 1000.0, inputs={"P": 0.0}, parameters=constants).states["E"][-1] == 0


# Decisions


def wong_wang_rate(x):
    y = 270 * x - 108
    return y / (1 - np.exp(-0.154 * y))


@truth("wong_wang")
def test_wong_wang_spontaneous_and_decided_states():
    def flow(s, stimulus=0.0):
        x = 0.2609 * s - 0.0497 * s[::-1] + 0.3255 + stimulus
        return -s / 0.1 + (1 - s) * 0.641 * wong_wang_rate(x)

    push = np.where(np.arange(8000) < 2000, 0.05, 0.0)
    trace = simulate("wong_wang", 4.0, inputs={"I1": np.stack([np.zeros(8000), push], 1), "I2": 0.0}, parameters={"sigma": 0.0})
    for column, guess in enumerate(([0.1, 0.1], [0.7, 0.05])):
        last = [trace.states[name][-1, column] for name in ("s1", "s2")]
        assert last == pytest.approx(fsolve(flow, guess, xtol=1e-12), abs=1e-6)
    assert trace.states["s1"][-1, 0] == pytest.approx(trace.states["s2"][-1, 0]) and trace.states["s1"][-1, 1] > 0.5


@truth("wong_wang")
def test_wong_wang_noise_is_an_ornstein_uhlenbeck_process():
    # tau dI/dt = -I + eta sqrt(tau sigma**2): variance sigma**2/2, correlation exp(-t/tau).
    noise = simulate("wong_wang", 50.0).states["n1"]
    assert noise.std() == pytest.approx(0.02 / np.sqrt(2), rel=0.02) and abs(noise.mean()) < 0.0003
    assert np.corrcoef(noise[4:], noise[:-4])[0, 1] == pytest.approx(np.exp(-1), abs=0.02)


@truth("wong_wang")
def test_wong_wang_decides_for_strong_evidence():
    # Coherence 51.2 % at 30 Hz and 5.2e-4 nA/Hz: the paper's monkeys and model are right nearly always, within a second or
    # so.
    inputs = {"I1": 0.0156 * 1.512, "I2": 0.0156 * 0.488}
    for seed in range(1, 9):
        trace = simulate("wong_wang", 2.0, inputs=inputs, seed=seed)
        assert trace.events["first"].any() and not trace.events["second"].any()


def test_wong_wang_decides_either_way_without_evidence():
    inputs = {"I1": 0.0156, "I2": 0.0156}
    sides = [simulate("wong_wang", 4.0, inputs=inputs, seed=seed).events["first"].any() for seed in range(1, 17)]
    assert 2 <= sum(sides) <= 14


@truth("deco_reduced_wong_wang")
def test_deco_node_steady_state_and_noise():
    def flow(s, g):
        y = 0.27 * (0.9 * 0.2609 * s + 0.2609 * g + 0.3) - 0.108
        return -s / 100 + (1 - s) * 0.641 * y / (1 - np.exp(-154 * y))

    for g in (0.0, 0.1):
        trace = simulate("deco_reduced_wong_wang", 20_000.0, inputs={"G_S": g}, parameters={"sigma": 0.0})
        low = brentq(flow, 1e-3, 0.15 if g == 0 else 0.9, args=(g,))
        assert trace.states["S"][-1] == pytest.approx(low, rel=1e-4)
    # Small noise about a stable state: variance sigma**2/(2 |lambda|) with the slope lambda of the flow there.
    trace = simulate("deco_reduced_wong_wang", 400_000.0, inputs={"G_S": 0.0}, parameters={"sigma": 2e-4})
    low = brentq(flow, 1e-3, 0.15, args=(0.0,))
    slope = (flow(low + 1e-6, 0.0) - flow(low - 1e-6, 0.0)) / 2e-6
    assert trace.states["S"][5000:].std() == pytest.approx(2e-4 / np.sqrt(-2 * slope), rel=0.1)


# Exact mean field


@truth("montbrio_pazo_roxin")
def test_montbrio_pazo_roxin_bistability():
    # The paper's steady states: tau r = Phi(eta + J tau r + I), Phi(x) = sqrt(x + sqrt(x**2 + Delta**2))/(sqrt(2) pi); here
    # Delta = 1.
    def miss(r):
        x = -5 + 15 * r
        return np.sqrt(x + np.hypot(x, 1)) / (np.sqrt(2) * np.pi) - r

    low, high = brentq(miss, 0, 0.1), brentq(miss, 0.6, 2)
    pulse = np.where(np.arange(8000) < 3000, 3.0, 0.0)  # the paper's current step of 3
    trace = simulate("montbrio_pazo_roxin", 800.0, inputs={"I": np.stack([np.zeros(8000), pulse], 1)})
    assert 10 * trace.states["r"][-1] == pytest.approx([low, high], rel=1e-4)
    assert trace.states["v"][-1] == pytest.approx(-1 / (2 * np.pi * np.array([low, high])), rel=1e-4)


# Fields and rate units


@truth("amari_field")
def test_amari_bumps_have_the_widths_that_the_kernel_allows():
    # A bump of n units stands where its last unit is above 0, sum w(0..n-1) + h > 0, and the next is not, sum w(1..n) + h <
    # 0.
    w = np.exp(-np.arange(9) ** 2 / 8) - 0.35
    widths = [n for n in range(1, 8) if w[:n].sum() - 0.3 > 0 > w[1:n + 1].sum() - 0.3]
    assert widths == [5, 6, 7]
    steps = np.arange(1000)
    seed = np.where(steps < 100, 1.5, 0.0)
    narrow = simulate("amari_field", 1000.0, inputs={"I": seed})
    wide = simulate("amari_field", 1000.0, inputs={"I": seed}, parameters={"profile": [0.0] * 3 + [1.0] * 11 + [0.0] * 2})
    assert narrow.outputs["active"][-1] == 5 and wide.outputs["active"][-1] == 7
    # Where it stands, a unit's potential is the sum of its couplings to the bump.
    assert narrow.states["u_8"][-1] == pytest.approx(w[0] + 2 * w[1] + 2 * w[2] - 0.3, abs=1e-6)
    # Rest is stable beside them, Amari's bistable case.
    assert simulate("amari_field", 1000.0, inputs={"I": 0.0}).outputs["active"][-1] == 0


@truth("sigmoid_rate")
def test_sigmoid_rate_relaxes_exponentially():
    trace = simulate("sigmoid_rate", 50.0, inputs={"I": 1.5}, parameters={"beta": 2.0, "theta": 1.0})
    assert trace.states["r"] == pytest.approx(expit(1.0) * (1 - np.exp(-trace.time / 10)), abs=1e-12)


@truth("threshold_linear_rate")
def test_threshold_linear_rate():
    inputs = np.linspace(-4, 4, 17)
    trace = simulate("threshold_linear_rate", 17.0, inputs={"I": inputs}, parameters={"gain": 2.5, "theta": 0.5})
    assert trace.outputs["r"] == pytest.approx([0.0] * 10 + [2.5 * x for x in np.arange(0.5, 4, 0.5)])


@truth("siegert")
def test_siegert_against_adaptive_quadrature_and_the_noiseless_limit():
    def expected(mu, sigma):
        # exp(u**2) (1 + erf(u)) by the logarithm of the normal distribution, not by erfcx.
        from scipy.special import log_ndtr
        total = quad(lambda u: np.exp(u * u + np.log(2) + log_ndtr(np.sqrt(2) * u)), (-70 - mu) / sigma, (-50 - mu) / sigma,
                     epsabs=0, epsrel=1e-10, limit=200)[0]
        return 1 / (2 + 20 * np.sqrt(np.pi) * total)

    mu = np.array([-60.0, -55.0, -50.0, -45.0, -30.0])
    assert simulate("siegert", 5.0, inputs={"mu": mu}).outputs["r"] == pytest.approx([expected(m, 5.0) for m in mu], rel=1e-6)
    quiet = simulate("siegert", 2.0, inputs={"mu": [-40.0, -20.0]}, parameters={"sigma": 0.1}).outputs["r"]
    assert quiet == pytest.approx([1 / (2 + 20 * np.log(30 / 10)), 1 / (2 + 20 * np.log(50 / 30))], rel=1e-3)


@truth("larter_breakspear")
def test_larter_breakspear_rest_cycle_and_chaos():
    # The paper's column: a fixed point for a spread of thresholds below 0.55, a limit cycle from 0.55 to 0.59, chaos above.
    def tops(spread):
        V = simulate("larter_breakspear", 6000.0, inputs={"I": 0.3}, parameters={"d_V": spread}).states["V"][80_000:]
        return V, V[1:-1][(V[1:-1] > V[:-2]) & (V[1:-1] > V[2:])]

    rest, _ = tops(0.54)
    assert np.ptp(rest) < 1e-4
    # There the interneurons stand still: a_ni I + a_ei V Q_V = 0.
    assert rest[-1] == pytest.approx(brentq(lambda V: 0.12 + V * (1 + np.tanh(V / 0.54)), -0.3, 0), abs=1e-5)
    cycle, peaks = tops(0.57)
    assert np.ptp(cycle) > 0.05 and np.ptp(peaks) < 1e-3
    chaos, peaks = tops(0.65)
    assert np.ptp(chaos) > 0.7 and len(np.unique(np.round(peaks, 3))) > 30


# Conductance-based integrate-and-fire cells


@truth("coba_lif")
def test_coba_lif_interval_and_balance():
    trace = simulate("coba_lif", 500.0, inputs={"I": 200.0, "excitation": 0, "inhibition": 0})
    assert np.diff(trace.spikes) == pytest.approx(5 + 20 * np.log(20 / 10), abs=0.2)
    # Regular spikes: each conductance has the mean w r tau, the potential the weighted mean of the reversal potentials.
    spikes = {"excitation": {"value": 1, "every": 10.0}, "inhibition": {"value": 1, "every": 20.0}}
    trace = simulate("coba_lif", 2000.0, inputs={"I": 0.0} | spikes)
    late = trace.time > 1000
    g_e, g_i = 6 * 0.1 / (1 - np.exp(-0.02)) / 10, 67 * 0.1 / (1 - np.exp(-0.01)) / 20
    assert trace.states["g_e"][late].mean() == pytest.approx(g_e, rel=1e-3)
    assert trace.states["g_i"][late].mean() == pytest.approx(g_i, rel=1e-3)
    assert trace.states["v"][late].mean() == pytest.approx((-600 - 80 * g_i) / (10 + g_e + g_i), abs=0.5) and trace.count == 0


def steady_interval(g_external, v_reset):
    """Of a membrane of 25 nS and 500 pF at -70 mV with ten external spikes per ms of 2 ms: g = 20 gates."""
    total = 25 + g_external
    v_inf, tau = (25 * -70) / total, 500 / total
    return 2 + tau * np.log((v_inf - v_reset) / (v_inf + 50))


@truth("brunel_wang", "compte")
@pytest.mark.parametrize("name, conductance, v_reset", [("brunel_wang", 2.1, -55), ("compte", 3.1, -60)])
def test_working_memory_cells_fire_at_the_interval_of_their_conductances(name, conductance, v_reset):
    inputs = {"external": 1, "inhibition": 0.0, "S_NMDA": 0.0}
    trace = simulate(name, 500.0, inputs=inputs)
    g = conductance / (1 - np.exp(-0.1 / 2))
    assert np.diff(trace.spikes)[3:] == pytest.approx(steady_interval(g, v_reset), abs=0.15)


@truth("brunel_wang", "compte")
@pytest.mark.parametrize("name, conductance", [("brunel_wang", 0.165), ("compte", 0.381)])
def test_working_memory_cells_rest_where_the_magnesium_block_lets_them(name, conductance):
    # C. E. Jahr and C. F. Stevens: 1/(1 + [Mg] exp(-0.062 v)/3.57).
    def current(v):
        return 25 * (v + 70) + conductance * 100 * v / (1 + np.exp(-0.062 * v) / 3.57)

    trace = simulate(name, 1000.0, inputs={"external": 0, "inhibition": 0.0, "S_NMDA": 100.0})
    v = brentq(current, -70, -50)
    assert trace.count == 0 and trace.states["v"][-1] == pytest.approx(v, abs=1e-6)


@truth("brunel_wang", "compte")
@pytest.mark.parametrize("name", ["brunel_wang", "compte"])
def test_nmda_gate_of_a_single_spike(name):
    # x = exp(-t/2) opens (1 - s) at 0.5/ms and s decays over 100 ms: of a linear equation the solution by its integrating
    # factor.
    volleys = 15 * (np.arange(3000)[:, None] < np.arange(1, 9))
    trace = simulate(name, 300.0, inputs={"external": volleys, "inhibition": 0.0, "S_NMDA": 0.0})
    one = list(trace.count).index(1)
    t = trace.time[-1] - trace.spikes[one][0]

    def exponent(u):
        return u / 100 + 1 - np.exp(-u / 2)

    expected = quad(lambda u: 0.5 * np.exp(-u / 2) * np.exp(exponent(u) - exponent(t)), 0, t, epsabs=1e-12, points=[5, 20])[0]
    assert trace.states["s_NMDA"][-1, one] == pytest.approx(expected, rel=0.03)


# Escape noise


def mean_interval(hazard, refractory=0.0, horizon=2000.0):
    """Of a renewal process: the integral of the survivor function."""
    solution = solve_ivp(lambda t, s: [hazard(t), np.exp(-s[0])], (0, horizon), [0.0, 0.0], rtol=1e-8, atol=1e-10, max_step=5.0)
    return refractory + solution.y[1, -1]


@truth("escape_rate")
@pytest.mark.parametrize("current", [15.0, 20.0, 30.0])
def test_escape_rate_mean_interval(current):
    expected = mean_interval(lambda t: np.exp((current * (1 - np.exp(-t / 10)) - 20) / 3))
    assert 1 / rate("escape_rate", 100_000.0, inputs={"I": current}) == pytest.approx(expected, rel=0.03)


@truth("gif_mensi")
def test_gif_renewal_without_adaptation():
    def hazard(t):
        v_inf = -67 + 120 / 3.7
        v = v_inf + (-36.7 - v_inf) * np.exp(-t * 3.7 / 83.1)
        return 0.001 * np.exp((v + 39.6) / 1.4)

    quiet = {"q_stc": [0.0, 0.0], "q_sfa": [0.0, 0.0]}
    assert 1 / rate("gif_mensi", 100_000.0, inputs={"I": 120.0}, parameters=quiet) == pytest.approx(
        mean_interval(hazard, refractory=4.0, horizon=20_000.0), rel=0.05)


@truth("gif_mensi")
def test_gif_adaptation_is_a_sum_of_exponentials_over_past_spikes():
    trace = simulate("gif_mensi", 500.0, inputs={"I": 350.0})
    past = trace.time[:, None] - trace.spikes
    for state, jump, tau in (("stc_0", 56.7, 57.8), ("stc_1", -6.9, 218.2), ("sfa_0", 11.7, 53.8), ("sfa_1", 1.8, 640.0)):
        expected = np.where(past > -1e-6, jump * np.exp(-np.maximum(past, 0) / tau), 0).sum(axis=1)
        assert trace.states[state] == pytest.approx(expected, abs=1e-9 * abs(jump) * len(trace.spikes) + 1e-9)
    assert np.diff(trace.spikes)[-3:].mean() > 2 * np.diff(trace.spikes)[0]  # it adapts


@truth("leaky_compete_fire")
def test_the_strongest_input_wins():
    # With inhibition of the whole threshold, no other unit is above what it gains within one interval of the winner, and
    # none fires.
    currents = [1.6, 2.0, 1.8, 1.2]
    inputs = {f"I{k}": value for k, value in enumerate(currents)}
    trace = simulate("leaky_compete_fire", 1000.0, inputs=inputs, parameters={"w": 1.0})
    assert [int(trace.events[f"unit_{k}"].sum()) for k in (0, 2, 3)] == [0, 0, 0]
    assert np.diff(trace.spikes) == pytest.approx(np.ceil(10 * np.log(2.0 / 1.0)))
    # Without inhibition each fires at its own interval.
    free = simulate("leaky_compete_fire", 1000.0, inputs=inputs, parameters={"w": 0.0})
    for k, current in enumerate(currents):
        assert np.diff(free.time[free.events[f"unit_{k}"]]) == pytest.approx(np.ceil(10 * np.log(current / (current - 1))))
    # Equal units: the first in order takes all.
    tie = simulate("leaky_compete_fire", 200.0, inputs={f"I{k}": 2.0 for k in range(4)}, parameters={"w": 1.0})
    assert tie.events["unit_0"].sum() == tie.count > 10
