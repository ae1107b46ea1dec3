import pytest
import torch

from models.training.cells import LI, LIF
from models.training.classifier import SpikingClassifier, dense
from models.training.layers import SpikingLayer


def classifier_of(time_steps=4, levels=3):
    return dense((4, 3, 2), time_steps, levels=levels, generator=torch.Generator().manual_seed(0))


def test_integers_are_asked_for_before_a_network():
    classifier = classifier_of()
    with pytest.raises(ValueError, match="SpikingClassifier to_network needs integers: call quantise before"):
        classifier.to_network("early", {})
    classifier.quantise(1)
    assert classifier.to_network("later", {}).layers[0].weight_bits == 1


@pytest.mark.parametrize("bits, error, message", [(0, ValueError, "bits must be between 1 and 8, not 0"), (9, ValueError, "between 1 and 8, not 9"),
                                                  (2.0, TypeError, r"bits must be an integer, not 2\.0")])
def test_bits_that_no_chip_has(bits, error, message):
    with pytest.raises(error, match=f"SpikingClassifier quantise .*{message}"):
        classifier_of().quantise(bits)


@pytest.mark.parametrize("time_steps", [0, -1, 256])
def test_time_steps_that_no_chip_has(time_steps):
    with pytest.raises(ValueError, match=f"SpikingClassifier time_steps must be between 1 and 255, not {time_steps}"):
        classifier_of(time_steps=time_steps)


def test_levels_that_no_chip_has():
    layers = [SpikingLayer(torch.nn.Linear(4, 3), LIF(), levels=0), SpikingLayer(torch.nn.Linear(3, 2), LI())]
    with pytest.raises(ValueError, match="SpikingClassifier levels must be between 1 and 255, not 0"):
        SpikingClassifier(layers, 4)
