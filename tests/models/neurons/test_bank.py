"""Banks of neurons: the golden model's integers, the reference model's doubles, and what is refused."""

import math

import numpy as np
import pytest

from gateware.neurons import catalogue
from gateware.neurons.from_equations import from_equations
from gateware.sc.sources.lfsr import LFSR
from gateware.step.equations import load
from models import golden
from models.neurons import simulate
from models.neurons.bank import Bank
from models.neurons.bank_fixed import FixedLanes

# Products alone; tables and resets; many tables of one index; wide states; floors; xorshift generators; integers that wrap or
# shift; selections; a logistic of several variables; a state of fifty bits.
NEURONS = ["izhikevich", "adex", "hodgkin_huxley", "hindmarsh_rose", "akida", "wong_wang", "truenorth", "loihi", "mihalas_niebur",
           "arcane", "gamma_renewal", "tsodyks_markram"]
COUNT, STEPS = 37, 60


def _random(shape, rng, size):
    return rng.integers(shape.lo, shape.hi, size, endpoint=True)


@pytest.mark.parametrize("name", NEURONS)
def test_every_integer_is_that_of_the_golden_model(name):
    neuron, rng = catalogue.neuron(name), np.random.default_rng(1)
    start = {field: _random(shape, rng, COUNT) for field, shape in neuron.state._asdict().items()}
    shapes = neuron.inputs._asdict() if neuron.inputs else {}
    given = {field: _random(shape, rng, (STEPS, COUNT)) for field, shape in shapes.items()}
    bank = Bank(neuron, COUNT)
    bank.set_registers(**start)
    known = (*bank.events, *bank.outputs)
    run = bank.run(STEPS, {field: values / 2.0**neuron.fractions[field] for field, values in given.items()}, record=known)
    typed = {field: values.astype(np.uint64) if shape.kind == "vector" else values
             for (field, values), shape in zip(start.items(), neuron.state)}
    final, outputs = golden(neuron).advance(type(neuron.state)(**typed), given, length=STEPS)
    for field, values in bank.registers.items():
        assert np.array_equal(values.astype(np.int64), getattr(final, field).astype(np.int64)), field
    for field in known:
        expected = getattr(outputs, field)
        scale = 2.0**neuron.fractions[f"output {field}"] if field in bank.outputs else 1
        assert np.array_equal(run.recorded[field] * scale, expected), field
    for event, counts in run.counts.items():
        assert np.array_equal(counts, getattr(outputs, event).sum(axis=0))


@pytest.mark.parametrize("name", ["izhikevich", "loihi", "quadratic_if", "coba_lif"])
def test_doubles_without_exponentials_are_those_of_the_reference_model(name):
    bank = Bank(name, 3, arithmetic="float")
    table = bank.table
    run = bank.run(500, record=(*bank.events, *table.states))
    trace = simulate(table, 500 * table.dt)
    for each in table.states:
        assert np.array_equal(run.recorded[each][:, 1], trace.states[each])
    for event, values in trace.events.items():
        assert np.array_equal(run.recorded[event][:, 2], values)


@pytest.mark.parametrize("name", ["hodgkin_huxley", "adex", "morris_lecar", "wong_wang", "arcane", "siegert", "truenorth",
                                  "theta"])
def test_doubles_with_exponentials_differ_in_the_last_places(name):
    bank = Bank(name, 2, arithmetic="float")
    run = bank.run(200, record=(*bank.events, *bank.outputs))
    trace = simulate(bank.table, 200 * bank.table.dt)
    for each, values in trace.outputs.items():
        assert np.allclose(run.recorded[each][:, 0], values, rtol=1e-12, atol=1e-12 * np.abs(values).max())
    for event, values in trace.events.items():
        assert np.array_equal(run.recorded[event][:, 0], values)


