import math

import numpy as np
import pytest
import torch

import models
from gateware.chip.spiking_chip import SpikingChip
from models.nir import conversion_options, read, simulate, to_network, write
from models.training.cells import LI, LIF, AdaptiveLIF, CubaLIF, RecurrentLIF
from models.training.sequences import SequenceClassifier


def classifier_of(*cells, levels=7):
    made = SequenceClassifier((6, *(9 for _ in cells), 4), [*cells, LI(leak=0.1)], levels=levels, generator=torch.Generator().manual_seed(3))
    return made.double()


SEQUENCES = np.random.default_rng(1).integers(0, 8, (5, 12, 6)) * (np.random.default_rng(2).random((5, 12, 6)) < 0.6)


@pytest.mark.parametrize("cells", [
    [lambda: RecurrentLIF(9, leak=0.2, common=True)], [lambda: CubaLIF(leak=0.2, synapse_leak=0.3)],
    [lambda: RecurrentLIF(9, leak=0.0, threshold=0.7, common=True), lambda: CubaLIF(), lambda: LIF(leak=0.0)]],
    ids=["recurrent", "current-based", "all"])
def test_the_graph_has_the_spikes_and_membranes_of_training(cells, tmp_path):
    classifier = classifier_of(*(make() for make in cells))
    write(tmp_path / "graph.nir", classifier.to_nir())
    graph = read(tmp_path / "graph.nir")
    inputs = np.moveaxis(SEQUENCES, 1, 0)
    with torch.no_grad():
        spikes = classifier.cells[0](classifier.connections[0](torch.from_numpy(inputs / 7)))[0].numpy()
        v = classifier(torch.from_numpy(inputs).double()).numpy()
    run = simulate(graph, inputs, dt=graph.metadata["dt"], reset="subtract", comparison=">=", record=["neurons0"])
    assert np.array_equal(run.values["neurons0"], spikes) and 0.02 < spikes.mean() < 0.98
    assert run.output.ravel() == pytest.approx(v.ravel(), rel=1e-9, abs=1e-9)


def test_integers_follow_the_real_numbers():
    """In the golden model of the chip, with the recurrence as a projection that is one time step late."""
    classifier = classifier_of(RecurrentLIF(9, leak=0.2, common=True), CubaLIF(leak=0.2, synapse_leak=0.3))
    network = classifier.to_network("sequences", SEQUENCES)
    assert [type(layer.neuron).__name__ for layer in network.layers] == ["SubtractiveLIF", "CubaLIF", "LeakyIntegrator"]
    assert [(each.source, set(each.delays)) for each in network.layers[0].projections] == [(0, {1})] and network.encoder == "events"
    result = models.golden(SpikingChip(network)).classify(SEQUENCES)
    inputs = torch.from_numpy(np.moveaxis(SEQUENCES, 1, 0)).double()
    with torch.no_grad():
        spikes = classifier.cells[0](classifier.connections[0](inputs / 7))[0].numpy().transpose(1, 0, 2)
        labels = classifier.classify(inputs).numpy()
    assert (spikes == result.spikes[0]).mean() > 0.93 and (labels == result.label).mean() >= 0.8
    # A recurrence that is left out is seen.
    with torch.no_grad():
        without = LIF(leak=0.2).double()(classifier.connections[0](inputs / 7))[0].numpy().transpose(1, 0, 2)
    assert (without == result.spikes[0]).mean() < 0.9


@pytest.mark.parametrize("cells", [
    [lambda: RecurrentLIF(9, leak=0.2, common=True)], [lambda: CubaLIF(leak=0.2, synapse_leak=0.3)],
    [lambda: RecurrentLIF(9, leak=0.0, threshold=0.7, common=True), lambda: CubaLIF(), lambda: LIF(leak=0.0)]],
    ids=["recurrent", "current-based", "all"])
def test_the_forward_pass_is_that_of_the_integers(cells):
    classifier = classifier_of(*(make() for make in cells))
    inputs = torch.from_numpy(np.moveaxis(SEQUENCES, 1, 0)).double()
    real = classifier(inputs).sum(dim=0).detach().numpy()
    classifier.quantise(SEQUENCES, weight_bits=4)
    network = classifier.to_network("sequences", SEQUENCES, weight_bits=4)
    scores = models.golden(SpikingChip(network)).classify(SEQUENCES).scores
    unit = network.provenance["layers"][-1]["unit"] / 2**network.layers[-1].neuron.params.membrane.fraction_bits
    v = classifier(inputs)
    assert v.sum(dim=0).detach().numpy() == pytest.approx(scores * unit, rel=1e-12)
    assert np.abs(real - scores * unit).max() > 0.1    # four bits do round
    torch.nn.functional.cross_entropy(v.mean(dim=0), torch.arange(5) % 4).backward()
    learned = {name: each.grad for name, each in classifier.named_parameters() if each.requires_grad}
    assert {name for name, gradient in learned.items() if not (gradient.isfinite().all() and gradient.abs().max() > 0)} == set()


