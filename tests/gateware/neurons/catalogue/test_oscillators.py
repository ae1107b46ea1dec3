"""Oscillators against periods of SciPy's solver, piecewise exponentials and bifurcation values."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from scipy.optimize import brentq

from models.neurons import rate, simulate

from .truth import truth


def period(rhs, start, level, *, settle, duration):
    """The period of a limit cycle: between upward crossings of its first variable through ``level``."""
    def event(t, y):
        return y[0] - level

    event.direction = 1
    solution = solve_ivp(rhs, (0, settle + duration), start, events=event, rtol=1e-9, atol=1e-11, method="LSODA")
    times = solution.t_events[0]
    return np.diff(times[times > settle]).mean()


def simulated_period(name, current, duration, settle):
    spikes = simulate(name, duration, inputs={"I": current}).spikes
    return np.diff(spikes[spikes > settle]).mean()


@truth("fitzhugh_nagumo")
@pytest.mark.parametrize("current", [0.4, 0.5, 1.0])
def test_fitzhugh_nagumo_has_scipys_period(current):
    expected = period(lambda t, y: (y[0] - y[0]**3 / 3 - y[1] + current, 0.08 * (y[0] + 0.7 - 0.8 * y[1])), (-1, -0.5), 1.0,
                      settle=100, duration=500)
    assert simulated_period("fitzhugh_nagumo", current, 1000.0, 100.0) == pytest.approx(expected, rel=1e-3)


@truth("fitzhugh_nagumo")
def test_fitzhugh_nagumo_oscillates_above_its_hopf_bifurcation():
    # The trace 1 - v**2 - phi*b vanishes at v = -sqrt(1 - phi*b): I = 0.3313, the textbooks' 0.33.
    v = -np.sqrt(1 - 0.08 * 0.8)
    hopf = v**3 / 3 - v + (v + 0.7) / 0.8
    assert hopf == pytest.approx(0.3313, abs=1e-4)
    below = simulate("fitzhugh_nagumo", 2000.0, inputs={"I": hopf - 0.02})
    above = simulate("fitzhugh_nagumo", 2000.0, inputs={"I": hopf + 0.02})
    assert np.ptp(below.states["v"][below.time > 1500]) < 1e-2 < 2 < np.ptp(above.states["v"][above.time > 1500])


@truth("van_der_pol")
def test_van_der_pol_has_its_known_period_and_amplitude():
    # Period 6.66328686 and amplitude 2.00861986 at mu = 1, in every table of the oscillator.
    trace = simulate("van_der_pol", 500.0)
    late = trace.time > 100
    assert np.diff(trace.spikes)[20:].mean() == pytest.approx(6.66328686, abs=2e-3)
    assert trace.states["x"][late].max() == pytest.approx(2.00861986, abs=1e-3)


@truth("morris_lecar")
def test_morris_lecar_fires_as_in_brian2():
    # Brian2 2.9, rk4 with 0.01 ms, 50 uA/cm**2: upward crossings of 0 mV at 48.1 ms and then every 75.54 ms.
    spikes = simulate("morris_lecar", 1000.0, inputs={"I": 50.0}).spikes
    assert spikes[0] == pytest.approx(48.1, abs=0.2)
    assert np.diff(spikes).mean() == pytest.approx(75.54, rel=2e-3)


@truth("morris_lecar")
def test_morris_lecar_fires_above_its_saddle_node():
    # The steady current has its lower knee at 39.96 uA/cm**2 with these constants (Rinzel and Ermentrout).
    v = np.linspace(-60, 0, 60_001)
    steady = (4 * 0.5 * (1 + np.tanh((v + 1.2) / 18)) * (v - 120) + 8 * 0.5 * (1 + np.tanh((v - 12) / 17.4)) * (v + 84)
              + 2 * (v + 60))
    knee = steady[np.flatnonzero(np.diff(steady) < 0)[0]]
    assert knee == pytest.approx(39.96, abs=0.01)
    assert rate("morris_lecar", 3000.0, inputs={"I": 0.99 * knee}, skip=300.0) == 0
    assert rate("morris_lecar", 3000.0, inputs={"I": 1.01 * knee}, skip=300.0) > 0


@truth("terman_wang")
@pytest.mark.parametrize("current", [0.3, 0.8])
def test_terman_wang_has_scipys_period(current):
    expected = period(lambda t, y: (3 * y[0] - y[0]**3 + 2 - y[1] + current, 0.02 * (6 * (1 + np.tanh(y[0] / 0.1)) - y[1])),
                      (-1.5, 1), 1.5, settle=200, duration=1000)
    assert simulated_period("terman_wang", current, 1500.0, 200.0) == pytest.approx(expected, rel=2e-3)


@truth("terman_wang")
def test_terman_wang_is_silent_for_longer_than_the_singular_limit():
    # Between the knees of the cubic, I and I + 4: log((I + 4)/I)/epsilon silent, log((12 - I)/(8 - I))/epsilon active; the jumps
    # add to both.
    trace = simulate("terman_wang", 2000.0, inputs={"I": 0.8})
    v = trace.states["v"][trace.time > 500]
    silent, active = np.log(4.8 / 0.8) / 0.02, np.log(11.2 / 7.2) / 0.02
    length = simulated_period("terman_wang", 0.8, 2000.0, 500.0)
    assert silent < (v < 0).mean() * length < 1.2 * silent
    assert active < (v > 0).mean() * length < 1.4 * active


@truth("terman_wang")
def test_terman_wang_without_stimulation_rests():
    # Terman and Wang: the nullclines meet on the left branch for I < 0, and the oscillator is excitable.
    assert simulate("terman_wang", 500.0, inputs={"I": -0.5}).count == 0


def line(slope, offset, rates):
    """Matrix and constant of v' = slope*v + offset - w, w' = rates[0]*v + rates[1]*w."""
    return np.array([[slope, -1.0, offset], [rates[0], rates[1], 0.0], [0.0, 0.0, 0.0]])


def crossing(matrix, state, level, longest):
    """When and where the linear flow from ``state`` reaches v = ``level`` again."""
    def flow(t):
        return expm(matrix * t) @ np.append(state, 1.0)

    width = longest / 400
    step, place, time = expm(matrix * width), flow(width), width
    while np.sign((following := step @ place)[0] - level) == np.sign(place[0] - level):
        place, time = following, time + width
    time = brentq(lambda t: flow(t)[0] - level, time, time + width, xtol=1e-9)
    return time, flow(time)[:2]


@truth("mckean")
def test_mckeans_pulse_lasts_as_its_two_lines_say():
    trace = simulate("mckean", 400.0, inputs={"I": {"value": 10.0, "every": 200.0}})
    v, w = trace.states["v"], trace.states["w"]
    first = np.flatnonzero(v > 0.25)[0]
    up, at_fall = crossing(line(-1, 1, (0.05, 0)), (v[first], w[first]), 0.25, 60)
    fall = np.flatnonzero((v[1:] < 0.25) & (v[:-1] >= 0.25))[0] + 1
    assert (fall - first) * 0.05 == pytest.approx(up, abs=0.1)
    # Below the jump it returns to rest along the left line.
    state = expm(line(-1, 0, (0.05, 0)) * 40.0) @ np.append(at_fall, 1.0)
    assert v[fall + 800] == pytest.approx(state[0], abs=2e-3) and w[fall + 800] == pytest.approx(state[1], abs=2e-3)


@truth("mckean")
def test_mckeans_neuron_is_excitable():
    # At rest without a pulse, and with one that does not carry it over a = 0.25.
    assert simulate("mckean", 400.0, inputs={"I": {"value": 4.0, "every": 100.0}}).count == 0
    assert simulate("mckean", 400.0, inputs={"I": {"value": 6.0, "every": 100.0}}).count > 0


@truth("triangular_mckean")
def test_triangular_oscillator_has_the_period_of_three_lines():
    # From one passage of a/2 to the next, through four pieces of exponentials: left, middle, right, middle.
    current, rates = 0.5, (0.01, -0.005)
    left, middle, right = line(-1, current, rates), line(1, current - 0.25, rates), line(-1, current + 1, rates)
    trace = simulate("triangular_mckean", 2000.0, inputs={"I": current})
    v, w = trace.states["v"], trace.states["w"]
    start = np.flatnonzero((v[1:] > 0.125) & (v[:-1] <= 0.125))[-2]
    total, state = 0.0, (0.125, w[start])
    for matrix, level in ((middle, 0.625), (right, 0.625), (middle, 0.125), (left, 0.125)):
        time, state = crossing(matrix, state, level, 300)
        total += time
    assert simulated_period("triangular_mckean", current, 4000.0, 600.0) == pytest.approx(total, rel=2e-3)


@truth("triangular_mckean")
def test_triangular_oscillator_turns_where_its_rest_is_on_the_middle_line():
    # w = 2*v meets the middle line between I = 0.375 and I = 0.875.
    for current, oscillates in ((0.36, False), (0.39, True), (0.86, True), (0.89, False)):
        trace = simulate("triangular_mckean", 3000.0, inputs={"I": current})
        assert (np.ptp(trace.states["v"][trace.time > 2000]) > 0.5) == oscillates
