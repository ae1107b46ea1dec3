"""Integrate-and-fire neurons of one variable against closed forms, and those that Brian2 ran."""

import numpy as np
import pytest

from models.neurons import rate, rheobase, simulate

from .truth import truth


def intervals(name, current, duration, *, input="I", parameters=None):
    return np.diff(simulate(name, duration, inputs={input: current}, parameters=parameters).spikes)


@truth("lapicque")
@pytest.mark.parametrize("current", [1.05, 1.5, 2.0, 3.3])
def test_lapicque_reaches_threshold_after_the_logarithm(current):
    steps = np.ceil(20 / 0.1 * np.log(current / (current - 1)))
    spikes = simulate("lapicque", 400.0, inputs={"I": current}).spikes
    assert np.allclose(np.diff(spikes, prepend=0.0), steps * 0.1)


@truth("lapicque")
def test_lapicque_rheobase_and_chronaxie():
    assert rheobase("lapicque", 0.5, 2.0, duration=500.0) == pytest.approx(1.0, abs=1e-6)
    chronaxie = simulate("lapicque", 20.0, inputs={"I": 2.0}).spikes[0]
    assert chronaxie == pytest.approx(20 * np.log(2), abs=0.1)


@truth("leaky_integrate_and_fire")
@pytest.mark.parametrize("current", [0.26, 0.375, 0.8])
def test_leaky_intervals_are_the_refractory_period_and_a_logarithm(current):
    drive = 80 * current
    expected = 2.0 + 0.1 * np.ceil(20 / 0.1 * np.log((drive - 10) / (drive - 20)))
    assert np.allclose(intervals("leaky_integrate_and_fire", current, 500.0), expected)


@truth("leaky_integrate_and_fire")
def test_leaky_rheobase_is_threshold_over_resistance():
    assert rheobase("leaky_integrate_and_fire", 0.1, 0.5, duration=600.0) == pytest.approx(20 / 80, abs=1e-6)


@truth("perfect_integrator")
def test_perfect_integrator_counts_its_charge():
    for current in (0.013, 0.073, 0.31):
        steps = np.ceil(1 / (current * 0.1))
        assert np.allclose(intervals("perfect_integrator", current, 500.0), steps * 0.1)


@truth("quadratic_if")
@pytest.mark.parametrize("current", [4.0, 6.0, 15.0])
def test_quadratic_interval_is_a_difference_of_arctangents(current):
    # tau*15*dx/dt = x**2 - 7.5**2 + 15*I, x = v + 57.5, from -22.5 to 77.5.
    beta = np.sqrt(15 * current - 7.5**2)
    expected = 10 * 15 / beta * (np.arctan(77.5 / beta) + np.arctan(22.5 / beta))
    assert intervals("quadratic_if", current, 2000.0).mean() == pytest.approx(expected, abs=0.15)


@truth("quadratic_if")
def test_quadratic_fires_above_the_saddle_node():
    assert rheobase("quadratic_if", 0.0, 10.0, duration=4000.0) == pytest.approx(15 / 4, abs=0.02)
    # Below it rests on the left root of the parabola.
    rest = simulate("quadratic_if", 500.0, inputs={"I": 2.0}).states["v"][-1]
    assert rest == pytest.approx(-57.5 - np.sqrt(7.5**2 - 30), abs=1e-4)


@truth("expif")
def test_exponential_neuron_fires_as_in_brian2():
    # Brian2 2.9, Euler with 0.005 ms, refractory 1.7 ms: dv/dt = (-0.1*(v+65) + 0.348*exp((v+59.9)/3.48) + I)/ms,
    # v >= -30, v = -68.
    for current, first, interval in ((0.5, 26.135, 32.145), (1.5, 9.1, 12.56)):
        spikes = simulate("expif", 500.0, inputs={"I": current}).spikes
        assert spikes[0] == pytest.approx(first, abs=0.2)
        assert np.diff(spikes).mean() == pytest.approx(interval, abs=0.2)


@truth("expif")
def test_exponential_neurons_rheobase():
    # The minimum of the leak and the exponential lies at V_T: I = g_L*(V_T - V_L - Delta_T).
    assert rheobase("expif", 0.0, 1.0, duration=3000.0) == pytest.approx(0.1 * (65 - 59.9 - 3.48), abs=1e-3)


@truth("theta")
@pytest.mark.parametrize("current", [0.04, 0.25, 1.0, 3.0])
def test_theta_neuron_turns_with_the_square_root(current):
    assert rate("theta", 400.0, inputs={"I": current}, skip=100.0) == pytest.approx(np.sqrt(current) / np.pi, abs=0.004)


@truth("theta")
def test_theta_neuron_rests_below_zero():
    trace = simulate("theta", 100.0, inputs={"I": -0.09})
    assert trace.count == 0
    assert trace.states["theta"][-1] == pytest.approx(-2 * np.arctan(0.3), abs=1e-6)


@truth("iqif")
@pytest.mark.parametrize("current", [8, 16, 64])
def test_integer_quadratic_interval(current):
    # dv/dt = v**2/2048 + I from -1024 to 1024; a step of floor rounds down by half on average, and the last may overshoot.
    beta = np.sqrt(2048 * (current - 0.5))
    expected = 2048 / beta * 2 * np.arctan(1024 / beta)
    trace = simulate("iqif", 4000, inputs={"I": current})
    assert np.diff(trace.spikes).mean() == pytest.approx(expected, rel=0.05)
    assert np.array_equal(trace.states["v"], np.round(trace.states["v"]))


@truth("fractional_lif")
def test_fractional_membrane_follows_the_mittag_leffler_function():
    # Caputo's tau*D^0.8 v = -v + R*I from rest: v = R*I*(1 - E(-t^0.8/tau)), E by its spectral integral.
    from scipy.integrate import quad
    trace = simulate("fractional_lif", 400.0, inputs={"I": 0.3})
    v, order = trace.states["v"] + 70.0, 0.8
    for time in (10.0, 50.0, 200.0, 400.0):
        scaled = time / 20.0**(1 / order)
        value = quad(lambda r: np.exp(-r**(1 / order) * scaled) / (r**2 + 2 * r * np.cos(order * np.pi) + 1), 0, np.inf)[0]
        expected = 12.0 * (1 - np.sin(order * np.pi) / (order * np.pi) * value)
        assert v[round(time / 0.1) - 1] == pytest.approx(expected, rel=0.02)


@truth("fractional_lif")
def test_fractional_neuron_fires_late_and_speeds_up():
    # As published for orders below 1: a long first latency, then intervals that shrink as the memory fills.
    spikes = simulate("fractional_lif", 1000.0, inputs={"I": 0.8}).spikes
    assert np.all(np.diff(spikes, n=2) < 0.11) and spikes[0] > np.diff(spikes)[0] > np.diff(spikes)[-1] + 0.5
