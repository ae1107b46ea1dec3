# amaranth: UnusedElaboratable=no
import numpy as np
import pytest
from scipy.stats import qmc

from gateware.layers.stochastic_dense import StochasticDense
from gateware.layers.stochastic_weights import encode_inputs, encode_weights
from gateware.neurons.fixed_point_lif import FixedPointLIF
from gateware.neurons.lif import LIF
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.phase_shifted import PhaseShiftedLFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.sc.sources.van_der_corput import VanDerCorput
from gateware.step import Q, Range
from models import golden
from sim import cxxrtl

NEURON = LIF(tau=4.0, current=Q(10, 4))


def products(width, **options):
    """The counts of all products X W, X down and W across."""
    size = 1 << width
    layer = StochasticDense(LIF(current=Q(16, 8)), [[weight] for weight in range(size + 1)], width=width, time_steps=1, **options)
    return golden(layer).currents(np.arange(size + 1)[:, None])[0]


def exact(width):
    size = 1 << width
    return np.outer(np.arange(size + 1), np.arange(size + 1)) / size


@pytest.mark.parametrize("width", range(2, 9))
def test_a_product_counts_the_points_of_the_sobol_sequence_in_a_box(width):
    size = 1 << width
    points = qmc.Sobol(2, scramble=False).random(size)
    edges = np.arange(size + 1)[:, None] / size
    inside = (points[:, 0] < edges).astype(int) @ (points[:, 1] < edges).T.astype(int)
    assert np.array_equal(products(width), inside)


@pytest.mark.parametrize("width", range(2, 9))
@pytest.mark.parametrize("reversed_counter", [False, True])
def test_every_product_is_within_the_bound_of_a_net(width, reversed_counter):
    """N D* <= m / 2 + 3 / 2 for a (0, m, 2)-net in base 2 (Niederreiter 1992), for each of the products there are."""
    sources = (RampCounter(1 << width), VanDerCorput(width)) if reversed_counter else None
    error = products(width, sources=sources) - exact(width)
    assert np.abs(error).max() <= (width + 3) / 2
    # A factor of 0 or 1.0 is exact.
    assert not error[0].any() and not error[-1].any() and not error[:, 0].any() and not error[:, -1].any()


def test_the_mean_over_all_products_is_that_of_the_exact_ones():
    assert abs((products(8) - exact(8)).mean()) < 0.01
    # A source that never gives 0 loses one of each stream's ones: what the default does not do.
    lfsr = products(8, sources=PhaseShiftedLFSR(8, 31), length=255) - exact(8) * 255 / 256
    assert lfsr.mean() < -0.5


@pytest.mark.parametrize("format", ["sign-magnitude", "bipolar"])
def test_the_currents_are_the_dot_products_of_real_numbers(format):
    rng = np.random.default_rng(3)
    weights, inputs = rng.uniform(-1, 1, (8, 16)), rng.uniform(-1 if format == "bipolar" else 0, 1, (50, 16))
    layer = StochasticDense(LIF(current=Q(10, 8)), encode_weights(weights, 8, format=format), format=format)
    got = golden(layer).currents([encode_inputs(row, 8, format=format) for row in inputs])[0] / layer.length
    error = got - inputs @ weights.T
    # The bound of a product in counts and its factors' rounding, 16 times; and next to no bias.
    scale = 4 if format == "bipolar" else 1
    assert np.abs(error).max() <= 16 * (scale * 5.5 / 256 + 1 / 128)
    assert abs(error.mean()) < 0.02 and np.sqrt((error**2).mean()) < (0.08 if format == "bipolar" else 0.03)


@pytest.mark.parametrize("length", [16, 64, 192])
def test_the_windows_of_a_transaction_share_out_its_streams(length):
    """However a transaction is cut into time steps, its currents add up to the same."""
    weights = [[200, -37, 256, -256, 0], [1, 2, 3, -4, 77]]
    inputs = np.random.default_rng(0).integers(0, 257, (7, 5))
    whole = StochasticDense(LIF(current=Q(16, 8)), weights, length=4 * length, time_steps=1)
    parts = StochasticDense(LIF(current=Q(16, 8)), weights, length=length, time_steps=4)
    assert np.array_equal(golden(parts).currents(inputs).sum(axis=0), golden(whole).currents(inputs)[0])


@pytest.fixture(scope="module")
def hardware():
    layers = StochasticDense.examples()
    return {name: (layer, cxxrtl.compile({name: layer})[name]) for name, layer in layers.items()}


def run(hardware, name, inputs, **options):
    layer, simulation = hardware[name]
    simulation.reset()
    inputs = np.asarray(inputs)
    return simulation.run_streams({"i": inputs.ravel()}, {"o": len(inputs) * layer.n_neurons}, max_clocks=10**6,
                                  watch=["spikes", "currents"], **options)


@pytest.mark.parametrize("name", StochasticDense.examples())
def test_the_same_inputs_give_the_same_spikes_after_whatever_came_between(hardware, name):
    layer, _ = hardware[name]
    rng = np.random.default_rng(5)
    inputs = rng.integers(0, (1 << layer.width) + 1, (9, layer.n_inputs))
    inputs[3] = inputs[8] = inputs[0]
    # Idle for up to 500 clocks wherever an input or a count is waited for.
    done, _ = run(hardware, name, inputs, gaps={"i": rng.integers(0, 500, 97), "o": rng.integers(0, 500, 89)})
    spikes, currents = (done[each][0].reshape(9, layer.time_steps, layer.n_neurons) for each in ("spikes", "currents"))
    counts = done["o"][0].reshape(9, layer.n_neurons)
    for again in (3, 8):
        assert all(np.array_equal(each[0], each[again]) for each in (spikes, currents, counts))
    assert np.array_equal(counts, spikes.sum(axis=1)) and len(np.unique(counts, axis=0)) > 1


