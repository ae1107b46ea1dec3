"""Integrators against closed forms; events, resets and refractory times against counting by hand."""

import math

import numpy as np
import pytest

from gateware.neurons.from_equations import from_equations
from gateware.step.equations import EquationError
from models.neurons import simulate


def decay(method, dt, **more):
    neuron = from_equations("dx/dt = -x/tau + I", parameters={"tau": 10.0}, ranges={"x": (-2, 2), "I": (-1, 1)}, init={"x": 1.0},
                            dt=dt, method=method, **more)
    return simulate(neuron, 20.0, inputs={"I": 0.05}).states["x"][-1] - (0.5 + 0.5 * math.exp(-2.0))


@pytest.mark.parametrize("method, order", [("euler", 1), ("heun", 2), ("rk4", 4)])
def test_the_order_of_a_method(method, order):
    assert decay(method, 1.0) / decay(method, 0.5) == pytest.approx(2.0**order, rel=0.15)


@pytest.mark.parametrize("method", ["exact", "exponential_euler"])
def test_linear_equations_are_solved_exactly(method):
    assert abs(decay(method, 2.0)) < 1e-14


def test_the_exact_method_of_an_oscillator():
    neuron = from_equations("dx/dt = -b*x - w*y", "dy/dt = w*x - b*y", parameters={"b": 0.1, "w": 2.0}, ranges={"x": (-2, 2), "y": (-2, 2)},
                            init={"x": 1.0}, dt=0.5, method="exact")
    trace = simulate(neuron, 10.0)
    assert trace.states["x"] == pytest.approx(np.exp(-0.1 * trace.time) * np.cos(2.0 * trace.time), abs=1e-12)
    with pytest.raises(EquationError, match="exact needs dx/dt linear in x"):
        from_equations("dx/dt = -x*x", ranges={"x": (-1, 1)}, method="exact")


def test_exponential_euler_needs_a_linear_equation():
    with pytest.raises(EquationError, match="exponential Euler needs .* list x in integration.euler"):
        from_equations("dx/dt = -x**3", ranges={"x": (-1, 1)}, method="exponential_euler")
    from_equations("dx/dt = -x**3", ranges={"x": (-1, 1)}, method="exponential_euler", euler=["x"])


def counter(**more):
    return from_equations("n[t+1] = n + I", ranges={"n": (0, 100), "I": (0, 4)}, method="map", dt=1.0, **more)


def test_level_and_crossing():
    inputs = {"I": np.array([1.0, 1, 1, 0, 0, 0])}
    level = simulate(counter(threshold="n >= 2"), 6.0, inputs=inputs)
    crossing = simulate(counter(threshold="n >= 2", crossing=True), 6.0, inputs=inputs)
    assert level.events["spike"].tolist() == [0, 1, 1, 1, 1, 1] and crossing.events["spike"].tolist() == [0, 1, 0, 0, 0, 0]


def test_resets_see_the_updated_values_together_and_old_ones_by_name():
    neuron = from_equations("a[t+1] = a + 1", "b[t+1] = b + 10", threshold="a >= 2", reset="a = b; b = a + 100*old(a)",
                            ranges={"a": (0, 1000), "b": (0, 1000)}, method="map", dt=1.0)
    for arithmetic in ("float", "fixed"):
        trace = simulate(neuron, 2.0, arithmetic=arithmetic)
        # Second step: a = 2, b = 20; before it a was 1.
        assert (trace.states["a"][-1], trace.states["b"][-1]) == (20, 102)


def test_refractory_time_and_what_it_holds():
    neuron = counter(threshold="n >= 2", reset="n = 0", refractory=3.0, hold=["n"])
    for arithmetic in ("float", "fixed"):
        trace = simulate(neuron, 10.0, inputs={"I": 1.0}, arithmetic=arithmetic)
        assert trace.events["spike"].tolist() == [0, 1, 0, 0, 0, 0, 1, 0, 0, 0]
        assert trace.states["n"].tolist() == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0]


def test_updates_may_follow_each_other_but_not_in_a_circle():
    neuron = from_equations("a[t+1] = next(b) + 1", "b[t+1] = 2*b + 1", ranges={"a": (0, 1000), "b": (0, 500)}, method="map", dt=1.0)
    assert simulate(neuron, 3.0).states["a"].tolist() == [2, 4, 8]
    with pytest.raises(EquationError, match="goes round in a circle through a, b"):
        from_equations("a[t+1] = next(b)", "b[t+1] = next(a)", ranges={"a": (0, 1), "b": (0, 1)}, method="map", dt=1.0)
