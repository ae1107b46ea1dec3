"""The MNIST handwritten digits: all of them from a folder of the user's, 500 test images with the project."""

import gzip
import hashlib
import io
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["LEVELS", "Mnist", "MnistSample", "find_mnist", "load_mnist", "load_mnist_sample", "to_levels"]

VARIABLE = "SPIKELOOM_DATA"
SIDE = 28
LEVELS = 15
ARCHIVE = "mnist.npz"
IDX = {"x_train": "train-images-idx3-ubyte", "y_train": "train-labels-idx1-ubyte",
       "x_test": "t10k-images-idx3-ubyte", "y_test": "t10k-labels-idx1-ubyte"}
UNSIGNED_BYTE = 8  # the type code in an idx file's magic number
SAMPLE = Path(__file__).parent / "mnist_sample.npz"
SAMPLE_SHA256 = "292d89cb103dee86238cd46ecd153ef67a8bf374d74da73dcdc7842788aeed05"


class Mnist(NamedTuple):
    """Images, uint8 (N, 28, 28) with 0 as the background, and labels, int64 (N,); the arrays are read-only."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


class MnistSample(NamedTuple):
    """Images and labels as in :class:`Mnist`."""

    images: np.ndarray
    labels: np.ndarray


def find_mnist(folder=None):
    """The files that :func:`load_mnist` reads: one archive, or the four idx files.

    Parameters
    ----------
    folder : path-like, optional
        As there.

    Returns
    -------
    tuple of Path

    Raises
    ------
    FileNotFoundError
        If no folder is given, or it holds neither.
    """
    if folder is None:
        folder = os.environ.get(VARIABLE)
        if not folder:
            raise FileNotFoundError(f"MNIST is not bundled: set {VARIABLE} to a folder with {ARCHIVE} or the four idx files "
                                    f"({', '.join(IDX.values())}, plain or .gz)")
    folder = Path(folder)
    if (folder / ARCHIVE).is_file():
        return (folder / ARCHIVE,)
    return tuple(_find(folder, name) for name in IDX.values())


def load_mnist(folder=None):
    """All MNIST images that a folder holds: 60,000 for training and 10,000 for testing.

    Parameters
    ----------
    folder : path-like, optional
        With ``mnist.npz`` (arrays ``x_train``, ``y_train``, ``x_test``, ``y_test``) or the four idx files, as they are
        or with ``.gz``. By default the folder that the environment variable ``SPIKELOOM_DATA`` names.

    Returns
    -------
    Mnist

    Raises
    ------
    FileNotFoundError
        If no folder is given, or it holds neither.
    ValueError
        If a file is damaged or its content is not of MNIST's shape.

    Notes
    -----
    Source: Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits, 1998; the idx format is
    described there: a magic number (0, 0, type, dimensions), the dimensions as big-endian 32-bit numbers, the values.
    """
    files = find_mnist(folder)
    if len(files) == 1:
        (source,) = files
        arrays = _archive(source)
    else:
        source = files[0].parent
        arrays = {key: _read_idx(path) for key, path in zip(IDX, files)}
    for part in ("train", "test"):
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
            raise ValueError(f"{source}: x_{part} must be uint8 images of {SIDE} x {SIDE}, not {images.dtype} of shape {images.shape}")
        if labels.shape != images.shape[:1]:
            raise ValueError(f"{source}: y_{part} must have one label for each of the {len(images)} images, not the shape {labels.shape}")
        if not len(labels) or labels.min() < 0 or labels.max() > 9:
            raise ValueError(f"{source}: y_{part} must hold labels 0 to 9 and at least one")
    mnist = Mnist(arrays["x_train"], arrays["y_train"].astype(np.int64), arrays["x_test"], arrays["y_test"].astype(np.int64))
    for array in mnist:
        array.flags.writeable = False
    return mnist


def load_mnist_sample():
    """The 500 test images that ship with the project, enough for examples and for tests of equality, not for training.

    Returns
    -------
    MnistSample

    Raises
    ------
    ValueError
        If the bundled file is missing or is not the one that the project ships.

    Notes
    -----
    Source: as in :func:`load_mnist`; ``MNIST.md`` beside the file says which images they are.
    """
    if not SAMPLE.is_file():
        raise ValueError(f"the data file {SAMPLE} is missing: install spikeloom again")
    digest = hashlib.sha256(SAMPLE.read_bytes()).hexdigest()
    if digest != SAMPLE_SHA256:
        raise ValueError(f"the data file {SAMPLE} is damaged: it has the sha256 {digest}, not {SAMPLE_SHA256}; install spikeloom again")
    with np.load(SAMPLE, allow_pickle=False) as archive:
        sample = MnistSample(archive["images"], archive["labels"].astype(np.int64))
    for array in sample:
        array.flags.writeable = False
    return sample


def to_levels(images, levels=LEVELS):
    """Pixels of 0 to 255 as the levels 0 to ``levels`` (at most 255) that a network takes, to the nearest: uint8 of the same shape."""
    return np.minimum((np.asarray(images).astype(np.uint32) * (levels + 1) + 128) >> 8, levels).astype(np.uint8)


def _archive(path):
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            missing = [key for key in IDX if key not in archive.files]
            if missing:
                raise ValueError(f"{path} lacks {', '.join(missing)}: it must hold {', '.join(IDX)}")
            return {key: archive[key] for key in IDX}
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} cannot be read ({error})") from None


def _find(folder, name):
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"{folder} holds neither {ARCHIVE} nor {name} (or {name}.gz)")


def _read_idx(path):
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} cannot be read ({error})") from None
    dimensions = content[3] if len(content) >= 4 else 0
    if content[:3] != bytes([0, 0, UNSIGNED_BYTE]) or not 1 <= dimensions <= 3:
        raise ValueError(f"{path} is no idx file of bytes: it begins with {content[:4].hex() or 'nothing'}, not 00000801 or 00000803")
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise ValueError(f"{path} is cut short within its header")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    if len(content) - start != np.prod(shape, dtype=np.int64):
        raise ValueError(f"{path} must hold {' x '.join(map(str, shape))} values after its header, not {len(content) - start}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()