@pytest.mark.parametrize("name", StochasticDense.examples())
def test_neurons_of_different_weights_have_different_currents(hardware, name):
    layer, _ = hardware[name]
    done, _ = run(hardware, name, np.full((1, layer.n_inputs), 1 << layer.width))
    currents = done["currents"][0].reshape(layer.time_steps, layer.n_neurons)
    assert len(set(currents[0])) == len({tuple(each) for each in currents.T}) == layer.n_neurons


@pytest.mark.parametrize("name", StochasticDense.examples())
def test_the_clocks_are_the_declared_ones(hardware, name):
    layer, _ = hardware[name]
    done, _ = run(hardware, name, np.ones((4, layer.n_inputs), int))
    into, out = done["i"][1].reshape(4, -1), done["o"][1].reshape(4, -1)
    assert (out[:, 0] - into[:, -1]).tolist() == [layer.declared_clocks] * 4
    assert np.diff(into[:, 0]).tolist() == [layer.interval] * 3


def test_the_declared_clocks_by_hand():
    layer = StochasticDense.examples()["default"]
    update = layer.pipeline.latency + 1
    # One group after the other: 2 x (5 x 16 + 1) clocks and 3 updates; then twice a read and 3 updates; 2 to the first count.
    assert layer.declared_clocks == 2 * 81 + 3 * update + 2 * (1 + 3 * update) + 2
    # Windows of 6 clocks that differ: everything three times, 1 x (8 x 6 + 1) clocks and 4 updates.
    assert StochasticDense.examples()["lanes"].declared_clocks == 3 * (49 + 4 * update) + 2


def test_nothing_moves_without_a_transaction(hardware):
    _, simulation = hardware["default"]
    simulation.reset()
    idle = simulation.run({"i__valid": 0, "o__ready": 1}, cycles=2000)
    assert not idle["o__valid"].any() and not idle["spikes__valid"].any() and not idle["currents__valid"].any()
    assert idle["i__ready"].all()


def test_the_range_of_the_currents_is_reached():
    layer = StochasticDense(NEURON, [[16, -3, 5], [-16, -16, 0], [1, 2, 3]], width=4, time_steps=2)
    assert layer.current == Range(-32, 21)
    # Weights of -1.0 let an input's whole stream through.
    assert golden(layer).currents([[0, 16, 16], [16, 0, 16], [16, 16, 0]])[0].tolist() == [[2, -16, 5], [21, -16, 4], [13, -32, 3]]


@pytest.mark.parametrize("arguments, error, message", [
    ({"neuron": FixedPointLIF()}, TypeError, "StochasticDense neuron must be a StepComponent with state, the one input current and the "
                                             "output spike, not <"),
    ({"neuron": 3}, TypeError, "and the output spike, not 3"),
    ({"weights": [[17]]}, ValueError, r"StochasticDense weights must lie between -16 and 16, not 17 \(neuron 0\)"),
    ({"weights": [[1], [-1]], "format": "bipolar"}, ValueError,
     r"StochasticDense weights must lie between 0 and 16, not -1 \(neuron 1\)"),
    ({"weights": [[1, 2], [3]]}, ValueError,
     "StochasticDense weights must be a matrix with one row per neuron and at least one column"),
    ({"weights": [[0.5]]}, TypeError, "StochasticDense weights must be an integer, not 0.5"),
    ({"width": 0}, ValueError, "StochasticDense width must be between 1 and 16, not 0"),
    ({"width": 17}, ValueError, "StochasticDense width must be between 1 and 16, not 17"),
    ({"length": 0}, ValueError, "StochasticDense length must be between 1 and 65536, not 0"),
    ({"length": 65537}, ValueError, "StochasticDense length must be between 1 and 65536, not 65537"),
    ({"time_steps": 0}, ValueError, "StochasticDense time_steps must be between 1 and 1024, not 0"),
    ({"time_steps": 1025}, ValueError, "StochasticDense time_steps must be between 1 and 1024, not 1025"),
    ({"lanes": 0}, ValueError, "StochasticDense lanes must be between 1 and 64, not 0"),
    ({"lanes": 65}, ValueError, "StochasticDense lanes must be between 1 and 64, not 65"),
    ({"period": 1.0}, ValueError, "Pipeline period must be between 5 and 1000 ns, not 1.0"),
    ({"format": "two-rail"}, ValueError, "StochasticDense format must be 'sign-magnitude' or 'bipolar', not 'two-rail'"),
    ({"weights": [[16] * 600]}, ValueError, r"StochasticDense currents reach 0 to 9600, outside the neuron's current Q\(10, 4\): "
                                             "give it a wider current, or take a shorter length"),
    ({"sources": (LFSR(4),)}, ValueError, "StochasticDense sources must give two numbers, the inputs' and the weights', not 1"),
    ({"sources": (LFSR(4), Sobol(5))}, ValueError,
     "StochasticDense sources must give numbers of 4 bits, and those of Sobol reach 0 to 31"),
    ({"sources": (LFSR(4), 7)}, TypeError,
     "StochasticDense sources must be StepComponents with state, without inputs and with numbers as outputs, not 7"),
    ({"sources": (LFSR(4), LFSR(4))}, ValueError,
     "StochasticDense sources must be uncorrelated, and these give equal or mirrored numbers"),
    ({"sources": (Sobol(4, 2), Sobol(4, 2, shift=15))}, ValueError, "take another dimension, phase or seed for one of them"),
])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        StochasticDense(**{"neuron": NEURON, "weights": [[1]], "width": 4, "time_steps": 2} | arguments)
