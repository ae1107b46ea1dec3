"""``python -m models nir``."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.__main__ import main
from models.networks.spiking_file import load_spiking

DATA = Path(__file__).parent / "data"


def test_the_command(capsys):
    assert main(["nir", "show", str(DATA / "snntorch_leaky.nir"), "--conventions", "snntorch"]) == 0
    text = capsys.readouterr().out
    assert "v_threshold" in text and "as a whole: fits a chip's layers" in " ".join(text.split())
    assert main(["nir", "show", str(DATA / "snntorch_recurrent.nir"), "--dt", "1e-3"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "late by one time step: 1.lif -> 1.w_rec" in text and "warning: NIR node '1.lif'" in text and "as a whole: no chip:" in text


def test_the_command_as_json(capsys):
    assert main(["nir", "show", str(DATA / "norse_dense.nir"), "--dt", "1e-3", "--weight-bits", "6", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [node["kind"] for node in report["nodes"]] == ["Input", "Affine", "LIF", "Affine", "CubaLIF", "Affine", "LI", "Output"]
    assert report["refusal"] is None and "6 bits" in report["nodes"][1]["facts"][0]["text"]


def test_the_command_refuses(capsys, tmp_path):
    assert main(["nir", "show", str(tmp_path / "none.nir")]) == 1
    assert "none.nir does not exist" in capsys.readouterr().err


def test_the_command_without_the_package(capsys, monkeypatch):
    def fail(*_):
        raise ModuleNotFoundError("No module named 'nir'", name="nir")
    monkeypatch.setattr("models.nir.files.read", fail)
    assert main(["nir", "show", str(DATA / "norse_dense.nir")]) == 1
    assert "pip install 'spikeloom[nir]'" in capsys.readouterr().err


def convert(tmp_path, *arguments, file="snntorch_leaky", time_steps="16"):
    return main(["nir", "convert", str(DATA / f"{file}.nir"), "-o", str(tmp_path / "network.npz"), "--time-steps", time_steps, *arguments])


@pytest.mark.parametrize("arrays", [{"inputs": np.linspace(0, 1, 240).reshape(20, 12)},
                                    {"images": np.arange(240, dtype=np.uint8).reshape(20, 3, 4)}], ids=["inputs", "images"])
def test_a_conversion(tmp_path, capsys, arrays):
    np.savez(tmp_path / "samples.npz", **arrays)
    assert convert(tmp_path, "--conventions", "snntorch", "--samples", str(tmp_path / "samples.npz"), "--weight-bits", "6") == 0
    text = capsys.readouterr().out
    assert "1: EquationNeuron, membrane Q(" in text and "tau: leak 6554 / 2**16" in text and "of 20 samples" in text
    network = load_spiking(tmp_path / "network.npz")
    assert network.name == "snntorch_leaky" and network.sizes == (12, 10, 6) and network.layers[0].weight_bits == 6
    assert network.provenance["conventions"]["reset"] == "subtract"


def test_a_conversion_without_samples(tmp_path, capsys):
    assert convert(tmp_path, "--dt", "1e-3", "--conventions", "norse", "--levels", "7", "--readout", "membrane", file="norse_dense") == 0
    assert "floating point" not in capsys.readouterr().out and load_spiking(tmp_path / "network.npz").levels == 7


@pytest.mark.parametrize("arrays, message", [({"labels": np.zeros(3)}, "must hold inputs, or images of bytes, not labels"),
                                             ({"inputs": np.zeros((3, 5))}, r"must be numbers of the shape (samples, 12), not float64 of (3, 5)"),
                                             ({"inputs": np.full((3, 12), 2.0)}, "samples must lie between 0.0 and 1.0 (input_range)")], ids=range(3))
def test_samples_that_do_not_fit(tmp_path, capsys, arrays, message):
    np.savez(tmp_path / "samples.npz", **arrays)
    assert convert(tmp_path, "--samples", str(tmp_path / "samples.npz")) == 1
    assert message in capsys.readouterr().err and not (tmp_path / "network.npz").exists()


def test_refused_conversions(tmp_path, capsys):
    (tmp_path / "text.npz").write_text("no archive")
    for arguments, message in ((["--samples", str(tmp_path / "text.npz")], "is damaged or no NumPy archive"),
                               (["--samples", str(tmp_path / "none.npz")], "there is no file of samples"),
                               (["-o", str(tmp_path / "none" / "x.npz")], "--output must name a file in a folder that exists"),
                               (["--weight-bits", "9"], "weight_bits must be between 2 and 8, not 9")):
        assert convert(tmp_path, *arguments) == 1
        assert message in capsys.readouterr().err
    assert convert(tmp_path, "--conventions", "snntorch", "--reset", "value", "--reset-time", "next step") == 0
