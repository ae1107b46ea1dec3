from math import inf

import numpy as np
import pytest

from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.step import Q
from models import golden


def drive(component, current):
    outputs = golden(component).run({"current": np.array([component.inputs.current.encode(each) for each in current])})
    assert not outputs.spike.any()
    return component.state.v.decode(outputs.v.astype(np.int64))


@pytest.mark.parametrize("tau, current", [(20.0, 0.3), (5.0, -1.2), (1.0, 2.5), (300.0, 0.01)])
def test_a_constant_current_is_the_closed_form(tau, current):
    """v_t = I (1 - (1 - l)**t) / l with l = 1 / tau, within the rounding of leak and products."""
    v, t = drive(LeakyIntegrator(tau=tau, membrane=Q(8, 20), current=Q(4, 20)), [current] * 200), np.arange(1, 201)
    assert v == pytest.approx(current * tau * (1 - (1 - 1 / tau)**t), abs=tau * 2.0**-20 + abs(current) * tau**2 * 2.0**-17)


def test_it_is_the_linear_filter_of_scipy():
    from scipy.signal import lfilter
    currents = np.random.default_rng(0).integers(-4096, 4096, 500) / 4096
    leak = round(65536 / 8) / 65536
    expected = lfilter([1.0], [1.0, leak - 1.0], currents)
    assert drive(LeakyIntegrator(tau=8.0, membrane=Q(6, 12), current=Q(2, 12)), currents) == pytest.approx(expected, abs=8 * 2.0**-12)


def test_without_leak_it_sums():
    currents = np.random.default_rng(1).integers(-16, 17, 300) / 8
    assert np.array_equal(drive(LeakyIntegrator(tau=inf, membrane=Q(10, 3), current=Q(4, 3)), currents), currents.cumsum())


def test_the_membrane_saturates():
    neuron = LeakyIntegrator(tau=inf, membrane=Q(2, 3), current=Q(4, 3))
    assert drive(neuron, [7.0, 1.0, -7.0]).tolist() == [1.875, 1.875, -2.0]


@pytest.mark.parametrize("changes, error, message", [
    ({"tau": 0.5}, ValueError, r"LeakyIntegrator dt / tau must lie between 2\*\*-16 and 1, or tau be infinite, not 2\.0"),
    ({"dt": -1}, ValueError, r"LeakyIntegrator tau and dt must be positive, not 20\.0 and -1"),
    ({"tau": "inf"}, TypeError, "LeakyIntegrator tau must be a number, not 'inf'"),
    ({"membrane": 8.8}, TypeError, r"LeakyIntegrator membrane must be a Q format, not 8\.8"),
    ({"current": None}, TypeError, "LeakyIntegrator current must be a Q format, not None")])
def test_refusals(changes, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        LeakyIntegrator(**changes)
