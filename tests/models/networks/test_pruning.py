import numpy as np
import pytest

from gateware.chip.network import Conv2d, Dense, Layer, SpikingNetwork
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.step import Q
from models.networks.pruning import prune

NEURON = LeakyIntegrator(membrane=Q(16, 8), current=Q(16, 8))
NETWORK = SpikingNetwork("small", 3, [Layer(Dense([[5, -1, 0], [-7, 2, 3], [1, 4, -6], [2, 2, 2]], [9, 8, 7, 6]), NEURON),
                                      Layer(Dense([[1, 2, 3, 4], [4, 3, 2, 1]]), NEURON)], 2)


def weights(network):
    return network.layers[0].connection.weights


def test_the_largest_magnitudes_stay():
    pruned = prune(NETWORK, 0, 0.25)
    assert weights(pruned) == ((5, 0, 0), (-7, 0, 0), (0, 0, -6), (0, 0, 0))
    assert pruned.layers[0].connection.bias == (9, 8, 7, 6) and pruned.layers[1] == NETWORK.layers[1] and pruned.name == "small"
    assert prune(NETWORK, 0, 1) == NETWORK


def test_groups_stay_or_go_together():
    # Sums of magnitudes of neurons 0 and 1, 2 and 3: of input 0 12 and 3, of input 1 3 and 6, of input 2 3 and 8.
    assert weights(prune(NETWORK, 0, 1 / 3, group=2)) == ((5, 0, 0), (-7, 0, 0), (0, 0, -6), (0, 0, 2))
    # A last group that is not full: neuron 3 alone.
    assert weights(prune(NETWORK, 0, 0.5, group=3)) == ((5, -1, 0), (-7, 2, 3), (1, 4, -6), (0, 0, 0))


def test_a_share_of_many_weights_is_that_share():
    rng = np.random.default_rng(0)
    network = SpikingNetwork("large", 1, [Layer(Dense(rng.integers(1, 128, (50, 80))), NEURON)], 1)
    for share in (0.05, 0.3, 0.9):
        pruned = np.array(weights(prune(network, 0, share)))
        assert np.count_nonzero(pruned) == round(share * 4000)
        assert pruned[pruned > 0].min() >= np.array(weights(network))[pruned == 0].max()


@pytest.mark.parametrize("arguments, error, message", [
    ((2, 0.5), ValueError, "prune layer must be between 0 and 1, not 2"),
    (("0", 0.5), TypeError, "prune layer must be an integer, not '0'"),
    ((0, 0), ValueError, "prune share must be above 0 and at most 1, not 0"),
    ((0, 1.5), ValueError, r"prune share must be above 0 and at most 1, not 1\.5")])
def test_refusals(arguments, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        prune(NETWORK, *arguments)


def test_groups_and_connections_that_are_refused():
    with pytest.raises(ValueError, match="^prune group must be between 1 and 4, the neurons, not 5$"):
        prune(NETWORK, 0, 0.5, group=5)
    conv = SpikingNetwork("conv", 1, [Layer(Conv2d([[[[1]]]], (1, 2, 2)), NEURON)], 1)
    with pytest.raises(TypeError, match="^prune layer must have a Dense connection, not Conv2d$"):
        prune(conv, 0, 0.5)
