import numpy as np
import pytest

from gateware.chip.classifier import Classifier
from models import golden
from models.datasets import load_digits
from models.networks import Accuracy, classify, float_counts, load, logistic_classes, real_lif


def test_a_membrane_follows_the_closed_form_and_resets():
    leak, current, steps = 0.25, 0.2, 20
    spikes, v = real_lif(np.full((steps, 1), current), leak)
    n = np.arange(1, steps + 1)
    assert not spikes.any()
    assert v[:, 0] == pytest.approx(current * (1 - (1 - leak) ** n) / leak)
    spikes, v = real_lif(np.full((8, 1), 0.5), 0.25)  # 0.5, 0.875, 1.156 -> spike
    assert spikes[:, 0].tolist() == [0, 0, 1, 0, 0, 1, 0, 0] and v[2, 0] == 0


def test_ties_go_to_the_higher_membrane_then_to_the_first():
    counts = np.array([[3, 5, 5, 1], [2, 2, 2, 2], [0, 1, 4, 2]])
    v = np.array([[9.0, 0.1, 0.2, 9.0], [0.0, 0.5, 0.5, 0.25], [1.0, 1.0, -1.0, 1.0]])
    assert classify(counts, v).tolist() == [2, 1, 2]


def test_the_float_network_and_the_regression_reproduce_their_stored_figures():
    network, data = load(), load_digits()
    images, labels = data.images[data.train], data.labels[data.train]
    figures = network.provenance["figures"]
    assert list(Accuracy.of(classify(*float_counts(network, images)), labels)) == figures["float"]["training"]
    assert list(Accuracy.of(logistic_classes(network, images), labels)) == figures["logistic"]["training"]


def test_the_integer_network_holds_its_own_on_the_held_out_images():
    network, data = load(), load_digits()
    images, labels = data.images[data.test], data.labels[data.test]
    integer = Accuracy.of(golden(Classifier(network)).classify(images).label, labels)
    assert integer.fraction >= 0.96
    assert integer.correct >= Accuracy.of(logistic_classes(network, images), labels).correct
    assert abs(integer.fraction - Accuracy.of(classify(*float_counts(network, images)), labels).fraction) <= 0.01
