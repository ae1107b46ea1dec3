"""Digits that come row by row: a sequence of eight time steps, for recurrent and current-based neurons."""

from operator import index

import numpy as np
import torch
import torch.nn.functional as F

from models.datasets import load_digits

from .cells import LI, CubaLIF, RecurrentLIF
from .sequences import SequenceClassifier

__all__ = ["HIDDEN", "KINDS", "LEVELS", "STEPS_PER_ROW", "row_sequences", "train_rows"]

HIDDEN = 64
LEVELS = 15
STEPS_PER_ROW = 2
BATCH = 64
RATE = 1e-2
FINE = 1 / 10       # learning rate of the epochs with integers
KINDS = {"recurrent": lambda: [RecurrentLIF(HIDDEN, leak=0.2, common=True)],
         "current-based": lambda: [CubaLIF(leak=0.2, synapse_leak=0.3), RecurrentLIF(HIDDEN, leak=0.2, common=True)]}


def row_sequences(images):
    """Images (N, 64) of 0 to 16 as sequences of rows, (N, time steps, 8), of 0 to 15: each row for two time steps."""
    levels = np.rint(np.asarray(images) * (LEVELS / 16)).astype(np.int64)
    return levels.reshape(-1, 8, 8).repeat(STEPS_PER_ROW, axis=1)


def train_rows(kind="recurrent", *, seed=0, epochs=25, fine_epochs=0):
    """Train a network of 8 inputs, one or two layers of 64 neurons and 10 leaky integrators on the training digits, row by row.

    Parameters
    ----------
    kind : str
        ``"recurrent"``: one hidden layer; ``"current-based"``: a layer of CubaLIF before it.
    seed : int
        The same seed, epochs and library versions give the same network.
    epochs : int
        With real numbers, at least 1.
    fine_epochs : int
        After these, with the integers of the chip in the forward pass.

    Returns
    -------
    SequenceClassifier

    Raises
    ------
    ValueError
        If the kind is none of these, or a number of epochs is out of range.
    """
    if kind not in KINDS:
        raise ValueError(f"train_rows kind must be one of {', '.join(KINDS)}, not {kind!r}")
    for name, value, least in (("epochs", epochs, 1), ("fine_epochs", fine_epochs, 0)):
        if index(value) < least:
            raise ValueError(f"train_rows {name} must be at least {least}, not {value}")
    digits, generator = load_digits(), torch.Generator().manual_seed(index(seed))
    sequences = row_sequences(digits.images[digits.train])
    inputs = torch.tensor(sequences, dtype=torch.float32).transpose(0, 1)
    labels = torch.tensor(digits.labels[digits.train])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums in one order, whatever the machine's cores
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(index(seed))
            cells = [*KINDS[kind](), LI(leak=0.1)]
            classifier = SequenceClassifier((8, *[HIDDEN] * (len(cells) - 1), 10), cells, levels=LEVELS, generator=generator)
        _pass(classifier, inputs, labels, epochs, RATE, generator)
        if fine_epochs:
            classifier.quantise(sequences)
            _pass(classifier, inputs, labels, fine_epochs, RATE * FINE, generator)
    finally:
        torch.set_num_threads(threads)
    return classifier.eval()


def _pass(classifier, inputs, labels, epochs, rate, generator):
    optimizer = torch.optim.Adam(classifier.parameters(), rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * -(-len(labels) // BATCH))
    for _ in range(epochs):
        for part in torch.randperm(len(labels), generator=generator).split(BATCH):
            loss = F.cross_entropy(classifier(inputs[:, part]).mean(dim=0), labels[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