def test_what_quantise_refuses():
    classifier = classifier_of(LIF())
    with pytest.raises(TypeError, match="weigth_bits"):
        classifier.quantise(SEQUENCES, weigth_bits=4)
    classifier.quantise(SEQUENCES)
    with pytest.raises(ValueError, match="^SequenceClassifier inputs must have 12 time steps, as the samples of quantise, not 5$"):
        classifier(torch.zeros(5, 2, 6).double())


def test_the_gradient_at_integers_is_near_that_of_real_numbers():
    """The nearer, the more bits there are."""
    inputs, labels = torch.from_numpy(np.moveaxis(SEQUENCES, 1, 0)).double(), torch.arange(5) % 4

    def gradient(bits):
        classifier = classifier_of(LIF(leak=0.3, threshold=50.0))   # silent, so that rounding moves no spike
        if bits:
            classifier.quantise(SEQUENCES, weight_bits=bits, membrane_bits=24)
        torch.nn.functional.cross_entropy(classifier(inputs).mean(dim=0), labels).backward()
        return torch.cat([each.weight.grad.ravel() for each in classifier.connections])

    real = gradient(None)
    errors = [(gradient(bits) - real).norm() / real.norm() for bits in (3, 8)]
    assert errors[1] < 0.02 and errors[0] > 2 * errors[1]


def test_the_gradient_is_that_of_a_network_with_the_rounded_weights():
    """Of three bits, which the real weights' own gradient is far from; without spikes, which no rounding then moves."""
    inputs, labels = torch.from_numpy(np.moveaxis(SEQUENCES, 1, 0)).double(), torch.arange(5) % 4

    def gradient(classifier):
        torch.nn.functional.cross_entropy(classifier(inputs).mean(dim=0), labels).backward()
        return torch.cat([each.weight.grad.ravel() for each in classifier.connections])

    quantised, rounded = (classifier_of(LIF(leak=0.3, threshold=50.0)) for _ in range(2))
    quantised.quantise(SEQUENCES, weight_bits=3, membrane_bits=24)
    network = quantised.to_network("silent", SEQUENCES, weight_bits=3, membrane_bits=24)
    for number, (connection, layer) in enumerate(zip(rounded.connections, network.layers)):
        unit = (1 if number else 7) / network.provenance["layers"][number]["weight scale"]
        with torch.no_grad():
            connection.weight.copy_(torch.tensor(layer.connection.weights) * unit)
            connection.bias.copy_(torch.tensor(layer.connection.bias or [0] * layer.neurons) * unit)
    wanted, real = gradient(rounded), gradient(classifier_of(LIF(leak=0.3, threshold=50.0)))
    assert (gradient(quantised) - wanted).norm() < 1e-3 * wanted.norm() < 0.02 * (real - wanted).norm()


@pytest.mark.parametrize("cells, error, message", [
    ([], ValueError, "SequenceClassifier cells must be 2, one for each layer, not 0"),
    ([RecurrentLIF(9, common=True), LIF()], TypeError, "SequenceClassifier cells must be .* the last one LI, not LIF"),
    ([LI(), LI()], TypeError, "SequenceClassifier cells must be .* not LI"),
    ([RecurrentLIF(9), LI()], TypeError, "SequenceClassifier cells must be .* with one leak for the layer .* not RecurrentLIF in layer 0"),
    ([AdaptiveLIF(), LI()], TypeError, "SequenceClassifier cells must be LIF, RecurrentLIF or CubaLIF .* not AdaptiveLIF"),
    ([CubaLIF(reset="zero"), LI()], TypeError, "SequenceClassifier cells must be .* reset by subtraction, .* not CubaLIF in layer 0")])
def test_refusals(cells, error, message):
    with pytest.raises(error, match=f"^{message}"):
        SequenceClassifier((6, 9, 4), cells, levels=7, generator=torch.Generator())


@pytest.mark.parametrize("name", ["leak", "synapse_leak"])
def test_a_current_without_leak_has_no_node(name):
    classifier = classifier_of(CubaLIF(**{name: 0.0}))
    with pytest.raises(ValueError, match=f"to_nir: a CubaLIF without {name} has no node in NIR"):
        classifier.to_nir()
    assert math.isinf(getattr(classifier.cells[0], f"raw_{name}").item())


def test_levels_that_no_chip_has():
    with pytest.raises(ValueError, match="SequenceClassifier levels must be between 1 and 255, not 0"):
        classifier_of(LIF(), levels=0)


def test_the_graph_says_how_it_is_converted():
    """With nothing else said it becomes the same network, of events."""
    classifier = classifier_of(RecurrentLIF(9, leak=0.2, common=True))
    graph = classifier.to_nir()
    network = classifier.to_network("sequences", SEQUENCES)
    again = to_network(graph, **conversion_options(graph, time_steps=12), samples=SEQUENCES, name="sequences")
    assert again.encoder == "events" and again.levels == 7 and again.digest == network.digest
