import pickle

import pytest
import torch

from models.training.checkpoint import load_checkpoint, save_checkpoint

CONTENT = {"identity": {"seed": 1, "data": "abc"}, "weights": torch.arange(3.0), "done": 4}


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "a.checkpoint"
    save_checkpoint(CONTENT, path)
    read = load_checkpoint(path, {"seed": 1, "data": "abc"})
    assert torch.equal(read["weights"], CONTENT["weights"]) and read["done"] == 4
    assert [each.name for each in tmp_path.iterdir()] == ["a.checkpoint"]


def test_a_failed_write_leaves_the_file_before(tmp_path):
    path = tmp_path / "a.checkpoint"
    save_checkpoint(CONTENT, path)
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        save_checkpoint({"identity": {}, "bad": lambda: 0}, path)
    assert load_checkpoint(path, {"seed": 1})["done"] == 4
    assert len(list(tmp_path.iterdir())) == 1


def test_another_training_is_named(tmp_path):
    save_checkpoint(CONTENT, tmp_path / "a")
    with pytest.raises(ValueError, match="is of another training: seed 1, not 2"):
        load_checkpoint(tmp_path / "a", {"seed": 2, "data": "abc"})


@pytest.mark.parametrize("content", [b"", b"nothing", pickle.dumps({"identity": print}, protocol=2)])
def test_damage_is_refused(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(ValueError, match="is damaged or no checkpoint"):
        load_checkpoint(tmp_path / "a", {})


def test_a_missing_one_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no checkpoint .*a to resume from"):
        load_checkpoint(tmp_path / "a", {})
