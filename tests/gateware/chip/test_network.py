import numpy as np
import pytest

from gateware.chip.network import Conv2d, Dense, Layer, Projection, SpikingNetwork
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


def convolved(connection, image):
    """Sums of an image, by the definition."""
    (down, across), (rows, columns) = connection.pool, connection.pooled
    pooled = np.array([[[channel[y * down:y * down + down, x * across:x * across + across].sum() for x in range(columns)] for y in range(rows)]
                       for channel in image])
    padded = np.pad(pooled, ((0, 0), *((pad, pad) for pad in connection.padding)))
    (_, _, height, width), (channels, *sides), kernel = connection.kernel, connection.outputs, np.array(connection.weights)
    return [[[(kernel[c] * padded[:, y * connection.stride[0]:, x * connection.stride[1]:][:, :height, :width]).sum() for x in range(sides[1])]
             for y in range(sides[0])] for c in range(channels)]


@pytest.mark.parametrize("input_, weights, more", [
    ((2, 7, 9), (3, 2, 2, 3), {"pool": (2, 2)}), ((1, 11, 8), (2, 1, 1, 2), {"pool": (4, 2), "padding": (0, 1), "stride": (1, 2)}),
    ((1, 7, 7), (2, 1, 3, 3), {"pool": (2, 2), "stride": (2, 2)})])
def test_strides_leave_out_what_pooling_leaves_out(input_, weights, more):
    connection = Conv2d(kernels(*weights), input_, **more)
    filled = connection.without_rest()
    assert filled.pool == (1, 1) and filled.outputs == connection.outputs and filled.sums(3) == connection.sums(3)
    image = np.random.default_rng(5).integers(0, 4, input_)
    assert np.array_equal(convolved(connection, image), convolved(filled, image)) and np.any(convolved(filled, image))
    filled.check_places("a chip")
    padded = Conv2d(kernels(*weights), input_, pool=more["pool"], padding=(1, 1))
    whole = Conv2d(kernels(*weights), input_, padding=(1, 1))
    assert padded.without_rest() is padded and whole.without_rest() is whole


def test_windows_that_are_no_powers_of_two_are_named_as_such():
    odd = Conv2d(kernels(2, 1, 2, 2), (1, 10, 10), pool=(3, 3)).without_rest()
    with pytest.raises(ValueError, match=r"^a chip pool must be powers of two, not \(3, 3\)$"):
        odd.check_places("a chip")


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
     "network layer 0 sums its weights to 0 to 76500, outside its neuron's current of -2048 to 2047"),
    (lambda: network(layers=[layer(3, 4), layer(1, 3)]), ValueError,
     "network layer 1 must have 2 to 256 neurons, as a class is read from them, not 1"),
    (lambda: network(layers=[layer(257, 1)]), ValueError, "network layer 0 must have 2 to 256 neurons, as a class is read from them, not 257"),
    (lambda: network(layers=[Layer(Conv2d(kernels(2, 1, 1, 1), (1, 9, 9), stride=(1, 3)), LIF)]), ValueError,
     r"network layer 0: Conv2d stride must be powers of two, not \(1, 3\)"),
    (lambda: network(layers=[Layer(Conv2d(kernels(2, 1, 1, 1), (1, 6, 6), pool=(2, 6)), LIF)]), ValueError,
     r"network layer 0: Conv2d pool must be powers of two, not \(2, 6\)"),
    (lambda: network(layers=[layer(49, 4), Layer(Conv2d(kernels(2, 1, 1, 1), (1, 7, 7), pool=(2, 2)), LIF)]), ValueError,
     "network layer 1 must have an input"),
    (lambda: network(layers=[Layer(Conv2d(kernels(2, 1, 1, 1), (1, 6, 7), pool=(2, 2)), LIF)]), ValueError,
     r"network layer 0: Conv2d input must have a height and width that are multiples of the pooling \(2, 2\), not \(6, 7\)")])
def test_refusals(make, error, message):
    with pytest.raises(error, match=f"^{message}"):
        make()


def projection(source, neurons, sources, **changes):
    return Projection(source, Dense(kernels(neurons, sources)), **changes)


