import json
import os

import numpy as np
import pytest

from models.networks import load, save
from models.networks.file import DIGITS


def rewritten(path, **changes):
    """The bundled file with entries replaced, or removed where the value is None."""
    with np.load(DIGITS) as archive:
        content = {name: archive[name] for name in archive.files}
    header = json.loads(str(content["header"])) | changes.pop("header", {})
    content |= {"header": json.dumps({name: value for name, value in header.items() if value is not None})} | changes
    np.savez(path, **{name: value for name, value in content.items() if value is not None})
    return path


def test_the_bundled_network_loads():
    network = load()
    assert (network.inputs, network.hidden, network.classes) == (64, 32, 10)
    assert network.provenance["command"].startswith("python -m models train digits --seed ")


def test_a_saved_network_loads_again_and_gives_the_same_bytes(tmp_path):
    save(load(), tmp_path / "a.npz")
    save(load(tmp_path / "a.npz"), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes() == DIGITS.read_bytes()
    assert load(tmp_path / "b.npz").digest == load().digest


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        save(load(), tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no network file .*none.npz"):
        load(tmp_path / "none.npz")


@pytest.mark.parametrize("damage", [lambda b: b[:5000], lambda b: b"", lambda b: b"not a network",
                                    lambda b: b[:9000] + bytes(64) + b[9064:]])
def test_a_damaged_file_is_refused(tmp_path, damage):
    path = tmp_path / "bad.npz"
    path.write_bytes(damage(DIGITS.read_bytes()))
    with pytest.raises(ValueError, match="the network file .*bad.npz is damaged or no network file"):
        load(path)


def test_no_flipped_bit_is_taken_for_another_network(tmp_path):
    rng = np.random.default_rng(0)
    content, path = DIGITS.read_bytes(), tmp_path / "bad.npz"
    refused = 0
    for _ in range(200):
        damaged = bytearray(content)
        damaged[rng.integers(len(damaged))] ^= 1 << rng.integers(8)
        path.write_bytes(bytes(damaged))
        try:
            # A few bits, such as a date in the archive's directory, mean nothing.
            assert load(path).digest == load().digest
        except ValueError:
            refused += 1
    assert refused > 150


def test_another_archive_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    with pytest.raises(ValueError, match="other.npz is no network file: it has no header with a version"):
        load(tmp_path / "other.npz")


def test_a_single_array_is_refused(tmp_path):
    np.save(tmp_path / "array.npy", np.zeros(3))
    with pytest.raises(ValueError, match="array.npy is damaged or no network file"):
        load(tmp_path / "array.npy")


@pytest.mark.parametrize("changes, message", [
    ({"header": {"version": 2}}, "has version 2; this release reads version 1"),
    ({"header": {"leak": None}}, "lacks leak"),
    ({"hidden_weights": None}, "lacks hidden_weights"),
    ({"header": {"leak": 0}}, "is not valid: network leak must be between 1 and 65536, not 0"),
    ({"header": {"membrane": [6]}}, "is not valid: "),
    ({"hidden_weights": np.full((32, 64), 200)}, "is not valid: network hidden_weights must be between -128 and 127, not 200"),
])
def test_wrong_contents_are_refused(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        load(rewritten(tmp_path / "bad.npz", **changes))
