import json

import pytest
from amaranth.hdl import Assert, Module
from amaranth.lib.wiring import In, Out

from gateware.chip.serial_classifier import SerialClassifier
from gateware.chip.spiking_chip import SpikingChip
from gateware.component import Component
from gateware.neurons.lif import LIF
from sim import kept
from sim.kept import KeptResults, evidence_digest


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "_versions", lambda level: {"z3-solver": "5.4"} if level == "proof" else {})
    results = KeptResults(tmp_path / "results.json")
    results.keep("LIF", "proof", "abc", "proven")
    results.save()
    return KeptResults(tmp_path / "results.json")


def test_a_result_is_found_under_its_digest_alone(results):
    assert results.find("LIF", "proof", "abc") == "proven"
    assert results.find("LIF", "proof", "abd") is None and results.find("LIF", "rtl", "abc") is None


def test_another_version_of_the_solver_voids_a_result_and_a_missing_one_does_not(results, monkeypatch):
    monkeypatch.setattr(kept, "_versions", lambda level: {"z3-solver": "5.5"})
    assert results.find("LIF", "proof", "abc") is None
    monkeypatch.setattr(kept, "_versions", lambda level: {})
    assert results.find("LIF", "proof", "abc") == "proven"


def test_a_component_that_is_no_more_is_forgotten(results, tmp_path):
    results.keep("Gone", "rtl", "abc", "compared")
    results.save(names=["LIF"])
    assert set(json.loads((tmp_path / "results.json").read_text())) == {"LIF"}


def test_neurons_of_the_catalogue_are_kept_in_a_file_of_their_own(results, tmp_path):
    before = (tmp_path / "results.json").stat().st_mtime_ns
    assert not (tmp_path / "catalogue_results.json").exists()
    results.keep("gateware.neurons.catalogue:izhikevich", "rtl", "abc", "compared")
    results.save()
    assert set(json.loads((tmp_path / "catalogue_results.json").read_text())) == {"gateware.neurons.catalogue:izhikevich"}
    assert (tmp_path / "results.json").stat().st_mtime_ns == before    # what did not change is not written
    again = KeptResults(tmp_path / "results.json")
    assert again.find("gateware.neurons.catalogue:izhikevich", "rtl", "abc") == "compared"
    assert again.names() == ["LIF", "gateware.neurons.catalogue:izhikevich"]


def test_what_another_process_found_is_taken(results, tmp_path):
    other = KeptResults(tmp_path / "results.json")
    other.keep("LIF", "rtl", "def", "compared")
    results.take("LIF", other.entry("LIF"))
    assert results.find("LIF", "rtl", "def") == "compared" and results.find("LIF", "proof", "abc") == "proven"


def test_a_neuron_from_equations_has_a_digest_of_its_own_proof(monkeypatch):
    from gateware.neurons import catalogue
    neuron = catalogue.neuron("leaky_integrate_and_fire")
    before = {level: evidence_digest(neuron, level) for level in ("rtl", "proof", "netlist")}
    sources = kept._EQUATIONS["proof"]
    monkeypatch.setitem(kept._EQUATIONS, "proof", lambda: sources()[1:])
    after = {level: evidence_digest(neuron, level) for level in before}
    assert {level for level in before if before[level] != after[level]} == {"proof"}
    assert {path.name for path in sources()} == {"node_proof.py", "wires.py", "proof_domain.py"}


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "results.json").write_text("{")
    with pytest.raises(ValueError, match="must be JSON as `python -m sim check --keep` writes it"):
        KeptResults(tmp_path / "results.json")


def test_the_digest_follows_parameters_and_rung():
    digests = {evidence_digest(LIF(tau=tau), level) for tau in (10.0, 20.0) for level in ("rtl", "proof", "netlist")}
    assert len(digests) == 6
    assert evidence_digest(LIF(tau=10.0), "rtl") in digests


def test_what_another_process_has_saved_meanwhile_stays(results, tmp_path):
    other = KeptResults(tmp_path / "results.json")
    other.keep("Izhikevich", "rtl", "abc", "compared")
    other.keep("LIF", "rtl", "def", "compared")
    other.save()
    results.keep("LIF", "netlist", "ghi", "equal")
    results.save(names=["LIF"])
    saved = json.loads((tmp_path / "results.json").read_text())
    assert {name: set(entry) for name, entry in saved.items()} == {"Izhikevich": {"rtl"}, "LIF": {"proof", "rtl", "netlist"}}


class Guarded(Component):
    """A component whose own assertion is seen by provers alone."""

    def __init__(self, limit):
        self._limit = limit
        super().__init__({"i": In(4), "o": Out(4)})

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.o.eq(self.i)
        if platform == "formal":
            m.d.comb += Assert(self.o <= self._limit)
        return m


def test_an_assertion_belongs_to_the_proof_and_to_no_other_rung():
    # Of a structure; what it asserts is no part of its netlist.
    before, after = ({level: kept.evidence_digest(Guarded(limit), level) for level in ("proof", "netlist")} for limit in (15, 14))
    assert before["proof"] != after["proof"] and before["netlist"] == after["netlist"]


def test_a_structure_stands_on_the_models_of_its_parts():
    names = {path.name for path in kept._models_of(SpikingChip.examples()["count"])}
    assert {"chip.py", "classifier.py"} <= names and "uart.py" not in names
    assert {"link.py", "chip.py"} <= {path.name for path in kept._models_of(SerialClassifier.examples()["loaded"])}
