"""Integrate-and-fire neurons with adaptation or moving thresholds, against closed forms, Brian2 and located events."""

import numpy as np
import pytest
from scipy.optimize import brentq

from models.neurons import simulate

from .hybrid import hybrid
from .truth import truth


def constant(current):
    """The input current, from the beginning on."""
    return {"I": current}


def agree(name, spikes, currents, duration, *, tolerance, parameters=None):
    """The simulated spikes are the located ones, within ``tolerance`` of the time since the start."""
    found = simulate(name, duration, inputs=constant(currents), parameters=parameters).spikes
    assert abs(len(found) - len(spikes)) <= 1
    both = min(len(found), len(spikes))
    assert both and np.all(np.abs(found[:both] - spikes[:both]) <= 0.1 + tolerance * spikes[:both])


@truth("adex")
def test_adex_fires_in_the_steps_of_brian2():
    # Brian2 2.9, Euler with 0.1 ms: dv/dt = (gL*(EL-v) + gL*DT*exp((v-VT)/DT) - w + I)/C, dw/dt = (a*(v-EL) - w)/tw, v > 20 mV,
    # v = EL, w += b, I = 1 nA. It stamps a spike with the beginning of its step.
    spikes = simulate("adex", 1000.0, inputs=constant(1000.0)).spikes
    assert len(spikes) == 30
    assert np.allclose(spikes[:6] - 0.1, [12.0, 25.9, 42.1, 61.0, 83.2, 109.0])
    assert np.allclose(spikes[-3:] - 0.1, [892.0, 928.3, 964.6])


@truth("adex")
def test_adex_rests_at_the_root_and_fires_above_the_saddle_node():
    # With the steady adaptation a*(v - E_L), the current turns back where its slope is 0: exp((v - V_T)/Delta_T) = 1 + a/g_L.
    v = -50.4 + 2 * np.log(1 + 4 / 30)
    greatest = 34 * (v + 70.6) - 60 * np.exp((v + 50.4) / 2)
    assert simulate("adex", 2000.0, inputs=constant(1.02 * greatest)).count > 0
    below = simulate("adex", 2000.0, inputs=constant(0.5 * greatest))
    root = brentq(lambda v: 34 * (v + 70.6) - 60 * np.exp((v + 50.4) / 2) - 0.5 * greatest, -71, v)
    assert below.count == 0 and below.states["v"][-1] == pytest.approx(root, abs=1e-3)


@truth("sfa")
def test_spike_rate_adaptation_as_located():
    spikes, _ = hybrid(lambda t, y: ((-65 - y[0] - y[1] * (y[0] + 70) + 27) / 30, -y[1] / 100), (-65, 0),
                       lambda y: y[0] + 50, lambda y: (-65, y[1] + 0.06), 600.0)
    agree("sfa", spikes, 0.3, 600.0, tolerance=0.004)


@truth("sfa")
def test_spike_rate_adaptation_starts_at_the_unadapted_rate():
    # The first spike: no conductance yet, tau_m*log(R*I/(R*I - 15)).
    first = simulate("sfa", 200.0, inputs=constant(0.4)).spikes[0]
    assert first == pytest.approx(30 * np.log(36 / 21), abs=0.1)


@truth("nlif")
def test_quadratic_membrane_with_adaptation_as_located():
    spikes, _ = hybrid(lambda t, y: (0.04 * (y[0] + 65) * (y[0] + 40) - y[1] + 20, (0.5 * (y[0] + 65) - y[1]) / 100), (-65, 0),
                       lambda y: y[0] + 20, lambda y: (-65, y[1]), 150.0)
    found = simulate("nlif", 150.0, inputs=constant(20.0)).spikes
    assert len(found) == pytest.approx(len(spikes), rel=0.03)
    assert found[0] == pytest.approx(spikes[0], abs=0.1)


@truth("nlif")
def test_quadratic_membrane_rests_at_its_root():
    # 0.04*x*(x - 25) - 0.5*x + I = 0 for x = v - v_rest.
    trace = simulate("nlif", 2000.0, inputs=constant(5.0))
    assert trace.count == 0
    assert trace.states["v"][-1] + 65 == pytest.approx((1.5 - np.sqrt(1.5**2 - 4 * 0.04 * 5)) / 0.08, abs=1e-6)


@truth("mat")
def test_multi_timescale_threshold_settles_at_its_interval():
    # Each part is alpha/(exp(T/tau) - 1) before a spike; together they are R*I - omega = 11 mV.
    interval = brentq(lambda T: 37 / np.expm1(T / 10) + 2 / np.expm1(T / 200) - 11, 5, 500)
    trace = simulate("mat", 4000.0, inputs=constant(0.6))
    assert np.diff(trace.spikes)[-30:].mean() == pytest.approx(interval, abs=0.06)
    assert np.all(trace.states["v"][trace.time > 100] > -70 + 30 - 1e-6)  # a spike does not touch the potential


@truth("mat")
def test_multi_timescale_neuron_waits_its_refractory_period():
    # A threshold that spikes do not raise is passed all the time: one spike per refractory period and step.
    spikes = simulate("mat", 100.0, inputs=constant(0.6), parameters={"alpha_1": 0.0, "alpha_2": 0.0}).spikes
    assert np.diff(spikes) == pytest.approx(np.full(len(spikes) - 1, 2.0), abs=0.11)


@truth("non_resetting_lif")
def test_threshold_alone_sets_the_interval():
    # v rests at -65 + 25, 10 above the resting threshold: 5/(exp(T/50) - 1) = 10.
    spikes = simulate("non_resetting_lif", 2000.0, inputs=constant(25.0)).spikes
    assert np.diff(spikes)[-10:].mean() == pytest.approx(50 * np.log(1.5), abs=0.1)


