import pytest

from gateware.chip.classifier import Classifier
from gateware.neurons.lif import LIF
from gateware.step.component import examples_of
from platforms.designs.standing import LEVELS, components_of, standing
from sim import digests, kept


def test_components_are_found_inside_a_design():
    names = [cls.__name__ for cls in components_of(Classifier.examples()["small"])]
    assert {"Classifier", "ImageEncoder", "DenseLayer", "CountReadout", "LIF", "LFSR", "ComparatorEncoder"} <= set(names)
    assert list(components_of(LIF())) == [LIF]


@pytest.fixture
def results(monkeypatch):
    """Kept results of one's own: pairs of name and rung."""
    pairs = set()

    class Results:
        def find(self, name, level, digest):
            return {(name, level): "holds", (name, level, "left out"): "left out: too large"}.get(
                next((pair for pair in pairs if pair[:2] == (name, level)), None))

    monkeypatch.setattr(kept, "KeptResults", Results)
    monkeypatch.setattr(digests, "example_digests", lambda classes: {
        cls: {name: dict.fromkeys(LEVELS, "") for name in examples_of(cls)} for cls in classes})
    return pairs


def test_what_was_left_out_does_not_stand(results):
    results |= {("gateware.neurons.lif.LIF:default", "netlist"), ("gateware.neurons.lif.LIF:fine", "netlist", "left out")}
    assert standing(LIF())[0]["netlist"] == 1


def test_what_is_kept_stands(results):
    count = len(LIF.examples())
    results.add(("gateware.neurons.lif.LIF:default", "rtl"))
    results |= {(f"gateware.neurons.lif.LIF:{name}", "proof") for name in LIF.examples()}
    assert standing(LIF()) == [{"component": "gateware.neurons.lif.LIF", "examples": count, "rtl": 1, "proof": count, "netlist": 0}]
