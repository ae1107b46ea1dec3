"""What the integer network is compared with: the float network of the same shape, and a logistic regression."""

import numpy as np

from gateware.chip.image_encoder import ImageEncoder
from models import golden

from .network import LEAK_BITS

__all__ = ["classify", "float_counts", "logistic_classes", "real_lif"]

LARGEST_PIXEL = 16
THRESHOLD = 1.0


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
    encoder = ImageEncoder(network.inputs, network.time_steps, seed=network.lfsr_seed)
    spikes = golden(encoder).encode(images).astype(np.float64)
    for weights in (network.float_hidden_weights, network.float_output_weights):
        spikes, membranes = real_lif(spikes @ weights.T.astype(np.float64), leak)
    return spikes.sum(axis=0), membranes[-1]


def classify(counts, v):
    """The class by spike count, among equals by final membrane, among equals the first; int64, (B,)."""
    best = counts == counts.max(axis=-1, keepdims=True)
    return np.argmax(np.where(best, v, -np.inf), axis=-1)


def logistic_classes(network, images):
    """The classes that the logistic regression gives to images (B, inputs); int64, (B,)."""
    scores = np.asarray(images) / LARGEST_PIXEL @ network.logistic_coefficients.T + network.logistic_intercepts
    return np.argmax(scores, axis=-1)
