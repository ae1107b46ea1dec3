import numpy as np
import pytest

from gateware.chip.network import Conv2d, Dense, Layer, SpikingNetwork
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.sc.arithmetic.scaled_adder import ScaledAdder
from gateware.step import Q

LIF = SubtractiveLIF(membrane=Q(8, 4), current=Q(8, 4))


def kernels(*shape, seed=0):
    return np.random.default_rng(seed).integers(-8, 8, shape)


def layer(neurons, inputs, neuron=LIF, **changes):
    return Layer(Dense(kernels(neurons, inputs)), neuron, **changes)


def network(**changes):
    parameters = {"name": "test", "levels": 3, "layers": [layer(5, 4), layer(2, 5)], "time_steps": 6}
    return SpikingNetwork(**parameters | changes)


def test_arrays_lists_and_tuples_of_any_integers_are_one_connection():
    weights = kernels(3, 4)
    same = [Dense(each) for each in (weights, weights.astype(np.int8), weights.tolist(), tuple(map(tuple, weights.tolist())))]
    assert len(set(same)) == 1
    assert same[0].inputs == (4,) and same[0].outputs == (3,)
    assert same[0].extremes == (weights.min(), weights.max())
    assert Dense([[1, -2]], [-9]).extremes == (-9, 1)


@pytest.mark.parametrize("input_, weights, more", [
    ((2, 6, 7), (3, 2, 3, 3), {}), ((2, 6, 7), (3, 2, 3, 2), {"stride": (2, 3), "padding": (1, 2)}),
    ((1, 9, 8), (2, 1, 2, 2), {"pool": (2, 3)}), ((2, 4, 4), (1, 2, 4, 4), {})])
def test_the_shape_of_a_convolution_counts_the_places_of_its_kernel(input_, weights, more):
    connection, shape = Conv2d(kernels(*weights), input_, **more), []
    for axis in range(2):
        pool, pad, stride = (more.get(name, default)[axis] for name, default in (("pool", (1, 1)), ("padding", (0, 0)), ("stride", (1, 1))))
        windows = len([start for start in range(0, input_[1 + axis], pool) if start + pool <= input_[1 + axis]])
        assert connection.pooled[axis] == windows
        shape.append(len([start for start in range(-pad, windows + pad, stride) if start + weights[2 + axis] <= windows + pad]))
    assert connection.outputs == (weights[0], *shape) and connection.inputs == input_ and connection.kernel == weights


@pytest.mark.parametrize("levels", [1, 3])
def test_the_range_of_sums_is_that_of_all_inputs(levels):
    weights, bias = kernels(2, 3, seed=1), [3, -5]
    every = np.stack(np.meshgrid(*[range(levels + 1)] * 3), -1).reshape(-1, 3)
    plain = Dense(weights).sums(levels)
    assert (plain.lo, plain.hi) == ((every @ weights.T).min(), (every @ weights.T).max())
    # A bias may or may not be there yet while the sum grows, so it widens the range of either side only.
    biased = Dense(weights, bias).sums(levels)
    sums = every @ weights.T
    both = np.concatenate([sums, sums + levels * np.array(bias)])
    assert biased.lo == both.min() and biased.hi == both.max()
    kernel, window = kernels(2, 1, 1, 2, seed=2), 4
    conv = Conv2d(kernel, (1, 2, 4), pool=(2, 2)).sums(levels)
    assert conv.lo == levels * window * np.minimum(kernel, 0).sum(axis=(1, 2, 3)).min()
    assert conv.hi == levels * window * np.maximum(kernel, 0).sum(axis=(1, 2, 3)).max()


def test_a_network_knows_its_sizes():
    net = network(layers=[Layer(Conv2d(kernels(2, 1, 3, 3), (1, 5, 6)), LIF), layer(4, 24), layer(3, 4)])
    assert net.inputs == (1, 5, 6) and net.sizes == (30, 24, 4, 3)
    assert repr(net) == "<SpikingNetwork test 30-24-4-3, 6 time steps, membrane read-out>"


def test_the_digest_changes_with_all_that_decides_the_answers_and_nothing_else():
    assert network().digest == network(provenance={"seed": 3}).digest == network(name="other").digest
    heavier = layer(2, 5).connection.weights
    changed = [network(levels=2), network(time_steps=7), network(readout="count"),
               network(layers=[layer(5, 4), Layer(Dense(np.array(heavier) + 1), LIF)]),
               network(layers=[layer(5, 4), layer(2, 5, LeakyIntegrator(membrane=Q(8, 4), current=Q(8, 4)))]),
               network(layers=[layer(5, 4, SubtractiveLIF(tau=9.0, membrane=Q(8, 4), current=Q(8, 4))), layer(2, 5)]),
               network(layers=[layer(5, 4, weight_bits=7), layer(2, 5)])]
    assert len({each.digest for each in (network(), *changed)}) == 1 + len(changed)


