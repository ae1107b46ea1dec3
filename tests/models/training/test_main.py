import sys

import pytest

from models.__main__ import main
from models.networks import load
from models.training import digits


def test_a_network_file_is_written_and_the_figures_are_printed(tmp_path, capsys):
    path = tmp_path / "mine.npz"
    assert main(["train", "digits", "--seed", "1", "--epochs", "1", "--out", str(path)]) == 0
    assert load(path).provenance["command"] == "python -m models train digits --seed 1 --epochs 1"
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[:3]] == [[name, "validation"] for name in ("float", "integer", "logistic")]
    assert lines[-1].startswith(f"wrote {path}: <Network 64-32-10")


def test_an_interruption_leaves_no_file(tmp_path, capsys, monkeypatch):
    def interrupted(**options):
        raise KeyboardInterrupt
    monkeypatch.setattr(digits, "train_digits", interrupted)
    assert main(["train", "digits", "--out", str(tmp_path / "a.npz")]) == 130
    assert "interrupted; no file was written" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("options, message", [
    (["--out", "/nowhere/a.npz"], "--out must name a file in a folder that can be written, not /nowhere/a.npz"),
    (["--out", "."], "--out must name a file in a folder that can be written, not ."),
    (["--epochs", "0"], "training epochs must be at least 1, not 0")])
def test_refusals_are_one_sentence(options, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "digits", *options]) == 1
    assert capsys.readouterr().err.strip().splitlines()[-1] == f"error: {message}"


def test_a_missing_library_is_named(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "models.training.digits")
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["train", "digits"]) == 1
    assert "training needs torch, which is not installed: pip install 'spikeloom[train]'" in capsys.readouterr().err
