import numpy as np
import pytest
import torch
from torch import nn

from models.datasets import load_digits
from models.training.conversion import convert

DIGITS = load_digits()
IMAGES, LABELS = torch.from_numpy(DIGITS.images.astype("float32")), torch.from_numpy(DIGITS.labels.copy())
TRAIN, TEST = torch.from_numpy(DIGITS.train.copy()), torch.from_numpy(DIGITS.test.copy())


def initial(*modules):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for module in modules:
            if hasattr(module, "reset_parameters"):
                module.reset_parameters()
    return nn.Sequential(*modules)


@pytest.fixture(scope="module")
def perceptron():
    model, threads = initial(nn.Linear(64, 48), nn.ReLU(), nn.Dropout(0.0), nn.Linear(48, 10)), torch.get_num_threads()
    torch.set_num_threads(1)  # small products are slower on several
    generator, optimiser = torch.Generator().manual_seed(0), torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(20):
        for chosen in TRAIN[torch.randperm(len(TRAIN), generator=generator)].split(128):
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(IMAGES[chosen] / 16), LABELS[chosen]).backward()
            optimiser.step()
    torch.set_num_threads(threads)
    return model


def accuracy(classes, chosen):
    return (classes == LABELS[chosen]).float().mean().item()


def test_the_counts_of_a_first_layer_are_its_rounded_activations(perceptron):
    images = IMAGES[TRAIN] / 16
    activations = perceptron[:2](images)
    largest = torch.quantile(activations.detach().flatten(), 0.99).item()
    layer = convert(perceptron, images, time_steps=16, percentile=99).layers[0].double()
    counts = layer(images.double(), 16)[0].sum(dim=0).detach().numpy()
    wanted = np.clip(16 * activations.double().detach().numpy() / largest, 0, 16)
    # Half a threshold over all time steps rounds; a current that changes sign with it may add or lose one spike.
    assert np.abs(counts - wanted).max() <= 0.51


@pytest.mark.parametrize("bits", [None, 8])
def test_a_perceptron_keeps_its_classes(perceptron, bits):
    classifier = convert(perceptron, IMAGES[TRAIN] / 16, time_steps=24, levels=16)
    if bits:
        classifier.quantise(bits)
    with torch.no_grad():
        plain, spiking = perceptron(IMAGES[TEST] / 16).argmax(dim=1), classifier.classify(IMAGES[TEST])
    assert accuracy(plain, TEST) > 0.93
    assert accuracy(spiking, TEST) > accuracy(plain, TEST) - 0.015


def test_a_convolutional_network_s_membranes_are_its_answers():
    model = initial(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(6, 8, 3, bias=False), nn.ReLU(),
                    nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8, 10))
    images, time_steps = IMAGES[:20].reshape(-1, 1, 8, 8), 255
    classifier = convert(model, images / 16, time_steps=time_steps, levels=16, percentile=100)
    with torch.no_grad():
        answers, membranes = model(images / 16), classifier(images)[-1] / time_steps
    assert membranes.numpy() == pytest.approx(answers.numpy(), abs=0.02 * answers.abs().max().item())
    classifier.quantise(8)
    network = classifier.to_network("converted", {})
    assert network.sizes == (64, 6 * 8 * 8, 8 * 2 * 2, 10) and network.layers[0].neuron.params.minus_leak == 0


def test_the_model_is_left_as_it_was(perceptron):
    before = [each.clone() for each in perceptron.parameters()]
    convert(perceptron, IMAGES[TRAIN] / 16, time_steps=4)
    assert all(torch.equal(*pair) for pair in zip(before, perceptron.parameters()))


