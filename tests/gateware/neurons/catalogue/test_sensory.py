"""Receptors and first cells of the senses."""

import math

import numpy as np
import pytest

from models.neurons import simulate

from .truth import truth


@truth("cochlear_hair_cell")
def test_cochlear_hair_cell_steady_potential_and_time_constant():
    x = np.array([-1.0, 0.0, 0.1, 1.0])
    trace = simulate("cochlear_hair_cell", 100.0, inputs={"x": np.tile(x, (2000, 1))})
    g = 10 / (1 + np.exp(-x / 0.1))
    # dv/dt = (g_L (E_L - v) + g (0 - v))/C: linear, with steady state and time constant of the total conductance.
    v_inf, tau = -60 / (1 + g), 10 / (1 + g)
    assert trace.states["v"] == pytest.approx(v_inf + (-60 - v_inf) * np.exp(-trace.time[:, None] / tau), abs=1e-8)
    assert trace.outputs["release"][-1] == pytest.approx((v_inf + 60) / 40, abs=1e-6)
    # Release 1/2 is -40 mV, crossed once by all whose steady state lies above.
    assert np.array_equal(trace.count, v_inf > -40)


@truth("direction_selective_rgc")
def test_direction_selective_rgc_tuning_polarity_and_surround():
    # A ramp of light is a constant drive: v = slope (1 - exp(-n/10)) times the tuning of the direction.
    steps, slope = 60, 0.5
    light = slope * (np.arange(steps) + 1)[:, None] * np.ones(3) - 15
    light[0] = -15
    direction = np.tile([0.0, math.pi / 2, math.pi - 1e-9], (steps, 1))
    trace = simulate("direction_selective_rgc", 60.0, inputs={"light": light, "around": 0.0, "direction": direction},
                     parameters={"theta": 50.0})
    n = np.arange(steps - 5)
    for column, tuning in enumerate((1.0, 0.5, 0.0)):
        v = trace.states["v"][5:, column]
        settled = slope * tuning
        assert v == pytest.approx(settled + (v[0] - settled) * np.exp(-n / 10), abs=1e-9)
    off = simulate("direction_selective_rgc", 60.0, inputs={"light": light, "around": 0.0, "direction": direction},
                   parameters={"theta": 50.0, "polarity": -1.0})
    assert off.states["v"] == pytest.approx(-trace.states["v"])
    lit = simulate("direction_selective_rgc", 200.0, inputs={"light": 0.0, "around": 2.0, "direction": 0.0})
    assert lit.states["v"][-1] == pytest.approx(-0.6, abs=1e-6) and lit.count == 0
    # Sustained ramp: spikes every -10 ln(1 - theta/slope) ms.
    ramp = simulate("direction_selective_rgc", 30.0, inputs={"light": -15 + np.arange(30.0), "around": 0.0, "direction": 0.0})
    assert np.diff(ramp.spikes)[-2:] == pytest.approx(math.ceil(10 * math.log(2)))


@truth("meddis_hair_cell")
def test_meddis_hair_cell_equilibria_and_spontaneous_rate():
    def cleft(sound):
        # All three reservoirs at rest (section V of the paper): c = k y M/(y (l + r) + k l).
        k = 2000 * (sound + 5) / (sound + 305)
        return k * 5.05 / (5.05 * (2500 + 6580) + k * 2500)

    sound = np.array([0.0, 10.0, 300.0])
    trace = simulate("meddis_hair_cell", 1.5, inputs={"sound": np.tile(sound, (75_000, 1))})
    assert trace.states["c"][-1] == pytest.approx(cleft(sound), rel=1e-3)
    assert np.ptp(trace.states["c"][:, 0]) < 1e-12
    # Onset: the release jumps at once, the store has not run down yet.
    onset = trace.states["c"][:, 2].max()
    assert onset > 5 * trace.states["c"][-1, 2]
    # Spontaneous spikes: a Poisson process of h c with a dead time of 1 ms.
    rate = 50_000 * cleft(0.0)
    expected = rate / (1 + 0.001 * rate)
    silence = simulate("meddis_hair_cell", 40.0, inputs={"sound": 0.0})
    assert silence.count / 40 == pytest.approx(expected, abs=4 * math.sqrt(expected / 40))
    assert np.diff(silence.spikes).min() > 0.001
