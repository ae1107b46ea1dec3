"""Motor neurons and muscle: closed forms, Brian2's and NEURON's runs of the same equations."""

import numpy as np
import pytest
from scipy.linalg import expm

from models.neurons import simulate, solve

from .brian import assert_spikes_like
from .truth import truth

RTE = np.exp(np.log(30) / 120)


@truth("alpha_motor")
def test_alpha_motor_neuron_fires_as_in_brian2():
    # gl = 0.3, C = 1.5, phi = 4; extra = IP + 3*c**2/(c**2+0.25)*(v+90); IP = 0.15*m*p*(v-120); c = ca + 0.01*cb
    # into = 0.001*clip(-IP, 0, inf) + 0.02*int(v>-10); dm/dt = (1/(1+exp(-(v+40)/5))-m)/(50*ms)
    # dp/dt = (1/(1+exp((v+40)/8))-p)/(200+100/(1+((v+40)/10)**2))/ms; dca/dt = (0.003*into - ca/150)/ms; dcb/dt = (0.997*into -
    # cb/750)/ms
    expected = [6.15, 13.85, 20.84, 27.4, 33.65, 39.66, 45.47, 51.12, 56.65, 62.06, 67.38, 72.62]
    assert_spikes_like("alpha_motor", expected, 59, inputs={"I": 5.0})


@truth("renshaw_cell")
def test_renshaw_cell_adapts_as_in_brian2():
    # gl = 0.12; extra = 5*a*(v+90); da/dt = (1/(1+exp(-(v+30)/5))-a)/(50*ms)
    expected = [3.11, 10.87, 24.61, 49.35, 77.07, 104.88, 132.69, 160.5, 188.31, 216.12, 243.93, 271.74]
    assert_spikes_like("renshaw_cell", expected, 13, inputs={"I": 5.0})


@truth("gamma_motor")
@pytest.mark.parametrize(("tau", "tau_adapt", "a", "current"), [(8.0, 100.0, 0.3, 30.0), (12.0, 200.0, 0.5, 45.0)])
def test_gamma_motor_neuron_follows_its_matrix_exponential(tau, tau_adapt, a, current):
    flow = expm(0.5 * np.array([[-1 / tau, -1 / tau, current / tau], [a / tau_adapt, -1 / tau_adapt, 0], [0, 0, 0]]))
    state, expected = np.array([0.0, 0.0, 1.0]), []
    for k in range(1000):
        state = flow @ state
        if state[0] >= 15:
            expected.append(0.5 * (k + 1))
            state[0] = -5
    trace = simulate("gamma_motor", 500.0, inputs={"I": current}, parameters={"tau": tau, "tau_adapt": tau_adapt, "a": a})
    assert len(expected) > 20 and np.allclose(trace.spikes, expected)


@truth("motor_unit")
@pytest.mark.parametrize("excitation", [3.0, 12.0, 30.0, 60.0])
def test_motor_unit_rate_and_mean_force(excitation):
    """Rate: Fuglevand's linear gain up to its peak; mean force: the rate times a twitch's area P*T*e times his gain of twitches."""
    trace = simulate("motor_unit", 6000.0, inputs={"E": excitation}, parameters={"cv": 0.0})
    rate = min(8 + excitation - RTE, 45 - 10 * RTE / 30)
    assert trace.count / 6 == pytest.approx(rate, abs=0.4)
    ratio = 90 * rate / 1000
    gain = 1 if ratio < 0.4 else (1 - np.exp(-2 * ratio**3)) / ratio / ((1 - np.exp(-2 * 0.4**3)) / 0.4)
    assert trace.outputs["force"][2000:].mean() == pytest.approx(rate / 1000 * 90 * np.e * gain, rel=0.02)


@truth("motor_unit")
def test_motor_unit_twitch_peaks_after_the_contraction_time():
    excitation = np.zeros(1000)
    excitation[:40] = 40.0
    trace = simulate("motor_unit", 1000.0, inputs={"E": excitation}, parameters={"cv": 0.0})
    assert trace.count == 1
    t = trace.time - trace.spikes[0]
    assert trace.time[trace.outputs["force"].argmax()] - trace.spikes[0] == pytest.approx(90, abs=1.5)
    assert np.abs(trace.outputs["force"] - np.where(t >= 0, t / 90 * np.exp(1 - t / 90), 0)).max() < 0.012


@truth("motor_unit")
def test_motor_unit_is_recruited_at_its_threshold_and_fires_irregularly():
    assert simulate("motor_unit", 2000.0, inputs={"E": 0.99 * RTE}).count == 0
    intervals = np.diff(simulate("motor_unit", 150000.0, inputs={"E": 5.0}).spikes)
    assert intervals.mean() == pytest.approx(1000 / (13 - RTE), rel=0.02)
    assert intervals.std() / intervals.mean() == pytest.approx(0.2, abs=0.015)


@truth("upper_motor")
def test_upper_motor_neuron_bursts_as_the_authors_files_do_in_neuron():
    """Spike times that NEURON gives for the IB cell of ModelDB 123623 (step 0.001 ms; 0.15 nA from 500 ms).

    The Open Source Brain keeps them.
    """
    expected = np.array([617.725, 624.632, 631.101, 637.786, 644.909, 652.671, 661.42, 672.085]) - 500
    neuron = {"E_Ca": 120.2547}     # as the files have it, from their concentrations
    rest = solve("upper_motor", 500.0, inputs={"I": 0.0}, parameters=neuron).y[:, -1]
    names = ("v", "m", "h", "n", "p", "q", "r")
    time = np.arange(115.0, 175.0, 0.01)
    driven = solve("upper_motor", 175.0, inputs={"I": 150 / (np.pi * 96**2) * 100}, parameters=neuron,
                   init=dict(zip(names, rest)), t_eval=time, rtol=1e-7, atol=1e-9).y[0]
    spikes = time[1:][(driven[1:] >= 0) & (driven[:-1] < 0)]
    assert np.allclose(spikes, expected, atol=0.05)


@truth("upper_motor")
def test_upper_motor_neuron_ends_its_burst():
    current = np.zeros(75000)
    current[25000:] = 150 / (np.pi * 96**2) * 100
    spikes = simulate("upper_motor", 1500.0, inputs={"I": current}).spikes
    # In NEURON eight spikes by 672 ms, then 1157.2 and 1487.1 ms.
    assert np.sum(spikes < 700) == 8 and spikes[0] == pytest.approx(617.725, abs=0.1)
    assert spikes[spikes > 700] == pytest.approx([1157.2, 1487.1], rel=0.01)
