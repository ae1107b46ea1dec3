import math

import numpy as np
import pytest

from gateware.neurons import catalogue
from gateware.step.equations import load
from models.neurons import input_array, rate, rheobase, simulate, solve

TABLE = load('name = "Copy"\n[state]\nx = { init = 0.0, range = [-10, 10] }\n[inputs]\nI = { range = [-10, 10] }\n'
             '[equations]\nx = "x[t+1] = I"\n[integration]\nmethod = "map"\n[protocol]\nduration = 20.0\ninputs = { I = 2.0 }\n')


@pytest.mark.parametrize("entry, expected", [
    (3.0, [3.0] * 8), (2, [2.0] * 8), ({"value": 5.0, "every": 1.5}, [0, 0, 5, 0, 0, 5, 0, 0]),
    ({"mean": 1.0, "amplitude": 2.0, "period": 2.0}, [1, 3, 1, -1, 1, 3, 1, -1]), (np.arange(8), np.arange(8)),
])
def test_inputs_of_every_kind(entry, expected):
    assert input_array("I", entry, 8, 0.5) == pytest.approx(expected)


def test_noise_is_gaussian_held_seeded_and_cut():
    noise = input_array("I", {"mean": 1.0, "sd": 2.0, "hold": 1.0, "seed": 3}, 200_000, 0.5)
    assert (noise[::2] == noise[1::2]).all() and noise.mean() == pytest.approx(1.0, abs=0.02) and noise.std() == pytest.approx(2.0, rel=0.01)
    again = input_array("I", {"mean": 1.0, "sd": 2.0, "hold": 1.0, "seed": 3}, 200_000, 0.5, lo=-1.0, hi=3.0)
    assert np.array_equal(again, np.clip(noise, -1.0, 3.0))
    other = input_array("I", {"mean": 1.0, "sd": 2.0, "hold": 1.0, "seed": 4}, 200_000, 0.5)
    assert not np.array_equal(noise, other)


@pytest.mark.parametrize("entry, message", [
    (np.zeros(7), r"input I must have the shape \(8,\) or \(8, B\), not \(7,\)"), (np.zeros((8, 2, 2)), r"not \(8, 2, 2\)"),
    (11.0, "input I must lie between -10 and 10, not reach 11 to 11"), (np.full(8, np.nan), "not reach nan to nan"),
    ({"value": 20.0, "every": 1.0}, "not reach 0 to 20"),
])
def test_inputs_that_are_refused(entry, message):
    with pytest.raises(ValueError, match=message):
        input_array("I", entry, 8, 0.5, lo=-10.0, hi=10.0)


def test_an_integer_input_takes_integers():
    assert simulate("loihi", 4, inputs={"x": [1, 2.0, -3, True]}).count == 0
    with pytest.raises(ValueError, match=r"input x must be of integers, not 2\.5"):
        simulate("loihi", 4, inputs={"x": [1, 2, 2.5, 3]})


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
def test_inputs_are_the_protocols_unless_given(arithmetic):
    assert simulate(TABLE, arithmetic=arithmetic).states["x"].tolist() == [2.0] * 20
    given = simulate(TABLE, 4.0, inputs={"I": [1.0, -2.5, 0.0, 9.0]}, arithmetic=arithmetic)
    assert given.states["x"].tolist() == [1.0, -2.5, 0.0, 9.0] and given.time.tolist() == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
def test_several_neurons_at_once_are_each_what_they_are_alone(arithmetic):
    neuron = catalogue.neuron("lapicque")
    levels = np.array([0.5, 1.5, 3.0])
    both = simulate(neuron, 100.0, inputs={"I": np.broadcast_to(levels, (1000, 3))}, arithmetic=arithmetic)
    for k, level in enumerate(levels):
        alone = simulate(neuron, 100.0, inputs={"I": level}, arithmetic=arithmetic)
        assert np.array_equal(both.states["v"][:, k], alone.states["v"])
        assert np.array_equal(both.spikes[k], alone.spikes) and both.count[k] == alone.count


