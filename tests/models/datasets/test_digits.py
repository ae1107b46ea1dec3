import gzip

import numpy as np
import pytest

from models.datasets import digits, load_digits


def test_the_images_are_the_uci_test_file():
    data = load_digits()
    assert data.images.shape == (1797, 64) and data.images.dtype == np.uint8
    assert (data.images.min(), data.images.max()) == (0, 16)
    # optdigits.names of the UCI repository, "Class: No of examples in testing set".
    assert np.bincount(data.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert data.images[0].reshape(8, 8)[1].tolist() == [0, 0, 13, 15, 10, 15, 5, 0] and data.labels[0] == 0


def test_the_split_is_stratified_and_covers_every_image_once():
    data = load_digits()
    assert (len(data.train), len(data.test)) == (1257, 540)
    assert np.array_equal(np.sort(np.concatenate([data.train, data.test])), np.arange(1797))
    expected = np.bincount(data.labels) * 540 / 1797
    assert np.abs(np.bincount(data.labels[data.test]) - expected).max() <= 1


def test_the_arrays_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        load_digits().images[0, 0] = 1


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in digits.SHA256:
        (tmp_path / name).write_bytes((digits.FOLDER / name).read_bytes())
    monkeypatch.setattr(digits, "FOLDER", tmp_path)
    return tmp_path


def test_a_missing_file_is_named(folder):
    (folder / "digits_test.txt").unlink()
    with pytest.raises(ValueError, match=r"digits_test.txt is missing: install spikeloom again"):
        load_digits()


def test_a_truncated_file_is_refused(folder):
    path = folder / "digits.csv.gz"
    path.write_bytes(path.read_bytes()[:30000])
    with pytest.raises(ValueError, match=r"digits.csv.gz cannot be read"):
        load_digits()


def test_a_changed_pixel_is_refused(folder):
    path = folder / "digits.csv.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"0,0,5,", b"0,0,6,", 1)))
    with pytest.raises(ValueError, match=r"is damaged: its content has the sha256 [0-9a-f]{64}, not 6ebb3d2f"):
        load_digits()


def test_a_changed_split_is_refused(folder):
    (folder / "digits_test.txt").write_text("1\n2\n")
    with pytest.raises(ValueError, match="digits_test.txt is damaged"):
        load_digits()
