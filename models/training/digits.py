"""Training of the digits network: 64 inputs, 32 hidden and 10 output LIF neurons.

One run trains six networks side by side: one for each of five validation folds of the training images, which gives
the validation figures, and the one that is kept, which sees all training images. First with real weights, then with
the bit-true integer neurons and 8-bit weights in the forward pass. The held-out test images are never touched.
"""

import math
import platform
import shlex
from functools import cache
from importlib.metadata import version
from operator import index

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.model_selection import StratifiedKFold

from gateware.chip.image_encoder import ImageEncoder
from gateware.step import Q
from models import golden
from models.datasets import load_digits
from models.networks import Accuracy, Network, classify, real_lif
from models.networks.network import LEAK_BITS, WEIGHT_BITS, neuron

from .augment import augment
from .logistic import train_logistic
from .neuron import SpikingNeuron

__all__ = ["EPOCHS", "train_digits"]

HIDDEN, CLASSES = 32, 10
TIME_STEPS = 32
LEAK = 1 << (LEAK_BITS - 2)
MEMBRANE = Q(6, 10)
WEIGHT_FRACTION_BITS = 6
LFSR_SEED = 0xACE1

EPOCHS = 200
FOLDS = 5
BATCH = 128
RATE, FINE_RATE = 2e-2, 1e-2
WARM_UP = 50              # optimiser steps
DECAY = 1e-3
EVIDENCE_PER_SPIKE = 0.5  # of the softmax's logits
LABEL_SMOOTHING = 0.1


def train_digits(*, seed=0, epochs=EPOCHS, on_epoch=lambda done, total, loss: None):
    """Train the digits network and its baseline.

    Parameters
    ----------
    seed : int
        0 to 2**63 - 1. The same seed, epochs and library versions give the same network.
    epochs : int
        Passes over the training images with real weights, at least 1; a fifth as many follow with integer ones.
    on_epoch : callable
        Called after every epoch with the epochs done, all epochs, and the mean loss.

    Returns
    -------
    Network
        Its ``provenance`` holds the validation and training figures as ``[correct, total]``.

    Raises
    ------
    ValueError
        If the seed or the number of epochs is out of range.
    """
    seed, epochs = index(seed), index(epochs)
    if not 0 <= seed < 1 << 63:
        raise ValueError(f"training seed must be between 0 and 2**63 - 1, not {seed}")
    if epochs < 1:
        raise ValueError(f"training epochs must be at least 1, not {epochs}")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums in one order, whatever the machine's cores
    try:
        return _train(seed, epochs, on_epoch)
    finally:
        torch.set_num_threads(threads)


def _train(seed, epochs, on_epoch):
    digits = load_digits()
    images, labels = digits.images[digits.train], digits.labels[digits.train]
    folds = np.empty(len(labels), np.int64)
    for fold, (_, chosen) in enumerate(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(images, labels)):
        folds[chosen] = fold
    # Network m does not see fold m; the last one, which is kept, sees all.
    seen = torch.from_numpy(folds[None] != np.arange(FOLDS + 1)[:, None]).float()

    generator = torch.Generator().manual_seed(seed)
    fine_epochs = math.ceil(epochs / 5)
    real = [0.15 * torch.randn(FOLDS + 1, images.shape[1], HIDDEN, generator=generator),
            0.25 * torch.randn(FOLDS + 1, HIDDEN, CLASSES, generator=generator)]
    figures = {}
    real = _optimise(real, _real_weights, _real_neurons, images, labels, seen, epochs, RATE, generator,
                     lambda done, loss: on_epoch(done, epochs + fine_epochs, loss))
    figures["float"] = _figures(real, _real_neurons, images, labels, folds)
    fine = _optimise(real, _integer_weights, _integer_neurons(), images, labels, seen, fine_epochs, FINE_RATE, generator,
                     lambda done, loss: on_epoch(epochs + done, epochs + fine_epochs, loss))
    integer = [_integer_weights(weights) for weights in fine]
    figures["integer"] = _figures(integer, _integer_neurons(), images, labels, folds)
    logistic = train_logistic(images / 16.0, labels, folds)
    figures["logistic"] = {"validation": list(logistic.validation), "training": list(logistic.training),
                           "C": logistic.strength}
    kept = [(weights[-1].T * (1 << WEIGHT_FRACTION_BITS)).round().to(torch.int64).numpy() for weights in integer]
    return Network(
        hidden_weights=kept[0], output_weights=kept[1], time_steps=TIME_STEPS, leak=LEAK, membrane=MEMBRANE,
        weight_fraction_bits=WEIGHT_FRACTION_BITS, lfsr_seed=LFSR_SEED,
        float_hidden_weights=real[0][-1].T.numpy(), float_output_weights=real[1][-1].T.numpy(),
        logistic_coefficients=logistic.coefficients, logistic_intercepts=logistic.intercepts,
        provenance={
            "command": shlex.join(["python", "-m", "models", "train", "digits", "--seed", str(seed), "--epochs", str(epochs)]),
            "seed": seed, "epochs": epochs, "folds": FOLDS, "figures": figures,
            "versions": {"python": platform.python_version()}
            | {name: version(name) for name in ("numpy", "torch", "scikit-learn")}})


