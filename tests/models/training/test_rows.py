"""Digits row by row: training, and what is left of its accuracy in a chip's integers."""

import numpy as np
import pytest
import torch

import models
from gateware.chip.spiking_chip import SpikingChip
from models.datasets import load_digits
from models.nir import compare
from models.training.rows import row_sequences, train_rows


@pytest.mark.parametrize("kind, least", [("recurrent", 0.78), ("current-based", 0.78)])
def test_a_sequence_goes_to_the_chip(kind, least):
    digits = load_digits()
    sequences, labels = row_sequences(digits.images), digits.labels[digits.test]
    classifier = train_rows(kind, epochs=8)
    with torch.no_grad():
        real = classifier.classify(torch.tensor(sequences[digits.test], dtype=torch.float32).transpose(0, 1)).numpy()
    network = classifier.to_network("rows", sequences[digits.train])
    result = models.golden(SpikingChip(network)).classify(sequences[digits.test])
    assert network.recurrent
    assert (real == labels).mean() > least and (result.label == labels).mean() > (real == labels).mean() - 0.03
    found = compare(classifier.to_nir(), network, sequences[digits.test])
    assert found.layers[0].same > 0.9 and found.classes > 0.88


def test_epochs_with_integers():
    """What is learned in them is what the chip then computes: no class differs."""
    digits = load_digits()
    sequences = row_sequences(digits.images)
    classifier = train_rows(epochs=2, fine_epochs=1)
    with torch.no_grad():
        labels = classifier.classify(torch.tensor(sequences[digits.test], dtype=torch.float32).transpose(0, 1)).numpy()
    result = models.golden(SpikingChip(classifier.to_network("rows", sequences[digits.train]))).classify(sequences[digits.test])
    assert np.array_equal(labels, result.label) and (labels == digits.labels[digits.test]).mean() > 0.5


def test_rows_in_order():
    image = np.arange(64)[None] % 17
    sequence, = row_sequences(image)
    assert sequence.shape == (16, 8) and np.array_equal(sequence[::2], sequence[1::2])
    assert np.array_equal(sequence[::2].ravel(), np.rint(image[0] * 15 / 16))


def test_the_same_seed_gives_the_same_network():
    first, again, other = (train_rows(seed=seed, epochs=1).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("arguments, message", [
    ({"kind": "plain"}, "train_rows kind must be one of recurrent, current-based, not 'plain'"),
    ({"epochs": 0}, "train_rows epochs must be at least 1, not 0"),
    ({"fine_epochs": -1}, "train_rows fine_epochs must be at least 0, not -1")])
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        train_rows(**arguments)