def test_one_delay_is_that_of_every_source():
    assert projection(0, 2, 3, delays=5).delays == (5, 5, 5)
    assert projection(0, 2, 3, delays=np.array([1, 0, 63])).delays == (1, 0, 63)
    assert layer(2, 3).delays == (0, 0, 0) and layer(2, 3, delays=2).delays == (2, 2, 2)


def test_projections_join_the_weights_and_widen_the_sums():
    both = layer(5, 4, projections=[projection(0, 5, 5), projection(1, 5, 2)])
    joined = np.array(both.fan_in.weights)
    assert joined.shape == (5, 11) and np.array_equal(joined[:, 4:9], kernels(5, 5)) and np.array_equal(joined[:, 9:], kernels(5, 2))
    # Inputs of 0 to 3, and spikes.
    every = [range(4)] * 4 + [range(2)] * 7
    extremes = np.array([[values[0] if w < 0 else values[-1] for w, values in zip(row, every)] for row in joined])
    lows = np.array([[values[-1] if w < 0 else 0 for w, values in zip(row, every)] for row in joined])
    sums = both.fan_in.sums(3)
    assert (sums.lo, sums.hi) == ((joined * lows).sum(axis=1).min(), (joined * extremes).sum(axis=1).max())


def test_a_digest_tells_delays_projections_and_encoders_apart():
    loop = layer(5, 4, projections=[projection(0, 5, 5)])
    slow = layer(5, 4, projections=[projection(0, 5, 5, delays=2)])
    made = [network(), network(layers=[loop, layer(2, 5)]), network(layers=[slow, layer(2, 5)]), network(encoder="latency"),
            network(layers=[layer(5, 4), layer(2, 5, delays=1)]), network(encoder="stochastic"), network(encoder="stochastic", seed=2)]
    assert len({each.digest for each in made}) == len(made)
    assert [each.recurrent for each in made] == [False, True, True, False, False, False, False]
    assert network().input_levels == network(encoder="events").input_levels == 3 and network(encoder="latency").input_levels == 1


@pytest.mark.parametrize("make, error, message", [
    (lambda: projection(0, 2, 3, delays=64), ValueError, "Projection delays must be one or 3 integers from 0 to 63, not 64"),
    (lambda: projection(0, 2, 3, delays=[1, 2]), ValueError, r"Projection delays must be one or 3 integers from 0 to 63, not \[1, 2\]"),
    (lambda: projection(0, 2, 3, delays=1.5), TypeError, "Projection delays must be an integer, not 1.5"),
    (lambda: Projection(0, Dense([[1]], [1])), TypeError, "Projection connection must be Dense without bias, not Dense.*"),
    (lambda: layer(2, 3, delays=-1), ValueError, "Layer delays must be one or 3 integers from 0 to 63, not -1"),
    (lambda: layer(2, 3, projections=["loop"]), TypeError, "Layer projections must be Projections, not 'loop'"),
    (lambda: layer(2, 3, projections=[projection(0, 3, 3)]), ValueError, "Layer projections must have 2 neurons, not 3"),
    (lambda: Layer(Conv2d(kernels(2, 1, 2, 2), (1, 4, 4)), LIF, projections=[projection(0, 18, 18)]), ValueError,
     "Layer projections go to Dense layers, not to Conv2d"),
    (lambda: network(layers=[layer(5, 4, delays=1), layer(2, 5)]), ValueError,
     "network layer 0 must have no delays: those of its inputs are the sample's own"),
    (lambda: network(layers=[layer(5, 4, projections=[projection(2, 5, 2)]), layer(2, 5)]), ValueError,
     "network layer 0 has a projection from layer 2; there are 0 to 1"),
    (lambda: network(layers=[layer(5, 4, projections=[projection(1, 5, 3)]), layer(2, 5)]), ValueError,
     "network layer 0 must have a projection of 2 sources, one for each neuron of layer 1, not 3"),
    (lambda: network(layers=[layer(5, 4), layer(2, 5, projections=[projection(1, 2, 2, delays=[1, 0])])]), ValueError,
     "network layer 1 has a projection from layer 1 without delay, and so a cycle without delay: its delays must be at least 1"),
    (lambda: network(encoder="rate"), ValueError, "network encoder must be one of current, events, latency, stochastic, not 'rate'"),
    (lambda: network(seed="1"), TypeError, "network seed must be an integer, not '1'")])
def test_refusals_of_delays_projections_and_encoders(make, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        make()
