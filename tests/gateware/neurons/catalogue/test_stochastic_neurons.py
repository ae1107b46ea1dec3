"""Noisy and stochastic-computing neurons against Siegert's rate, variances, probabilities and a written-out trace."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfcx

from gateware.neurons.fixed_point_lif import FixedPointLIF
from models import golden
from models.neurons import simulate

from .truth import truth


@truth("stochastic_if")
@pytest.mark.parametrize("mu", [16.0, 20.0, 30.0])
def test_noisy_neuron_fires_at_siegerts_rate(mu):
    # 1/rate = tau*sqrt(pi)*integral of exp(u**2)*(1 + erf(u)). Looked at only at its steps, a walk passes a threshold that
    # lies 0.5826 (-zeta(1/2)/sqrt(2 pi)) of a step's standard deviation higher.
    low, high = (10 - mu) / 5, (20 - mu) / 5 + 0.5826 * np.sqrt(0.1 / 20)
    expected = 1 / (20 * np.sqrt(np.pi) * quad(lambda u: erfcx(-u), low, high)[0])
    assert simulate("stochastic_if", 200_000.0, inputs={"mu": mu}).count / 200_000 == pytest.approx(expected, rel=0.03)


@truth("stochastic_lif")
def test_stochastic_neurons_potential_is_the_discrete_ornstein_uhlenbeck_process():
    # v -> 0.95*v + I + 0.05*N(0, 1): mean 20*I, variance 0.0025/(1 - 0.95**2).
    trace = simulate("stochastic_lif", 100_000.0, inputs={"I": 0.01}, parameters={"v_threshold": 1.9})
    v = trace.states["v"][200:]
    assert trace.count == 0
    assert v.mean() == pytest.approx(0.2, abs=0.02)
    assert v.var() == pytest.approx(0.05**2 / (1 - 0.95**2), rel=0.05)


@truth("stochastic_lif")
def test_stochastic_neuron_without_noise_is_a_geometric_series():
    spikes = simulate("stochastic_lif", 400.0, inputs={"I": 0.07}, parameters={"noise_std": 0.0}).spikes
    assert np.all(np.diff(spikes, prepend=0) == np.ceil(np.log(1 - 0.05 / 0.07) / np.log(0.95)))


@truth("homeostatic_lif")
@pytest.mark.parametrize("current", [0.15, 0.25, 0.4])
def test_homeostatic_neuron_finds_its_target_rate(current):
    trace = simulate("homeostatic_lif", 20_000.0, inputs={"I": current})
    assert trace.events["spike"][10_000:].mean() == pytest.approx(0.1, rel=0.02)
    # The threshold that fires every tenth step: I*20*(1 - 0.95**10), or what one step less reaches.
    reach = 20 * current * (1 - 0.95**np.array([9, 10]))
    assert reach[0] - 0.05 < trace.states["theta"][10_000:].mean() < reach[1] + 0.05


@truth("fixed_point_lif")
def test_integers_of_the_hardware_neuron():
    # By hand: 0 + 32; 32 - 3 + 32; 61 - 5 + 32; ... with a leak of 20/256 and a drive of 64*128/256, rounded down.
    given = {"I": 64, "noise": 0, "leak_k": 20, "gain_k": 128}
    trace = simulate("fixed_point_lif", 18, inputs=given)
    assert trace.states["v"][:5].tolist() == [32, 61, 88, 113, 136]
    fired = np.flatnonzero(trace.events["spike"])[0]
    # Two steps at rest after a spike, whatever the input.
    assert trace.states["v"][fired:fired + 4].tolist() == [0, 0, 0, 32]
    assert trace.states["r"][fired:fired + 3].tolist() == [2, 1, 0]


@truth("fixed_point_lif")
def test_hardware_neuron_is_the_component_written_by_hand():
    random = np.random.default_rng(7)
    given = {name: random.integers(-32768, 32768, 3000) for name in ("I", "noise", "leak_k", "gain_k")}
    reference = golden(FixedPointLIF()).run({"current": given["I"], "noise": given["noise"], "leak": given["leak_k"],
                                             "gain": given["gain_k"]})
    for arithmetic in ("float", "fixed"):
        trace = simulate("fixed_point_lif", 3000, inputs=given, arithmetic=arithmetic)
        assert np.array_equal(trace.states["v"], reference.v)
        assert np.array_equal(trace.events["spike"], reference.spike.astype(bool))


@truth("stochastic_dendritic")
def test_dendrites_exclude_each_other():
    # The probability that exactly one of two independent events happens: their truth table, and a count of coins.
    corners = {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}
    for (first, second), expected in corners.items():
        trace = simulate("stochastic_dendritic", 1, inputs={"d_1": float(first), "d_2": float(second)})
        assert trace.states["c"][0] == expected and trace.count == expected
    random = np.random.default_rng(5)
    coins = (random.random(200_000) < 0.3) ^ (random.random(200_000) < 0.8)
    trace = simulate("stochastic_dendritic", 1, inputs={"d_1": 0.3, "d_2": 0.8})
    assert trace.states["c"][0] == pytest.approx(coins.mean(), abs=0.005)
