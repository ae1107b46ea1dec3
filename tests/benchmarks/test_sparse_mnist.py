import re
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import sparse_mnist
from benchmarks.sparse_mnist import GROUPS, LANES, PAGE, SHARES, hardware, lanes, page_text
from gateware.chip.network import Dense, Layer, SpikingNetwork
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.step import Q
from models.networks import Accuracy

NEURON = LeakyIntegrator(membrane=Q(16, 8), current=Q(24, 8))


def network(share, seed=0):
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 100, (64, 100)) * (rng.random((64, 100)) < share)
    return SpikingNetwork("small", 15, [Layer(Dense(weights), NEURON), Layer(Dense(np.ones((3, 64), int)), NEURON)], 2), weights


def test_the_kept_page_has_every_network():
    rows = re.findall(r"^\| (\d+)% \| (\d) \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) to ([\d.]+) % \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(int(share), int(group)) for share, group, *_ in rows] == [(round(100 * share), group) for group in GROUPS for share in SHARES]
    assert all(float(before) < float(low) < float(after) < float(high) for _, _, before, after, low, high in rows)


def test_lanes_are_counted_from_the_weights():
    small, weights = network(0.1)
    for row in lanes(small):
        filled = weights.reshape(64 // row["lanes"], row["lanes"], 100).any(axis=1).sum()
        assert row["rows"] == filled and row["share"] == filled / (64 // row["lanes"] * 100) and row["clocks"] == filled / 100 + 1
        assert row["dense_bytes"] == 6400 and row["dense_clocks"] == max(64 // row["lanes"], 3)
    assert [row["lanes"] for row in lanes(small)] == list(LANES)


def test_hardware_is_what_the_mapper_says(monkeypatch):
    monkeypatch.setattr(sparse_mnist, "_lut", lambda component, part: 1234)
    small, weights = network(0.05)
    levels = np.random.default_rng(1).integers(0, 2, (30, 100))
    sparse = hardware(small, "LFE5U-25F", levels, True)
    count = sparse["lanes"]
    rows = np.pad(weights, ((0, -64 % count), (0, 0))).reshape(-1, count, 100).any(axis=1).sum(axis=0) + 1
    assert (sparse["kind"], sparse["lut"], sparse["spram"]) == ("sparse", 1234, 0) and sparse["clocks"] == (levels * rows).sum(axis=1).mean()
    dense = hardware(network(1)[0], "LFE5U-25F", levels, False)
    assert dense["kind"] == "dense" and dense["lut"] is None and dense["clocks"] == max(-(-64 // dense["lanes"]), 3) * levels.sum() / 30
    large = replace(small, layers=[Layer(Dense(np.ones((500, 1000), int)), NEURON), Layer(Dense(np.ones((3, 500), int)), NEURON)])
    assert re.fullmatch(r"the network needs \d+ block RAMs, the part has 56", hardware(large, "LFE5U-25F", levels, False)["refused"])


def test_the_page_says_what_was_found():
    chips = [{"part": "LFE5U-25F", "refused": "the network needs 72 block RAMs, the part has 56"},
             {"part": "iCE40UP5K", "kind": "sparse", "lanes": 4, "ram": 21, "spram": 3, "lut": 1792, "clocks": 575.9}]
    row = {"share": 0.1, "group": 8, "pruned": Accuracy(4285, 10000), "trained": Accuracy(9669, 10000), "chips": chips}
    page = page_text([row], [lanes(network(0.1)[0])] * 2, Accuracy(9875, 10000))
    assert "| 10% | 8 | 42.85 % | 96.69 % | 96.32 to 97.02 % |" in page and "The whole network has 98.75 %." in page
    assert "| 10% | 8 | LFE5U-25F | the network needs 72 block RAMs, the part has 56 | | | | | |" in page
    assert "| 10% | 8 | iCE40UP5K | sparse | 4 | 21 | 3 | 1,792 | 576 |" in page


def test_without_mnist_it_says_what_to_set(monkeypatch):
    monkeypatch.delenv("SPIKELOOM_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match="set SPIKELOOM_DATA"):
        sparse_mnist.run_sparse_mnist()
