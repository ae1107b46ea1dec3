"""Training of spiking classifiers of MNIST: with real numbers first, then with the hardware's integers in the forward pass."""

import hashlib
import math
import platform
import shlex
from dataclasses import asdict, dataclass
from importlib.metadata import version
from operator import index

import numpy as np
import torch

from models.datasets import LEVELS, to_levels
from models.networks import Accuracy

from .checkpoint import load_checkpoint, save_checkpoint
from .classifier import convolutional, dense
from .distort import distort
from .layers import Grid
from .losses import membrane_cross_entropy

__all__ = ["MnistRecipe", "train_mnist"]

VALIDATION = 1 / 12     # of the training images: 5,000 of MNIST's
VALIDATION_SEED = 0     # the same images for every training, so that figures can be compared
BATCH = {"dense": 256, "conv": 128}
CHUNK = 500             # images that are classified at a time
FINE = 1 / 8            # learning rate of the integer epochs
WARM_UP = 200           # optimiser steps, at most a tenth of all
DECAY = 1e-3
OTHER_RATE = 0.3        # learning rate of biases and time constants beside that of the weights
RATES = {"dense": 4e-3, "conv": 2e-3}
FALLS = {"dense": lambda step, steps: (1 + math.cos(math.pi * step / steps)) / 2,     # of the learning rate
         "conv": lambda step, steps: min(1.0, (1 - step / steps) / 0.3)}             # so that a longer training begins as a shorter one
SHARES = {"dense": 5, "conv": 10}   # epochs with real numbers for each with integers


@dataclass(frozen=True)
class MnistRecipe:
    """What decides a training.

    Parameters
    ----------
    network : str
        ``"dense"``, or ``"conv"``: 14C5-P2-48C5-P2-10.
    hidden : tuple of int
        Neurons of each hidden layer of a dense network.
    time_steps : int
        1 to 255.
    weight_bits : int
        2 to 8.
    epochs : int
        Passes over the training images with real numbers; a fifth as many follow with integers, a tenth for ``"conv"``.
    seed : int
        0 to 2**63 - 1.

    Raises
    ------
    ValueError
        If one of them is out of range.
    """

    network: str = "dense"
    hidden: tuple = (128,)
    time_steps: int = 8
    weight_bits: int = 8
    epochs: int = 30
    seed: int = 0

    def __post_init__(self):
        if self.network not in RATES:
            raise ValueError(f"training network must be one of {', '.join(RATES)}, not {self.network!r}")
        object.__setattr__(self, "hidden", tuple(index(each) for each in self.hidden))
        if self.network == "dense" and not all(1 <= each <= 4096 for each in self.hidden):
            raise ValueError(f"training hidden layers must have 1 to 4096 neurons, not {self.hidden}")
        for name, lo, hi in (("time_steps", 1, 255), ("weight_bits", 2, 8), ("epochs", 1, 10_000), ("seed", 0, 2**63 - 1)):
            value = index(getattr(self, name))
            object.__setattr__(self, name, value)
            if not lo <= value <= hi:
                raise ValueError(f"training {name} must be between {lo} and {hi}, not {value}")

    @property
    def fine_epochs(self):
        """Epochs with integers."""
        return math.ceil(self.epochs / SHARES[self.network])

    @property
    def name(self):
        """Of the network."""
        return "MNIST" if self.network == "dense" else "MNIST 14C5-P2-48C5-P2-10"

    @property
    def command(self):
        """The command line that trains it."""
        shape = ["--hidden", *map(str, self.hidden)] if self.network == "dense" else ["--network", "conv"]
        return shlex.join(["python", "-m", "models", "train", "mnist", *shape, "--time-steps", str(self.time_steps),
                           "--weight-bits", str(self.weight_bits), "--epochs", str(self.epochs), "--seed", str(self.seed)])

    def classifier(self, generator):
        """A new classifier."""
        if self.network == "conv":
            return convolutional(self.time_steps, levels=LEVELS, generator=generator)
        return dense((784, *self.hidden, 10), self.time_steps, levels=LEVELS, generator=generator)


