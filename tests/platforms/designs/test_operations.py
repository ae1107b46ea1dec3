# amaranth: UnusedElaboratable=no
import pytest

from gateware.chip.network import Conv2d, Dense, Layer, Projection, SpikingNetwork
from gateware.chip.spiking_chip import SpikingChip
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from platforms.designs.operations import count_operations

LIF = SubtractiveLIF(tau=4.0, membrane=Q(8, 8), current=Q(8, 8))
LI = LeakyIntegrator(tau=4.0, membrane=Q(8, 8), current=Q(8, 8))


def test_of_dense_layers_every_event_walks_over_the_rows_of_its_weights():
    network = SpikingNetwork("small", 3, [Layer(Dense([[1, 2]] * 10, [1] * 10), LIF), Layer(Dense([[1] * 10] * 3), LI)], 5)
    first, second = count_operations(SpikingChip(network, lanes=(4, 2)), [1.5, 8, 0])
    # Ten neurons are three rows of four: walked by an event and a half, and once by the bias of constant currents.
    assert first["additions"] == (1.5 * 3 + 3) * 4 and first["weight_bits"] == (1.5 * 3 + 3) * 4 * 8
    assert first["updates"] == 10 * 5 and first["state_bits"] == 2 * 50 * 16
    # Sums of -0 to 12, five bits and a sign at most; a row of four is read for every neuron in every time step.
    width = network.layers[0].connection.sums(3).width
    assert first["sum_bits"] == (2 * 7.5 + 50 + 3) * 4 * width
    # Three neurons are two rows of two, cleared in each of five time steps.
    assert second["additions"] == 8 * 2 * 2 and second["updates"] == 15
    assert second["sum_bits"] == (2 * 16 + 15 + 5 * 2) * 2 * network.layers[1].connection.sums(1).width


def test_of_a_convolution_every_event_walks_over_the_kernel():
    weights = [[[[1, 2], [3, 4]]] * 2] * 4
    network = SpikingNetwork("conv", 3, [Layer(Conv2d(weights, (2, 4, 4)), LIF)], 5, "count")
    (row,) = count_operations(SpikingChip(network, lanes=(2,)), [6, 0])
    assert row["additions"] == 6 * 4 * 4 and row["updates"] == 36 * 5


def test_spikes_of_projections_arrive_too():
    layers = [Layer(Dense([[1, 2]] * 4), LIF, projections=[Projection(0, Dense([[1] * 4] * 4))]), Layer(Dense([[1] * 4] * 2), LI)]
    network = SpikingNetwork("recurrent", 3, layers, 5)
    first, _ = count_operations(SpikingChip(network, lanes=(4, 2)), [10, 7, 0])
    assert first["additions"] == pytest.approx((10 + 7) * 4)
