# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.layers.dense import DenseLayer
from gateware.neurons.fixed_point_lif import FixedPointLIF
from gateware.neurons.lif import LIF
from gateware.step import Q, Range
from models import golden

NEURON = LIF(tau=8.0, current=Q(6, 6))


def test_the_currents_are_the_matrix_product():
    weights = np.random.default_rng(0).integers(-128, 128, (5, 12))
    layer = DenseLayer(NEURON, weights, lanes=2)
    spikes = np.random.default_rng(1).random((20, 3, 12)) < 0.4
    spike, v = golden(layer).sample(spikes)
    for j in range(5):
        current = np.einsum("tbi,i->tb", spikes.astype(int), weights[j])
        alone = golden(NEURON).run({"current": current})
        assert np.array_equal(alone.spike, spike[:, :, j]) and np.array_equal(alone.v, v[:, :, j])


def test_the_memory_holds_a_row_of_lanes():
    layer = DenseLayer(NEURON, [[1, -1, 127], [-128, 5, 0], [2, 3, 4]], lanes=2)
    assert layer.current == Range(-128, 128)
    assert list(layer.rows()) == [0x8001, 0x05FF, 0x007F, 2, 3, 4]


@pytest.mark.parametrize("arguments, error, message", [
    ({"neuron": FixedPointLIF()}, TypeError, "DenseLayer neuron must be a StepComponent with state, the input current and the outputs spike and v"),
    ({"neuron": 3}, TypeError, "DenseLayer neuron must be a StepComponent with state, the input current and the outputs spike and v, not 3"),
    ({"weights": [[1, 128]]}, ValueError, r"DenseLayer weights must lie between -128 and 127, not 128 \(neuron 0\)"),
    ({"weights": [[1, 2], [3]]}, ValueError, "DenseLayer weights must be a matrix with one row per neuron and at least one column"),
    ({"weights": []}, ValueError, "DenseLayer weights must be a matrix"),
    ({"weights": [[0.5]]}, TypeError, "must be an integer, not "),
    ({"lanes": 0}, ValueError, "DenseLayer lanes must be between 1 and 64, not 0"),
    ({"lanes": 65}, ValueError, "DenseLayer lanes must be between 1 and 64, not 65"),
    ({"weights": [[127] * 20]}, ValueError, r"DenseLayer weights sum to 0 to 2540, outside the neuron's current Q\(6, 6\)"),
])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        DenseLayer(**{"neuron": NEURON, "weights": [[1, 2]], "lanes": 1} | arguments)