def train_mnist(data, recipe=MnistRecipe(), *, checkpoint=None, resume=False, on_epoch=lambda done, total, figures: None):
    """Train a classifier.

    Parameters
    ----------
    data : Mnist
        A twelfth of its training images is held out for validation. The test images are classified with real numbers and with
        integers when the training of each is over, and at the end with the final weights as real numbers; they decide nothing.
    recipe : MnistRecipe
    checkpoint : path-like, optional
        Where the state is kept after every epoch.
    resume : bool
        Go on from the checkpoint; the result is that of an unbroken training.
    on_epoch : callable
        Called after every epoch with the epochs done, all epochs, and a dict with ``loss`` and ``validation``.

    Returns
    -------
    SpikingNetwork
        Its ``provenance`` holds the figures as ``[correct, total]``.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such checkpoint or it is of another training.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums in one order, whatever the machine's cores
    try:
        training = _Training(data, recipe)
        if resume:
            training.restore(load_checkpoint(checkpoint, training.identity))
        while training.done < training.total:
            figures = training.epoch()
            if checkpoint is not None:
                save_checkpoint(training.state(), checkpoint)
            on_epoch(training.done, training.total, figures)
        return training.network()
    finally:
        torch.set_num_threads(threads)


class _Training:
    """All that changes during a training, from epoch to epoch."""

    def __init__(self, data, recipe):
        self.data, self.recipe = data, recipe
        self.generator = torch.Generator().manual_seed(recipe.seed)
        self.classifier = recipe.classifier(self.generator)
        order = np.random.default_rng(VALIDATION_SEED).permutation(len(data.train_labels))
        held_out = round(len(order) * VALIDATION)
        self.validation, kept = order[:held_out], order[held_out:]
        self.images, self.labels = torch.from_numpy(data.train_images[kept]), torch.from_numpy(data.train_labels[kept])
        digest = hashlib.sha256(data.train_images.tobytes() + data.train_labels.tobytes()).hexdigest()
        self.identity = {**asdict(recipe), "hidden": list(recipe.hidden), "data": digest}
        self.batch = BATCH[recipe.network]
        self.done, self.total = 0, recipe.epochs + recipe.fine_epochs
        self.figures = {}
        self._begin()

    @property
    def _integers(self):
        return self.done >= self.recipe.epochs

    @property
    def _batches(self):
        return math.ceil(len(self.labels) / self.batch)

    def _begin(self):
        """A new optimiser, for real numbers or for integers."""
        epochs = self.recipe.fine_epochs if self._integers else self.recipe.epochs
        self.rate = RATES[self.recipe.network] * (FINE if self._integers else 1)
        self.steps, self.step = epochs * self._batches, 0
        named = [(name, each) for name, each in self.classifier.named_parameters() if each.requires_grad]
        weights = [each for name, each in named if name.endswith("weight")]
        others = [each for name, each in named if not name.endswith("weight")]
        self.optimiser = torch.optim.AdamW([{"params": weights, "weight_decay": DECAY, "share": 1.0},
                                            {"params": others, "weight_decay": 0.0, "share": OTHER_RATE}], lr=self.rate, betas=(0.9, 0.99))

    def epoch(self):
        """One pass over the training images; the figures of it."""
        losses = 0.0
        for chosen in torch.randperm(len(self.labels), generator=self.generator).split(self.batch):
            factor = min(1.0, (self.step + 1) / min(WARM_UP, self.steps / 10)) * FALLS[self.recipe.network](self.step, self.steps)
            for group in self.optimiser.param_groups:
                group["lr"] = self.rate * group["share"] * factor
            levels = torch.clamp(torch.floor((distort(self.images[chosen], self.generator) + 8) / 16), 0, LEVELS)
            loss = membrane_cross_entropy(self.classifier(levels[:, None]), self.labels[chosen])
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            self.step += 1
            losses += loss.item()
        self.done += 1
        validation = self.accuracy(self.data.train_images[self.validation], self.data.train_labels[self.validation])
        if self.done in (self.recipe.epochs, self.total):
            test = self.accuracy(self.data.test_images, self.data.test_labels)
            self.figures["integer" if self.done == self.total else "float"] = {"validation": list(validation), "test": list(test)}
        if self.done == self.total:
            with self.classifier.real_numbers():
                self.figures["final float"] = {
                    "validation": list(self.accuracy(self.data.train_images[self.validation], self.data.train_labels[self.validation])),
                    "test": list(self.accuracy(self.data.test_images, self.data.test_labels))}
        if self.done == self.recipe.epochs:
            self.classifier.quantise(self.recipe.weight_bits)
            self._begin()
        return {"loss": losses / self._batches, "validation": validation}

    def accuracy(self, images, labels):
        """Of the classifier as it is."""
        with torch.no_grad():
            chunks = [self.classifier.classify(torch.from_numpy(to_levels(images[start:start + CHUNK])).float()[:, None])
                      for start in range(0, len(images), CHUNK)]
        return Accuracy.of(torch.cat(chunks).numpy(), labels)

    def state(self):
        """What a checkpoint holds."""
        grids = [None if layer.grid is None else asdict(layer.grid) for layer in self.classifier.layers]
        return {"identity": self.identity, "done": self.done, "step": self.step, "figures": self.figures, "grids": grids,
                "classifier": self.classifier.state_dict(), "optimiser": self.optimiser.state_dict(),
                "generator": self.generator.get_state()}

    def restore(self, state):
        """Go on from what a checkpoint held."""
        self.done, self.figures = state["done"], state["figures"]
        self.classifier.load_state_dict(state["classifier"])
        for layer, grid in zip(self.classifier.layers, state["grids"]):
            if grid is not None:
                layer.fix(Grid(**grid))
        self._begin()
        self.step = state["step"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.generator.set_state(state["generator"])

    def network(self):
        """The trained network in integers."""
        recipe = self.recipe
        return self.classifier.to_network(recipe.name, {
            "command": recipe.command, "seed": recipe.seed, "epochs": recipe.epochs, "figures": self.figures,
            "versions": {"python": platform.python_version()} | {name: version(name) for name in ("numpy", "torch")}})
