# amaranth: UnusedElaboratable=no
import re
from typing import Any, NamedTuple

import numpy as np
import pytest

from benchmarks.area import measure_area
from gateware.neurons import catalogue
from gateware.neurons.izhikevich import Izhikevich
from gateware.neurons.lif import LIF
from gateware.step import BIT, Q, Range, StepComponent, count_to, mux
from gateware.step.folded import FoldedStep
from models import golden
from sim import check, cxxrtl

from .everything import everything, python_run, stimulus


def run(folded, items, count, gaps=None):
    simulation = cxxrtl.compile({"folded": folded})["folded"]
    return simulation.run_streams({"i": items}, {"o": count}, gaps=gaps or {}, max_clocks=10_000_000)[0]


@pytest.mark.parametrize("count", [1, 3])
def test_every_primitive_is_computed_as_on_exact_integers(count):
    component = everything()
    inputs = stimulus(600)
    rounds = len(inputs.x) // count
    runs = [python_run(component, type(inputs)(*(values[k::count][:rounds] for values in inputs)))[0] for k in range(count)]
    items = inputs._asdict() | {"first": np.arange(len(inputs.x)) < count}
    got = run(FoldedStep(component, count), items, rounds * count)["o"][0]
    for name in component.outputs._fields:
        for k in range(count):
            assert [int(value) for value in got[name][k::count]] == [int(value) for value in getattr(runs[k], name)], name


@pytest.mark.parametrize("name", FoldedStep.examples())
def test_examples_equal_their_golden_model(name):
    report = check(FoldedStep.examples()[name], "rtl")
    assert report.ok, str(report)


class Inputs(NamedTuple):
    x: Any
    choose: Any


class Outputs(NamedTuple):
    y: Any


def stateless(params, state, inputs):
    return (), Outputs(mux(inputs.choose, inputs.x * inputs.x, inputs.x))


def test_a_step_without_state_has_no_first():
    folded = FoldedStep(StepComponent(stateless, inputs=Inputs(Q(8, 8), BIT)))
    x = np.array([-32768, 5, 77, 32767])
    got = run(folded, {"x": x, "choose": np.array([1, 0, 1, 1])}, 4)["o"][0]["y"]
    assert list(got) == [2**30, 5, 77**2, 32767**2]
    assert "first" not in folded.i.payload.shape().members


class Counted(NamedTuple):
    n: Any


def counter(params, state, inputs):
    return Counted(count_to(state.n, 10)), Outputs(state.n)


def test_a_step_without_inputs_takes_its_turns():
    folded = FoldedStep(StepComponent(counter, state=Counted(Range(0, 9)), init=Counted(7)))
    assert list(run(folded, {"first": np.zeros(5, int)}, 5)["o"][0]["y"]) == [7, 8, 9, 0, 1]


class Pair(NamedTuple):
    a: Any
    b: Any


def exchange(params, state, inputs):
    return Pair(state.b, state.a), Pair(state.a, state.b)


@pytest.mark.parametrize("count", [1, 2])
def test_states_can_change_places(count):
    folded = FoldedStep(StepComponent(exchange, state=Pair(Q(8, 0), Q(8, 0)), init=Pair(3, 4)), count)
    got = run(folded, {"first": np.zeros(3 * count, int)}, 3 * count)["o"][0]
    assert list(got["a"]) == [3] * count + [4] * count + [3] * count


@pytest.mark.parametrize("component", [LIF(), Izhikevich()], ids=lambda each: type(each).__name__)
def test_interval_and_latency_are_exact(component):
    folded = FoldedStep(component)
    results = run(folded, {"current": np.zeros(20, int), "first": np.zeros(20, int)}, 20)
    taken, given = results["i"][1], results["o"][1]
    assert set(np.diff(given)) == set(np.diff(taken)) == {folded.interval}
    assert set(given - taken) == {folded.latency}


def test_first_starts_one_neuron_of_a_bank_anew():
    bank = FoldedStep(LIF(), 3)
    items = {"current": np.full(12, 20), "first": np.array([0] * 7 + [1] + [0] * 4)}
    v = run(bank, items, 12)["o"][0]["v"].reshape(4, 3)
    assert v[2, 1] == v[0, 1] and v[2, 0] == v[2, 2] > v[2, 1]


def test_izhikevich_takes_at_most_350_logic_cells_and_3_multipliers():
    area = measure_area(FoldedStep(Izhikevich()), dsp=True)
    assert area["logic"] <= 350 and area["dsp"] <= 3, area


def test_hodgkin_huxley_fits_an_up5k():
    folded = FoldedStep(catalogue.neuron("hodgkin_huxley"))
    area = measure_area(folded, dsp=True)
    assert area["logic"] <= 1000 and area["ram"] <= 30, area
    # As many as the plan has: Yosys has been seen to lose products that it moved into blocks.
    assert area["dsp"] == folded.program.product.blocks <= 8, area


def test_hodgkin_huxley_equals_its_golden_model():
    folded = FoldedStep(catalogue.neuron("hodgkin_huxley"))
    current = np.random.default_rng(3).integers(*folded.component.inputs.I, 400)
    items = {"I": current, "first": np.arange(400) % 150 == 0}
    expected, got = golden(folded).run(items), run(folded, items, 400)["o"][0]
    for name, values in expected.items():
        assert (np.asarray(got[name]).astype(np.int64) == values).all(), name


def test_what_a_program_does_not_use_is_not_there():
    folded = FoldedStep(StepComponent(counter, state=Counted(Range(0, 9)), init=Counted(7)))
    assert not folded.program.tables
    assert not [source for source, _ in folded.program.sources if source in ("table", "unit")]
    area = measure_area(folded, dsp=True)
    assert area["dsp"] <= 1 and area["logic"] < 100, area


@pytest.mark.parametrize("arguments, kind, message", [
    (("LIF",), TypeError, "FoldedStep component must be a StepComponent, not 'LIF'"),
    ((LIF(), 1.5), TypeError, "FoldedStep count must be an integer, not 1.5"),
    ((LIF(), 0), ValueError, "FoldedStep count must be between 1 and 4096, not 0"),
    ((LIF(), 4097), ValueError, "FoldedStep count must be between 1 and 4096, not 4097"),
])
def test_errors_say_what_is_accepted(arguments, kind, message):
    with pytest.raises(kind, match=re.escape(message)):
        FoldedStep(*arguments)


def test_a_factor_out_of_range_is_refused():
    with pytest.raises(ValueError, match="FoldedStep factor must be between 8 and 32 bits, not 4"):
        FoldedStep(LIF(), factor=4)


def test_a_constant_is_refused():
    def step(params, state, inputs):
        return (), Outputs(3)

    with pytest.raises(ValueError, match="FoldedStep component must have state or inputs, StepComponent has neither"):
        FoldedStep(StepComponent(step))
