"""Izhikevich's neurons and resonators against Brian2, rotations in the complex plane and bifurcation values."""

import numpy as np
import pytest

from models.neurons import simulate

from .truth import truth


@truth("izhikevich")
@pytest.mark.parametrize("kind, parameters, count, first, last", [
    ("regular spiking", {}, 23, [3.5, 28.5, 74.5, 120.5], [902.5, 948.5, 994.5]),
    ("fast spiking", {"a": 0.1, "d": 2.0}, 115, [3.5, 9.0, 16.5, 25.0], [981.0, 990.0, 998.5]),
    ("chattering", {"c": -50.0, "d": 2.0}, 80, [5.0, 7.5, 10.5, 13.5], [991.5, 995.0, 999.0]),
    ("intrinsically bursting", {"c": -55.0, "d": 4.0}, 31, [4.5, 8.5, 43.5, 76.5], [901.5, 934.5, 967.5]),
    ("low-threshold spiking", {"b": 0.25, "d": 2.0}, 74, [3.0, 7.0, 11.5, 17.5], [967.0, 981.0, 995.0])])
def test_izhikevichs_kinds_fire_in_the_steps_of_brian2(kind, parameters, count, first, last):
    # Brian2 2.9, Euler with 0.5 ms: dv/dt = (0.04*v**2 + 5*v + 140 - u + I)/ms, du/dt = a*(b*v - u)/ms, v >= 30, v = c, u += d,
    # from v = -65 and u = b*c, I = 10. It stamps a spike with the beginning of its step.
    spikes = simulate("izhikevich", 1000.0, inputs={"I": 10.0}, parameters=parameters).spikes - 0.5
    assert np.array_equal(spikes[:4], first)
    if kind == "fast spiking":
        # Its orbit grazes the threshold so closely that the order of additions decides one spike of the second.
        assert len(spikes) == pytest.approx(count, abs=1)
    else:
        assert len(spikes) == count and np.array_equal(spikes[-3:], last)


@truth("izhikevich")
def test_regular_spiking_rests_at_the_papers_potential():
    # The nullclines meet at 0.04*v**2 + (5 - b)*v + 140 = 0: -70 mV, as in the paper.
    trace = simulate("izhikevich", 1000.0, inputs={"I": 0.0})
    assert trace.count == 0 and trace.states["v"][-1] == pytest.approx(-70.0, abs=1e-3)


@truth("izhikevich2007")
def test_izhikevich2007_fires_as_in_brian2():
    # Brian2 2.9, rk4 with 0.01 ms, 100 pA: spikes at 48.18, 121.62, 197.73 ms, then every 76.03 ms.
    spikes = simulate("izhikevich2007", 1000.0, inputs={"I": 100.0}).spikes
    assert np.allclose(spikes[:3], [48.18, 121.62, 197.73], atol=0.5)
    assert np.diff(spikes)[-5:].mean() == pytest.approx(76.03, rel=0.005)


@truth("izhikevich2007")
def test_izhikevich2007_loses_its_rest_at_the_saddle_node():
    # k*x*(x - 20) - b*x + I = 0 has a double root at I = (20*k + b)**2/(4*k) = 51.43 pA.
    current = (0.7 * 20 - 2)**2 / (4 * 0.7)
    assert simulate("izhikevich2007", 4000.0, inputs={"I": 0.98 * current}).spikes.size <= 1
    assert simulate("izhikevich2007", 4000.0, inputs={"I": 1.02 * current}).spikes.size > 5


def pulses(times, steps, value, dt=0.01):
    array = np.zeros(steps)
    array[np.round(np.array(times) / dt).astype(int)] = value
    return {"I": array}


@truth("resonate_and_fire")
def test_resonator_turns_as_an_exponential():
    # A pulse of one step, width h: z = I*(exp(l*h) - 1)/l afterwards, l = b + i*omega; then z*exp(l*t).
    pole, h = -1 + 10j, 0.01
    trace = simulate("resonate_and_fire", 2.0, inputs=pulses([0.0], 200, 60.0))
    z = 60 * (np.exp(pole * h) - 1) / pole * np.exp(pole * h * np.arange(200))
    assert trace.count == 0
    assert np.allclose(trace.states["x"] + 1j * trace.states["y"], z, atol=1e-12)


@truth("resonate_and_fire")
def test_resonator_prefers_its_own_period():
    # Published: a doublet fires the neuron if its interval is the period, 2*pi/omega, and not if it is half of it.
    period, pulse = 2 * np.pi / 10, 100.0
    assert simulate("resonate_and_fire", 3.0, inputs=pulses([0.1], 300, pulse)).count == 0
    assert simulate("resonate_and_fire", 3.0, inputs=pulses([0.1, 0.1 + period], 300, pulse)).count == 1
    assert simulate("resonate_and_fire", 3.0, inputs=pulses([0.1, 0.1 + period / 2], 300, pulse)).count == 0


@truth("resonate_and_fire")
def test_resonator_restarts_at_i():
    trace = simulate("resonate_and_fire", 3.0, inputs=pulses([0.1, 0.1 + 2 * np.pi / 10], 300, 100.0))
    fired = np.flatnonzero(trace.events["spike"])[0]
    assert trace.states["x"][fired] == 0.0 and trace.states["y"][fired] == 1.0


@truth("balanced_resonate_and_fire")
@pytest.mark.parametrize("offset", [0.0, 1.0, 3.0])
def test_balanced_resonator_loses_what_its_offset_says(offset):
    # Without an offset each step turns by a factor of modulus 1, the divergence boundary; the offset takes delta*b_offset off
    # its real part.
    delta, omega = 0.01, 10.0
    trace = simulate("balanced_resonate_and_fire", 400, inputs=pulses([0.0], 400, 50.0, dt=1.0), parameters={"b_offset": offset})
    modulus = np.hypot(trace.states["x"], trace.states["y"])
    factor = np.hypot(np.sqrt(1 - (delta * omega)**2) - delta * offset, delta * omega)
    assert trace.count == 0
    assert np.allclose(modulus, 0.5 * factor**np.arange(400), rtol=1e-9)


@truth("balanced_resonate_and_fire")
def test_balanced_resonators_threshold_decays_geometrically():
    trace = simulate("balanced_resonate_and_fire", 300, inputs={"I": {"mean": 0.0, "amplitude": 8.0, "period": 62.83}})
    fired = np.flatnonzero(trace.events["spike"])
    first, second = fired[:2]
    q = trace.states["q"]
    assert q[first] == 1.0
    assert np.allclose(q[first:second], 0.9**np.arange(second - first))
