"""What the integer network is compared with: the float network of the same shape, and a logistic regression."""

from functools import cache

import numpy as np

from gateware.sc.encode import ComparatorEncoder
from gateware.sc.lfsr import LFSR

from .network import LEAK_BITS, PIXEL_BITS

__all__ = ["classify", "encode", "float_counts", "logistic_classes", "real_lif"]

THRESHOLD = 1.0


def encode(images, *, lfsr_seed, time_steps):
    """The input spikes of images, bit for bit those of the hardware's encoder.

    The LFSR starts from its seed with every image and moves one step per pixel and time step; the random number is
    the low 4 bits of its state.

    Parameters
    ----------
    images : array of int, (B, inputs)
        Pixels 0..16 in row order.
    lfsr_seed, time_steps : int
        Of the network.

    Returns
    -------
    array of bool, (time_steps, B, inputs)

    Raises
    ------
    ValueError
        If the images have another shape or a pixel is out of range.
    """
    images = np.asarray(images)
    if images.ndim != 2:
        raise ValueError(f"images must have the shape (B, inputs), not {images.shape}")
    if images.dtype.kind not in "iu" or (images.size and not 0 <= images.min() <= images.max() <= 1 << PIXEL_BITS):
        raise ValueError(f"images must hold integers between 0 and {1 << PIXEL_BITS}")
    encoder = ComparatorEncoder(PIXEL_BITS)
    numbers = _numbers(lfsr_seed, time_steps, images.shape[1])
    pixels = images.astype(np.int64)
    return encoder.step((), (), type(encoder.inputs)(value=pixels[None], random=numbers[:, None]))[1].stream


@cache
def _numbers(seed, time_steps, inputs):
    """The encoder's random numbers, int64, (time_steps, inputs)."""
    lfsr = LFSR(16, seed=seed, direction="left")
    state, numbers = lfsr.init, []
    for _ in range(time_steps * inputs):
        state, outputs = lfsr.step(lfsr.params, state, ())
        numbers.append(outputs.random & ((1 << PIXEL_BITS) - 1))
    return np.array(numbers).reshape(time_steps, inputs)


def real_lif(currents, leak):
    r"""LIF neurons in real arithmetic, the model that the integer neuron rounds.

    .. math:: v' = (1 - \lambda) v + I, \quad s = [v' \ge 1], \quad v \leftarrow 0 \text{ where } s

    Parameters
    ----------
    currents : array of float, (T, ...)
    leak : float
        :math:`\lambda`, 0 to 1.

    Returns
    -------
    spikes, v : arrays of the shape and type of ``currents``
        ``v`` is the membrane after each step, reset included.
    """
    spikes, membranes = np.empty_like(currents), np.empty_like(currents)
    v = np.zeros_like(currents[0])
    for t, current in enumerate(currents):
        v = v * (1 - leak) + current
        spikes[t] = v >= THRESHOLD
        v[v >= THRESHOLD] = 0
        membranes[t] = v
    return spikes, membranes


def float_counts(network, images):
    """The float network on images, with the hardware's encoder and time steps.

    Parameters
    ----------
    network : Network
    images : array of int, (B, inputs)

    Returns
    -------
    counts, v : arrays of float64, (B, classes)
        Output spikes, and output membranes after the last time step.
    """
    leak = network.leak / (1 << LEAK_BITS)
    spikes = encode(images, lfsr_seed=network.lfsr_seed, time_steps=network.time_steps).astype(np.float64)
    for weights in (network.float_hidden_weights, network.float_output_weights):
        spikes, membranes = real_lif(spikes @ weights.T.astype(np.float64), leak)
    return spikes.sum(axis=0), membranes[-1]


def classify(counts, v):
    """The class by spike count, among equals by final membrane, among equals the first; int64, (B,)."""
    best = counts == counts.max(axis=-1, keepdims=True)
    return np.argmax(np.where(best, v, -np.inf), axis=-1)


def logistic_classes(network, images):
    """The classes that the logistic regression gives to images (B, inputs); int64, (B,)."""
    scores = np.asarray(images) / float(1 << PIXEL_BITS) @ network.logistic_coefficients.T + network.logistic_intercepts
    return np.argmax(scores, axis=-1)
