"""The MNIST network that ships with the project: its accuracy, and its chip in RTL, on all test images or on those bundled."""
from pathlib import Path

import pytest

from gateware.chip.spiking_chip import SpikingChip
from models import golden, networks
from models.networks import Accuracy
from models.networks.samples import load_samples
from models.networks.spiking_file import load_spiking
from platforms.boards import find_board
from platforms.designs.spiking import SpikingDesign
from platforms.designs.spiking_evidence import compare_chip
from sim import cxxrtl

IMAGES = 60


@pytest.fixture(scope="module")
def network():
    return load_spiking(Path(networks.__file__).parent / "mnist.npz")


@pytest.fixture(scope="module")
def samples(network):
    return load_samples(network)


def test_the_accuracy_is_what_its_file_says(network, samples):
    found = Accuracy.of(golden(SpikingChip(network)).classify(samples.levels).label, samples.labels)
    said = network.provenance["figures"]["integer"]["test"]
    assert said[0] >= 0.98 * said[1] and said[1] == 10_000
    # All of them exactly; of the bundled ones about as many.
    assert list(found) == said if found.total == said[1] else found.fraction >= 0.97


def test_rtl_with_loaded_weights_equals_the_model(network, samples):
    chip = SpikingDesign(network, find_board("icebreaker").part).create_core()
    some = samples.levels[:IMAGES]
    result = golden(chip).classify(some)
    compared = compare_chip(chip, cxxrtl.compile({"mnist": chip})["mnist"], some, result)
    assert compared["spikes"] == IMAGES * network.time_steps * sum(network.sizes[1:])
    # A quarter of a millisecond at the board's 24 MHz, with two bytes of CRC and a clock to check each value.
    assert sorted(compared["whole_clocks"])[IMAGES // 2] + 784 + 500 < 6000
