"""Samples for a spiking network: from a file of the user's, or MNIST for a network of its shape."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from models.datasets.mnist import VARIABLE, load_mnist, load_mnist_sample, to_levels

__all__ = ["Samples", "load_samples"]

MNIST_INPUTS = 784


class Samples(NamedTuple):
    """Levels (N, inputs), labels (N,) or None, and where they come from."""

    levels: np.ndarray
    labels: np.ndarray
    source: str


def load_samples(network, path=None):
    """Samples for a network.

    Parameters
    ----------
    network : gateware.chip.network.SpikingNetwork
    path : path-like, optional
        A NumPy archive with ``levels``, integers 0 to ``network.levels`` shaped (N, ...), or ``images``, bytes that become levels;
        and ``labels``, integers (N,). By default MNIST's test images: all 10,000 where ``SPIKELOOM_DATA`` names a folder with them,
        else the 500 that ship with the project.

    Returns
    -------
    Samples

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is none, or an array has another shape or range than the network needs.
    """
    if path is None:
        return _mnist(network)
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file of samples {path}")
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = dict(archive)
    # Wrong bytes make NumPy, zipfile, zlib and tokenize raise a dozen kinds of exception.
    except Exception as error:  # noqa: BLE001
        raise ValueError(f"the file of samples {path} is damaged or no NumPy archive ({type(error).__name__})") from None
    given = arrays.keys() & {"levels", "images"}
    if len(given) != 1:
        raise ValueError(f"the file of samples {path} must hold either levels or images, not {', '.join(sorted(arrays)) or 'nothing'}")
    (name,) = given
    samples, labels, count = arrays[name], arrays.get("labels"), network.sizes[0]
    if samples.dtype.kind not in "iu" or name == "images" and samples.dtype != np.uint8:
        raise ValueError(f"{name} of {path} must be {'bytes' if name == 'images' else 'integers'}, not {samples.dtype}")
    if samples.ndim < 2 or not len(samples) or samples[0].size != count:
        raise ValueError(f"{name} of {path} must have {count} values in each sample, as the network has inputs, not the shape {samples.shape}")
    if name == "images":
        samples = to_levels(samples, network.levels)
    elif samples.min() < 0 or samples.max() > network.levels:
        raise ValueError(f"levels of {path} must lie between 0 and {network.levels}, not between {samples.min()} and {samples.max()}")
    classes = network.sizes[-1]
    if labels is not None and (labels.dtype.kind not in "iu" or labels.shape != (len(samples),)
                               or not 0 <= labels.min() <= labels.max() < classes):
        raise ValueError(f"labels of {path} must be one integer from 0 to {classes - 1} for each of the {len(samples)} samples, "
                         f"not {labels.dtype} of shape {labels.shape}")
    return Samples(samples.reshape(len(samples), -1), labels, path.name)


def _mnist(network):
    if network.sizes[0] != MNIST_INPUTS or network.sizes[-1] != 10:
        raise ValueError(f"a network of {network.sizes[0]} inputs and {network.sizes[-1]} outputs needs a file of samples: MNIST's test "
                         f"images, which are taken otherwise, have {MNIST_INPUTS} and 10")
    try:
        mnist = load_mnist()
        images, labels, source = mnist.test_images, mnist.test_labels, "MNIST's 10,000 test images"
    except FileNotFoundError:
        images, labels = load_mnist_sample()
        source = f"500 of MNIST's test images (all of them where {VARIABLE} names a folder with MNIST)"
    return Samples(to_levels(images, network.levels).reshape(len(images), -1), labels, source)
