from math import inf, nan

import numpy as np
import pytest

from gateware.neurons.cuba_lif import CubaLeakyIntegrator, CubaLIF
from gateware.step import Q
from models import golden

FINE = {"membrane": Q(6, 20), "synapse": Q(6, 20), "current": Q(6, 20)}


def drive(component, current):
    """Spikes and real membranes of real currents."""
    outputs = golden(component).run({"current": np.array([component.inputs.current.encode(each) for each in current])})
    return outputs.spike, component.state.v.decode(outputs.v.astype(np.int64))


@pytest.mark.parametrize("tau_syn, tau_mem, charge", [(5.0, 20.0, 1.0), (8.0, 3.0, -2.0), (2.0, 100.0, 0.25)])
def test_a_pulse_gives_the_double_exponential(tau_syn, tau_mem, charge):
    """A geometric sum: v_t = q (b**(t+1) - a**(t+1)) / (b - a), a = 1 - dt / tau_syn, b = 1 - dt / tau_mem."""
    a, b, t = 1 - 1 / tau_syn, 1 - 1 / tau_mem, np.arange(150)
    wanted = charge * (b**(t + 1) - a**(t + 1)) / (b - a)
    pulse = [charge, *[0.0] * 149]
    # Half a step of rounding in each product, all of one sign at worst, and leaks that are off by up to 2**-17.
    bound = tau_mem * (2.0**-20 + tau_syn * 2.0**-20) + 2 * abs(charge) * tau_syn * tau_mem * 2.0**-17
    for neuron in (CubaLeakyIntegrator(tau_syn=tau_syn, tau_mem=tau_mem, **FINE), CubaLIF(tau_syn=tau_syn, tau_mem=tau_mem, threshold=31.0, **FINE)):
        spikes, v = drive(neuron, pulse)
        assert not spikes.any() and v == pytest.approx(wanted, abs=bound)


def test_small_time_steps_approach_the_solution_of_the_differential_equations():
    """tau_mem dv/dt = -v + i, tau_syn di/dt = -i from i(0) = 1; the error is of the order of dt."""
    errors = []
    for steps in (8, 64):
        dt = 1 / steps
        neuron = CubaLeakyIntegrator(tau_syn=4.0, tau_mem=16.0, dt=dt, membrane=Q(4, 30), synapse=Q(4, 30), current=Q(4, 24))
        _, v = drive(neuron, [dt / 16, *[0.0] * (40 * steps)])
        t = np.arange(1, 40 * steps + 2) * dt
        errors.append(np.abs(v - 4 / 12 * (np.exp(-t / 16) - np.exp(-t / 4))).max())
    assert errors[0] < 0.01 and errors[1] < errors[0] / 6


def test_it_is_two_linear_filters_of_scipy():
    from scipy.signal import lfilter
    currents = np.random.default_rng(0).integers(-4096, 4096, 500) / 4096
    fast, slow = round(65536 / 4) / 65536, round(65536 / 10) / 65536
    expected = lfilter([1.0], [1.0, slow - 1], lfilter([1.0], [1.0, fast - 1], currents))
    neuron = CubaLeakyIntegrator(tau_syn=4.0, tau_mem=10.0, membrane=Q(8, 14), synapse=Q(6, 14), current=Q(2, 12))
    assert drive(neuron, currents)[1] == pytest.approx(expected, abs=10 * 5 * 2.0**-15)


def test_without_leaks_the_charge_of_the_current_is_kept():
    """Twice a running sum is what spikes took and what is left."""
    currents = np.random.default_rng(1).integers(-4, 5, 300) / 4
    neuron = CubaLIF(tau_syn=inf, tau_mem=inf, threshold=40.0, membrane=Q(14, 2), synapse=Q(8, 2), current=Q(4, 2))
    spikes, v = drive(neuron, currents)
    assert spikes.any() and np.array_equal(40 * spikes.cumsum() + v, currents.cumsum().cumsum())


def test_a_reset_to_a_value():
    neuron = CubaLIF(tau_syn=inf, tau_mem=inf, threshold=3.0, reset=-1.5, membrane=Q(6, 2), synapse=Q(6, 2), current=Q(6, 2))
    spikes, v = drive(neuron, [1.0, 0, 0, 0, 0, 0, 0, 0])
    assert v.tolist() == [1.0, 2.0, -1.5, -0.5, 0.5, 1.5, 2.5, -1.5] and spikes.tolist() == [0, 0, 1, 0, 0, 0, 0, 1]


