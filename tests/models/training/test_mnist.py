from pathlib import Path

import numpy as np
import pytest

from gateware.chip.spiking_chip import SpikingChip
from models import golden, networks
from models.__main__ import main
from models.datasets import Mnist, load_digits, load_mnist_sample, to_levels
from models.networks import Accuracy
from models.networks.spiking_file import load_spiking, save_spiking
from models.training import mnist
from models.training.mnist import MnistRecipe, train_mnist

NETWORKS = Path(networks.__file__).parent
RECIPE = MnistRecipe(hidden=(24,), time_steps=4, epochs=12, seed=3)


@pytest.fixture(scope="module")
def data():
    """The UCI digits, enlarged to MNIST's size: MNIST itself is not bundled, and its bundled test images are not for training."""
    digits = load_digits()
    images = np.zeros((1797, 28, 28), np.uint8)
    images[:, 2:26, 2:26] = np.minimum(digits.images.reshape(-1, 8, 8) * 16, 255).repeat(3, axis=1).repeat(3, axis=2)
    return Mnist(images[digits.train], digits.labels[digits.train], images[digits.test], digits.labels[digits.test])


@pytest.fixture
def folder(tmp_path, data, monkeypatch):
    np.savez_compressed(tmp_path / "mnist.npz", **dict(zip(("x_train", "y_train", "x_test", "y_test"), data)))
    monkeypatch.setenv("SPIKELOOM_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def unbroken(data):
    figures = []
    network = train_mnist(data, RECIPE, on_epoch=lambda done, total, each: figures.append((done, total, each)))
    return network, figures


def test_training_improves(unbroken):
    network, figures = unbroken
    assert [(done, total) for done, total, _ in figures] == [(k, 15) for k in range(1, 16)]
    losses = [each["loss"] for _, _, each in figures]
    assert losses[11] < losses[4] < losses[0] / 1.3
    assert figures[-1][2]["validation"].total == round(1257 / 12)
    for kind in ("float", "final float", "integer"):
        assert Accuracy(*network.provenance["figures"][kind]["test"]).fraction > 0.6


def test_the_figures_are_those_of_the_chip_s_golden_model(unbroken, data):
    network = unbroken[0]
    labels = golden(SpikingChip(network)).classify(to_levels(data.test_images).reshape(-1, 784)).label
    assert list(Accuracy.of(labels, data.test_labels)) == network.provenance["figures"]["integer"]["test"]


class Interrupted(Exception):
    """What the test stops a training with."""


@pytest.mark.parametrize("stop", [2, 12, 14])
def test_a_resumed_training_writes_the_bytes_of_an_unbroken_one(unbroken, data, tmp_path, stop):
    def interrupt(done, total, figures):
        if done == stop:
            raise Interrupted

    checkpoint = tmp_path / "a.checkpoint"
    with pytest.raises(Interrupted):
        train_mnist(data, RECIPE, checkpoint=checkpoint, on_epoch=interrupt)
    network = train_mnist(data, RECIPE, checkpoint=checkpoint, resume=True)
    save_spiking(unbroken[0], tmp_path / "unbroken.npz")
    save_spiking(network, tmp_path / "resumed.npz")
    assert (tmp_path / "unbroken.npz").read_bytes() == (tmp_path / "resumed.npz").read_bytes()
    with pytest.raises(ValueError, match=r"is of another training: hidden \[24\], not \[25\]"):
        train_mnist(data, MnistRecipe(hidden=(25,), time_steps=4, epochs=12, seed=3), checkpoint=checkpoint, resume=True)


def test_a_convolutional_network_learns(data):
    losses = []
    small = Mnist(data.train_images[:300], data.train_labels[:300], data.test_images[:50], data.test_labels[:50])
    train_mnist(small, MnistRecipe("conv", time_steps=2, epochs=3), on_epoch=lambda done, total, each: losses.append(each["loss"]))
    assert losses[-1] < losses[0]


ARGUMENTS = ["train", "mnist", "--hidden", "16", "--time-steps", "2", "--epochs", "1"]


def test_the_command_writes_a_network_and_removes_its_checkpoint(folder, capsys):
    path = folder / "mine.npz"
    assert main([*ARGUMENTS, "--weight-bits", "4", "--seed", "5", "-o", str(path)]) == 0
    network = load_spiking(path)
    assert network.sizes == (784, 16, 10) and network.layers[0].weight_bits == 4
    assert network.provenance["command"] == ("python -m models train mnist --hidden 16 --time-steps 2 --weight-bits 4 --epochs 1 "
                                             "--seed 5")
    out = capsys.readouterr().out
    assert "integer  validation " in out and out.splitlines()[-1].startswith(f"wrote {path}: <SpikingNetwork MNIST 784-16-10")
    assert sorted(each.name for each in folder.iterdir()) == ["mine.npz", "mnist.npz"]


def test_an_interruption_keeps_the_checkpoint_and_resume_uses_it(folder, capsys, monkeypatch):
    path = folder / "mine.npz"
    original = mnist._Training.epoch

    def epoch(training):
        if training.done == 1:
            raise KeyboardInterrupt
        return original(training)
    monkeypatch.setattr(mnist._Training, "epoch", epoch)
    assert main([*ARGUMENTS, "-o", str(path)]) == 130
    assert f"interrupted; go on from {path}.checkpoint with --resume" in capsys.readouterr().err
    assert not path.exists()
    assert main([*ARGUMENTS, "-o", str(path)]) == 1
    assert "go on from it with --resume, or remove it" in capsys.readouterr().err
    monkeypatch.setattr(mnist._Training, "epoch", original)
    assert main([*ARGUMENTS, "-o", str(path), "--resume"]) == 0
    assert path.exists() and not (folder / "mine.npz.checkpoint").exists()


@pytest.mark.parametrize("options, message", [
    (["-o", "/nowhere/a.npz"], "--out must name a file in a folder that can be written, not /nowhere/a.npz"),
    (["--epochs", "0"], "training epochs must be between 1 and 10000, not 0"),
    (["--time-steps", "300"], "training time_steps must be between 1 and 255, not 300"),
    (["--network", "conv", "--hidden", "9"], "--hidden is for --network dense, not conv"),
    (["--hidden", "0"], r"training hidden layers must have 1 to 4096 neurons, not (0,)"),
    (["--resume"], "there is no checkpoint mnist.npz.checkpoint to resume from")])
def test_refusals_are_one_sentence(options, message, folder, tmp_path_factory, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    assert main(["train", "mnist", *options]) == 1
    assert capsys.readouterr().err.strip().splitlines()[-1] == f"error: {message}"


def test_without_mnist_it_says_what_to_set(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SPIKELOOM_DATA", raising=False)
    assert main(["train", "mnist"]) == 1
    assert "set SPIKELOOM_DATA to a folder with mnist.npz or the four idx files" in capsys.readouterr().err


@pytest.mark.parametrize("name, recipe, lanes, least", [
    ("mnist", MnistRecipe(), None, 0.98), ("mnist_conv", MnistRecipe("conv", time_steps=4, epochs=64), (2, 16, 2), 0.994)])
def test_a_committed_network_is_of_its_recipe_and_classifies_the_sample(name, recipe, lanes, least):
    network, sample = load_spiking(NETWORKS / f"{name}.npz"), load_mnist_sample()
    labels = golden(SpikingChip(network, lanes=lanes)).classify(to_levels(sample.images).reshape(-1, 784)).label
    assert network.provenance["command"] == recipe.command
    assert all(Accuracy(*network.provenance["figures"][phase]["test"]).fraction >= least for phase in ("float", "integer"))
    assert Accuracy.of(labels, sample.labels).fraction >= least - 0.01


def test_another_network_is_refused():
    with pytest.raises(ValueError, match="training network must be one of dense, conv, not 'rnn'"):
        MnistRecipe("rnn")
