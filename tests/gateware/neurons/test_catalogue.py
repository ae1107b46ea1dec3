import re
from pathlib import Path

import pytest

from gateware.neurons import catalogue
from gateware.neurons.equation_neuron import EquationNeuron
from gateware.step.equations import EquationError

TABLES = Path(catalogue.__file__).parents[1] / "tables" / "neurons"


def test_names_are_those_of_the_files():
    assert list(catalogue.names()) == sorted(path.stem for path in TABLES.glob("*.toml"))
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in catalogue.names())


def test_there_are_as_many_as_the_readme_says():
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    assert int(re.search(r"(\d+) neurons of the literature", readme)[1]) == len(catalogue.names())


def test_every_table_says_what_it_is():
    for name in catalogue.names():
        table = catalogue.table(name)
        assert table.source and table.summary and table.origin in ("published", "reference-defined"), name


def test_a_parameter_may_have_another_value():
    assert catalogue.table("izhikevich").parameters["d"].value == 8.0
    assert catalogue.table("izhikevich", d=2.0).parameters["d"].value == 2.0
    neuron = catalogue.neuron("izhikevich", d=2)
    assert isinstance(neuron, EquationNeuron) and neuron.table.parameters["d"].value == 2


def test_search():
    def found(*arguments, **keywords):
        return [each.identifier for each in catalogue.search(*arguments, **keywords)]

    assert found() == list(catalogue.names())
    assert "hodgkin_huxley" in found("squid AXON") and "izhikevich" not in found("squid AXON")
    assert "adex" in found("10.1152/jn.00686.2005") and "izhikevich" in found("SCIzhikevichNeuron")
    assert found(year=1952) == ["hodgkin_huxley"]
    assert {"lapicque"} <= set(found(year=(1900, 1950))) and "hodgkin_huxley" not in found(year=(1900, 1950))
    assert found(category="conductance", year=1952) == ["hodgkin_huxley"]
    assert {each.category for each in catalogue.search(category="Map")} == {"Map"}
    assert found("no such neuron at all") == []


@pytest.mark.parametrize("name, near", [("izikevich", "izhikevich"), ("hodgkin-huxley", "hodgkin_huxley")])
def test_an_unknown_name_is_refused_with_those_near_it(name, near):
    with pytest.raises(ValueError, match=rf"neuron must be one of the catalogue's \d+ names, not '{name}'; near it: .*{near}"):
        catalogue.table(name)


def test_what_is_nothing_of_the_catalogue_is_refused():
    with pytest.raises(ValueError, match=r"names, not 'qqqq'$"):
        catalogue.neuron("qqqq")
    with pytest.raises(ValueError, match="names, not '../neurons/izhikevich'"):
        catalogue.table("../neurons/izhikevich")
    with pytest.raises(EquationError, match="izhikevich.toml: parameters.q: is no parameter; there are a, b, c, d"):
        catalogue.table("izhikevich", q=1.0)