FUNCTIONS = {
    "exp(x)": math.exp, "exprel(x)": lambda x: math.expm1(x) / x if x else 1.0, "tanh(x)": math.tanh, "sinh(x)": math.sinh,
    "cosh(x)": math.cosh, "logistic(x)": lambda x: 1 / (1 + math.exp(-x)), "sqrt(abs(x))": lambda x: math.sqrt(abs(x)),
    "log(1 + x**2)": lambda x: math.log(1 + x * x), "sin(x) + cos(x)": lambda x: math.sin(x) + math.cos(x), "erf(x)": math.erf,
    "floor(x)": math.floor, "x % 3": lambda x: x % 3, "x % 4": lambda x: x % 4,
    "sign(x)": lambda x: (x > 0) - (x < 0), "min(x, 2) + max(x, -1)": lambda x: min(x, 2) + max(x, -1),
    "(x**2 + 1)**0.3": lambda x: (x * x + 1) ** 0.3, "x**5": lambda x: x**5,
    "1 if x > 0 and not x > 3 or x < -5 else 2": lambda x: 1 if 0 < x <= 3 or x < -5 else 2}


@pytest.mark.parametrize("text", FUNCTIONS)
def test_functions_of_doubles_are_those_of_the_c_library_within_a_few_last_places(text):
    table = load(f"""
name = "Function"
category = "Map"
source = "a test"
origin = "reference-defined"
summary = "One function."
[state]
y = {{ init = 0.0, unit = "1", range = [-1e9, 1e9] }}
[inputs]
x = {{ unit = "1", range = [-20.0, 20.0] }}
[equations]
y = "y[t+1] = {text}"
[integration]
method = "map"
dt = 1
unit = "1"
""")
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.uniform(-20, 20, 4000), rng.normal(0, 1e-3, 500), rng.normal(0, 0.5, 500), [0.0, 20.0, -20.0]])
    y = Bank(table, 1, arithmetic="float").run(len(x), {"x": x}, record=("y",)).recorded["y"][:, 0]
    exact = np.array([FUNCTIONS[text](each) for each in x.tolist()], float)
    assert np.abs(y - exact).max() <= np.abs(exact).max()
    away = np.abs(exact) > 1e-300
    assert np.all(np.abs(y - exact)[away] <= 6 * np.spacing(np.abs(exact[away])))
    assert np.all(y[~away] == exact[~away])


def test_each_neuron_has_its_own_current_and_a_bank_goes_on_where_it_was():
    currents = np.linspace(0.0, 20.0, 11)
    whole = Bank("izhikevich", 11).run(1000, {"I": currents[None, :]}, record=("spike",))
    halves = Bank("izhikevich", 11)
    parts = [halves.run(500, {"I": np.broadcast_to(currents, (500, 11))}, record=("spike",)) for _ in range(2)]
    assert np.array_equal(np.concatenate([part.recorded["spike"] for part in parts]), whole.recorded["spike"])
    assert whole.counts["spike"][0] == 0 < whole.counts["spike"][-1]
    halves.reset()
    assert np.array_equal(halves.run(1000, {"I": currents[None, :]}).counts["spike"], whole.counts["spike"])


@pytest.mark.parametrize("arithmetic", ["fixed", "float"])
def test_neuron_k_is_a_single_neuron_of_seed_plus_k(arithmetic):
    bank = Bank("stochastic_if", 9, arithmetic=arithmetic, seed=5)
    state = next(iter(bank.table.states))
    run = bank.run(300, record=(state,))
    for k in (0, 7):
        trace = simulate("stochastic_if", 300 * bank.table.dt, arithmetic=arithmetic, seed=5 + k)
        assert np.array_equal(run.recorded[state][:, k], trace.states[state])
    assert not np.array_equal(run.recorded[state][:, 0], run.recorded[state][:, 7])


def test_long_runs_are_the_sum_of_the_calls_they_are_made_of(monkeypatch):
    whole = Bank("adex", 20).run(300, {"I": np.linspace(200, 900, 300)}, record=("v",))
    monkeypatch.setattr("models.neurons.bank._CALL", 24 * 7)
    parts = Bank("adex", 20).run(300, {"I": np.linspace(200, 900, 300)}, record=("v",))
    assert np.array_equal(whole.recorded["v"], parts.recorded["v"])
    assert np.array_equal(whole.counts["spike"], parts.counts["spike"])


