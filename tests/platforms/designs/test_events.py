# amaranth: UnusedElaboratable=no
import json

import numpy as np
import pytest

from gateware.bus.format import Command, Frame, encode
from gateware.chip.serial_classifier import SerialClassifier
from gateware.chip.spiking_chip import SpikingChip
from models import golden
from models.datasets.digits import load_digits
from models.networks import load
from models.networks.samples import Samples, load_samples
from models.networks.spiking_file import save_spiking
from models.structures.uart import line_levels
from platforms import figures
from platforms.__main__ import main
from platforms.boards import find_board
from platforms.designs.choose import open_design
from platforms.designs import event_evidence, spiking_evidence
from platforms.designs.difference import MismatchError
from platforms.designs.spiking import CRC_BITS, SpikingDesign
from platforms.event_samples import read_events, show_events
from platforms.host.driver import Board
from platforms.host.protocol import event_payloads
from platforms.host.sim_port import SimPort
from platforms.progress import Steps
from platforms.report import _drawings

from .pins import last_byte_to_result

UP5K = find_board("icebreaker").part


def small_network():
    """9 inputs with up to 7 levels, 3 time steps."""
    return SpikingChip.examples()["events"].network


def random_samples(count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 8, (count, 3, 9)) * (rng.random((count, 3, 9)) < rng.random((count, 1, 1)))


@pytest.mark.parametrize("sample", random_samples(2))
def test_the_latency_that_a_report_states_is_that_of_the_pins(sample, divisor=5):
    top = SerialClassifier(SpikingChip(small_network(), lanes=(4, 3)), divisor, 1, clock_hz=5_000_000, layers=(9, 6, 3), levels=7)
    port = SimPort(top)
    Board(port, levels=7).classify_events(sample)
    (payload,) = event_payloads(sample, 9, 7, 511)
    levels = line_levels(encode(Frame(1, Command.EVENTS, payload)), divisor)
    assert last_byte_to_result(top, levels, len(payload), 80 * divisor) == CRC_BITS * divisor + port.reply_clocks


@pytest.fixture
def design():
    return SpikingDesign(small_network(), UP5K)


def test_evidence_and_what_a_report_says_of_it(design, own_cache, monkeypatch):
    # What is kept of each component is looked up elsewhere.
    monkeypatch.setattr(spiking_evidence, "standing", lambda top: [])
    levels = random_samples(8)
    result = golden(design.create_core()).classify(levels)
    labels = result.label.copy()
    labels[0] = (labels[0] + 1) % 3
    with Steps() as steps:
        evidence = spiking_evidence.gather_chip_evidence(design, Samples(levels, labels, "eight samples"), steps=steps)
    assert (evidence["accuracy"][0]["correct"], evidence["accuracy"][0]["total"]) == (7, 8)
    assert evidence["rtl"]["images"] == evidence["rtl"]["pins"]["samples"] == 8
    assert evidence["rtl"]["spikes"] == sum(spikes.size for spikes in result.spikes)
    inputs = evidence["activity"][0]
    assert inputs["events"] == pytest.approx(np.count_nonzero(levels) / 8) and inputs["rate"] == pytest.approx(np.count_nonzero(levels) / 8 / 27)
    index = evidence["example"]["index"]
    shown = np.unpackbits(np.array(evidence["example"]["events"], np.uint8), axis=1, count=9)
    assert np.array_equal(shown, levels[index] > 0)
    built = {"clock": {"hz": 24_000_000, "pll": True}, "components": []}
    said = design.describe(evidence | {"peers": []}, built)
    assert said["design"]["encoder"] == "events" and len(said["latency"]["all_clocks"]) == 8
    # Sync, header, its CRC, number, words of three bytes, CRC: one block.
    sent = sorted(9 + 1 + 3 * (3 + np.count_nonzero(sample)) + 2 for sample in levels)
    assert said["latency"]["request_seconds"] == pytest.approx(sent[4] * 1e-5)
    drawn = _drawings(said | built, figures)
    assert ">inputs</text>" in drawn["raster"] and drawn["digit"] == ""


def test_an_answer_that_differs_is_named(design, monkeypatch):
    levels = random_samples(3)
    result = golden(design.create_core()).classify(levels)
    scores = result.scores.copy()
    scores[1, 2] += 1
    with pytest.raises(MismatchError, match="^the hardware differs from its golden model: the score that was sent of sample 1, class 2 is"):
        event_evidence.compare_pins(design, levels, result._replace(scores=scores))


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """The bundled digits as random spikes in 16 time steps, their trained network as a graph, files of both, and spikes and labels."""
    import nir
    network, folder, found = load(), tmp_path_factory.mktemp("digits"), load_digits()
    # The network was trained on spikes whose probability is the pixel's; v' = (1 - leak) v + I, with a threshold of 1 and a reset to 0.
    leak, dt = network.leak / 65536, 1e-4

    def neurons(count):
        ones = np.ones(count)
        return nir.LIF(tau=ones * dt / leak, r=ones / leak, v_leak=0 * ones, v_threshold=ones, v_reset=0 * ones)

    hidden, output = (np.asarray(each, float) for each in (network.float_hidden_weights, network.float_output_weights))
    nodes = {"input": nir.Input(np.array([64])), "w0": nir.Linear(hidden), "n0": neurons(32), "w1": nir.Linear(output), "n1": neurons(10),
             "output": nir.Output(np.array([10]))}
    names = list(nodes)
    graph, samples = folder / "digits.nir", folder / "digits-events.npz"
    nir.write(str(graph), nir.NIRGraph(nodes, list(zip(names, names[1:]))))
    images, labels = found.images[found.test][:120], found.labels[found.test][:120]
    spikes = (np.random.default_rng(5).random((len(images), 16, 64)) * 16 < images.reshape(-1, 1, 64)).astype(np.uint8)
    np.savez(samples, levels=spikes, labels=labels)
    return graph, samples, spikes, labels


