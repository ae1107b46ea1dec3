"""The fixed-point step: one step of it stays within its own bound of the float64 step, and what cannot be compiled is refused."""

import numpy as np
import pytest

from gateware.neurons import catalogue
from gateware.neurons.equation_neuron import EquationNeuron
from gateware.neurons.from_equations import from_equations
from gateware.step.equations import EquationError, load
from models.neurons import simulate
from models.neurons.float_model import FloatModel


@pytest.mark.parametrize("name", ["izhikevich", "adex", "hodgkin_huxley", "morris_lecar", "hindmarsh_rose", "wang_buzsaki"])
def test_one_step_stays_within_its_bound(name):
    neuron = catalogue.neuron(name)
    table, step = neuron.table, FloatModel(neuron.table).python_step()
    rng, worst = np.random.default_rng(0), {}
    for _ in range(300):
        state = {each: int(rng.integers(shape.lo, shape.hi + 1)) for each, shape in neuron.state._asdict().items()}
        inputs = {each: int(rng.integers(shape.lo, shape.hi + 1)) for each, shape in neuron.inputs._asdict().items()}
        fixed, outputs = neuron.step(neuron.params, type(neuron.state)(**state), type(neuron.inputs)(**inputs))
        exact = step({each: value / 2.0**neuron.fractions[each] for each, value in state.items()},
                     {each: value / 2.0**neuron.fractions[each] for each, value in inputs.items()})
        if outputs.spike:
            continue
        for each, limits in table.states.items():
            got = getattr(fixed, each) / 2.0**neuron.fractions[each]
            expected = min(max(exact[each], limits.lo), limits.hi)
            worst[each] = max(worst.get(each, 0.0), abs(got - expected) - 2.0**-neuron.fractions[each])
    for each, bound in neuron.step_errors.items():
        assert worst[each] <= 1.05 * bound, each


def test_the_step_is_readable_python():
    neuron = catalogue.neuron("izhikevich")
    assert neuron.source.startswith("def step(params, state, inputs):\n    # dv/dt = ") and "scale_round(" in neuron.source


def test_integer_states_are_exact():
    table = load("""
name = "Count"
[state]
n = { range = [0, 255], integer = true, overflow = "wrap", init = 7 }
[inputs]
I = { range = [0, 255], integer = true }
[equations]
n = "n[t+1] = (n*3 + I) % 256"
[integration]
method = "map"
""")
    neuron, n = EquationNeuron(table), 7
    inputs = np.random.default_rng(0).integers(0, 256, 100)
    trace = simulate(neuron, 100.0, inputs={"I": inputs}, arithmetic="fixed")
    for given, got in zip(inputs, trace.states["n"]):
        n = (3 * n + given) % 256
        assert got == n


@pytest.mark.parametrize("equation, ranges, reason", [
    ("dx/dt = 1/(x - y)", {"x": (-1, 1), "y": (-1, 1)}, "divides by something that may be 0"),
    ("dx/dt = (x + 2)**y", {"x": (-1, 1), "y": (-1, 2)}, "cannot be compiled"),
    ("dx/dt = exp(x*y) - x", {"x": (-300, 300), "y": (-300, 300)}, "cannot be tabulated"),
])
def test_what_cannot_be_compiled_is_refused_by_its_sub_expression(equation, ranges, reason):
    with pytest.raises(EquationError, match=reason):
        from_equations(equation, ranges=ranges)


def test_a_branch_is_tabulated_where_it_holds():
    neuron = from_equations("dx/dt = (exp(-x/2) if x > 0 else 10) - x", ranges={"x": (-400, 400)}, dt=0.1)
    (_, found), = neuron.fits.values()
    assert found.highest <= 1.0 + 1e-9