def test_states_are_set_and_read_as_real_numbers():
    bank = Bank("izhikevich", 3)
    bank.set_state(v=[-70.0, -60.0, -50.0], u=-14.0)
    assert bank.state["v"].tolist() == [-70.0, -60.0, -50.0]
    assert np.allclose(bank.state["u"], -14.0, atol=1e-5)


@pytest.mark.parametrize("arithmetic", ["fixed", "float"])
def test_a_neuron_from_equations_fills_a_bank(arithmetic):
    # v' = 2 - v/tau from 0 reaches 1 at tau*ln(2*tau/(2*tau - 1)).
    neuron = from_equations("dv/dt = I - v/tau", threshold="v >= 1", reset="v = 0", parameters={"tau": 10.0},
                            ranges={"v": (-1, 2), "I": (0, 4)}, dt=0.01)
    bank = Bank(neuron, 2, arithmetic=arithmetic)
    period = 10 * math.log(20 / 19)
    assert bank.run(10_000, {"I": np.array([[2.0, 0.0]])}).counts["spike"].tolist() == [pytest.approx(100 / period, rel=0.02), 0]


@pytest.mark.parametrize("arguments, message", [
    (("izhikevich", 0), "count must be between 1 and"), (("izhikevich", 2.5), "float"),
    (("izhikevitch", 2), "near it: izhikevich"), ((object(), 2), "neuron must be a name of the catalogue")])
def test_a_bank_refuses_what_is_no_bank(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Bank(*arguments)


def test_a_bank_refuses_other_arithmetic_and_parameters_of_a_table():
    with pytest.raises(ValueError, match="arithmetic must be 'fixed' or 'float', not 'half'"):
        Bank("izhikevich", 1, arithmetic="half")
    with pytest.raises(ValueError, match="by its name"):
        Bank(catalogue.table("izhikevich"), 1, parameters={"a": 0.1})


@pytest.mark.parametrize("arguments, message", [
    ((0,), "steps must be at least 1, not 0"), ((5, {"J": 1.0}), "inputs must be among I, not 'J'"),
    ((5, {"I": 1e6}), "input I must lie between"),
    ((5, {"I": np.zeros((5, 2))}), r"input I must have the shape \(5,\), \(1, 3\) or \(5, 3\), not \(5, 2\)"),
    ((5, {"I": np.zeros(4)}), r"input I must have the shape \(5,\)"), ((5, {}, ("w",)), "record must name spike, v, u, not 'w'")])
def test_a_run_refuses_what_it_cannot_run(arguments, message):
    *positional, record = arguments if len(arguments) == 3 else (*arguments, ())
    with pytest.raises(ValueError, match=message):
        Bank("izhikevich", 3).run(*positional, record=record)


def test_registers_and_states_outside_their_range_are_refused():
    bank = Bank("izhikevich", 3)
    with pytest.raises(ValueError, match="register v must lie in"):
        bank.set_state(v=1000.0)
    with pytest.raises(ValueError, match="a register of izhikevich must be one of v, u, not 'w'"):
        bank.set_registers(w=1)
    with pytest.raises(ValueError, match="a state of izhikevich must be one of v, u, not 'w'"):
        bank.set_state(w=1.0)
    with pytest.raises(ValueError, match=r"register v must be a number or have the shape \(3,\), not \(2,\)"):
        bank.set_registers(v=[1, 2])
    with pytest.raises(ValueError, match="register v must be integers"):
        bank.set_registers(v=0.5)


def test_a_step_with_other_operations_is_refused():
    with pytest.raises(ValueError, match="a bank's neuron must do without (parity|shift_in|reverse), which LFSR uses"):
        FixedLanes(LFSR(16))
