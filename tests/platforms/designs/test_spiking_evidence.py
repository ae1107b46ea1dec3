# amaranth: UnusedElaboratable=no
import importlib.metadata
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from gateware.chip.spiking_chip import SpikingChip
from models import golden
from models.networks.samples import Samples
from platforms.boards import find_board
from platforms.designs import spiking_evidence
from platforms.designs.spiking import SpikingDesign
from platforms.designs.spiking_evidence import gather_chip_evidence
from platforms.progress import Steps

NETWORK, PART = SpikingChip.examples()["membrane"].network, find_board("icebreaker").part
LEVELS = np.random.default_rng(0).integers(0, 8, (8, 9))


def test_evidence_is_about_the_hardware_that_is_built(own_cache, monkeypatch):
    evaluated = []

    def evaluate(design, samples, steps):
        evaluated.append(design)
        return {"rtl": {"images": 8, "spikes": len(evaluated)}}

    monkeypatch.setattr(spiking_evidence, "_evaluate_and_compare", evaluate)
    plain, observed, placed = SpikingDesign(NETWORK, PART), SpikingDesign(NETWORK, PART, observed=True), SpikingDesign(NETWORK, PART)
    placed.placement = replace(plain.placement, lanes=(1, 1))
    assert placed.placement != plain.placement
    samples = Samples(LEVELS, np.zeros(8, int), "eight samples")
    found = [gather_chip_evidence(design, samples, steps=Steps())["rtl"]["spikes"]
             for design in (plain, observed, placed, SpikingDesign(NETWORK, PART), observed)]
    assert evaluated == [plain, observed, placed] and found == [1, 2, 3, 1, 2]


def test_evidence_follows_the_host_and_the_tools_that_made_it(own_cache, monkeypatch):
    evaluated, sources, version = [], {}, importlib.metadata.version
    monkeypatch.setattr(spiking_evidence, "_evaluate_and_compare",
                        lambda *args: evaluated.append(args) or {"rtl": {"images": 8, "spikes": 0}})
    monkeypatch.setattr(spiking_evidence, "sources_digest", lambda *packages: str([sources.get(name) for name in packages]))

    def gather():
        gather_chip_evidence(SpikingDesign(NETWORK, PART), Samples(LEVELS, None, "eight samples"), steps=Steps())
        return len(evaluated)

    assert (gather(), gather()) == (1, 1)
    # Its driver, protocol and simulated port are what the pins are compared with.
    sources["platforms.host"] = "changed"
    assert (gather(), gather()) == (2, 2)
    for count, changed in ((3, "numba"), (4, "z3-solver")):
        monkeypatch.setattr(importlib.metadata, "version", lambda name, changed=changed: "0.0" if name == changed else version(name))
        assert (gather(), gather()) == (count, count)


@pytest.fixture
def example(monkeypatch):
    """What evidence has as its example, with labels made of the network's own; of the rest nothing is computed."""
    from sim import cxxrtl

    monkeypatch.setattr(cxxrtl, "compile", lambda components: dict.fromkeys(components))
    monkeypatch.setattr(spiking_evidence, "compare_chip", lambda *args: {"images": 8, "spikes": 0})
    monkeypatch.setattr(spiking_evidence, "standing", lambda top: [])
    monkeypatch.setattr(spiking_evidence, "reference_rows", lambda *args: ([], []))
    design = SpikingDesign(NETWORK, PART)

    def example(labels):
        own = golden(design.create_core()).classify(LEVELS).label
        evidence = gather_chip_evidence(design, Samples(LEVELS, labels(own), "eight samples"), use_cache=False, steps=Steps())
        return SimpleNamespace(**evidence["example"] | {"own": own.tolist()})

    return example


def test_the_example_is_the_first_sample_that_is_right(own_cache, example):
    shown = example(lambda own: np.r_[(own[:3] + 1) % 3, own[3:]])
    assert shown.index == 3 and shown.label == vars(shown)["class"] == shown.own[3] and shown.image == LEVELS[3].tolist()


def test_of_a_network_that_is_always_wrong_it_is_the_first_one(own_cache, example):
    shown = example(lambda own: (own + 1) % 3)
    assert shown.index == 0 and vars(shown)["class"] == shown.own[0] and shown.label == (shown.own[0] + 1) % 3


def test_without_labels_it_is_the_first_one(own_cache, example):
    shown = example(lambda own: None)
    assert shown.index == 0 and shown.label is None