def _real_weights(weights):
    return weights


def _integer_weights(weights):
    """Weights on the 8-bit grid; the gradient passes as if they were not rounded (straight-through)."""
    lo, hi = -(1 << (WEIGHT_BITS - 1)), (1 << (WEIGHT_BITS - 1)) - 1
    rounded = torch.clamp(torch.round(weights.detach() * (1 << WEIGHT_FRACTION_BITS)), lo, hi) / (1 << WEIGHT_FRACTION_BITS)
    return weights + (rounded - weights.detach())


def _real_neurons(currents):
    return real_lif(currents, LEAK / (1 << LEAK_BITS))


def _integer_neurons():
    """Forward run of neurons by the bit-true model of the network's LIF component."""
    component = neuron(LEAK, MEMBRANE, WEIGHT_FRACTION_BITS, 64)
    model = golden(component)
    current = component.inputs.current

    def run(currents):
        integers = np.rint(currents * (1 << current.fraction_bits)).astype(np.int64)
        spikes, v = model.run({"current": integers.reshape(len(integers), -1)})
        return (spikes.reshape(currents.shape).astype(currents.dtype),
                MEMBRANE.decode(v).reshape(currents.shape).astype(currents.dtype))
    return run


@cache
def _encoder(pixels):
    return golden(ImageEncoder(pixels, TIME_STEPS, seed=LFSR_SEED))


def _forward(images, weights, neurons):
    """Output spikes and membranes, (T, M, B, classes), of M networks on images (B, pixels)."""
    hidden, output = weights
    leak = LEAK / (1 << LEAK_BITS)
    spikes = torch.from_numpy(_encoder(images.shape[1]).encode(images)).float()
    hidden_spikes, _ = SpikingNeuron.apply(torch.matmul(spikes[:, None], hidden), leak, neurons)
    return SpikingNeuron.apply(torch.matmul(hidden_spikes, output), leak, neurons)


def _optimise(weights, quantise, neurons, images, labels, seen, epochs, rate, generator, on_epoch):
    weights = [each.clone().requires_grad_() for each in weights]
    optimiser = torch.optim.AdamW(weights, lr=rate, weight_decay=DECAY, betas=(0.9, 0.98))
    batches = len(labels) // BATCH
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: (
        min(1.0, (step + 1) / WARM_UP) * (1 + math.cos(math.pi * step / (epochs * batches))) / 2))
    images, labels = torch.from_numpy(images.astype(np.float32)), torch.from_numpy(labels)
    networks = len(seen)
    largest = ((1 << (WEIGHT_BITS - 1)) - 1) / (1 << WEIGHT_FRACTION_BITS)
    for epoch in range(epochs):
        order, total = torch.randperm(len(labels), generator=generator), 0.0
        for chosen in order[:batches * BATCH].split(BATCH):
            distorted = augment(images[chosen], generator)
            output, _ = _forward(distorted.to(torch.int64).numpy(), [quantise(each) for each in weights], neurons)
            logits = EVIDENCE_PER_SPIKE * output.sum(dim=0)
            losses = F.cross_entropy(logits.flatten(0, 1), labels[chosen].repeat(networks), reduction="none",
                                     label_smoothing=LABEL_SMOOTHING)
            loss = (losses.reshape(networks, -1) * seen[:, chosen]).sum() / BATCH
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            with torch.no_grad():
                for each in weights:
                    each.clamp_(-largest, largest)
            total += loss.item() / networks
        on_epoch(epoch + 1, total / batches)
    return [each.detach() for each in weights]


def _figures(weights, neurons, images, labels, folds):
    """Images classified correctly: when left out, and by the kept network when trained on."""
    with torch.no_grad():
        output, v = _forward(images, weights, neurons)
    counts, v = output.sum(dim=0).numpy(), v[-1].numpy()
    classes = classify(counts, v)
    left_out = classes[folds, np.arange(len(labels))]
    without_v = counts.argmax(axis=-1)[folds, np.arange(len(labels))]
    return {"validation": list(Accuracy.of(left_out, labels)),
            "validation_with_ties_to_the_first": list(Accuracy.of(without_v, labels)),
            "training": list(Accuracy.of(classes[-1], labels))}
