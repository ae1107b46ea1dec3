import importlib.util
from pathlib import Path

import pytest

from models.networks.spiking_file import load_spiking

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "mnist_with_random_spikes.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("mnist_with_random_spikes", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("time_steps, least", [(8, 0.97), (2, 0.93)])
def test_random_spikes_do_nearly_as_well_as_values(example, monkeypatch, time_steps, least):
    monkeypatch.delenv("SPIKELOOM_DATA", raising=False)
    trained = load_spiking(example.MNIST)
    network = example.with_random_spikes(trained, time_steps=time_steps)
    accuracy, arrive = example.evaluate(network)
    assert accuracy.total == 500 and least <= accuracy.fraction <= 1
    # A pixel of MNIST is 13 % bright in the mean.
    assert 90 < arrive[0] < 115


def test_the_spikes_stand_for_the_values(example):
    trained = load_spiking(example.MNIST)
    before, after = trained.layers[0].neuron, example.with_random_spikes(trained, time_steps=8).layers[0].neuron
    # 16 levels of a weight before are one spike after; a full pixel drives both as far towards their threshold, to half a bit.
    assert after.params.shift == before.params.shift - 4 and after.params.minus_leak == before.params.minus_leak
    assert abs(after.params.threshold - before.params.threshold * 16 / 15) <= 0.5
