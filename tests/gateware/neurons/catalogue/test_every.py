"""What holds of every neuron of the catalogue: its integrator, its fixed-point step, its truth."""

import dataclasses
import importlib
import pkgutil

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from gateware.neurons import catalogue
from gateware.step.equations.expression import number, substitute, variable
from models.neurons import simulate
from models.neurons.float_model import FloatModel

from . import __path__ as here
from .truth import TRUTHS

ORDERS = {"euler": 1, "exponential_euler": 1, "heun": 2, "rk4": 4, "exact": None}
DIFFERENTIAL = [name for name in catalogue.names() if catalogue.table(name).derivatives]
# Its derivative jumps within the first steps.
ACROSS_A_JUMP = {"mckean"}
# Chaotic: an initial state that is one least significant bit away moves the count of the float model itself as far.
SENSITIVE = {"cazelles": 0.1}


def smooth(table, dt):
    """A table's differential equations alone: no events, no updates per step, no noise; a pulse of one step lasts."""
    quiet = {name: number(0.0) for name in table.generators} | {"dt": number(table.dt)}
    return dataclasses.replace(
        table, dt=dt, events={}, generators=(), maps={name: variable(name) for name in table.maps},
        derivatives={name: substitute(rate, quiet) for name, rate in table.derivatives.items()},
        outputs={"first": variable(f"final({next(iter(table.states))})")}, output_units={"first": "1"})


def constant_inputs(table):
    protocol = table.protocol.get("inputs", {})
    inputs = {}
    for name, each in table.inputs.items():
        entry = protocol.get(name, protocol.get(each.vector, 0.0))
        value = entry if isinstance(entry, (int, float)) else entry.get("mean", entry.get("value", 0.0)) + entry.get("amplitude", 0.0)
        inputs[name] = float(min(max(value, each.lo), each.hi))
    return inputs


@pytest.mark.parametrize("name", DIFFERENTIAL)
def test_the_integrator_follows_scipy(name):
    """Of its declared order: halving the step divides the distance from an adaptive solution of the same equations."""
    table, errors = catalogue.table(name), []
    inputs = constant_inputs(table)
    model = FloatModel(smooth(table, table.dt))
    f, names = model.derivatives(), list(table.derivatives)
    fixed = {state: each.init for state, each in table.states.items() if state not in names}
    limits = np.array([(table.states[state].lo, table.states[state].hi) for state in names]).T
    for steps in (32, 16, 8, 4):
        # Before the first spike, which some equations do not survive.
        with np.errstate(all="ignore"):
            solution = solve_ivp(lambda t, y: f(fixed | dict(zip(names, y)), inputs), (0.0, steps * table.dt),
                                 [table.states[state].init for state in names], rtol=1e-10, atol=1e-13, method="LSODA")
        if solution.success and (limits[0] <= solution.y.T).all() and (solution.y.T <= limits[1]).all():
            break
    assert solution.success
    spans = np.array([table.states[state].hi - table.states[state].lo for state in names])
    for halvings in (0, 1, 2):
        step = FloatModel(smooth(table, table.dt / 2**halvings)).python_step()
        state = {state: each.init for state, each in table.states.items()}
        for _ in range(steps * 2**halvings):
            state = step(state, inputs)
        errors.append(np.max(np.abs([state[each] for each in names] - solution.y[:, -1]) / spans))
    order = ORDERS[table.method]
    floor = 2e-7    # what the adaptive solution itself is good for
    moved = np.max(np.abs(solution.y[:, -1] - solution.y[:, 0]) / spans)
    assert moved > 500 * floor, "a state that stands still says nothing of its integrator"
    if name in ACROSS_A_JUMP:
        # A step over a jump is wrong by its own length, wherever in it the jump is.
        assert max(errors) < 0.01 < 0.1 * moved, (errors, moved)
    elif order is None:
        assert errors[0] < floor
    else:
        assert errors[2] < max(errors[1] * 0.5**order * 1.5, errors[0] * 0.25**order * 2.0, floor), errors
        assert errors[0] < 0.05


@pytest.mark.parametrize("name", catalogue.names())
def test_the_fixed_point_neuron_does_what_the_float_one_does(name):
    """Spikes of the protocol's activity within 2 %; without spikes, the outputs within 2 % of their range."""
    table = catalogue.table(name)
    exact, fixed = simulate(table), simulate(catalogue.neuron(name), arithmetic="fixed")
    for state, values in exact.states.items():
        limits = table.states[state]
        assert np.isfinite(values).all(), state
        margin = 1e-9 * (limits.hi - limits.lo)
        assert limits.lo - margin <= values.min() and values.max() <= limits.hi + margin, f"{state} leaves its range in floats"
    spikes = {event: (int(exact.events[event].sum()), int(fixed.events[event].sum())) for event in exact.events}
    if any(a or b for a, b in spikes.values()):
        allowed = SENSITIVE.get(name, 0.02)
        for event, (a, b) in spikes.items():
            assert abs(a - b) <= allowed * a, (event, a, b)
    else:
        for output, values in exact.outputs.items():
            scale = max(np.ptp(values), np.abs(values).max() * 0.1, 1e-12)
            assert np.sqrt(np.mean((values - fixed.outputs[output]) ** 2)) <= 0.02 * scale, output


@pytest.mark.parametrize("name", sorted(SENSITIVE))
def test_a_sensitive_neuron_is_so_in_floats(name):
    """The count of spikes of the float model itself moves as far where its initial state moves by one least significant bit."""
    table, fractions = catalogue.table(name), catalogue.neuron(name).fractions
    count, moved = int(simulate(table).count), []
    for state, each in table.states.items():
        for sign in (-1, 1):
            init = each.init + sign * 2.0**-fractions[state]
            if each.lo <= init <= each.hi:
                states = table.states | {state: dataclasses.replace(each, init=init)}
                moved.append(abs(int(simulate(dataclasses.replace(table, states=states)).count) - count) / count)
    fixed = abs(int(simulate(catalogue.neuron(name), arithmetic="fixed").count) - count) / count
    assert max(moved) > 0.02 and fixed <= 2 * max(moved)


def test_every_neuron_is_checked_against_something_independent():
    for module in pkgutil.iter_modules(here):
        importlib.import_module(f"{__package__}.{module.name}")
    assert set(catalogue.names()) - set(TRUTHS) == set()
    assert set(TRUTHS) - set(catalogue.names()) == set()


def test_at_most_twelve_are_sensitive():
    assert len(SENSITIVE) <= 12


def test_the_python_step_is_the_compiled_one():
    model = FloatModel(catalogue.table("izhikevich"))
    outputs, states = model.run({"I": np.full(200, 10.0)}, steps=200)
    step, state = model.python_step(), {"v": -65.0, "u": -13.0}
    for k in range(200):
        state = step(state, {"I": 10.0})
        assert state["v"] == states["v"][k, 0]
