import h5py
import numpy as np
import pytest

from models.datasets import load_shd


def write(path, times, units, labels):
    """The structure that compneuro.net describes: arrays of variable length in spikes/times and spikes/units."""
    with h5py.File(path, "w") as file:
        for name, rows, kind in (("times", times, np.float16), ("units", units, np.uint16)):
            table = file.create_dataset(f"spikes/{name}", (len(rows),), h5py.vlen_dtype(kind))
            for number, row in enumerate(rows):
                table[number] = np.array(row, kind)
        file["labels"] = np.array(labels, np.uint16)
        file["extra/speaker"] = np.zeros(len(labels), np.uint16)
    return path


def test_the_published_structure(tmp_path):
    data = load_shd(write(tmp_path / "a.h5", [[0.25, 0.5], [], [1.0]], [[699, 0], [], [5]], [3, 19, 0]))
    assert data.labels.tolist() == [3, 19, 0] and data.labels.dtype == np.int64 and data.shape == (700,)
    assert [each.units.tolist() for each in data.recordings] == [[699, 0], [], [5]]
    assert data.recordings[0].times.tolist() == [0.25, 0.5]


def test_wrong_files_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        load_shd(tmp_path / "none.h5")
    (tmp_path / "a.h5").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="must be an HDF5 file with spikes/times, spikes/units and labels"):
        load_shd(tmp_path / "a.h5")
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["labels"] = np.zeros(1)
    with pytest.raises(ValueError, match="must be an HDF5 file with"):
        load_shd(tmp_path / "b.h5")
    with pytest.raises(ValueError, match="times, units and a label of each recording, not 1, 1 and 2"):
        load_shd(write(tmp_path / "c.h5", [[0.0]], [[1]], [1, 2]))
    with pytest.raises(ValueError, match="recording 0 has 1 times and 2 units"):
        load_shd(write(tmp_path / "d.h5", [[0.0]], [[1, 2]], [1]))
    with pytest.raises(ValueError, match="recording 0 has units 700 to 700; there are 0 to 699"):
        load_shd(write(tmp_path / "e.h5", [[0.0]], [[700]], [1]))
