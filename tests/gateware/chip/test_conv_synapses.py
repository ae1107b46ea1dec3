import numpy as np
import pytest
from scipy.signal import correlate2d

from gateware.chip.conv_synapses import ConvSynapses
from gateware.chip.network import Conv2d
from sim import cxxrtl


def convolution(connection, values, levels):
    """Sums (height, width, channels) of one input (channels, height, width), by SciPy."""
    weights, (down, across) = np.array(connection.weights), connection.pool
    channels, height, width = values.shape
    pooled = values.reshape(channels, height // down, down, width // across, across).sum(axis=(2, 4))
    padded = np.pad(pooled, ((0, 0), *((pad, pad) for pad in connection.padding)))
    sums = np.array([sum(correlate2d(padded[c], kernel[c], "valid") for c in range(channels)) for kernel in weights])
    sums = sums[:, ::connection.stride[0], ::connection.stride[1]]
    bias = 0 if connection.bias is None else np.array(connection.bias)[:, None, None]
    return (sums + levels * bias).transpose(1, 2, 0)


@pytest.mark.parametrize("name", ConvSynapses.examples())
def test_sums_are_those_of_scipy(name):
    synapses = ConvSynapses.examples()[name]
    connection, rng, period = synapses.connection, np.random.default_rng(0), 1 if synapses.constant else synapses.time_steps
    values = rng.integers(0, synapses.levels + 1, (3 * period, *connection.input)) * (rng.random((3 * period, *connection.input)) < 0.5)
    expected = np.array([convolution(connection, each, synapses.levels).ravel() for each in values])
    rows = []
    for each in values:
        rows += [(0, channel, y, x, each[channel, y, x]) for channel, y, x in zip(*np.nonzero(each))] + [(1, 0, 0, 0, 0)]
    events = dict(zip(("last", "channel", "y", "x", "level"), np.array(rows).T)) | {"number": np.zeros(len(rows), int)}
    if synapses.constant:
        expected = expected.repeat(synapses.time_steps, axis=0)
    simulation = cxxrtl.compile({"synapses": synapses})["synapses"]
    run = simulation.run_stream(events, count=len(expected) * synapses.places, o_gap=[0, 0, 2], max_clocks=100_000)
    assert np.array_equal(run.items["current"].reshape(len(expected), -1)[:, :synapses.neurons], expected)


@pytest.mark.parametrize("more, options, message", [
    ({"stride": (3, 1)}, {}, r"ConvSynapses stride must be powers of two, not \(3, 1\)"),
    ({"pool": (3, 3)}, {}, r"ConvSynapses pool must be powers of two, not \(3, 3\)"),
    ({"pool": (4, 1)}, {}, r"ConvSynapses input must have a height and width that are multiples of the pooling \(4, 1\), not \(6, 6\)"),
    ({}, {"lanes": 3}, "ConvSynapses lanes must divide the 2 output channels, not 3")])
def test_refusals(more, options, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        ConvSynapses(Conv2d(np.ones((2, 1, 1, 1), int), (1, 6, 6), **more), **options)


def test_other_connections_are_refused():
    with pytest.raises(TypeError, match="^ConvSynapses connection must be Conv2d, not 3$"):
        ConvSynapses(3)
