# amaranth: UnusedElaboratable=no
from types import SimpleNamespace

import numpy as np
import pytest

from gateware.bus.format import Command, Frame, encode
from gateware.chip.network import Dense, Layer, SpikingNetwork
from gateware.chip.serial_classifier import SerialClassifier
from gateware.chip.spiking_chip import SpikingChip
from models import golden
from models.networks import load
from models.networks.samples import Samples
from models.networks.spiking_file import save_spiking
from models.structures.uart import line_levels
from platforms.boards import find_board
from platforms.designs.choose import open_design
from platforms.designs.digits import DigitsDesign
from platforms.designs.difference import MismatchError
from platforms.designs.spiking import CRC_BITS, SERVER_CLOCKS, SpikingDesign
from platforms.designs.spiking_evidence import compare_chip, gather_chip_evidence
from platforms.progress import Steps
from sim import cxxrtl

from .pins import last_byte_to_result

UP5K = find_board("icebreaker").part


def small_network():
    return SpikingChip.examples()["membrane"].network


def loaded_network(first=1):
    """A network with more weights than block RAM holds, of which the first is given."""
    weights = np.ones((64, 256), int)
    weights[0, 0] = first
    hidden, output = small_network().layers
    return SpikingNetwork("loaded", 7, [Layer(Dense(weights), hidden.neuron), Layer(Dense(np.ones((3, 64), int)), output.neuron)], 2)


@pytest.fixture(scope="module")
def small():
    chip = SpikingChip(small_network(), lanes=(6, 3), loaded=[0])
    samples = np.random.default_rng(0).integers(0, 8, (6, 9))
    return chip, samples, golden(chip).classify(samples), cxxrtl.compile({"small": chip})["small"]


def test_loaded_weights_make_the_hardware_equal_to_its_model(small):
    chip, samples, result, simulation = small
    assert chip.words
    simulation.reset()
    said = compare_chip(chip, simulation, samples, result)
    assert said["images"] == 6 and said["spikes"] == sum(spikes.size for spikes in result.spikes)
    # A result comes after all inputs have been taken, one per clock at most.
    assert all(whole >= last + 8 for whole, last in zip(said["whole_clocks"], said["clocks"]))


def _flip(run):
    run.watched["spikes0"][0][(5 + 2) * 6 + 3] ^= 1


def _score(run):
    run.items["scores"].reshape(6, -1)[4, 1] += 1


def _label(run):
    run.items["label"][2] ^= 1


def _clocks(run):
    run.items["clocks"][0] += 1


@pytest.mark.parametrize("fault, message", [
    (_flip, "the spikes of layer 0 of sample 1, time step 2, neuron 3 is"), (_score, "the score of sample 4, class 1 is"),
    (_label, "the class of sample 2 is"), (_clocks, "the clocks that it counted of sample 0 is")])
def test_every_difference_is_named(small, fault, message):
    chip, samples, result, simulation = small
    simulation.reset()

    def run_stream(*args, **kwargs):
        run = simulation.run_stream(*args, **kwargs)
        run = run._replace(items={name: np.array(values) for name, values in run.items.items()},
                           watched={name: (np.array(spikes), clocks) for name, (spikes, clocks) in run.watched.items()})
        fault(run)
        return run
    with pytest.raises(MismatchError, match=f"^the hardware differs from its golden model: {message}"):
        compare_chip(chip, SimpleNamespace(run=simulation.run, run_stream=run_stream), samples, result)


def test_the_latency_that_a_report_states_is_that_of_the_pins(small):
    chip, samples, result, simulation = small
    simulation.reset()
    whole = compare_chip(chip, simulation, samples[:1], golden(chip).classify(samples[:1]))["whole_clocks"][0]
    divisor = 5
    top = SerialClassifier(SpikingChip(chip.network, lanes=chip.lanes), divisor, 1, clock_hz=5_000_000, layers=chip.network.sizes,
                           levels=chip.network.levels)
    levels = line_levels(encode(Frame(1, Command.CLASSIFY, bytes(samples[0].tolist()))), divisor)
    assert last_byte_to_result(top, levels, 9, 40 * divisor) == CRC_BITS * divisor + SERVER_CLOCKS + 9 + whole


