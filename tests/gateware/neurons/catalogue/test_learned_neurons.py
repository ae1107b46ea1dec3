"""Neurons of deep learning, one update per step, against geometric series, fixed points and conservation laws."""

import numpy as np
import pytest
from scipy.optimize import fsolve

from models.neurons import simulate

from .truth import truth


def intervals(name, current, steps=400, parameters=None):
    return np.diff(simulate(name, steps, inputs={"I": current}, parameters=parameters).spikes, prepend=0.0)


def first_passage(target, factor):
    """Steps until target*(1 - factor**n) reaches 1."""
    return np.ceil(np.log(1 - 1 / target) / np.log(factor))


@truth("plif")
@pytest.mark.parametrize("a, current", [(0.0, 1.3), (-2.0, 1.7), (1.0, 1.01)])
def test_plif_approaches_its_input_by_the_logistic_factor(a, current):
    # v = I*(1 - (1 - 1/tau)**n), 1/tau = 1/(1 + exp(-a)).
    factor = 1 - 1 / (1 + np.exp(-a))
    assert np.all(intervals("plif", current, parameters={"a": a}) == first_passage(current, factor))


@truth("klif")
@pytest.mark.parametrize("k, current", [(1.0, 1.2), (1.2, 0.9), (0.8, 2.2)])
def test_klif_scales_its_charged_membrane(k, current):
    # v -> k*(v/2 + I/2): a geometric series with the factor k/2 and the limit k*I/(2 - k).
    assert np.all(intervals("klif", current, parameters={"k": k}) == first_passage(k * current / (2 - k), k / 2))


@truth("klif")
def test_klif_rectifies():
    assert not simulate("klif", 50, inputs={"I": -1.0}).states["v"].any()


@truth("clif")
def test_clif_resets_deeper_the_more_it_fired():
    # The first reset subtracts 1 + logistic(1), the complementary potential having counted one spike.
    trace = simulate("clif", 3, inputs={"I": np.array([1.5, 0.0, 0.0])})
    assert trace.states["u"][0] == pytest.approx(0.5 - 1 / (1 + np.exp(-1.0)))
    assert trace.states["m"][0] == 1.0
    # It then forgets by logistic(u/2).
    assert trace.states["m"][1] == pytest.approx(1 / (1 + np.exp(-trace.states["u"][1] / 2)))


@truth("clif")
def test_clif_firing_in_every_step_rests_at_its_fixed_point():
    def logistic(x):
        return 1 / (1 + np.exp(-x))

    def balance(y):
        u, m = y  # before a reset, and after
        return u - (0.5 * (u - 1 - logistic(m)) + 3.0), m - (m * logistic(u / 2) + 1)

    u, m = fsolve(balance, (4.0, 5.0))
    trace = simulate("clif", 300, inputs={"I": 3.0})
    assert trace.events["spike"].all()
    assert trace.states["m"][-1] == pytest.approx(m, rel=1e-6)
    assert trace.states["u"][-1] == pytest.approx(u - 1 - logistic(m), rel=1e-6)


@truth("gated_lif")
def test_gates_of_1_and_0_are_the_leaky_neuron():
    # Exponential leak, plain integration, hard reset: u = I*(1 - 0.25**n)/0.75 above 0.5.
    gates = {"alpha": 1.0, "beta": 0.0, "gamma": 1.0}
    expected = np.floor(np.log(1 - 0.5 * 0.75 / 0.38) / np.log(0.25)) + 1
    assert np.all(intervals("gated_lif", 0.38, parameters=gates) == expected)
    # Weighted integration halves the input.
    assert np.all(intervals("gated_lif", 0.76, parameters=gates | {"beta": 1.0}) == expected)


@truth("gated_lif")
def test_gates_of_0_conserve_charge():
    # Linear leak and soft reset: what comes in, less the leak, goes out in units of 0.5.
    trace = simulate("gated_lif", 4000, inputs={"I": 0.2}, parameters={"alpha": 0.0, "beta": 0.0, "gamma": 0.0})
    assert 4000 * (0.2 - 0.0625) == pytest.approx(0.5 * trace.count + trace.states["u"][-1], abs=1e-9)


@truth("ilif")
@pytest.mark.parametrize("current", [0.3, 0.5])
def test_inhibited_neuron_settles_where_its_series_reaches_the_threshold(current):
    spikes = simulate("ilif", 600, inputs={"I": current}).spikes
    period = np.diff(spikes)[-1]
    # In a rhythm of T steps the trace is 1/(1 - b**T) after a spike; v then sums I - s/2*b**n with the decay a.
    a, b = np.exp(-0.1), np.exp(-0.2)
    n = np.arange(1, int(period) + 1)
    v = np.cumsum((current - 0.5 / (1 - b**period) * b**n) * a**-n) * a**n
    assert np.all(v[:-1] < 1) and v[-1] >= 1


@truth("two_path_lif")
def test_two_paths_fire_either_sign_at_the_geometric_interval():
    expected = np.ceil(np.log(1 - (1 - np.exp(-0.1)) / 0.2) / -0.1)
    for current, event, other in ((0.2, "spike", "negative"), (-0.2, "negative", "spike")):
        trace = simulate("two_path_lif", 300, inputs={"I": current})
        assert np.all(np.diff(trace.time[trace.events[event]], prepend=0) == expected)
        assert not trace.events[other].any()


@truth("adaptive_threshold_moe")
def test_counts_conserve_the_input():
    # What came in is what was counted, in units of the threshold of its step, and what is left.
    drive = np.random.default_rng(3).uniform(0, 2, 500)
    trace = simulate("adaptive_threshold_moe", 500, inputs={"I": drive})
    counted = trace.states["n"] * trace.states["mu"] / 4
    assert drive.sum() == pytest.approx(counted.sum() + trace.states["v"][-1])
    assert np.all(np.abs(trace.states["v"]) <= trace.states["mu"] / 8 + 1e-12)  # rounding leaves at most half a threshold


@truth("adaptive_threshold_moe")
def test_a_steady_input_counts_k():
    trace = simulate("adaptive_threshold_moe", 300, inputs={"I": 0.7})
    assert np.all(trace.outputs["count"][-100:] == 4) and trace.states["mu"][-1] == pytest.approx(0.7)
