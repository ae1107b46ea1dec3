# amaranth: UnusedElaboratable=no
import importlib.metadata
from types import SimpleNamespace

import numpy as np
import pytest

from gateware.chip.classifier import Classifier
from models import golden
from platforms.designs.difference import MismatchError
from platforms.designs import evidence as evidence_of_digits
from platforms.designs.digits import DigitsDesign
from platforms.designs.evidence import compare_with_rtl, evaluate, gather_evidence, summary
from platforms.progress import Steps
from sim import cxxrtl


@pytest.fixture(scope="module")
def small():
    core = Classifier.examples()["small"]
    images = np.random.default_rng(0).integers(0, 17, (5, core.encoder.pixels))
    return core, images, golden(core).classify(images), cxxrtl.compile({"small": core})["small"]


def _faulty(simulation, fault):
    """A simulation whose results are changed by a function before anyone sees them."""
    def run_stream(*args, **kwargs):
        run = simulation.run_stream(*args, **kwargs)
        run = run._replace(items={name: np.array(values) for name, values in run.items.items()},
                           watched={name: (np.array(spikes), clocks) for name, (spikes, clocks) in run.watched.items()})
        return fault(run) or run

    simulation.reset()
    return SimpleNamespace(run_stream=run_stream)


def test_hardware_equals_its_model(small):
    core, images, result, simulation = small
    simulation.reset()
    said = compare_with_rtl(core, simulation, images, result)
    assert said["images"] == 5 and said["clocks"] == core.declared_clocks
    assert said["spikes"] == result.hidden_spikes.size + result.output_spikes.size
    assert said["simulated"] >= 5 * core.network.time_steps


def _flip_hidden(run):
    spikes = run.watched["hidden"][0]
    # Image 1, time step 2, neuron 3 of six.
    spikes[(7 + 2) * 6 + 3] ^= 1


def _add_count(run):
    run.items["counts"].reshape(5, -1)[4, 1] += 1


def _change_label(run):
    run.items["label"][2] ^= 1


def _miscount(run):
    run.items["clocks"][0] += 1


def _lose_spikes(run):
    return run._replace(watched=run.watched | {"output": (run.watched["output"][0][:-1], None)})


def _answer_late(run):
    return run._replace(received=np.asarray(run.received) + 1)


@pytest.mark.parametrize(("fault", "message"), [
    (_flip_hidden, r"the hidden spike of image 1, time step 2, neuron 3 is [01] in the RTL and [01] in the model \(1 differences\)$"),
    (_add_count, r"the count of image 4, class 1 is \d+ in the RTL and \d+ in the model"),
    (_change_label, r"the class of image 2 is \d in the RTL and \d in the model"),
    (_miscount, r"the clocks that it counted of image 0 is \d+ in the RTL"),
    (_answer_late, r"the clocks from last pixel to class of image 0 is \d+ in the RTL"),
    (_lose_spikes, r"^the hardware gave 104 spikes of the output layer, its golden model 105$")])
def test_first_difference_is_named(small, fault, message):
    core, images, result, simulation = small
    with pytest.raises(MismatchError, match=message):
        compare_with_rtl(core, _faulty(simulation, fault), images, result)


def test_accuracy_stands_beside_the_references():
    from models.datasets import load_digits
    from models.networks import load

    network, digits = load(), load_digits()
    images, labels = digits.images[digits.test], digits.labels[digits.test]
    rows = evaluate(network, images, labels, labels)
    assert [row["name"] for row in rows] == ["spiking network in hardware integers", "same network in floating point",
                                             "logistic regression"]
    assert rows[0]["correct"] == rows[0]["total"] == 540
    for row in rows[1:]:
        assert row["low"] < row["correct"] / row["total"] < row["high"] < 1
    assert rows[1]["correct"] > rows[2]["correct"] > 500


def test_the_example_of_a_network_that_is_always_wrong_is_the_first_image(own_cache, monkeypatch):
    from models import datasets

    digits, design = datasets.load_digits(), DigitsDesign()
    labels = digits.labels.copy()
    labels[digits.test] = (golden(design.create_core()).classify(digits.images[digits.test]).label + 1) % 10
    monkeypatch.setattr(datasets, "load_digits", lambda: digits._replace(labels=labels))
    monkeypatch.setattr(cxxrtl, "compile", lambda components: dict.fromkeys(components))
    monkeypatch.setattr(evidence_of_digits, "compare_with_rtl", lambda *args: {"images": 540, "spikes": 0, "clocks": 0})
    monkeypatch.setattr(evidence_of_digits, "standing", lambda top: [])
    evidence = gather_evidence(design, steps=Steps())
    assert evidence["accuracy"][0]["correct"] == 0 and evidence["example"]["index"] == digits.test[0]
    assert evidence["example"]["label"] == labels[digits.test[0]] == (evidence["example"]["class"] + 1) % 10


@pytest.mark.parametrize("changed", ["numba", "z3-solver"])
def test_evidence_follows_the_versions_of_what_made_it(own_cache, monkeypatch, changed):
    evaluated, version = [], importlib.metadata.version
    made = {"accuracy": [{"correct": 3, "total": 4}], "rtl": {"spikes": 0}}
    monkeypatch.setattr(evidence_of_digits, "_evaluate_and_compare", lambda *args: evaluated.append(args) or made)
    for count in (1, 1, 2):
        if count == 2:
            monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.0" if name == changed else version(name))
        gather_evidence(DigitsDesign(), steps=Steps())
        assert len(evaluated) == count


def test_summary_is_one_line():
    evidence = {"accuracy": [{"correct": 3, "total": 4}], "rtl": {"spikes": 12345}}
    assert summary(evidence) == "75.00 % of 4 held-out images, RTL equals the model in 12,345 spikes"
