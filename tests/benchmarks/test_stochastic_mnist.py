import re
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import stochastic_mnist
from gateware.chip.spiking_chip import SpikingChip
from models.networks import Accuracy


def _kept():
    page = stochastic_mnist.PAGE.read_text(encoding="utf-8")
    return re.findall(r"^\| ([^|]+) \| (\d+) \| ([\d,]+) \| ([\d.]+) % \|", page, re.MULTILINE)


def test_the_kept_page_has_every_length_and_source():
    kept = _kept()
    assert [(name, int(length)) for name, length, _, _ in kept] == [
        (name, length) for name in stochastic_mnist.SOURCES for length in stochastic_mnist.LENGTHS]
    assert all(round(int(right.replace(",", "")) / 100, 2) == float(accuracy) for _, _, right, accuracy in kept)
    # At 64 clocks at least 97 %.
    assert all(float(accuracy) >= 97.0 for _, length, _, accuracy in kept if length == "64")


def test_rows_and_page(monkeypatch):
    network = SpikingChip.examples()["membrane"].network
    monkeypatch.setattr(stochastic_mnist, "synthesize", lambda design, work, step: {"LUT4": 1234, "TRELLIS_FF": 56, "DP16KD": 7})
    monkeypatch.setattr(stochastic_mnist, "design_of", lambda component, part: SimpleNamespace(component=component))
    levels = np.random.default_rng(0).integers(0, 8, (20, 9))
    found = stochastic_mnist.rows(network, levels, np.zeros(20, int), lengths=(16,), sources={"Sobol 1 and 2": None})
    assert [(row["length"], row["total"], row["lut"], row["ff"], row["ram"]) for row in found] == [(16, 20, 1234, 56, 7)]
    page = stochastic_mnist.page_text(found, Accuracy(15, 20))
    assert "In integers the network has 75.00 %." in page and "| 1,234 | 56 | 7 |" in page


def test_without_mnist_it_says_what_to_set(monkeypatch):
    monkeypatch.delenv("SPIKELOOM_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match="set SPIKELOOM_DATA"):
        stochastic_mnist.run_stochastic_mnist()
