import numpy as np
import pytest
import torch
from torch import nn

from gateware.chip.network import SpikingNetwork
from gateware.chip.spiking_chip import SpikingChip
from models import golden
from models.training.cells import LI, LIF, AdaptiveLIF
from models.training.classifier import SpikingClassifier, convolutional, dense
from models.training.layers import LARGEST_THRESHOLD, PooledConv2d, SpikingLayer

RNG = np.random.default_rng(0)
LEVELS = torch.from_numpy((RNG.integers(0, 16, (60, 36)) * (RNG.random((60, 36)) < 0.2)).astype("float32"))


@pytest.fixture
def classifier():
    return dense((36, 20, 12, 5), 6, levels=15, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_the_chip_s_golden_model_gives_the_classes_of_training(classifier, bits):
    classifier.quantise(bits)
    network = classifier.to_network("test", {"seed": 2})
    assert isinstance(network, SpikingNetwork) and network.sizes == (36, 20, 12, 5)
    with torch.no_grad():
        classes, v = classifier.classify(LEVELS).numpy(), classifier(LEVELS)
    result = golden(SpikingChip(network)).classify(LEVELS.numpy().astype(int))
    assert np.array_equal(result.label, classes) and len(set(classes.tolist())) > 1
    assert np.array_equal(result.scores, torch.round(v.double() / classifier.layers[-1].unit).sum(dim=0).numpy())


def test_adaptive_thresholds_go_to_the_chip(classifier):
    """The chip has the classes and scores of training with integers, and these are near those with real numbers."""
    torch.manual_seed(3)
    cells = [AdaptiveLIF(leak=0.2, adaptation_leak=0.1, adaptation=0.45), LI(leak=0.1)]
    layers = [SpikingLayer(nn.Linear(36, 24), cells[0], levels=15), SpikingLayer(nn.Linear(24, 5), cells[1])]
    nn.init.normal_(layers[0].connection.weight, std=0.5)
    adaptive = SpikingClassifier(layers, time_steps=8)
    with torch.no_grad():
        real_spikes, _ = layers[0](LEVELS, 8)
        plain_spikes, _ = LIF(leak=0.2)(layers[0]._sums(LEVELS).expand(8, -1, -1))
        adaptive.quantise(8)
        classes, v = adaptive.classify(LEVELS).numpy(), adaptive(LEVELS)
        spikes, _ = layers[0](LEVELS, 8)
    # The gradient is that of the hardware's adaptation, not of the one before rounding.
    grid, cell = layers[0].grid, cells[0]
    assert cell.adaptation.item() == pytest.approx(grid.adaptation * layers[0].unit, rel=1e-5)
    assert cell.adaptation_leak.item() == pytest.approx(grid.adaptation_leak / 65536, rel=1e-5)
    network = adaptive.to_network("adaptive", {})
    result = golden(SpikingChip(network)).classify(LEVELS.numpy().astype(int))
    assert type(network.layers[0].neuron).__name__ == "AdaptiveLIF" and len(set(classes.tolist())) > 1
    assert np.array_equal(result.label, classes) and np.array_equal(result.spikes[0].transpose(1, 0, 2), spikes.numpy())
    assert np.array_equal(result.scores, torch.round(v.double() / layers[-1].unit).sum(dim=0).numpy())
    # The adaptation is seen, and is that of the real equations but for rounding.
    assert (spikes == real_spikes).float().mean() > 0.98 > 0.97 > (spikes == plain_spikes).float().mean()


def test_adaptations_that_never_end_and_that_do_not_fit():
    def layer(**options):
        return SpikingLayer(nn.Linear(3, 2), AdaptiveLIF(**options), levels=15)

    endless = layer(adaptation_leak=0.0)
    endless.quantise(8, 4)
    assert endless.grid.neuron.params.minus_adaptation_leak == endless.grid.neuron.params.least_decay == 0
    with pytest.raises(ValueError, match="^AdaptiveLIF adaptation must be at most .* beside a threshold of 1 to fit 16 bits, not 100$"):
        layer(adaptation=100.0).quantise(8, 4)


def test_integers_of_many_bits_are_near_the_real_numbers(classifier):
    with torch.no_grad():
        real = classifier(LEVELS)
        classifier.quantise(8)
        integer = classifier(LEVELS)
    assert (integer - real).abs().mean() < 0.1 * real.abs().mean()


def test_the_real_numbers_under_the_integers_are_those_from_before_but_for_the_rounded_leak(classifier):
    with torch.no_grad():
        real = classifier(LEVELS)
        classifier.quantise(2)
        integer = classifier(LEVELS)
        with pytest.raises(KeyboardInterrupt), classifier.real_numbers():
            assert torch.allclose(classifier(LEVELS), real, atol=1e-3)
            raise KeyboardInterrupt
        assert torch.equal(classifier(LEVELS), integer) and not torch.allclose(integer, real, atol=1e-3)


def test_the_gradient_passes_through_the_integers(classifier):
    classifier.quantise(8)
    classifier(LEVELS).square().sum().backward()
    for layer in classifier.layers:
        assert layer.connection.weight.grad.abs().sum() > 0
        assert not layer.cell.raw_leak.requires_grad


def test_integer_weights_are_in_range_and_the_threshold_stands_for_the_real_one(classifier):
    classifier.quantise(3)
    layer = classifier.layers[0]
    assert layer.to_layer().connection.extremes[0] >= -4 and layer.to_layer().connection.extremes[1] <= 3
    assert layer.grid.threshold * layer.grid.step / 15 == pytest.approx(layer.cell.threshold.item())


def test_small_weights_do_not_make_the_threshold_leave_the_membrane():
    layer = SpikingLayer(nn.Linear(4, 2), LIF(threshold=50.0), levels=15)
    layer.quantise(8, 4)
    assert layer.grid.threshold == LARGEST_THRESHOLD
    assert layer.grid.neuron.params.threshold < layer.grid.neuron.state.v.hi


def test_an_integrator_s_membrane_holds_the_largest_sums():
    layer = SpikingLayer(nn.Linear(300, 2), LI(leak=0.01))
    nn.init.constant_(layer.connection.weight, 1.0)
    layer.quantise(8, 8)
    with torch.no_grad():
        _, v = layer(torch.ones(8, 1, 300))
    assert v[-1, 0, 0].item() == pytest.approx(300 * (1 - 0.99**8) / 0.01, rel=0.01)


def test_a_chip_leaves_out_what_training_leaves_out():
    """7 x 7 neurons, summed by 2 x 2: the golden model of the chip has the membranes of the forward pass."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        classifier = SpikingClassifier([SpikingLayer(PooledConv2d(1, 2, 2, side=8), LIF(threshold=0.4), levels=15),
                                        SpikingLayer(PooledConv2d(2, 3, 3, side=7, pool=2), LI())], 6)
    classifier.quantise(8)
    network = classifier.to_network("rest", {})
    images = np.random.default_rng(2).integers(0, 16, (12, 64))
    result = golden(SpikingChip(network, lanes=(2, 3))).classify(images)
    with torch.no_grad():
        membranes = classifier(torch.from_numpy(images).float().reshape(-1, 1, 8, 8)).double().sum(dim=0) / classifier.layers[-1].unit
    assert np.array_equal(result.scores, np.rint(membranes.numpy())) and 0.05 < result.spikes[0].mean() < 0.95


def test_a_pooled_convolution_sums_its_windows():
    connection = PooledConv2d(1, 1, 2, side=4, pool=2)
    nn.init.ones_(connection.weight)
    nn.init.zeros_(connection.bias)
    _, v = SpikingLayer(connection, LI(leak=0.5))(torch.ones(1, 1, 4, 4), 1)
    assert v.flatten().tolist() == [16]


def test_a_convolutional_classifier_has_the_shape_of_its_name():
    classifier = convolutional(3, levels=15, generator=torch.Generator().manual_seed(0))
    assert classifier(torch.rand(2, 1, 28, 28)).shape == (3, 2, 10)
    classifier.quantise(8)
    network = classifier.to_network("conv", {})
    assert network.inputs == (1, 28, 28) and network.sizes == (784, 14 * 24 * 24, 48 * 8 * 8, 10)
    assert classifier(torch.ones(2, 1, 28, 28)).shape == (3, 2, 10)


@pytest.mark.parametrize("connection, cell, message", [
    (nn.Linear(2, 2, bias=False), LIF(), "SpikingLayer connection must be a Linear or PooledConv2d with bias"),
    (nn.Conv2d(1, 1, 1), LIF(), "SpikingLayer connection must be"),
    (nn.Linear(2, 2), LIF(2), "SpikingLayer cell must be a LIF or AdaptiveLIF with reset by subtraction or a LI, with one leak"),
    (nn.Linear(2, 2), LIF(reset="zero"), "SpikingLayer cell must be")])
def test_what_the_hardware_cannot_hold_is_refused(connection, cell, message):
    with pytest.raises(TypeError, match=message):
        SpikingLayer(connection, cell)
