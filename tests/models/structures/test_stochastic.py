# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.layers.stochastic_dense import StochasticDense
from gateware.neurons.lif import LIF
from gateware.sc.sources.phase_shifted import PhaseShiftedLFSR
from gateware.step import Q
from models import golden

NEURON = LIF(tau=4.0, threshold=0.25, current=Q(10, 8))


@pytest.fixture(scope="module", params=[(8, None, "sign-magnitude"), (8, 200, "sign-magnitude"), (6, 64, "bipolar"), (5, 77, "bipolar")],
                ids=str)
def layer(request):
    width, length, format = request.param
    lo = -(1 << width) if format == "sign-magnitude" else 0
    weights = np.random.default_rng(1).integers(lo, (1 << width) + 1, (6, 10))
    return StochasticDense(NEURON, weights, width=width, length=length, time_steps=5, format=format,
                           sources=PhaseShiftedLFSR(width, 9) if length == 77 else None)


def test_the_counts_are_those_of_the_bits_one_by_one(layer):
    """Words, masks and windows come to what single bits do, for any length."""
    numbers = []
    for source in layer.sources:
        numbers += [each.astype(int) for each in golden(source).run(length=layer.length * layer.time_steps)]
    inputs = np.random.default_rng(2).integers(0, (1 << layer.width) + 1, (4, layer.n_inputs))
    weights = np.array(layer.weights)
    x = inputs[:, None, :, None] > numbers[0]
    w = np.abs(weights)[None, :, :, None] > numbers[1]
    bits = np.where(x == w, 1, -1) if layer.format == "bipolar" else (x & w) * np.sign(weights)[None, :, :, None]
    expected = bits.sum(axis=2).reshape(4, layer.n_neurons, layer.time_steps, layer.length).sum(axis=3)
    assert np.array_equal(golden(layer).infer(inputs).currents, expected.transpose(2, 0, 1))


def test_every_neuron_has_its_own_current(layer):
    inputs = np.random.default_rng(2).integers(0, (1 << layer.width) + 1, (4, layer.n_inputs))
    result = golden(layer).infer(inputs)
    for j in range(layer.n_neurons):
        alone = golden(NEURON).run({"current": result.currents[:, :, j]})
        assert np.array_equal(alone.spike, result.spikes[:, :, j])
    assert np.array_equal(result.counts, result.spikes.sum(axis=0)) and len(np.unique(result.counts)) > 1
    assert (result.currents != result.currents[:, :, :1]).any()


def test_a_batch_is_its_transactions_one_by_one(layer):
    model, inputs = golden(layer), golden(layer).stimulus(np.random.default_rng(3), 200)
    batch = inputs.reshape(-1, layer.n_inputs)
    assert np.array_equal(model.run(inputs), np.concatenate([model.infer(each[None]).counts[0] for each in batch]))
    assert model.infer(batch[:0]).counts.shape == (0, layer.n_neurons)


def test_errors(layer):
    model, top = golden(layer), 1 << layer.width
    with pytest.raises(ValueError, match=rf"inputs must be integers between 0 and {top}"):
        model.infer(np.full((1, 10), top + 1))
    with pytest.raises(ValueError, match=rf"inputs must be integers between 0 and {top}"):
        model.infer(np.full((1, 10), 0.5))
    with pytest.raises(ValueError, match=r"inputs must have the shape \(B, 10\), not \(1, 9\)"):
        model.infer(np.zeros((1, 9), int))
    with pytest.raises(ValueError, match=r"items must hold a multiple of 10 inputs, not the shape \(11,\)"):
        model.run(np.zeros(11, int))
