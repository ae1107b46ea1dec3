import numpy as np
import pytest
import torch

from models.nir import read, simulate, write
from models.training.cells import LI, AdaptiveLIF
from models.training.classifier import SpikingClassifier, convolutional, dense
from models.training.export import to_nir
from models.training.layers import SpikingLayer


@pytest.mark.parametrize("make, shape", [
    (lambda generator: dense((36, 20, 5), 6, levels=15, generator=generator), (36,)),
    (lambda generator: convolutional(6, levels=15, generator=generator, channels=(2, 3), kernel=3, side=12, classes=5), (1, 12, 12))],
    ids=["dense", "convolutional"])
@pytest.mark.parametrize("leak", [True, False])
def test_the_graph_has_the_spikes_and_membranes_of_training(make, shape, leak, tmp_path):
    classifier = make(torch.Generator().manual_seed(4)).double()
    if not leak:
        for layer in classifier.layers:
            torch.nn.init.constant_(layer.cell.raw_leak, -np.inf)
    write(tmp_path / "graph.nir", to_nir(classifier))
    levels = np.random.default_rng(0).integers(0, 16, (3, *shape)).astype(float)
    with torch.no_grad():
        spikes = classifier.layers[0](torch.from_numpy(levels), 6)[0].numpy()
        v = classifier(torch.from_numpy(levels)).numpy()
    result = simulate(read(tmp_path / "graph.nir"), np.broadcast_to(levels, (6, *levels.shape)), dt=1e-4, reset="subtract", comparison=">=",
                      record=["neurons0"])
    assert np.array_equal(result.values["neurons0"], spikes) and 0.02 < spikes.mean() < 0.98
    assert np.ravel(result.outputs["output"]) == pytest.approx(v.ravel(), rel=1e-9, abs=1e-9)


def test_an_impossible_time_step_is_refused():
    classifier = dense((4, 2), 3, levels=1, generator=torch.Generator().manual_seed(0))
    with pytest.raises(ValueError, match="to_nir dt must be a positive number of seconds, not 0"):
        to_nir(classifier, dt=0)


def test_a_neuron_that_nir_does_not_have_is_refused():
    layers = [SpikingLayer(torch.nn.Linear(3, 4), AdaptiveLIF(), levels=15), SpikingLayer(torch.nn.Linear(4, 2), LI())]
    with pytest.raises(ValueError, match="^to_nir: NIR has no node for AdaptiveLIF; accepted are LIF and LI$"):
        to_nir(SpikingClassifier(layers, time_steps=4))
