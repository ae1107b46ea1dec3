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
KINDS = {"recurrent": lambda: [RecurrentLIF(HIDDEN, leak=0.2, common=True)],
         "current-based": lambda: [CubaLIF(leak=0.2, synapse_leak=0.3), RecurrentLIF(HIDDEN, leak=0.2, common=True)]}


def row_sequences(images):
    """Images (N, 64) of 0 to 16 as sequences of rows, (N, time steps, 8), of 0 to 15: each row for two time steps."""
    levels = np.rint(np.asarray(images) * (LEVELS / 16)).astype(np.int64)
    return levels.reshape(-1, 8, 8).repeat(STEPS_PER_ROW, axis=1)


def train_rows(kind="recurrent", *, seed=0, epochs=25):
    """Train a network of 8 inputs, one or two layers of 64 neurons and 10 leaky integrators on the training digits, row by row.

    Parameters
    ----------
    kind : str
        ``"recurrent"``: one hidden layer; ``"current-based"``: a layer of CubaLIF before it.
    seed : int
        The same seed, epochs and library versions give the same network.
    epochs : int

    Returns
    -------
    SequenceClassifier

    Raises
    ------
    ValueError
        If the kind is none of these, or the number of epochs is below 1.
    """
    if kind not in KINDS:
        raise ValueError(f"train_rows kind must be one of {', '.join(KINDS)}, not {kind!r}")
    if index(epochs) < 1:
        raise ValueError(f"train_rows epochs must be at least 1, not {epochs}")
    digits, generator = load_digits(), torch.Generator().manual_seed(index(seed))
    inputs = torch.tensor(row_sequences(digits.images[digits.train]), dtype=torch.float32).transpose(0, 1)
    labels = torch.tensor(digits.labels[digits.train])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums in one order, whatever the machine's cores
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(index(seed))
            cells = [*KINDS[kind](), LI(leak=0.1)]
            classifier = SequenceClassifier((8, *[HIDDEN] * (len(cells) - 1), 10), cells, levels=LEVELS, generator=generator)
        optimizer = torch.optim.Adam(classifier.parameters(), RATE)
        steps = epochs * -(-len(labels) // BATCH)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
        for _ in range(epochs):
            for part in torch.randperm(len(labels), generator=generator).split(BATCH):
                loss = F.cross_entropy(classifier(inputs[:, part]).mean(dim=0), labels[part])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
    finally:
        torch.set_num_threads(threads)
    return classifier.eval()
