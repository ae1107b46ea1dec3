import gzip
import struct

import numpy as np
import pytest

from models.datasets import load_mnist, load_mnist_sample, mnist, to_levels

COUNTS = {"train": 7, "test": 3}


@pytest.fixture
def arrays():
    rng = np.random.default_rng(5)
    return {f"x_{part}": rng.integers(0, 256, (count, 28, 28), np.uint8) for part, count in COUNTS.items()} \
        | {f"y_{part}": rng.integers(0, 10, count).astype(np.uint8) for part, count in COUNTS.items()}


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path, arrays):
    for key, name in mnist.IDX.items():
        (tmp_path / name).write_bytes(idx(arrays[key]))
    return tmp_path


def same(data, arrays):
    return all(np.array_equal(value, arrays[key]) for value, key in zip(data, ("x_train", "y_train", "x_test", "y_test")))


def test_idx_files_are_read_plain_and_compressed(folder, arrays):
    assert same(load_mnist(folder), arrays)
    name = mnist.IDX["x_test"]
    (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
    (folder / name).unlink()
    data = load_mnist(folder)
    assert same(data, arrays)
    assert data.test_images.dtype == np.uint8 and data.train_labels.dtype == np.int64 and not data.test_images.flags.writeable


def test_an_archive_is_read_and_the_environment_names_its_folder(tmp_path, arrays, monkeypatch):
    np.savez_compressed(tmp_path / "mnist.npz", **arrays)
    monkeypatch.setenv("SPIKELOOM_DATA", str(tmp_path))
    assert same(load_mnist(), arrays)


def test_without_a_folder_it_says_what_to_set(monkeypatch):
    monkeypatch.delenv("SPIKELOOM_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match="set SPIKELOOM_DATA to a folder with mnist.npz or the four idx files"):
        load_mnist()


def test_a_missing_file_is_named(folder):
    (folder / mnist.IDX["y_train"]).unlink()
    with pytest.raises(FileNotFoundError, match="neither mnist.npz nor train-labels-idx1-ubyte"):
        load_mnist(folder)


@pytest.mark.parametrize("key, content, message", [
    ("x_test", b"\x00\x00\x0d\x03", "is no idx file of bytes: it begins with 00000d03"),
    ("x_test", b"", "it begins with nothing"),
    ("x_test", b"\x00\x00\x08\x03\x00", "is cut short within its header"),
    ("x_test", struct.pack(">HBB3I", 0, 8, 3, 3, 28, 28) + bytes(100), "must hold 3 x 28 x 28 values after its header, not 100"),
    ("x_test", idx(np.zeros((3, 8, 8), np.uint8)), r"x_test must be uint8 images of 28 x 28, not uint8 of shape \(3, 8, 8\)"),
    ("y_test", idx(np.zeros(4, np.uint8)), r"y_test must have one label for each of the 3 images, not the shape \(4,\)"),
    ("y_test", idx(np.array([1, 2, 10], np.uint8)), "y_test must hold labels 0 to 9")])
def test_wrong_files_are_refused(folder, key, content, message):
    (folder / mnist.IDX[key]).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_mnist(folder)


def test_a_damaged_file_is_refused(folder, arrays):
    (folder / mnist.IDX["x_test"]).unlink()
    (folder / f"{mnist.IDX['x_test']}.gz").write_bytes(b"not gzip")
    with pytest.raises(ValueError, match="t10k-images-idx3-ubyte.gz cannot be read"):
        load_mnist(folder)
    (folder / "mnist.npz").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(ValueError, match="mnist.npz cannot be read"):
        load_mnist(folder)
    np.savez(folder / "mnist.npz", x_train=arrays["x_train"])
    with pytest.raises(ValueError, match="mnist.npz lacks y_train, x_test, y_test"):
        load_mnist(folder)


def test_the_sample_is_whole_and_of_all_classes():
    sample = load_mnist_sample()
    assert sample.images.shape == (500, 28, 28) and sample.images.dtype == np.uint8 and sample.images.max() == 255
    assert np.bincount(sample.labels, minlength=10).min() >= 30
    # Ones have less ink than zeros.
    ink = [sample.images[sample.labels == digit].mean() for digit in range(10)]
    assert ink[1] == min(ink) and ink[0] == max(ink)


def test_a_damaged_sample_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "SAMPLE", tmp_path / "sample.npz")
    with pytest.raises(ValueError, match="is missing: install spikeloom again"):
        load_mnist_sample()
    (tmp_path / "sample.npz").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="is damaged: it has the sha256"):
        load_mnist_sample()


def test_levels_are_the_nearest_of_sixteen():
    pixels = np.arange(256, dtype=np.uint8)
    levels = to_levels(pixels)
    assert levels.dtype == np.uint8 and (levels.min(), levels.max()) == (0, 15)
    assert np.abs(levels * 16.0 - pixels)[pixels < 248].max() <= 8
