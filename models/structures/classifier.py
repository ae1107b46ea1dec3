"""The models of a classifier and of its encoder and read-out."""

from typing import NamedTuple

import numpy as np

from gateware.chip.classifier import Classifier
from gateware.chip.image_encoder import ImageEncoder
from gateware.chip.readout import CountReadout

from . import model_of
from .layers import DenseModel

__all__ = ["Classification", "ClassifierModel", "EncoderModel", "ReadoutModel"]


class EncoderModel:
    """The golden model of :class:`gateware.chip.image_encoder.ImageEncoder`.

    Parameters
    ----------
    encoder : ImageEncoder
    """

    def __init__(self, encoder):
        from models import golden
        self.encoder, self._comparator = encoder, golden(encoder.comparator)
        random = golden(encoder.lfsr).run(length=encoder.time_steps * encoder.pixels).random
        low_bits = random.astype(np.int64) & ((1 << encoder.pixel_bits) - 1)
        self._random = low_bits.reshape(encoder.time_steps, encoder.pixels)

    def encode(self, images):
        """The spikes of images.

        Parameters
        ----------
        images : array of int, (B, pixels)
            Pixels between 0 and ``2**pixel_bits``.

        Returns
        -------
        array of bool, (time_steps, B, pixels)

        Raises
        ------
        ValueError
            If the images have another shape or a pixel is out of range.
        """
        images, top = np.asarray(images), 1 << self.encoder.pixel_bits
        if images.ndim != 2 or images.shape[1] != self.encoder.pixels:
            raise ValueError(f"images must have the shape (B, {self.encoder.pixels}), not {images.shape}")
        if images.dtype.kind not in "iu" or (images.size and not 0 <= images.min() <= images.max() <= top):
            raise ValueError(f"images must hold integers between 0 and {top}")
        shape = (self.encoder.time_steps, *images.shape)
        inputs = {"value": np.broadcast_to(images, shape), "random": np.broadcast_to(self._random[:, None], shape)}
        flat = {name: each.reshape(shape[0], -1) for name, each in inputs.items()}
        return self._comparator.run(flat).stream.reshape(shape)

    def run(self, items):
        """The output stream (``spike``, ``first``) of a stream of whole images' pixels."""
        spikes = self.encode(np.asarray(items).reshape(-1, self.encoder.pixels)).transpose(1, 0, 2)
        first = np.zeros(spikes.shape, np.bool_)
        first[:, 0] = True
        return {"spike": spikes.ravel(), "first": first.ravel()}

    def stimulus(self, rng, size=200):
        """Random pixels of whole images, about ``size`` of them."""
        count = -(-size // self.encoder.pixels) * self.encoder.pixels
        return rng.integers(0, (1 << self.encoder.pixel_bits) + 1, count)


class ReadoutModel:
    """The golden model of :class:`gateware.chip.readout.CountReadout`.

    Parameters
    ----------
    readout : CountReadout
    """

    def __init__(self, readout):
        self.readout = readout

    @staticmethod
    def classify(spikes, v):
        """Counts (B, classes) and labels (B,) of output spikes and membranes (T, B, classes)."""
        counts, final = spikes.sum(axis=0, dtype=np.int64), v[-1].astype(np.int64)
        best = counts == counts.max(axis=-1, keepdims=True)
        return counts, np.argmax(np.where(best, final, np.iinfo(np.int64).min), axis=-1)

    def run(self, items):
        """The output stream (``counts``, ``label``) of a stream of whole samples (``spike``, ``first``, ``v``)."""
        shape = (-1, self.readout.time_steps, self.readout.classes)
        spikes, v = (np.asarray(items[name]).reshape(shape).transpose(1, 0, 2) for name in ("spike", "v"))
        counts, labels = self.classify(spikes, v)
        return {"counts": counts, "label": labels}

    def stimulus(self, rng, size=200):
        """Random spikes and membranes of whole samples, about ``size`` of them; membranes are often equal."""
        period = self.readout.time_steps * self.readout.classes
        count = -(-size // period) * period
        lo, hi = self.readout.membrane.lo, self.readout.membrane.hi
        return {"spike": rng.random(count) < 0.5, "first": np.arange(count) % period < self.readout.classes,
                "v": np.where(rng.random(count) < 0.5, 0, rng.integers(lo, hi + 1, count))}


class Classification(NamedTuple):
    """What a classifier makes of images.

    Attributes
    ----------
    counts : array, (B, classes)
    label : array, (B,)
    input_spikes, hidden_spikes, output_spikes : arrays of bool, (T, B, neurons)
    """

    counts: np.ndarray
    label: np.ndarray
    input_spikes: np.ndarray
    hidden_spikes: np.ndarray
    output_spikes: np.ndarray


class ClassifierModel:
    """The golden model of :class:`gateware.chip.classifier.Classifier`.

    Parameters
    ----------
    classifier : Classifier
    """

    def __init__(self, classifier):
        self.classifier = classifier
        self.encoder = EncoderModel(classifier.encoder)
        self.hidden, self.output = DenseModel(classifier.hidden_layer), DenseModel(classifier.output_layer)

    def classify(self, images):
        """The :class:`Classification` of images (B, pixels)."""
        inputs = self.encoder.encode(images)
        hidden, _ = self.hidden.sample(inputs)
        output, v = self.output.sample(hidden)
        counts, labels = ReadoutModel.classify(output, v)
        return Classification(counts, labels, inputs, hidden, output)

    def run(self, items):
        """The output stream (``counts``, ``label``, ``clocks``) of a stream of whole images' pixels."""
        result = self.classify(np.asarray(items).reshape(-1, self.classifier.encoder.pixels))
        return {"counts": result.counts, "label": result.label,
                "clocks": np.full(len(result.label), self.classifier.declared_clocks)}

    def observe(self, items):
        """What the streams ``hidden`` and ``output`` show meanwhile: every neuron's spike in every time step."""
        result = self.classify(np.asarray(items).reshape(-1, self.classifier.encoder.pixels))
        return {"hidden": result.hidden_spikes.transpose(1, 0, 2).ravel(),
                "output": result.output_spikes.transpose(1, 0, 2).ravel()}

    def stimulus(self, rng, size=200):
        """Random pixels of whole images, about ``size`` of them."""
        return self.encoder.stimulus(rng, size)


for _component, _model in ((ImageEncoder, EncoderModel), (CountReadout, ReadoutModel), (Classifier, ClassifierModel)):
    model_of.register(_component, _model)