@truth("glif5")
def test_allen_neuron_as_located():
    def rhs(t, y):
        return ((500 + y[3] + y[4] - 9.43 * (y[0] + 78.85)) / 58.72, -0.009 * y[1], 0.005 * (y[0] + 78.85) - 0.09 * y[2],
                -0.003 * y[3], -0.1 * y[4])

    spikes, end = hybrid(rhs, (-78.85, 0, 0, 0, 0), lambda y: y[0] + 51.68 - y[1] - y[2],
                         lambda y: (-78.85 + 0.2 * (y[0] + 78.85) + 18.51, y[1] + 0.37, y[2], y[3] - 9.18, y[4] - 198.94),
                         400.0, refractory=3.75, held=(0, 2))
    agree("glif5", spikes, 500.0, 400.0, tolerance=0.01)


@truth("glif5")
def test_allen_neurons_first_spike_without_its_threshold_dynamics():
    # a_v = 0 leaves a leaky membrane: C/G*log(I/(I - G*27.17)).
    first = simulate("glif5", 100.0, inputs=constant(500.0), parameters={"a_v": 0.0}).spikes[0]
    assert first == pytest.approx(58.72 / 9.43 * np.log(500 / (500 - 9.43 * 27.17)), abs=0.125)


@truth("mihalas_niebur")
def test_tonic_spiking_is_a_logarithm():
    # The paper's tonic spiking: a = A = 0 and 1.5 V/s, from -70 to -50 mV under -40 mV.
    spikes = simulate("mihalas_niebur", 500.0, inputs=constant(1.5), parameters={"a": 0.0, "A": [0.0, 0.0]}).spikes
    assert np.allclose(np.diff(spikes), 0.1 * np.ceil(10 * 20 * np.log(3)))


@truth("mihalas_niebur")
@pytest.mark.parametrize("pattern, current, a, A", [
    ("tonic bursting", 2.0, 0.005, [10.0, -0.6]), ("phasic spiking", 1.5, 0.005, [0.0, 0.0]),
    ("hyperpolarisation-induced spiking", -1.0, 0.03, [0.0, 0.0]), ("mixed mode", 2.0, 0.005, [5.0, -0.3])])
def test_patterns_of_figure_1_as_located(pattern, current, a, A):
    spikes, _ = hybrid(lambda t, y: (current + y[2] + y[3] - 0.05 * (y[0] + 70), a * (y[0] + 70) - 0.01 * (y[1] + 50),
                                     -0.2 * y[2], -0.02 * y[3]), (-70, -50, 0, 0), lambda y: y[0] - y[1],
                       lambda y: (-70, max(-60, y[1]), A[0], y[3] + A[1]), 250.0)
    agree("mihalas_niebur", spikes, current, 250.0, tolerance=0.03, parameters={"a": a, "A": A})
    if pattern == "tonic bursting":  # short intervals within two bursts, a long one between
        intervals = np.diff(spikes)
        assert (intervals > 10 * intervals.min()).sum() == 1 and np.median(intervals) < 2 * intervals.min()


@truth("energy_lif")
def test_energy_neuron_falls_silent_without_energy():
    def rhs(t, y):
        rest = -65 + 7 * (1 - y[1] / 0.5)
        return (9 * (rest - y[0]) + 70) / 100, ((1 - y[1] / 0.5)**3 - (y[0] + 60) / 10) / 1000

    # A strong step: it spikes while the energy lasts, then sits depolarised above the threshold, at the root of both equations.
    trace = simulate("energy_lif", 4000.0, inputs=constant(70.0))
    spikes, _ = hybrid(rhs, (-65, 0.5), lambda y: y[0] + 55, lambda y: (-62, y[1] - 0.1), trace.spikes[-1] + 1.0,
                       refractory=2.0, held=(0,))
    assert len(spikes) >= 2 and np.allclose(trace.spikes, spikes, atol=0.3)
    z = brentq(lambda z: z**3 - (70 / 9 - 5 + 7 * z) / 10, 0.8, 2)
    assert trace.states["epsilon"][-1] == pytest.approx(0.5 * (1 - z), abs=5e-3)
    assert trace.states["v"][-1] == pytest.approx(-65 + 7 * z + 70 / 9, abs=0.05) and trace.states["v"][-1] > -55


@truth("adaptive_threshold_if")
def test_threshold_follows_the_potential_as_located():
    def rhs(t, y):
        return (-70 - y[0] + 60) / 5, (-55 + 5 / 6 * max(y[0] + 63, 0) - y[1]) / 5

    spikes, _ = hybrid(rhs, (-70, -55), lambda y: y[0] - y[1], lambda y: (-70, y[1]), 100.0, refractory=5.0, held=(0,))
    agree("adaptive_threshold_if", spikes, 60.0, 100.0, tolerance=0.02)


@truth("adaptive_threshold_if")
def test_slow_depolarisation_is_accommodated():
    # Published: with a threshold that follows at 5/6 of the slope, steps fire that slow ramps to the same value do not.
    ramp = np.linspace(0, 40, 20_000)
    assert simulate("adaptive_threshold_if", 2000.0, inputs={"I": ramp}).count == 0
    assert simulate("adaptive_threshold_if", 100.0, inputs=constant(40.0)).count > 0
    # On a slow ramp the threshold is its steady value: V_T + 5/6*(v - V_i).
    trace = simulate("adaptive_threshold_if", 2000.0, inputs={"I": ramp})
    assert trace.states["theta"][-1] == pytest.approx(-55 + 5 / 6 * (trace.states["v"][-1] + 63), abs=0.2)