def test_the_exact_integrator_is_the_closed_form():
    """v(t) = R I (1 - exp(-t/tau)), below threshold."""
    trace = simulate("lapicque", 60.0, inputs={"I": 0.9})
    assert trace.states["v"] == pytest.approx(0.9 * (1 - np.exp(-trace.time / 20.0)), abs=1e-12)
    fixed = simulate("lapicque", 60.0, inputs={"I": 0.9}, arithmetic="fixed")
    assert fixed.states["v"] == pytest.approx(trace.states["v"], abs=1e-3)


@pytest.mark.parametrize("current", [1.2, 2.0, 3.5])
def test_rate_is_that_of_the_closed_form(current):
    """The interval is tau ln(R I / (R I - threshold)), up to the step."""
    interval = math.ceil(20.0 * math.log(current / (current - 1.0)) / 0.1) * 0.1
    assert rate("lapicque", 10_000.0, inputs={"I": current}) == pytest.approx(1 / interval, rel=0.01)
    assert rate("lapicque", 10_000.0, inputs={"I": current}, skip=500.0) == pytest.approx(1 / interval, rel=0.01)


def test_rheobase_is_that_of_the_closed_form():
    """Within a time T the least current is threshold / (R (1 - exp(-T/tau)))."""
    assert rheobase("lapicque", 0.5, 2.0, duration=40.0) == pytest.approx(1 / (1 - math.exp(-2.0)), rel=1e-5)
    assert rheobase("lapicque", 0.1, 2.0, duration=40.0, parameters={"R": 2.0}) == pytest.approx(0.5 / (1 - math.exp(-2.0)), rel=1e-5)
    for low, high in ((0.1, 0.5), (2.0, 3.0)):
        with pytest.raises(ValueError, match=f"rheobase must lie between {low}, which must not spike, and {high}, which must"):
            rheobase("lapicque", low, high, duration=40.0)


def test_solve_is_the_closed_form():
    times = np.linspace(0.0, 60.0, 7)
    solution = solve("lapicque", 60.0, inputs={"I": 2.0}, t_eval=times)
    assert solution.y[0] == pytest.approx(2.0 * (1 - np.exp(-times / 20.0)), abs=1e-8)      # without a reset
    decay = solve("lapicque", 60.0, inputs={"I": 0.0}, parameters={"tau": 10.0}, init={"v": 0.8}, t_eval=times)
    assert decay.y[0] == pytest.approx(0.8 * np.exp(-times / 10.0), abs=1e-8)


def test_a_seed_decides_the_noise_in_both_arithmetics():
    for arithmetic in ("float", "fixed"):
        runs = [simulate("poisson", 2000.0, arithmetic=arithmetic, seed=seed).spikes for seed in (1, 1, 2)]
        assert np.array_equal(runs[0], runs[1]) and not np.array_equal(runs[0], runs[2])


@pytest.mark.parametrize("arguments, message", [
    ({"duration": 0.0}, r"duration must be 1 to 100,000,000 steps of 0.1 ms, not 0.0"), ({"duration": 1e9}, "not 1000000000.0"),
    ({"inputs": {"J": 1.0}}, "inputs must be among I, not 'J'"), ({"inputs": {"I": 5.0}}, "input I must lie between -4 and 4"),
    ({"arithmetic": "decimal"}, "arithmetic must be 'float' or 'fixed', not 'decimal'"), ({"parameters": {"q": 1.0}}, "q: is no parameter"),
])
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulate("lapicque", **{"duration": 10.0} | arguments)


def test_parameters_are_for_names():
    with pytest.raises(ValueError, match="parameters are for a neuron of the catalogue by its name"):
        simulate(TABLE, parameters={"a": 1.0})
    with pytest.raises(ValueError, match="not 'lapique'; near it: lapicque"):
        simulate("lapique")
