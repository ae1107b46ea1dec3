# amaranth: UnusedElaboratable=no
import re

import pytest

from benchmarks.area import measure_area
from gateware.neurons import catalogue
from gateware.neurons.architecture import FORMS, fit
from gateware.neurons.bank import NeuronBank
from gateware.neurons.izhikevich import Izhikevich
from gateware.neurons.lif import LIF
from gateware.step.folded import FoldedStep
from platforms.boards import read_table


def test_a_small_neuron_takes_one_clock():
    choice = fit(LIF())
    assert choice.form == "single" and isinstance(choice.hardware, LIF)
    assert choice.estimates.keys() == set(FORMS)


def test_a_clock_that_is_too_fast_for_one_clock_asks_for_registers():
    choice = fit(LIF(), clock=36e6)
    assert choice.form != "single" and "single: it reaches about 14 MHz, not 36" in choice.why


def test_a_neuron_of_many_products_is_folded():
    choice = fit(catalogue.neuron("hodgkin_huxley"), "up5k")
    assert choice.form == "folded" and isinstance(choice.hardware, FoldedStep)
    assert "multiplier blocks" in choice.why.split("single:")[1]


def test_a_rate_that_folding_does_not_reach_asks_for_a_bank():
    choice = fit(Izhikevich(), count=64, rate=200_000)
    assert choice.form == "bank" and isinstance(choice.hardware, NeuronBank) and choice.hardware.count == 64
    assert "folded: it makes" in choice.why
    assert fit(Izhikevich(), count=64, rate=1000).form == "folded"


def test_the_user_may_pick():
    assert fit(LIF(), form="folded", count=5).hardware.count == 5
    assert fit(LIF(), "25f", form="folded").hardware.factor == 18


def test_what_fits_nowhere_is_refused_with_the_reason_of_each_form():
    with pytest.raises(ValueError, match=r"fit iCE40UP5K as asked: single: .*; bank: .*; folded: it makes .* updates/s"):
        fit(catalogue.neuron("hodgkin_huxley"), count=64, rate=1e6)


@pytest.mark.parametrize("component, form", [(LIF(), "single"), (Izhikevich(), "single"), (LIF(), "bank"), (Izhikevich(), "folded")],
                         ids=lambda each: each if isinstance(each, str) else type(each).__name__)
def test_estimates_are_near_what_synthesis_makes(component, form):
    choice = fit(component, form=form)
    area, estimate = measure_area(choice.hardware, dsp=True), choice.estimates[form]
    assert estimate.dsp == area["dsp"] and abs(estimate.ram - area["ram"]) <= 2
    assert 0.6 < estimate.logic / area["logic"] < 1.6, (estimate, area)


@pytest.mark.parametrize("part", ["up5k", "25f"])
def test_parts_are_those_of_the_platforms(part):
    from gateware.neurons.architecture import PARTS
    limits = PARTS[part]
    row = read_table("parts")[limits.name]
    assert (limits.logic, limits.ram, limits.dsp) == (row["logic"], row["ram"], row["dsp"])


@pytest.mark.parametrize("keywords, kind, message", [
    ({"part": "hx1k"}, ValueError, "fit part must be one of up5k, 25f, not 'hx1k'"),
    ({"count": 0}, ValueError, "fit count must be between 1 and 4096, not 0"),
    ({"count": 1.5}, TypeError, "fit count must be an integer, not 1.5"),
    ({"clock": 0}, ValueError, "fit clock must be a positive number of Hertz, not 0"),
    ({"rate": float("inf")}, ValueError, "fit rate must be a positive number of Hertz, not inf"),
    ({"form": "serial"}, ValueError, "fit form must be one of single, bank, folded, not 'serial'"),
])
def test_errors_say_what_is_accepted(keywords, kind, message):
    with pytest.raises(kind, match=re.escape(message)):
        fit(LIF(), **keywords)


def test_only_neurons_are_fitted():
    with pytest.raises(TypeError, match="fit component must be a StepComponent with state and inputs, not 3"):
        fit(3)