def test_evidence_and_what_a_report_says_of_it(own_cache):
    design = SpikingDesign(small_network(), UP5K)
    levels = np.random.default_rng(1).integers(0, 8, (7, 9))
    labels = golden(design.create_core()).classify(levels).label
    labels[0] = (labels[0] + 1) % 3
    with Steps() as steps:
        evidence = gather_chip_evidence(design, Samples(levels, labels, "seven samples"), steps=steps)
        assert gather_chip_evidence(design, Samples(levels, labels, "seven samples"), steps=steps) == evidence
    assert (evidence["accuracy"][0]["correct"], evidence["accuracy"][0]["total"]) == (6, 7)
    assert np.sum(evidence["confusion"]) == 7 and np.trace(evidence["confusion"]) == 6
    assert evidence["accuracy"][0]["note"] == "bit-true model of the bitstream on seven samples" and len(evidence["accuracy"]) == 3
    spiking, integrating = evidence["activity"][1:]
    assert spiking["rate"] == pytest.approx(spiking["events"] / (6 * design.network.time_steps)) and integrating["rate"] == 0
    assert integrating["silent"] == 1 and integrating["never"] == 3
    said = design.describe(evidence | {"peers": []}, {"clock": {"hz": 24_000_000, "pll": True}, "components": []})
    assert said["energy"]["joules"] > 0 and len(said["operations"]) == 2
    assert said["latency"]["clocks"] == sorted(said["latency"]["all_clocks"])[3] and said["design"]["layers"] == [9, 6, 3]
    assert {row["memory"] for row in said["memories"]} > {f"{what} of layer {k}" for what in ("weights", "sums", "state") for k in (0, 1)}
    assert set(design.files()) == {"network.npz"} and not design.load_words


def test_a_build_id_tells_weights_apart_that_are_loaded():
    one, again, other = (SpikingDesign(loaded_network(first), UP5K) for first in (1, 1, 2))
    assert one.placement.loaded == (0,)
    assert one.build_id(24_000_000) == again.build_id(24_000_000) != other.build_id(24_000_000)
    assert set(one.files()) == {"network.npz", "weights.bin"} and len(one.files()["weights.bin"]) == 2 * len(one.load_words) == 64 * 256


def test_networks_that_the_link_cannot_carry_are_named():
    (hidden, output), part = (layer.neuron for layer in small_network().layers), find_board("ulx3s-85f").part

    def network(name, inputs, layers):
        sizes = [inputs, *[2] * (layers - 1), 3]
        return SpikingNetwork(name, 7, [Layer(Dense(np.eye(after, before, dtype=int)), hidden if after == 2 else output)
                                        for before, after in zip(sizes, sizes[1:])], 2)

    with pytest.raises(ValueError, match="^network wide must have at most 4,095 inputs, for a sample is one frame of the link, not 4,096$"):
        SpikingDesign(network("wide", 4096, 2), part)
    with pytest.raises(ValueError, match="^network deep must have at most 15 layers, for a board tells its host no more of them, not 16$"):
        SpikingDesign(network("deep", 2, 16), part)
    # The most of both goes through to the pins.
    SpikingDesign(network("both", 4095, 15), part).assemble(24_000_000, 0)


def test_a_file_opens_as_the_design_of_its_kind(tmp_path):
    path = tmp_path / "small.npz"
    save_spiking(SpikingChip.examples()["count"].network, path)
    assert isinstance(open_design(path, UP5K, 1_000_000), SpikingDesign)
    assert isinstance(open_design(None, UP5K, 1_000_000), DigitsDesign) and open_design(None, UP5K, 1_000_000).network.digest == load().digest
    with pytest.raises(ValueError, match="^dt is about NIR graphs, and .*small.npz is none$"):
        open_design(path, UP5K, 1_000_000, dt=1e-4)
    with pytest.raises(ValueError, match="^dt, conventions are about NIR graphs, and .*small.npz is none$"):
        open_design(path, UP5K, 1_000_000, dt=1e-4, conventions="nir")
    with pytest.raises(ValueError, match="^the digits network is evaluated on the held-out images of its data set: leave out --samples$"):
        open_design(None, UP5K, 1_000_000).held_out("samples.npz")


def test_an_nir_graph_becomes_integers(tmp_path):
    from models.nir import from_network, write
    network, path, samples = SpikingChip.examples()["membrane"].network, tmp_path / "graph.nir", tmp_path / "samples.npz"
    graph = from_network(network)
    write(path, graph)
    levels = np.random.default_rng(2).integers(0, 8, (50, 9))
    np.savez(samples, levels=levels)
    design = open_design(path, UP5K, 1_000_000, samples=samples)
    assert (design.name, design.layers, design.network.time_steps) == ("graph", network.sizes, network.time_steps)
    agree = golden(design.create_core()).classify(levels).label == golden(SpikingChip(network)).classify(levels).label
    assert agree.mean() >= 0.9
    graph.metadata.clear()
    write(path, graph)
    with pytest.raises(ValueError, match="does not say its dt, as NIR graphs seldom do: give it with --dt$"):
        open_design(path, UP5K, 1_000_000, samples=samples, time_steps=4)
    for dt in (0.0, -1e-4, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"^dt must be a positive number of seconds, not {dt}$"):
            open_design(path, UP5K, 1_000_000, samples=samples, time_steps=4, dt=dt)
    with pytest.raises(ValueError, match="time_steps must be between 1 and 255, not 0$"):
        open_design(path, UP5K, 1_000_000, samples=samples, time_steps=0, dt=1e-4)
