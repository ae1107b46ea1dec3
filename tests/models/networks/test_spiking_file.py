import json
from math import inf

import numpy as np
import pytest

from gateware.chip.network import Conv2d, Dense, Layer, Projection, SpikingNetwork
from gateware.neurons.adaptive_lif import AdaptiveLIF
from gateware.neurons.izhikevich import Izhikevich
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models.networks.spiking_file import is_spiking_network, load_spiking, save_spiking


def make(name="example"):
    rng = np.random.default_rng(0)
    conv = Conv2d(rng.integers(-8, 8, (2, 1, 3, 3)), (1, 7, 8), stride=(2, 1), padding=(1, 0), pool=(1, 2), bias=[3, -4])
    hidden = Layer(conv, SubtractiveLIF(tau=7.3, threshold=1.37, membrane=Q(4, 12), current=Q(9, 11)), weight_bits=4)
    middle = Layer(Dense(rng.integers(-128, 128, (5, 16))), SubtractiveLIF(tau=inf, threshold=20.0, membrane=Q(12, 0), current=Q(13, 0)))
    last = Layer(Dense(rng.integers(-1, 1, (3, 5)), [0, -1, 0]), LeakyIntegrator(tau=3.3, membrane=Q(6, 6), current=Q(6, 6)), weight_bits=1)
    return SpikingNetwork(name, 15, [hidden, middle, last], 25, "membrane", {"command": "train", "seed": 5, "accuracy": 0.5})


@pytest.fixture
def path(tmp_path):
    save_spiking(make(), tmp_path / "network.npz")
    return tmp_path / "network.npz"


def changed(path, edit):
    """The file with its header, or its arrays, changed."""
    with np.load(path) as archive:
        content = dict(archive)
    header = json.loads(str(content.pop("header")))
    edit(header, content)
    np.savez(path, header=json.dumps(header), **content)
    return path


def test_what_was_written_is_read(path):
    again = load_spiking(path)
    assert again.digest == make().digest and again.provenance == make().provenance
    assert (again.name, again.inputs, again.sizes) == ("example", (1, 7, 8), make().sizes)
    assert is_spiking_network(path)


def test_adaptive_thresholds_are_kept(tmp_path):
    neuron = AdaptiveLIF(tau=7.3, tau_adaptation=inf, threshold=1.37, adaptation=0.21, membrane=Q(4, 12), current=Q(9, 11))
    network = SpikingNetwork("adaptive", 15, [Layer(Dense([[5, -3], [1, 2]]), neuron)], 4, "count")
    save_spiking(network, tmp_path / "adaptive.npz")
    again = load_spiking(tmp_path / "adaptive.npz")
    assert again.digest == network.digest and again.layers[0].neuron.params == neuron.params


def test_the_same_network_gives_the_same_bytes_and_nothing_is_left_behind(path):
    save_spiking(make(), path.with_name("other.npz"))
    assert path.read_bytes() == path.with_name("other.npz").read_bytes()
    save_spiking(make("changed"), path)
    assert load_spiking(path).name == "changed"
    assert sorted(each.name for each in path.parent.iterdir()) == ["network.npz", "other.npz"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(path, monkeypatch):
    before = path.read_bytes()

    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr("models.networks.spiking_file.os.replace", fail)
    with pytest.raises(OSError, match="^no space left$"):
        save_spiking(make("changed"), path)
    assert path.read_bytes() == before and len(list(path.parent.iterdir())) == 1


def test_damage_is_noticed(path):
    whole = path.read_bytes()
    for data in (b"", whole[:100], whole[:-30], b"PK" + whole[50:]):
        path.write_bytes(data)
        assert not is_spiking_network(path)
        with pytest.raises(ValueError, match=r"network\.npz is damaged or no file of a spiking network$"):
            load_spiking(path)


def test_other_files_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^there is no network file .*none\.npz$"):
        load_spiking(tmp_path / "none.npz")
    np.savez(tmp_path / "other.npz", weights=np.zeros(3))
    with pytest.raises(ValueError, match="is damaged or no file of a spiking network$"):
        load_spiking(tmp_path / "other.npz")


@pytest.mark.parametrize("edit, message", [
    (lambda header, _: header.pop("version"), "lacks version$"),
    (lambda header, _: header.update(version=2), "has version 2; this release reads version 1"),
    (lambda header, _: header.pop("time_steps"), "lacks time_steps"),
    (lambda _, content: content.pop("weights1"), "lacks weights1"),
    (lambda header, _: header.update(levels=0), "is not valid: network levels must be between 1 and 255, not 0"),
    (lambda header, _: header["layers"][2].update(weight_bits=9), "is not valid: Layer weight_bits must be between 1 and 8, not 9"),
    (lambda _, content: content.update(weights1=np.zeros((5, 15), np.int8)),
     "is not valid: network layer 1 must have 16 inputs, one for each neuron of the layer before, not 15"),
    (lambda _, content: content.update(weights1=np.zeros((5, 16))), r"is not valid: Dense weights must be an integer, not 0\.0"),
    (lambda header, _: header["layers"][1].update(connection="Sparse"), "is not valid: layer 1 must be Dense or Conv2d with .*, not Sparse")])
def test_wrong_contents_are_refused(path, edit, message):
    with pytest.raises(ValueError, match=rf"^the network file .*network\.npz {message}"):
        load_spiking(changed(path, edit))


def test_neurons_that_files_do_not_know_are_refused(tmp_path):
    network = SpikingNetwork("other", 1, [Layer(Dense([[1], [1]]), Izhikevich())], 2)
    with pytest.raises(TypeError, match="^network layer 0 must have a neuron of .* to be written, not "):
        save_spiking(network, tmp_path / "network.npz")
    assert not list(tmp_path.iterdir())


def test_delays_projections_and_encoder_are_kept(tmp_path):
    rng = np.random.default_rng(3)
    neuron = SubtractiveLIF(membrane=Q(8, 4), current=Q(12, 4))
    back = Projection(1, Dense(rng.integers(-8, 8, (4, 2))), (1, 3))
    network = SpikingNetwork("loops", 4, [Layer(Dense(rng.integers(-8, 8, (4, 3))), neuron, projections=[back]),
                                          Layer(Dense(rng.integers(-8, 8, (2, 4))), neuron, delays=(0, 2, 0, 63))],
                             5, "first spike", encoder="stochastic", seed=77)
    save_spiking(network, tmp_path / "network.npz")
    again = load_spiking(tmp_path / "network.npz")
    assert again.digest == network.digest and (again.encoder, again.seed) == ("stochastic", 77)
    assert again.layers[1].delays == (0, 2, 0, 63) and again.layers[0].projections[0].delays == (1, 3)
