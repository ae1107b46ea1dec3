from math import inf

import numpy as np
import pytest

from gateware.neurons.adaptive_lif import AdaptiveLIF
from gateware.step import Q
from models import golden

FINE = {"membrane": Q(6, 18), "current": Q(6, 18)}


def drive(component, current):
    """Spikes and real membranes of real currents."""
    outputs = golden(component).run({"current": np.array([component.inputs.current.encode(each) for each in current])})
    return outputs.spike, component.state.v.decode(outputs.v.astype(np.int64))


def test_without_leaks_the_nth_spike_costs_the_threshold_and_n_minus_1_adaptations():
    """After n spikes n th + beta n (n - 1) / 2 of the charge are gone, and never less than that had come."""
    neuron = AdaptiveLIF(tau=inf, tau_adaptation=inf, threshold=3.0, adaptation=0.5, membrane=Q(10, 2), current=Q(10, 2))
    currents = np.random.default_rng(0).integers(0, 16, 300) / 4
    spikes, v = drive(neuron, currents)
    n = spikes.cumsum()
    assert np.array_equal(currents.cumsum() - v, 3 * n + 0.5 * n * (n - 1) / 2)
    # It spikes as soon as the charge suffices.
    assert n[-1] > 20 and (v < 3 + 0.5 * n).all() and np.array_equal(spikes == 1, np.r_[0, v[:-1]] + currents >= 3 + 0.5 * np.r_[0, n[:-1]])


def test_the_interval_grows_to_that_of_the_balance():
    """Under a strong constant current the threshold settles where charge in = charge out, with the closed form of a periodic adaptation."""
    beta, keep = 0.5, 1 - 1 / 50
    neuron = AdaptiveLIF(tau=inf, tau_adaptation=50.0, threshold=1.0, adaptation=beta, **FINE)
    spikes, _ = drive(neuron, [0.8] * 4000)
    times = np.flatnonzero(spikes)
    intervals = np.diff(times)
    assert intervals[0] < 5 and intervals[-1] > 2 * intervals[0] and np.ptp(intervals[-20:]) <= 1
    mean = intervals[-200:].mean()
    # Just before a spike of a period T the adaptation is beta keep**T / (1 - keep**T) (keep / keep, as it leaks once before the first step).
    before = beta / (1 - keep**mean) * keep**(mean - 1)
    assert mean == pytest.approx((1 + before) / 0.8, rel=0.03)


@pytest.mark.parametrize("formats, tau", [({}, 100.0), ({"membrane": Q(4, 12), "current": Q(9, 11)}, 30.0), (FINE, 50.0)])
def test_the_adaptation_ends(formats, tau):
    """A pulse that a fresh neuron answers with one spike is answered with one again, when 12 time constants have gone by."""
    neuron = AdaptiveLIF(tau=2.0, tau_adaptation=tau, adaptation=0.2, **formats)
    late = [1.05] + [0] * int(12 * tau) + [1.05]
    early = [1.05] + [0] * 20 + [1.05]
    assert drive(neuron, late)[0].nonzero()[0].tolist() == [0, len(late) - 1]
    assert drive(neuron, early)[0].nonzero()[0].tolist() == [0]
    # The adaptation itself, from the membrane that the next spike leaves behind: never further from the exponential than tau / 2 lowest bits.
    resolution = neuron.state.v.resolution
    for quiet in range(5, int(4 * tau), 7):
        v = drive(neuron, [1.0] + [0] * quiet + [2.0])[1]
        assert 2.0 - 1.0 - v[-1] == pytest.approx(0.2 * (1 - 1 / tau)**quiet, abs=(tau / 2 + 2) * resolution)


def test_below_the_threshold_it_is_the_closed_form():
    spikes, v = drive(AdaptiveLIF(tau=20.0, **FINE), [0.04] * 150)
    t = np.arange(1, 151)
    assert not spikes.any() and v == pytest.approx(0.04 * 20 * (1 - 0.95**t), abs=1e-3)


def test_membrane_and_adaptation_saturate():
    neuron = AdaptiveLIF(tau=inf, tau_adaptation=inf, adaptation=1.5, membrane=Q(2, 4), current=Q(4, 4))
    assert drive(neuron, [-7.0, -7.0])[1].tolist() == [-2.0, -2.0]
    spikes, v = drive(neuron, [7.0] * 4)     # thresholds 1, 2.5, then 1 + 31/16
    assert spikes.tolist() == [1, 1, 1, 1] and v.tolist() == [1.9375] * 4
    assert drive(neuron, [1.0, 2.5, 2.875, 1.0, 2.9375])[0].tolist() == [1, 1, 0, 1, 1]


@pytest.mark.parametrize("changes, error, message", [
    ({"tau": 0.5}, ValueError, r"AdaptiveLIF dt / tau must lie between 2\*\*-16 and 1, or tau be infinite, not 2\.0"),
    ({"tau_adaptation": 0.5}, ValueError, r"AdaptiveLIF dt / tau_adaptation must lie between 2\*\*-16 and 1, or tau_adaptation be infinite"),
    ({"tau_adaptation": -1.0}, ValueError, r"AdaptiveLIF tau_adaptation and dt must be positive, not -1\.0 and 1\.0"),
    ({"threshold": "1"}, TypeError, "AdaptiveLIF threshold must be a number, not '1'"),
    ({"adaptation": 0.0}, ValueError, r"AdaptiveLIF adaptation must be at least 2\*\*-8, not 0\.0"),
    ({"adaptation": 300.0}, ValueError, "AdaptiveLIF adaptation must "),
    ({"membrane": 8}, TypeError, "AdaptiveLIF membrane must be a Q format, not 8")])
def test_refusals(changes, error, message):
    with pytest.raises(error, match=f"^{message}"):
        AdaptiveLIF(**changes)
