"""Neurons with synapses against closed forms: the alpha function, and Tsodyks and Markram's steady states."""

import numpy as np
import pytest
from scipy.linalg import expm

from models.neurons import simulate

from .truth import truth


@truth("alpha_synapse_lif")
@pytest.mark.parametrize("port, sign, tau", [("exc", 1, 5.0), ("inh", -1, 10.0)])
def test_alpha_synapses_potential_is_the_double_pole_convolution(port, sign, tau):
    # An alpha function t/tau*exp(-t/tau) through a membrane of 20 ms, for a pulse that lasts one step of 1 ms.
    trace = simulate("alpha_synapse_lif", 100.0, inputs={"exc": 0.0, "inh": 0.0, port: {"value": 1.5, "every": 60.0}})

    def potential(t):  # the response to a unit impulse of the input, in closed form
        rate = 1 / tau - 1 / 20
        return (1 - np.exp(-rate * t) * (1 + rate * t)) * np.exp(-t / 20) / (20 * tau * rate**2)

    from scipy.integrate import quad
    for time in (5.0, 12.0, 30.0):
        expected = 1.5 * quad(lambda s: potential(time - s), 0, 1)[0]
        assert trace.states["v"][59 - 1 + round(time)] == pytest.approx(sign * expected, abs=1e-9)


@truth("alpha_synapse_lif")
def test_alpha_synapses_peak_and_balance():
    # The alpha function peaks at its time constant with 1/e; a steady input x settles at tau*x.
    trace = simulate("alpha_synapse_lif", 400.0, inputs={"exc": {"value": 1.0, "every": 300.0}, "inh": 0.0})
    assert np.argmax(trace.states["i_exc"]) - 299 == pytest.approx(5, abs=1)
    assert trace.states["i_exc"].max() == pytest.approx(np.exp(-1), rel=0.01)
    steady = simulate("alpha_synapse_lif", 400.0, inputs={"exc": 0.2, "inh": 0.03})
    assert steady.count == 0 and steady.states["v"][-1] == pytest.approx(5 * 0.2 - 10 * 0.03, abs=1e-4)


def tsodyks_markram(interval, duration=8000.0):
    return simulate("tsodyks_markram", duration, inputs={"pre": {"value": 1, "every": interval}, "I": 0.0})


@truth("tsodyks_markram")
@pytest.mark.parametrize("interval", [20.0, 50.0, 100.0])
def test_facilitation_and_depression_settle_at_their_fixed_points(interval):
    trace = tsodyks_markram(interval)
    arrivals = np.flatnonzero(trace.events["arrival"])
    # u after a spike: U/(1 - (1 - U)*exp(-T/tau_facil)).
    u = 0.03 / (1 - 0.97 * np.exp(-interval / 530))
    assert trace.states["u"][arrivals[-1]] == pytest.approx(u, rel=1e-4)
    # Resources follow a linear map from spike to spike: decay and recovery, then a fraction u of x becomes active.
    flow = expm(interval * np.array([[-1 / 130, -1 / 130, 1 / 130], [0, -1 / 1.5, 0], [0, 0, 0]]))
    jump = np.array([[1 - u, 0, 0], [u, 1, 0], [0, 0, 1]])
    both = jump @ flow
    x, y = np.linalg.solve(np.eye(2) - both[:2, :2], both[:2, 2])
    assert trace.states["x"][arrivals[-1]] == pytest.approx(x, rel=1e-4)
    assert trace.states["y"][arrivals[-1]] == pytest.approx(y, rel=1e-4)


@truth("tsodyks_markram")
def test_first_spike_uses_U_of_everything_and_resources_are_conserved():
    trace = tsodyks_markram(50.0, 60.0)
    arrival = np.flatnonzero(trace.events["arrival"])[0]
    assert trace.states["u"][arrival] == pytest.approx(0.03) and trace.states["y"][arrival] == pytest.approx(0.03)
    assert trace.states["x"][arrival] == pytest.approx(0.97)
    # 1540 pA * 0.03 on 0.1 GOhm: a difference of exponentials of 20 and 1.5 ms.
    t = trace.time[arrival:] - trace.time[arrival]
    expected = 1540 * 0.03 * 0.1 * 1.5 / (20 - 1.5) * (np.exp(-t / 20) - np.exp(-t / 1.5))
    assert np.allclose(trace.states["v"][arrival:] + 65, expected, atol=1e-9)


@truth("cuba_lif")
def test_current_based_neuron_fires_by_its_drive_alone():
    # At rest 1 mV over the threshold: 20*log(11) and the refractory period.
    spikes = simulate("cuba_lif", 500.0, inputs={"exc": 0, "inh": 0}).spikes
    assert np.allclose(np.diff(spikes), 5.0 + 0.1 * np.ceil(200 * np.log(11)))


@truth("cuba_lif")
@pytest.mark.parametrize("port, weight, tau", [("exc", 1.62, 5.0), ("inh", -9.0, 10.0)])
def test_current_based_potential_is_a_difference_of_exponentials(port, weight, tau):
    # With the resting potential 9 mV lower nothing fires; v starts at it.
    trace = simulate("cuba_lif", 100.0, parameters={"E_L": -60.0},
                     inputs={"exc": 0, "inh": 0, port: {"value": 1, "every": 60.0}})
    t = trace.time[599:] - 60.0
    expected = weight * tau / (20 - tau) * (np.exp(-t / 20) - np.exp(-t / tau))
    assert trace.count == 0 and np.allclose(trace.states["v"][599:] + 60, expected, atol=1e-9)
