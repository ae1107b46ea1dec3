import pytest

from models.datasets import load_nmnist, read_nmnist


def event(x, y, polarity, microseconds):
    """40 bits, as garrickorchard.com/datasets/n-mnist describes them."""
    return (x << 32 | y << 24 | polarity << 23 | microseconds).to_bytes(5, "big")


EVENTS = event(3, 33, 1, 300_123) + event(33, 0, 0, 0x7FFFFF)


def test_the_published_bits(tmp_path):
    (tmp_path / "a.bin").write_bytes(EVENTS)
    recording = read_nmnist(tmp_path / "a.bin")
    assert recording.units.tolist() == [(1 * 34 + 33) * 34 + 3, 33]
    assert recording.times.tolist() == pytest.approx([0.300123, 8.388607])


def test_a_part_is_read_by_label(tmp_path):
    for label, name in ((7, "00002.bin"), (0, "00009.bin"), (7, "00001.bin")):
        (tmp_path / str(label)).mkdir(exist_ok=True)
        (tmp_path / str(label) / name).write_bytes(event(label, int(name[4]), 0, 1))
    data = load_nmnist(tmp_path)
    assert data.labels.tolist() == [0, 7, 7] and data.shape == (2, 34, 34)
    assert [each.units[0] for each in data.recordings] == [9 * 34, 34 + 7, 2 * 34 + 7]


def test_wrong_files_are_refused(tmp_path):
    (tmp_path / "a.bin").write_bytes(EVENTS[:7])
    with pytest.raises(ValueError, match="must hold events of 5 bytes each, not 7 bytes"):
        read_nmnist(tmp_path / "a.bin")
    (tmp_path / "a.bin").write_bytes(event(0, 34, 0, 0))
    with pytest.raises(ValueError, match="has an event at y = 34; the sensor has 0 to 33"):
        read_nmnist(tmp_path / "a.bin")
    with pytest.raises(FileNotFoundError, match="holds no recordings: folders 0 to 9"):
        load_nmnist(tmp_path)