@pytest.mark.parametrize("make, error, message", [
    (lambda: Dense([[1, 2], [3]]), ValueError, r"Dense weights must be a full array \(neurons, inputs\), not one of shape None"),
    (lambda: Dense([1, 2]), ValueError, r"Dense weights must be a full array \(neurons, inputs\), not one of shape \(2,\)"),
    (lambda: Dense([[1.5]]), TypeError, r"Dense weights must be an integer, not 1\.5"),
    (lambda: Dense([[float("nan")]]), TypeError, "Dense weights must be an integer, not nan"),
    (lambda: Dense([[1, 2]], [1, 2]), ValueError, r"Dense bias must have 1 integers, one of each output, not the shape \(2,\)"),
    (lambda: Conv2d(kernels(1, 1, 2), (1, 2, 2)), ValueError,
     r"Conv2d weights must be a full array \(output channels, input channels, height, width\), not one of shape \(1, 1, 2\)"),
    (lambda: Conv2d(kernels(1, 1, 2, 2), (2, 2)), ValueError, r"Conv2d input must be channels, height and width, not \(2, 2\)"),
    (lambda: Conv2d(kernels(1, 1, 2, 2), (1, 2, 2), stride=(0, 1)), ValueError,
     r"Conv2d stride must be two integers of at least 1, not \(0, 1\)"),
    (lambda: Conv2d(kernels(1, 1, 2, 2), (1, 2, 2), padding=(-1, 1)), ValueError,
     r"Conv2d padding must be two integers of at least 0, not \(-1, 1\)"),
    (lambda: Conv2d(kernels(1, 1, 2, 2), (1, 2, 2), pool=(1, 1, 1)), ValueError,
     r"Conv2d pool must be two integers of at least 1, not \(1, 1, 1\)"),
    (lambda: Conv2d(kernels(1, 2, 2, 2), (1, 2, 2)), ValueError, "Conv2d weights have 2 input channels, and the input 1"),
    (lambda: Conv2d(kernels(1, 1, 3, 2), (1, 2, 2)), ValueError,
     "Conv2d kernel of 3 x 2 is larger than its input of 2 x 2 with a padding of 0, 0"),
    (lambda: Layer("dense", LIF), TypeError, "Layer connection must be Dense or Conv2d, not 'dense'"),
    (lambda: Layer(Dense([[1]]), ScaledAdder()), TypeError,
     "Layer neuron must be a StepComponent with state, the input current and the outputs spike and v, not "),
    (lambda: layer(2, 2, weight_bits=9), ValueError, "Layer weight_bits must be between 1 and 8, not 9"),
    (lambda: Layer(Dense([[3, -5]]), LIF, weight_bits=3), ValueError,
     "Layer weights must lie between -4 and 3 with 3 bits, not between -5 and 3"),
    (lambda: network(name="größer"), ValueError, "network name must have 1 to 32 printable ASCII characters, not 'größer'"),
    (lambda: network(levels=256), ValueError, "network levels must be between 1 and 255, not 256"),
    (lambda: network(time_steps=0), ValueError, "network time_steps must be between 1 and 255, not 0"),
    (lambda: network(time_steps=2.0), TypeError, r"network time_steps must be an integer, not 2\.0"),
    (lambda: network(readout="first"), ValueError, "network readout must be one of count, first spike, membrane, not 'first'"),
    (lambda: network(layers=[]), TypeError, r"network layers must be one Layer or more, not \(\)"),
    (lambda: network(layers=[layer(5, 4), layer(2, 6)]), ValueError,
     "network layer 1 must have 5 inputs, one for each neuron of the layer before, not 6"),
    (lambda: network(layers=[Layer(Conv2d(kernels(2, 1, 1, 1), (1, 2, 4)), LIF), Layer(Conv2d(kernels(1, 1, 1, 1), (1, 4, 4)), LIF)]),
     ValueError, r"network layer 1 must have an input of \(1, 4, 4\), and the layer before has the shape \(2, 2, 4\)"),
    (lambda: network(layers=[Layer(Dense([[100, 100, 100]]), LIF)], levels=255), ValueError,
     "network layer 0 sums its weights to 0 to 76500, outside its neuron's current of -2048 to 2047")])
def test_refusals(make, error, message):
    with pytest.raises(error, match=f"^{message}"):
        make()
