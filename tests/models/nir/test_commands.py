"""``python -m models nir``."""

import json
from pathlib import Path

import nir
import numpy as np
import pytest

from gateware.chip.network import Dense, Layer, SpikingNetwork
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models.__main__ import main
from models.networks.spiking_file import load_spiking
from models.nir import from_network, write

from .graphs import chain, full, lif

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


@pytest.fixture
def own(tmp_path):
    """A file of this project, whose metadata say all, under a name that is no network's."""
    neuron = SubtractiveLIF(tau=4.0, membrane=Q(8, 8), current=Q(10, 6))
    network = SpikingNetwork("own", 3, [Layer(Dense([[127, -20], [30, 60]]), neuron)], 6, "first spike", encoder="events")
    write(tmp_path / "réseau.nir", from_network(network, dt=2e-3))
    return tmp_path / "réseau.nir"


def test_metadata_are_honoured_and_options_win(own, tmp_path, capsys):
    output = tmp_path / "network.npz"
    assert main(["nir", "show", str(own)]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "dt 0.002 s" in text and "as a whole: fits a chip's layers" in text
    assert main(["nir", "show", str(own), "--json"]) == 0
    assert "not used: the threshold is subtracted" in capsys.readouterr().out
    assert main(["nir", "convert", str(own), "-o", str(output)]) == 0
    network = load_spiking(output)
    assert (network.name, network.levels, network.time_steps, network.readout, network.encoder) == ("reseau", 3, 6, "first spike", "events")
    assert network.provenance["dt"] == 2e-3 and network.provenance["conventions"]["reset"] == "subtract"
    assert network.layers[0].connection.weights == ((127, -20), (30, 60))
    assert main(["nir", "convert", str(own), "-o", str(output), "--dt", "1e-3", "--reset", "value", "--readout", "count", "--encoder", "current",
                 "--levels", "15", "--input-range", "0", "1", "--time-steps", "4"]) == 0
    network = load_spiking(output)
    assert (network.levels, network.time_steps, network.readout, network.encoder) == (15, 4, "count", "current")
    assert network.provenance["dt"] == 1e-3 and network.provenance["input_range"] == [0, 1] and network.provenance["conventions"]["reset"] == "value"
    capsys.readouterr()
    assert main(["nir", "show", str(own), "--dt", "1e-3", "--conventions", "norse", "--json"]) == 0
    assert "2**16" in (text := capsys.readouterr().out) and "not used" not in text


def test_time_steps_that_nothing_says(tmp_path, capsys):
    output = tmp_path / "network.npz"
    assert main(["nir", "convert", str(DATA / "snntorch_leaky.nir"), "-o", str(output)]) == 1
    assert "does not say its time steps, as NIR files seldom do: give them with --time-steps" in capsys.readouterr().err and not output.exists()


@pytest.mark.parametrize("bias, said", [(np.array([0.5, -0.25]), "weights off by"), (np.zeros(2), "weights and bias are all 0")])
def test_weights_of_zero(tmp_path, capsys, bias, said):
    write(tmp_path / "zero.nir", chain((3,), nir.Affine(np.zeros((2, 3)), bias), lif(2)))
    assert main(["nir", "convert", str(tmp_path / "zero.nir"), "-o", str(tmp_path / "zero.npz"), "--dt", "1e-3", "--time-steps", "4"]) == 0
    assert said in capsys.readouterr().out and load_spiking(tmp_path / "zero.npz").sizes == (3, 2)


def test_leaks_and_delays_as_convert_takes_them(tmp_path, capsys):
    node = nir.LIF(np.array([0.01, 0.02]), full(1, 2), full(0, 2), full(1, 2))
    write(tmp_path / "x.nir", chain((2,), lif(2), nir.Delay(full(1.5e-3, 2)), nir.Linear(np.eye(2)), node))
    for options, said in (([], "no chip: NIR node 'n1' (Delay) field delay"), (["--round-delays"], "no chip: NIR node 'n3' (LIF) field tau"),
                          (["--round-delays", "--common-leak"], "fits a chip's layers")):
        assert main(["nir", "show", str(tmp_path / "x.nir"), "--dt", "1e-3", *options]) == 0
        assert f"as a whole: {said}" in " ".join(capsys.readouterr().out.split())
