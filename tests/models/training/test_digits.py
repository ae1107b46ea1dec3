import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from gateware.chip.classifier import Classifier
from models import golden
from models.datasets import load_digits
from models.networks import Accuracy, save
from models.training import digits


@pytest.fixture(scope="module")
def short_run():
    losses = []
    network = digits.train_digits(seed=3, epochs=2, on_epoch=lambda done, total, loss: losses.append((done, total, loss)))
    return network, losses


def test_the_committed_split_is_the_documented_one():
    data = load_digits()
    _, test = train_test_split(np.arange(1797), test_size=540, stratify=data.labels, random_state=0)
    assert np.array_equal(np.sort(test), data.test)


def test_training_improves(short_run):
    network, losses = short_run
    assert [(done, total) for done, total, _ in losses] == [(1, 3), (2, 3), (3, 3)]
    assert losses[0][2] > losses[1][2] > losses[2][2]
    assert network.provenance["figures"]["integer"]["validation"][0] > 2 * 1257 / 10


def test_the_same_seed_writes_the_same_bytes(short_run, tmp_path):
    save(short_run[0], tmp_path / "a.npz")
    save(digits.train_digits(seed=3, epochs=2), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_the_integer_network_trained_is_the_one_the_hardware_runs(short_run):
    network, data = short_run[0], load_digits()
    labels = golden(Classifier(network)).classify(data.images[data.train]).label
    figures = network.provenance["figures"]["integer"]
    assert list(Accuracy.of(labels, data.labels[data.train])) == figures["training"]


@pytest.mark.parametrize("arguments, message", [
    ({"seed": -1}, r"training seed must be between 0 and 2\*\*63 - 1, not -1"),
    ({"epochs": 0}, "training epochs must be at least 1, not 0")])
def test_impossible_settings_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        digits.train_digits(**arguments)