def test_a_threshold_that_is_taken_one_step_late():
    """snnTorch's Synaptic: m = beta m + i - theta s of the step before. The spikes are those of theta / beta at once."""
    currents = np.random.default_rng(2).uniform(0, 0.6, 400)
    alpha, beta, synapse, m, spiked, wanted = 0.75, 0.875, 0.0, 0.0, 0, []
    for current in np.rint(currents * 2**20) / 2**20:
        synapse = alpha * synapse + current
        m = beta * m + synapse - 2.0 * spiked
        spiked = int(m >= 2.0)
        wanted.append(spiked)
    neuron = CubaLIF(tau_syn=4.0, tau_mem=8.0, threshold=2.0, subtracted=2.0 / 0.875, **FINE)
    assert drive(neuron, currents)[0].tolist() == wanted and 50 < sum(wanted) < 350


def test_current_and_membrane_saturate():
    neuron = CubaLeakyIntegrator(tau_syn=inf, tau_mem=inf, membrane=Q(4, 2), synapse=Q(2, 2), current=Q(4, 2))
    assert drive(neuron, [7.0, 0, 0, 0, 0, 0, -7.0, 0, 0, 0, 0, 0, 0])[1].tolist() == [
        1.75, 3.5, 5.25, 7.0, 7.75, 7.75, 5.75, 3.75, 1.75, -0.25, -2.25, -4.25, -6.25]


def test_finer_currents_are_cut_and_coarser_ones_exact():
    neuron = CubaLeakyIntegrator(tau_syn=1.0, tau_mem=inf, membrane=Q(4, 1), synapse=Q(4, 2), current=Q(4, 4))
    assert drive(neuron, [0.4375, 0.6875, -0.0625])[1].tolist() == [0.0, 0.5, 0.0]
    neuron = CubaLeakyIntegrator(tau_syn=1.0, tau_mem=inf, membrane=Q(4, 4), synapse=Q(4, 2), current=Q(4, 1))
    assert drive(neuron, [0.5, -1.5])[1].tolist() == [0.5, -1.0]


@pytest.mark.parametrize("kind, changes, error, message", [
    (CubaLIF, {"tau_syn": 0.5}, ValueError, r"CubaLIF dt / tau_syn must lie between 2\*\*-16 and 1, or tau_syn be infinite, not 2\.0"),
    (CubaLIF, {"tau_mem": nan}, ValueError, r"CubaLIF tau_mem and dt must be positive, not nan and 1\.0"),
    (CubaLIF, {"tau_mem": "20"}, TypeError, "CubaLIF tau_mem must be a number, not '20'"),
    (CubaLIF, {"threshold": "1"}, TypeError, "CubaLIF threshold must be a number, not '1'"),
    (CubaLIF, {"threshold": 0.0}, ValueError, r"CubaLIF threshold must be at least 2\*\*-8 where it is subtracted, not 0\.0"),
    (CubaLIF, {"subtracted": -1.0}, ValueError, r"CubaLIF subtracted must be at least 2\*\*-8 where it is subtracted, not -1\.0"),
    (CubaLIF, {"subtracted": "1"}, TypeError, "CubaLIF subtracted must be a number, not '1'"),
    (CubaLIF, {"reset": "zero"}, TypeError, "CubaLIF reset must be 'subtract' or a number, not 'zero'"),
    (CubaLIF, {"reset": 1.0}, ValueError, r"CubaLIF reset must be below the threshold, not 1\.0 with threshold 1\.0"),
    (CubaLIF, {"reset": 0.0, "subtracted": 1.0}, ValueError,
     r"CubaLIF subtracted must be left out with a reset to a value, not 1\.0 with reset 0\.0"),
    (CubaLIF, {"synapse": 8}, TypeError, "CubaLIF synapse must be a Q format, not 8"),
    (CubaLIF, {"membrane": 8}, TypeError, "CubaLIF membrane must be a Q format, not 8"),
    (CubaLeakyIntegrator, {"current": None}, TypeError, "CubaLeakyIntegrator current must be a Q format, not None"),
    (CubaLeakyIntegrator, {"tau_syn": 0}, ValueError, r"CubaLeakyIntegrator tau_syn and dt must be positive, not 0 and 1\.0")])
def test_refusals(kind, changes, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        kind(**changes)
