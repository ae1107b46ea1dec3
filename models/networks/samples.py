"""Samples for a spiking network: from a file of the user's, or MNIST for a network of its shape."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from models.datasets.mnist import VARIABLE, load_mnist, load_mnist_sample, to_levels

__all__ = ["Samples", "event_span", "load_calibration", "load_samples"]

MNIST_INPUTS = 784


class Samples(NamedTuple):
    """Levels (N, inputs), of events (N, time steps, inputs); labels (N,) or None, and where they come from."""

    levels: np.ndarray
    labels: np.ndarray
    source: str


def load_samples(network, path=None):
    """Samples for a network.

    Parameters
    ----------
    network : gateware.chip.network.SpikingNetwork
    path : path-like, optional
        A NumPy archive with ``levels``, integers 0 to ``network.levels`` shaped (N, ...), of a network that takes events
        (N, time steps, ...); or ``images``, bytes that become levels; and ``labels``, integers (N,). By default MNIST's test images: all 10,000 where
        ``SPIKELOOM_DATA`` names a folder with them, else the 500 that ship with the project.

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
    arrays = _arrays(path)
    samples = _levels(arrays, "", network, path)
    labels, classes = arrays.get("labels"), network.sizes[-1]
    if labels is not None and (labels.dtype.kind not in "iu" or labels.shape != (len(samples),)
                               or not 0 <= labels.min() <= labels.max() < classes):
        raise ValueError(f"labels of {path} must be one integer from 0 to {classes - 1} for each of the {len(samples)} samples, "
                         f"not {labels.dtype} of shape {labels.shape}" + (f" from {labels.min()} to {labels.max()}" if labels.size else ""))
    return Samples(samples, labels, path.name)


def load_calibration(network, path=None, count=200):
    """Samples that may decide a network's formats: not those that it is evaluated on, where there are others.

    Parameters
    ----------
    network : gateware.chip.network.SpikingNetwork
    path : path-like, optional
        As in :func:`load_samples`; the archive may hold ``train_levels`` or ``train_images`` beside the others. By default MNIST's
        training images, and of the bundled images, where there are no others, the first.
    count : int
        How many at most.

    Returns
    -------
    Samples
        Without labels; ``source`` says which they are.

    Raises
    ------
    FileNotFoundError, ValueError
        As :func:`load_samples`.
    """
    if path is None:
        return _mnist_training(network, count)
    path = Path(path)
    arrays = _arrays(path)
    if any(name.startswith("train_") for name in arrays):
        levels, said = _levels(arrays, "train_", network, path), f"training samples of {path.name}"
    else:
        levels = _levels(arrays, "", network, path)
        said = f"samples of {path.name}, which it is also evaluated on: the file holds no train_levels or train_images"
    return Samples(levels[:count], None, f"the first {min(count, len(levels))} {said}")


def event_span(path):
    """How many time steps samples of events have, and the highest level, 1 at least, of them and of those to train with.

    Parameters
    ----------
    path : path-like
        As in :func:`load_samples`, with ``levels`` (N, time steps, ...).

    Raises
    ------
    FileNotFoundError, ValueError
        As :func:`load_samples`.
    """
    path = Path(path)
    arrays = _arrays(path)
    levels, train = arrays.get("levels"), arrays.get("train_levels")
    if levels is None or levels.dtype.kind not in "iu" or levels.ndim < 3 or not levels.size:
        raise ValueError(f"the file of samples {path} must hold levels of events, integers shaped (N, time steps, ...)")
    # Others are refused where they are loaded, as not those of the network.
    further = train if train is not None and train.dtype.kind in "iu" and train.size else levels
    return levels.shape[1], max(1, int(levels.max()), int(further.max()))


def _arrays(path):
    """What a file of samples holds."""
    if not path.is_file():
        raise FileNotFoundError(f"there is no file of samples {path}")
    try:
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    # Wrong bytes make NumPy, zipfile, zlib and tokenize raise a dozen kinds of exception.
    except Exception as error:  # noqa: BLE001
        raise ValueError(f"the file of samples {path} is damaged or no NumPy archive ({type(error).__name__})") from None


def _levels(arrays, prefix, network, path):
    """The samples of a file as levels, one row each."""
    given = arrays.keys() & {f"{prefix}levels", f"{prefix}images"}
    if len(given) != 1:
        raise ValueError(f"the file of samples {path} must hold either {prefix}levels or {prefix}images, not "
                         f"{', '.join(sorted(arrays)) or 'nothing'}")
    (name,) = given
    samples, count, images = arrays[name], network.sizes[0], name.endswith("images")
    if network.encoder == "events":
        return _event_levels(samples, name, network, path)
    if samples.dtype.kind not in "iu" or images and samples.dtype != np.uint8:
        raise ValueError(f"{name} of {path} must be {'bytes' if images else 'integers'}, not {samples.dtype}")
    if samples.ndim < 2 or not len(samples) or samples[0].size != count:
        raise ValueError(f"{name} of {path} must have {count} values in each sample, as the network has inputs, not the shape {samples.shape}")
    if images:
        samples = to_levels(samples, network.levels)
    elif samples.min() < 0 or samples.max() > network.levels:
        raise ValueError(f"{name} of {path} must lie between 0 and {network.levels}, not between {samples.min()} and {samples.max()}")
    return samples.reshape(len(samples), -1)


def _event_levels(samples, name, network, path):
    """The samples of a file of events."""
    steps, count = network.time_steps, network.sizes[0]
    if name.endswith("images"):
        raise ValueError(f"{name} of {path} must be levels: the network takes events, integers shaped (N, time steps, inputs)")
    if samples.dtype.kind not in "iu":
        raise ValueError(f"{name} of {path} must be integers, not {samples.dtype}")
    if samples.ndim < 3 or not len(samples) or samples.shape[1] != steps or samples[0].size != steps * count:
        raise ValueError(f"{name} of {path} must have the shape (N, {steps}, {count}), as the network has time steps and inputs, not {samples.shape}")
    if samples.min() < 0 or samples.max() > network.levels:
        raise ValueError(f"{name} of {path} must lie between 0 and {network.levels}, not between {samples.min()} and {samples.max()}")
    return samples.reshape(len(samples), steps, count)


def _mnist(network):
    _refuse_other_shapes(network)
    try:
        mnist = load_mnist()
        images, labels, source = mnist.test_images, mnist.test_labels, "MNIST's 10,000 test images"
    except FileNotFoundError:
        images, labels = load_mnist_sample()
        source = f"500 of MNIST's test images (all of them where {VARIABLE} names a folder with MNIST)"
    return Samples(to_levels(images, network.levels).reshape(len(images), -1), labels, source)


def _mnist_training(network, count):
    _refuse_other_shapes(network)
    try:
        images, said = load_mnist().train_images, "of MNIST's training images"
    except FileNotFoundError:
        images = load_mnist_sample().images
        said = f"bundled test images, which it is also evaluated on: training images are where {VARIABLE} names a folder with MNIST"
    images = images[:count]
    return Samples(to_levels(images, network.levels).reshape(len(images), -1), None, f"the first {len(images)} {said}")


def _refuse_other_shapes(network):
    if network.encoder == "events":
        raise ValueError("a network that takes events needs a file of samples: MNIST's are images")
    if network.sizes[0] != MNIST_INPUTS or network.sizes[-1] != 10:
        raise ValueError(f"a network of {network.sizes[0]} inputs and {network.sizes[-1]} outputs needs a file of samples: MNIST's test "
                         f"images, which are taken otherwise, have {MNIST_INPUTS} and 10")