def test_digits_as_events_from_a_graph_to_the_pins(digits):
    """A trained graph and samples of spikes become a design whose simulated pins classify them, rightly."""
    graph, samples, spikes, labels = digits
    design = open_design(graph, UP5K, 1_000_000, samples=samples, dt=1e-4, encoder="events")
    network = design.network
    assert (network.encoder, network.time_steps, network.levels, network.sizes) == ("events", 16, 1, (64, 32, 10))
    result = golden(design.create_core()).classify(spikes)
    # In floating point, from the equations alone.
    own = load()
    v, counts = [np.zeros((len(spikes), n)) for n in (32, 10)], np.zeros((len(spikes), 10))
    for step in range(16):
        fired = spikes[:, step].astype(float)
        for k, weights in enumerate((own.float_hidden_weights, own.float_output_weights)):
            v[k] = v[k] * (1 - own.leak / 65536) + fired @ np.asarray(weights, float).T
            fired = (v[k] >= 1).astype(float)
            v[k][fired > 0] = 0
        counts += fired
    assert np.mean(result.label == labels) > 0.85
    assert np.abs(np.array(result.scores) - counts).mean() < 0.3
    assert event_evidence.compare_pins(design, spikes[:6], result)["samples"] == 6


def test_a_session_sends_events(capsys, tmp_path):
    network, samples, path = tmp_path / "small.npz", tmp_path / "samples.npz", tmp_path / "events.txt"
    levels, labels = random_samples(2), [2, 1]
    save_spiking(small_network(), network)
    np.savez(samples, levels=levels, labels=labels)
    common = ["run", "icebreaker", "--network", str(network), "--samples", str(samples), "--port", "sim"]
    assert main([*common, "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)["answers"]
    assert [answer["label"] for answer in answers] == labels
    assert [answer["class"] for answer in answers] == golden(SpikingChip(small_network())).classify(levels).label.tolist()
    path.write_text("".join(f"{step} {number} {levels[1, step, number]}\n" for step, number in np.argwhere(levels[1])))
    assert main([*common, "--image", str(path)]) == 0
    shown = capsys.readouterr().out
    assert f"class {answers[1]['class']}, {answers[1]['clocks']:,} clocks" in shown


def test_time_steps_of_a_graph_are_those_of_its_samples_or_said(digits):
    graph, _, _, _ = digits
    with pytest.raises(ValueError, match="does not say its time_steps, .*: give it with --time-steps$"):
        open_design(graph, UP5K, 1_000_000, dt=1e-4, encoder="events")


@pytest.mark.parametrize("text, message", [
    ("0 1 2 3", "line 1 of the events file .* must be a time step, an input and perhaps a level, not '0 1 2 3'"),
    ("0 1\n\n-1 2", "line 3 of the events file .* must be .*, not '-1 2'"),
    ("\n\n0, 9", "number of the event in line 3 of the events file .* must be between 0 and 8, not 9"),
    ("0 0\n3 0", "time step of the event in line 2 of the events file .* must be between 0 and 2, not 3"),
    ("\n0 1 8", "level of the event in line 2 of the events file .* must be between 1 and 7, not 8"),
    ("\n\n0,1\n0 1 1", "the event in line 4 of the events file .* must be the only one of input 1 in time step 0: add their levels")])
def test_files_that_hold_no_events_are_refused(tmp_path, text, message):
    path = tmp_path / "events.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=f"^{message}$"):
        read_events(path, 3, 9, 7)


def test_events_are_read_and_shown(tmp_path):
    path = tmp_path / "events.txt"
    path.write_text("0, 1, 5\n2 8\n")
    sample = read_events(path, 3, 9, 7)
    assert np.argwhere(sample).tolist() == [[0, 1], [2, 8]] and sample[0, 1] == 5
    lines = show_events(sample, " .#")
    assert len(lines) == 9 and lines[1] == "#  " and lines[8] == "  #" and not "".join(lines[2:8]).strip()
    # Many are put together, and none is lost.
    wide = np.zeros((100, 1000), int)
    wide[99, 999] = 1
    lines = show_events(wide, " .#")
    assert len(lines) <= 12 and len(lines[0]) <= 40 and lines[-1][-1] == "#"


def test_samples_of_events_come_from_files(tmp_path):
    network, path = small_network(), tmp_path / "samples.npz"
    levels = random_samples(4)
    np.savez(path, levels=levels, labels=[0, 1, 2, 0], train_levels=levels[:1])
    found = load_samples(network, path)
    assert np.array_equal(found.levels, levels) and found.labels.tolist() == [0, 1, 2, 0]
    with pytest.raises(ValueError, match="^a network that takes events needs a file of samples: MNIST's are images$"):
        load_samples(network)
    for changed, message in ((levels[:, :2], r"levels of .* must have the shape \(N, 3, 9\), as the network has .*, not \(4, 2, 9\)"),
                             (levels.reshape(4, 27), r"levels of .* must have the shape \(N, 3, 9\), .*, not \(4, 27\)"),
                             (levels + 0.5, "levels of .* must be integers, not float64"),
                             (levels + 3, "levels of .* must lie between 0 and 7, not between 3 and 10")):
        np.savez(path, levels=changed)
        with pytest.raises(ValueError, match=f"^{message}$"):
            load_samples(network, path)
    np.savez(path, images=levels.astype(np.uint8))
    with pytest.raises(ValueError, match=r"^images of .* must be levels: the network takes events, integers shaped \(N, time steps, inputs\)$"):
        load_samples(network, path)
