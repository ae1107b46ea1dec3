"""What the example does with a network that snnTorch has exported, without snnTorch."""

import importlib.util
from pathlib import Path

import nir
import numpy as np

from models.datasets import load_mnist_sample
from models.nir import write
from tests.models.nir.graphs import chain, full

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "mnist_from_snntorch.py"


def test_a_network_of_random_weights(tmp_path):
    spec = importlib.util.spec_from_file_location("mnist_from_snntorch", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    images, labels = load_mnist_sample()
    images, rng = images.reshape(-1, 784) / 255, np.random.default_rng(0)

    def leaky(size):
        return nir.LIF(tau=full(1e-3, size), r=full(10, size), v_leak=full(0, size), v_threshold=full(1, size))
    write(tmp_path / "x.nir", chain((784,), nir.Affine(rng.normal(0, 0.05, (20, 784)), full(0, 20)), leaky(20),
                                    nir.Affine(rng.normal(0, 0.3, (10, 20)), full(0, 10)), leaky(10)))
    counts, network, accuracy, found = example.evaluate(tmp_path / "x.nir", images[:100], labels[:100], images[100:150])
    assert counts.shape == (100, 10) and network.sizes == (784, 20, 10) and 0 <= accuracy < 0.5
    assert len(found.layers) == 2 and min(layer.same for layer in found.layers) > 0.95
