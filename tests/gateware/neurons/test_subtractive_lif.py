from math import inf, nan

import numpy as np
import pytest

from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models import golden

FINE = {"membrane": Q(4, 20), "current": Q(4, 20)}


def drive(component, current):
    """Spikes and real membranes of real currents."""
    outputs = golden(component).run({"current": np.array([component.inputs.current.encode(each) for each in current])})
    return outputs.spike, component.state.v.decode(outputs.v.astype(np.int64))


@pytest.mark.parametrize("current, threshold", [(3, 16), (16, 16), (1, 7), (11, 100)])
def test_without_leak_it_spikes_floor_of_the_charge_over_the_threshold_times(current, threshold):
    neuron = SubtractiveLIF(tau=inf, threshold=float(threshold), membrane=Q(10, 0), current=Q(10, 0))
    spikes, v = drive(neuron, [current] * 200)
    steps = np.arange(1, 201)
    assert np.array_equal(spikes.cumsum(), steps * current // threshold)
    assert np.array_equal(v, steps * current % threshold)


def test_without_leak_no_charge_is_lost():
    neuron = SubtractiveLIF(tau=inf, threshold=3.0, membrane=Q(6, 4), current=Q(6, 4))
    currents = np.random.default_rng(0).integers(-24, 40, 2000) / 16
    spikes, v = drive(neuron, currents)
    assert spikes.any() and np.array_equal(3 * spikes.cumsum() + v, currents.cumsum())


@pytest.mark.parametrize("tau, current", [(20.0, 0.04), (5.0, -0.3), (2.0, 0.45)])
def test_below_the_threshold_it_is_the_closed_form(tau, current):
    """v_t = I (1 - (1 - l)**t) / l with l = 1 / tau, within the rounding of leak and products."""
    spikes, v = drive(SubtractiveLIF(tau=tau, **FINE), [current] * 150)
    t = np.arange(1, 151)
    assert not spikes.any()
    assert v == pytest.approx(current * tau * (1 - (1 - 1 / tau)**t), abs=tau * 2.0**-20 + abs(current) * tau**2 * 2.0**-17)


def test_the_rate_above_the_threshold_is_that_of_the_balance_of_charges():
    """Over a long time input equals leak and resets: rate = (I - l mean(v)) / threshold."""
    neuron = SubtractiveLIF(tau=10.0, **FINE)
    spikes, v = drive(neuron, [0.37] * 5000)
    before = np.r_[0, v[:-1]]
    leak = 6554 / 65536
    assert spikes.mean() == pytest.approx(0.37 - leak * before.mean() - v[-1] / 5000, abs=1e-6)


def test_one_spike_per_step_and_the_rest_is_kept():
    neuron = SubtractiveLIF(tau=inf, membrane=Q(4, 4), current=Q(4, 4))
    spikes, v = drive(neuron, [3.5, 0, 0, 0, 0])
    assert spikes.tolist() == [1, 1, 1, 0, 0] and v.tolist() == [2.5, 1.5, 0.5, 0.5, 0.5]


def test_the_membrane_saturates():
    neuron = SubtractiveLIF(tau=inf, membrane=Q(2, 4), current=Q(4, 4))
    assert drive(neuron, [-7.0, -7.0])[1].tolist() == [-2.0, -2.0]
    assert drive(neuron, [7.0, 7.0])[1].tolist() == [1.9375, 1.9375]


def test_a_finer_current_is_cut_and_a_coarser_one_exact():
    assert drive(SubtractiveLIF(tau=inf, membrane=Q(4, 2), current=Q(4, 4)), [-0.0625, 0.4375, 0.75])[1].tolist() == [-0.25, 0.0, 0.75]
    assert drive(SubtractiveLIF(tau=inf, membrane=Q(4, 6), current=Q(4, 1)), [0.5, -1.5])[1].tolist() == [0.5, -1.0]


@pytest.mark.parametrize("changes, error, message", [
    ({"tau": 0.5}, ValueError, r"SubtractiveLIF dt / tau must lie between 2\*\*-16 and 1, or tau be infinite, not 2\.0"),
    ({"tau": 1e9}, ValueError, r"SubtractiveLIF dt / tau must lie between 2\*\*-16 and 1, or tau be infinite, not 1e-09"),
    ({"tau": 0.0}, ValueError, r"SubtractiveLIF tau and dt must be positive, not 0\.0 and 1\.0"),
    ({"tau": nan}, ValueError, r"SubtractiveLIF tau and dt must be positive, not nan and 1\.0"),
    ({"dt": inf}, ValueError, r"SubtractiveLIF tau and dt must be positive, not 20\.0 and inf"),
    ({"tau": "20"}, TypeError, "SubtractiveLIF tau must be a number, not '20'"),
    ({"dt": None}, TypeError, "SubtractiveLIF dt must be a number, not None"),
    ({"threshold": "1"}, TypeError, "SubtractiveLIF threshold must be a number, not '1'"),
    ({"threshold": 0.0}, ValueError, r"SubtractiveLIF threshold must be at least 2\*\*-8, not 0\.0"),
    ({"threshold": -1.0}, ValueError, r"SubtractiveLIF threshold must be at least 2\*\*-8, not -1\.0"),
    ({"threshold": 300.0}, ValueError, "SubtractiveLIF threshold must "),
    ({"membrane": 8}, TypeError, "SubtractiveLIF membrane must be a Q format, not 8"),
    ({"current": (8, 8)}, TypeError, r"SubtractiveLIF current must be a Q format, not \(8, 8\)")])
def test_refusals(changes, error, message):
    with pytest.raises(error, match=f"^{message}"):
        SubtractiveLIF(**changes)
