import re

import pytest

from sim.selection import select


@pytest.mark.parametrize("pattern, names", [
    ("LIF:default", ["gateware.neurons.lif.LIF:default"]),
    ("gateware.neurons.lif.LIF:default", ["gateware.neurons.lif.LIF:default"]),
    ("RampCounter", ["gateware.sc.sources.ramp.RampCounter:default", "gateware.sc.sources.ramp.RampCounter:decimal"]),
    ("gateware.sc.sources.ramp.RampCounter", ["gateware.sc.sources.ramp.RampCounter:default", "gateware.sc.sources.ramp.RampCounter:decimal"]),
    ("Ramp*:dec*", ["gateware.sc.sources.ramp.RampCounter:decimal"]),
])
def test_a_component_has_several_names(pattern, names):
    assert list(select([pattern])) == names


@pytest.mark.parametrize("pattern", ["izhikevich", "gateware.neurons.catalogue:izhikevich", "catalogue:izhikevic?"])
def test_a_neuron_of_the_catalogue_has_several_names(pattern):
    (name, neuron), = select([pattern]).items()
    assert name == "gateware.neurons.catalogue:izhikevich" and neuron.table.identifier == "izhikevich"


def test_neither_components_nor_neurons_are_made_without_need(monkeypatch):
    import gateware.step
    from gateware.neurons import catalogue
    monkeypatch.setattr(gateware.step, "discover", None)
    monkeypatch.setattr(catalogue, "neuron", lambda name: name)
    assert list(select(["izhikevich", "catalogue:adex"]).values()) == ["adex", "izhikevich"]
    assert list(select(["catalogue"]).values()) == list(catalogue.names())


def test_patterns_add_up_and_find_each_component_once(monkeypatch):
    from gateware.neurons import catalogue
    one = catalogue.neuron("sigmoid_rate")  # in place of each: it is their names that count
    monkeypatch.setattr(catalogue, "neuron", lambda name, **parameters: one)
    every = select(["all"])
    assert list(every) == list(select(["all", "LIF"]))
    neurons = [name.rpartition(":")[2] for name in every if name.startswith("gateware.neurons.catalogue:")]
    assert neurons == list(catalogue.names())
    counters = {name for name in every if name.startswith("gateware.sc.sources.ramp.")}
    assert set(select(["gateware.sc.sources.ramp"])) == set(select(["RampCounter"])) == counters


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="^component must be all, catalogue, a neuron of the catalogue or match one of .*LFSR, LIF, .*, "
                                         f"not {re.escape(repr('LIFE'))}$"):
        select(["LIFE"])