SAMPLES = torch.rand(3, 4, generator=torch.Generator().manual_seed(0))
PICTURES = torch.rand(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("modules, samples, message", [
    ([nn.Linear(4, 2), nn.Sigmoid(), nn.Linear(2, 2)], SAMPLES, r"convert model\[1\] Sigmoid cannot be converted: only Linear"),
    ([nn.Linear(4, 2), nn.Linear(2, 2)], SAMPLES, r"convert model\[1\] Linear must follow a ReLU"),
    ([nn.ReLU()], SAMPLES, r"convert model\[0\] ReLU must follow a Linear or Conv2d"),
    ([nn.Linear(4, 2), nn.ReLU()], SAMPLES, "convert model must end with a Linear or Conv2d"),
    ([nn.Linear(8, 2)], PICTURES, r"convert model\[0\] Linear must follow a Flatten, for its inputs have the shape \(1, 8, 8\)"),
    ([nn.Conv2d(1, 2, 3, stride=2)], PICTURES, r"convert model\[0\] Conv2d must have a square kernel, stride 1"),
    ([nn.Conv2d(1, 2, 3)], PICTURES[..., :5], r"convert model\[0\] Conv2d must take square images, not values of the shape \(1, 8, 5\)"),
    ([nn.Conv2d(1, 2, 3), nn.AvgPool2d(2)], PICTURES, r"convert model\[1\] AvgPool2d must follow a ReLU"),
    ([nn.Conv2d(1, 2, 3), nn.ReLU(), nn.AvgPool2d(2, stride=1)], PICTURES, r"model\[2\] AvgPool2d must have square windows that do not overlap"),
    ([nn.Conv2d(1, 2, 3), nn.ReLU(), nn.AvgPool2d(2, divisor_override=1), nn.Flatten(), nn.Linear(18, 2)], PICTURES,
     r"convert model\[2\] AvgPool2d divisor_override must be None, for the mean of a window, not 1")])
def test_what_cannot_be_converted_is_named_by_its_place(modules, samples, message):
    with pytest.raises(ValueError, match=message):
        convert(nn.Sequential(*modules), samples, time_steps=4)


def test_dead_layers_and_impossible_parameters_are_refused():
    model = nn.Sequential(nn.Linear(4, 2), nn.ReLU(), nn.Linear(2, 2))
    nn.init.constant_(model[0].bias, -100)
    with pytest.raises(ValueError, match="the units of layer 0 are 0 for at least 99.9 % of the samples"):
        convert(model, SAMPLES, time_steps=4)
    with pytest.raises(ValueError, match="convert percentile must be above 0 and at most 100, not 0"):
        convert(model, SAMPLES, time_steps=4, percentile=0)
    with pytest.raises(ValueError, match="convert samples must be at least one, with values of 0 to 1"):
        convert(model, SAMPLES * 16, time_steps=4)
    with pytest.raises(TypeError, match="convert model must be a Sequential, not Linear"):
        convert(model[0], SAMPLES, time_steps=4)
    for name, value in (("time_steps", 0), ("time_steps", -4), ("time_steps", 256), ("levels", 0)):
        with pytest.raises(ValueError, match=f"convert {name} must be between 1 and 255, not {value}"):
            convert(model, SAMPLES, **{"time_steps": 4, name: value})
    with pytest.raises(TypeError, match=r"convert time_steps must be an integer, not 2\.5"):
        convert(model, SAMPLES, time_steps=2.5)


@pytest.mark.parametrize("place, name", [(0, "weight"), (2, "bias")])
def test_what_is_no_number_is_refused(place, name):
    model = initial(nn.Linear(4, 2), nn.ReLU(), nn.Linear(2, 2))
    samples = SAMPLES.clone()
    samples[1, 2] = torch.nan
    with pytest.raises(ValueError, match="convert samples must be at least one, with values of 0 to 1 and no NaN"):
        convert(model, samples, time_steps=4)
    with torch.no_grad():
        getattr(model[place], name)[1] = torch.nan
    with pytest.raises(ValueError, match=rf"convert model\[{place}\] Linear {name} must be finite numbers, not NaN or infinity"):
        convert(model, SAMPLES, time_steps=4)
