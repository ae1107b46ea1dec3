import numpy as np
import pytest

from gateware.chip.network import Dense, Layer, SpikingNetwork
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.step import Q
from models.networks.samples import event_span, load_calibration, load_samples

LI = LeakyIntegrator(membrane=Q(8, 8), current=Q(16, 8))


def network(inputs=4, classes=3, levels=15):
    return SpikingNetwork("small", levels, [Layer(Dense([[1] * inputs] * classes), LI)], 2)


def save(tmp_path, **arrays):
    path = tmp_path / "samples.npz"
    np.savez(path, **arrays)
    return path


def test_levels_are_taken_as_they_are_and_images_become_levels(tmp_path):
    levels = np.array([[[0, 15], [7, 3]]])
    found = load_samples(network(), save(tmp_path, levels=levels, labels=np.array([2])))
    assert found.levels.tolist() == [[0, 15, 7, 3]] and found.labels.tolist() == [2] and found.source == "samples.npz"
    images = np.array([[0, 7, 8, 23], [24, 128, 247, 255]], np.uint8)
    found = load_samples(network(), save(tmp_path, images=images))
    # The nearest of sixteen steps of 16.
    assert found.levels.tolist() == [[0, 0, 1, 1], [2, 8, 15, 15]] and found.labels is None
    assert load_samples(network(levels=255), save(tmp_path, images=images)).levels.tolist() == images.tolist()


@pytest.mark.parametrize("arrays, message", [
    ({"levels": np.zeros((2, 5), int)}, r"levels of .* must have 4 values in each sample, as the network has inputs, not the shape \(2, 5\)"),
    ({"levels": np.full((2, 4), 16)}, "levels of .* must lie between 0 and 15, not between 16 and 16"),
    ({"levels": np.zeros((2, 4))}, "levels of .* must be integers, not float64"),
    ({"images": np.zeros((2, 4), int)}, "images of .* must be bytes, not int64"),
    ({"levels": np.zeros((0, 4), int)}, "levels of .* must have 4 values in each sample"),
    ({"x": np.zeros(1)}, "the file of samples .* must hold either levels or images, not x"),
    ({"levels": np.zeros((2, 4), int), "labels": np.array([0, 3])},
     r"labels of .* must be one integer from 0 to 2 for each of the 2 samples, not int64 of shape \(2,\) from 0 to 3$"),
    ({"levels": np.zeros((2, 4), int), "labels": np.array([0])}, "labels of .* must be one integer from 0 to 2 for each of the 2 samples")])
def test_wrong_samples_are_refused(tmp_path, arrays, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        load_samples(network(), save(tmp_path, **arrays))


def test_the_levels_of_events_are_those_of_all_samples_in_the_file(tmp_path):
    levels = np.zeros((2, 6, 4), int)
    assert event_span(save(tmp_path, levels=levels)) == (6, 1)
    assert event_span(save(tmp_path, levels=levels + 2, train_levels=levels[:1] + 5)) == (6, 5)
    assert event_span(save(tmp_path, levels=levels + 3, train_levels=levels + 2)) == (6, 3)
    # What is no array of levels is refused where it is loaded, by its own name.
    for other in (np.full((2, 6, 4), 5.5), levels[:0]):
        assert event_span(save(tmp_path, levels=levels + 2, train_levels=other)) == (6, 2)


def test_no_file_and_no_archive_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="^there is no file of samples "):
        load_samples(network(), tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(ValueError, match=r"^the file of samples .*text.npz is damaged or no NumPy archive \("):
        load_samples(network(), tmp_path / "text.npz")


def test_mnist_is_what_a_network_of_its_shape_is_tried_on(monkeypatch):
    monkeypatch.delenv("SPIKELOOM_DATA", raising=False)
    found = load_samples(network(784, 10))
    assert found.levels.shape == (500, 784) and found.levels.max() == 15 and len(found.labels) == 500
    with pytest.raises(ValueError, match="^a network of 4 inputs and 3 outputs needs a file of samples: MNIST's test images"):
        load_samples(network())


def test_formats_are_calibrated_on_training_samples_where_there_are_some(tmp_path, monkeypatch):
    levels, train = np.arange(12).reshape(3, 4), np.arange(15, 3, -1).reshape(3, 4)
    found = load_calibration(network(), save(tmp_path, levels=levels, train_levels=train), 2)
    assert found.levels.tolist() == train[:2].tolist() and found.source == "the first 2 training samples of samples.npz"
    found = load_calibration(network(), save(tmp_path, levels=levels), 2)
    assert found.levels.tolist() == levels[:2].tolist()
    assert found.source.startswith("the first 2 samples of samples.npz, which it is also evaluated on: the file holds no train_levels")
    with pytest.raises(ValueError, match="^train_levels of .* must lie between 0 and 15, not between 16 and 16"):
        load_calibration(network(), save(tmp_path, levels=levels, train_levels=train * 0 + 16))

    rng = np.random.default_rng(0)
    arrays = {f"x_{part}": rng.integers(0, 256, (5, 28, 28), np.uint8) for part in ("train", "test")}
    np.savez(tmp_path / "mnist.npz", **arrays, y_train=np.zeros(5, np.uint8), y_test=np.zeros(5, np.uint8))
    monkeypatch.setenv("SPIKELOOM_DATA", str(tmp_path))
    found = load_calibration(network(784, 10, 255), count=3)
    assert found.levels.tolist() == arrays["x_train"][:3].reshape(3, -1).tolist() and found.source == "the first 3 of MNIST's training images"
    monkeypatch.delenv("SPIKELOOM_DATA")
    found = load_calibration(network(784, 10))
    assert len(found.levels) == 200 and "bundled test images, which it is also evaluated on" in found.source
