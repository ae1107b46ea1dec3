"""From NIR graphs to integers: the weighted sums, the neurons, the spikes, and what is refused."""

from pathlib import Path

import nir
import numpy as np
import pytest

import models
from gateware.chip.network import Conv2d, Dense
from gateware.chip.spiking_chip import SpikingChip
from gateware.neurons.cuba_lif import CubaLeakyIntegrator, CubaLIF
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.lif import LIF
from gateware.neurons.subtractive_lif import SubtractiveLIF
from models.nir import compare, from_network, levels_of, read, simulate, to_network
from models.nir.wiring import network_layers

from .graphs import chain, full, lif

DATA = Path(__file__).parent / "data"
GENERATOR = np.random.default_rng(0)
DT = 1e-3


def normal(*shape):
    return GENERATOR.normal(size=shape)


def spikes_of(graph, network, inputs, **options):
    """Spikes of each layer, (samples, time, neurons), in floating point and in integers, for inputs 0 to 1."""
    levels = levels_of(inputs, network.levels)
    names = [layer["node"] for layer in network.provenance["layers"]]
    drive = np.broadcast_to(levels / network.levels, (network.time_steps, *levels.shape))
    run = simulate(graph, drive, record=names, **options)
    result = models.golden(SpikingChip(network)).classify(levels.reshape(len(levels), -1))
    wanted = [run.values[name].reshape(network.time_steps, len(levels), -1).transpose(1, 0, 2) for name in names]
    return wanted, result


@pytest.mark.parametrize("file, tool, dt, layers, least", [
    ("snntorch_leaky", "snntorch", 1e-4, 2, 0.96), ("norse_dense", "norse", 1e-3, 2, 0.96), ("spikingjelly_current", "spikingjelly", 1e-4, 2, 0.95),
    ("spikingjelly_convolution", "spikingjelly", 1e-4, 2, 0.96)])
def test_spikes_of_the_tools_networks_in_integers(file, tool, dt, layers, least):
    """Weights of 8 bits move some spikes by a step; their number stays."""
    graph = read(DATA / f"{file}.nir")
    inputs = np.random.default_rng(1).random((64, *graph.shapes[graph.inputs[0]]))
    network = to_network(graph, dt=dt, time_steps=32, conventions=tool, samples=inputs)
    found = compare(graph, network, inputs)
    assert len(found.layers) == layers and found.samples == 64 and found.classes > 0.9
    assert all(layer.same >= least and layer.counts < 0.25 and layer.rates[0] > 0.02 for layer in found.layers)


def test_what_a_comparison_counts():
    graph = read(DATA / "snntorch_leaky.nir")
    inputs = np.random.default_rng(1).random((30, 12))
    network = to_network(graph, dt=1e-4, time_steps=32, conventions="snntorch", weight_bits=5)
    wanted, result = spikes_of(graph, network, inputs, dt=1e-4, conventions="snntorch")
    for number, layer in enumerate(compare(graph, network, inputs).layers):
        assert layer.same == pytest.approx((wanted[number] == result.spikes[number]).mean())
        assert layer.counts == pytest.approx(np.abs(wanted[number].sum(axis=1) - result.spikes[number].sum(axis=1)).mean())
        assert layer.rates == pytest.approx((wanted[number].mean(), result.spikes[number].mean()))


def test_a_comparison_of_channels_and_places():
    """Spikes of a convolution, which a chip orders place by place, are compared with those of the same neuron, up to the class."""
    weight = np.random.default_rng(12).integers(-30, 60, (4, 2, 3, 3)).astype(float)
    weight[0, 0, 0, 0] = 127
    node = nir.IF(full(1 / DT, 4, 4, 6), full(150, 4, 4, 6))
    graph = chain((2, 4, 6), conv(weight, np.arange(-2, 2) * 15.0, padding=1), node)
    inputs = np.random.default_rng(13).integers(0, 16, (30, 2, 4, 6)) / 15
    network = to_network(graph, dt=DT, time_steps=12, membrane_bits=24, reset="subtract")
    found = compare(graph, network, inputs)
    assert found.layers[0].same > 0.99 and found.classes > 0.95 and 0.05 < found.layers[0].rates[0] < 0.95


def conv(weight, bias, stride=1, padding=0, dilation=1, groups=1):
    return nir.Conv2d(None, weight, stride, padding, dilation, groups, bias)


def exact_weights(outputs, inputs):
    """Weights that are integers of 8 bits as they are."""
    weight = np.random.default_rng(11).integers(-40, 90, (outputs, inputs)).astype(float)
    weight[0, 0] = 127
    return weight


@pytest.mark.parametrize("conventions", [
    {}, {"comparison": ">="}, {"reset": "subtract"}, {"reset": "subtract", "comparison": ">="},
    {"reset": "subtract", "reset_time": "end of next step"}, {"reset_time": "end of next step"},
    {"reset_time": "next step"}, {"reset": "subtract", "reset_time": "next step"}, {"initial": "zero"}, {"integration": "exact"}], ids=str)
@pytest.mark.parametrize("kind", ["LIF", "leaky to -0.5", "IF", "CubaLIF"])
def test_spikes_where_only_membranes_are_rounded(kind, conventions):
    """With weights that integers hold, wide membranes give the spikes of floating point."""
    options = dict(r=1.0, v_threshold=200.0, v_reset=-16.0)
    gain = 1.0
    if kind == "IF":
        node = nir.IF(r=full(1 / DT, 8), v_threshold=full(200, 8), v_reset=full(-16, 8))
    elif kind == "CubaLIF":
        node = nir.CubaLIF(tau_syn=full(2e-3, 8), tau_mem=full(8e-3, 8), r=full(8, 8), v_leak=full(0, 8), v_threshold=full(200, 8),
                           v_reset=full(-16, 8), w_in=full(2, 8))
    else:
        node = lif(8, tau=8e-3, v_leak=0.0 if kind == "LIF" else -0.5, **{**options, "r": 8.0})
    if conventions.get("integration") == "exact":
        gain = 0.5
    graph = chain((6,), nir.Affine(exact_weights(8, 6) * gain, np.arange(-8, 8, 2) * 15.0), node)
    inputs = np.random.default_rng(2).integers(0, 16, (50, 6)) / 15
    network = to_network(graph, dt=DT, time_steps=20, input_range=(0, 1), membrane_bits=30, **conventions)
    wanted, result = spikes_of(graph, network, inputs, dt=DT, **conventions)
    assert 0.02 < wanted[0].mean() < 0.9
    assert (wanted[0] == result.spikes[0]).mean() > 0.98


@pytest.mark.parametrize("synapse", ["first", "jump", "joint"])
def test_orders_of_synapse_and_membrane(synapse):
    threshold = 150 if synapse == "jump" else 50
    node = nir.CubaLIF(tau_syn=full(2e-3, 4), tau_mem=full(8e-3, 4), r=full(8, 4), v_leak=full(-3, 4), v_threshold=full(threshold, 4))
    graph = chain((6,), nir.Linear(exact_weights(4, 6)), node)
    inputs = np.random.default_rng(3).integers(0, 16, (50, 6)) / 15
    network = to_network(graph, dt=DT, time_steps=20, membrane_bits=28, synapse=synapse)
    wanted, result = spikes_of(graph, network, inputs, dt=DT, synapse=synapse)
    assert (wanted[0] == result.spikes[0]).mean() > 0.985 and 0.02 < wanted[0].mean() < 0.9


def test_the_neurons_that_are_chosen():
    def neuron(node, **conventions):
        network = to_network(chain((6,), nir.Linear(exact_weights(8, 6)), node), dt=DT, time_steps=5, **conventions)
        return type(network.layers[0].neuron)
    assert neuron(lif(8, v_threshold=99)) is LIF
    assert neuron(lif(8, v_threshold=99, v_leak=-1.0)) is LIF
    assert neuron(lif(8, v_threshold=99), reset="subtract") is SubtractiveLIF
    assert neuron(nir.IF(full(1000, 8), full(99, 8)), reset="subtract") is SubtractiveLIF
    assert neuron(nir.LI(full(0.01, 8), full(1, 8), full(0, 8))) is LeakyIntegrator
    assert neuron(nir.I(full(1, 8))) is LeakyIntegrator
    current_based = nir.CubaLIF(full(0.01, 8), full(0.02, 8), full(1, 8), full(0, 8), full(99, 8))
    assert all(neuron(current_based, conventions=tool) is CubaLIF for tool in ("nir", "norse", "snntorch", "spikingjelly"))
    assert neuron(nir.CubaLI(full(0.01, 8), full(0.02, 8), full(1, 8), full(0, 8))) is CubaLeakyIntegrator
    assert neuron(current_based, synapse="joint").__name__ == "EquationNeuron"
    assert neuron(nir.IF(full(1000, 8), full(99, 8))).__name__ == "EquationNeuron"
    assert neuron(lif(8, v_threshold=99), conventions="snntorch").__name__ == "EquationNeuron"


def float_sum(layer, x):
    """The weighted sum of a layer for inputs (time, ...), by the simulator of its own nodes."""
    nodes = [nir.Flatten(None, 0)] if not layer.convolution and x.ndim > 2 else []
    if layer.convolution:
        nodes += [nir.SumPool2d(layer.pool, layer.pool, 0), nir.Conv2d(None, layer.weights, layer.stride, layer.padding, 1, 1, layer.bias)]
    else:
        nodes += [nir.Affine(layer.weights, layer.bias)]
    return simulate(chain(x.shape[1:], *nodes), x).output


@pytest.mark.parametrize("shape, nodes", [
    ((5,), [nir.Scale(normal(5)), nir.Linear(normal(4, 5)), nir.Scale(normal(4)), nir.Affine(normal(3, 4), normal(3))]),
    ((5,), [nir.Scale(normal(5))]),
    ((2, 3, 4), [nir.Flatten(None, 0), nir.Affine(normal(3, 24), normal(3))]),
    ((2, 4, 6), [nir.AvgPool2d(2, 2, 0), nir.Flatten(None, 0), nir.Affine(normal(3, 12), normal(3))]),
    ((2, 4, 8), [nir.SumPool2d((2, 4), (2, 4), 0), nir.Conv2d(None, normal(3, 2, 2, 1), 1, (1, 0), 1, 1, normal(3))]),
    # What does not fill a window is left out.
    ((2, 5, 8), [nir.SumPool2d((2, 4), (2, 4), 0), nir.Conv2d(None, normal(3, 2, 2, 1), 1, (0, 1), 1, 1, normal(3))]),
    ((1, 11, 10), [nir.AvgPool2d(2, 2, 0), nir.Conv2d(None, normal(3, 1, 2, 3), 2, 0, 1, 1, normal(3))]),
    ((2, 7, 7), [nir.AvgPool2d(2, 2, 0), nir.Flatten(None, 0), nir.Affine(normal(3, 18), normal(3))]),
    ((2, 7, 9), [nir.AvgPool2d(4, 4, 0)]),
    ((2, 4, 6), [nir.AvgPool2d(2, 2, 0)]),
    ((2, 5, 6), [nir.Scale(np.array([2.0, -1.0])[:, None, None]), nir.Conv2d(None, normal(3, 2, 3, 3), 2, 1, 1, 1, normal(3)),
                 nir.Scale(np.array([1.0, 3.0, -1.0])[:, None, None])]),
    ((4, 7, 6), [nir.Conv2d(None, normal(6, 2, 3, 2), 1, 0, (2, 1), 2, normal(6)), nir.Flatten(None, 0)]),
    ((1, 5, 6), [nir.Conv2d(None, normal(2, 1, 3, 3), 1, "same", 1, 1, normal(2))]),
    ((1, 5, 6), [nir.Conv2d(None, normal(2, 1, 3, 2), 1, "valid", 1, 1, normal(2))]),
], ids=range(14))
def test_nodes_make_one_weighted_sum(shape, nodes):
    graph = chain(shape, *nodes)
    size = graph.shapes[f"n{len(nodes) - 1}"]
    (layer,), _ = network_layers(chain(shape, *nodes, nir.I(full(1, *size))), DT)
    assert layer.folded == tuple(f"n{number}" for number in range(len(nodes)))
    x = np.random.default_rng(4).normal(size=(3, *shape))
    np.testing.assert_allclose(float_sum(layer, x).reshape(3, *size), simulate(graph, x).output, atol=1e-12)
    to_network(chain(shape, *nodes, nir.I(full(1, *size))), dt=DT, time_steps=3)


def test_a_convolutional_network():
    """Shapes and weights of each layer; its neurons have the chip's own models."""
    graph = read(DATA / "spikingjelly_convolution.nir")
    network = to_network(graph, dt=1e-4, time_steps=16, conventions="spikingjelly", samples=np.random.default_rng(5).random((8, 1, 6, 6)))
    first, second = (layer.connection for layer in network.layers)
    assert isinstance(first, Conv2d) and first.padding == (1, 1) and first.outputs == (3, 6, 6)
    assert isinstance(second, Conv2d) and second.pool == (2, 2) and second.outputs == (6, 1, 1)
    assert [layer["folded"] for layer in network.provenance["layers"]] == [["_0"], ["_2", "_3", "_4"]]
    weight = graph.nodes["_0"].weight
    scale = network.provenance["layers"][0]["weight scale"] / 15
    np.testing.assert_array_equal(np.array(first.weights), np.rint(weight * scale))


def test_thresholds_that_differ_are_folded_into_weights():
    threshold = np.array([50.0, 100.0, 200.0])
    node = nir.LIF(tau=full(8e-3, 3), r=full(8, 3), v_leak=full(0, 3), v_threshold=threshold)
    graph = chain((4,), nir.Affine(exact_weights(3, 4), full(5, 3)), node)
    network = to_network(graph, dt=DT, time_steps=20, membrane_bits=24)
    inputs = np.random.default_rng(6).random((40, 4))
    wanted, result = spikes_of(graph, network, inputs, dt=DT)
    assert (wanted[0] == result.spikes[0]).mean() > 0.97


def test_inputs_that_begin_elsewhere():
    """The lowest input becomes part of the bias."""
    graph = chain((4,), nir.Affine(exact_weights(3, 4), full(5, 3)), nir.I(full(1 / DT, 3)))
    network = to_network(graph, dt=DT, time_steps=4, input_range=(-1, 2), levels=30, membrane_bits=30)
    samples = GENERATOR.uniform(-1, 2, (20, 4))
    levels = levels_of(samples, 30, (-1, 2))
    scores = models.golden(SpikingChip(network)).classify(levels).scores
    wanted = simulate(graph, np.broadcast_to(levels / 10 - 1, (4, 20, 4)), dt=DT).output.sum(axis=0)
    step = network.layers[0].neuron.state.v.resolution * network.provenance["layers"][0]["unit"]
    # Of the greatest sum the error is that of the rounded weights.
    np.testing.assert_allclose(scores * step, wanted, atol=0.02 * np.abs(wanted).max())


def test_what_is_rounded_is_said():
    weight = np.array([[1.0, 0.3], [-0.2, 0.9]])
    graph = chain((2,), nir.Linear(weight), lif(2, tau=0.007, r=7, v_threshold=3.0))
    network = to_network(graph, dt=DT, time_steps=10, weight_bits=4, levels=1)
    said, = network.provenance["layers"]
    assert said["leaks"]["tau"] == {"leak": 9362, "relative error": pytest.approx(1 - 9362 / 65536 * 7, abs=1e-9)}
    assert said["greatest weight error"] == pytest.approx(np.abs(np.rint(weight * 7) / 7 - weight).max())
    wanted = 3.0 * 7 * 2 ** network.layers[0].neuron.state.v.fraction_bits
    assert said["threshold"] == {"wanted": pytest.approx(wanted), "held": int(np.floor(wanted + 1e-9)) + 1}
    assert network.provenance["dt"] == DT and network.provenance["conventions"]["comparison"] == ">"


def test_membranes_do_not_saturate_without_samples():
    """The formats of unknown samples hold the worst case."""
    weight = np.array([[1.0] * 8, [-1.0] * 8])
    graph = chain((8,), nir.Linear(weight), nir.LI(full(0.05, 2), full(50, 2), full(0, 2)))
    network = to_network(graph, dt=DT, time_steps=200)
    scores = models.golden(SpikingChip(network)).classify(np.full((1, 8), 15)).scores[0]
    step = network.layers[0].neuron.state.v.resolution * network.provenance["layers"][0]["unit"]
    wanted = 8 * 50 * (1 - 0.98 ** np.arange(1, 201)).sum()
    np.testing.assert_allclose(scores * step, [wanted, -wanted], rtol=2e-3)


def test_a_network_of_a_chip_goes_to_nir_and_back(tmp_path):
    rng = np.random.default_rng(7)
    weight = rng.integers(-100, 128, (12, 20))
    weight[0, 0] = 127
    graph = chain((20,), nir.Affine(weight * 1.0, rng.integers(-90, 90, 12) * 15.0), lif(12, tau=5e-3, r=5, v_threshold=700, v_reset=-64),
                  nir.Linear(rng.integers(-127, 128, (4, 12)) * 1.0), lif(4, tau=5e-3, r=5, v_threshold=300, v_reset=-32))
    network = to_network(graph, dt=DT, time_steps=12, input_range=(0, 15), levels=15)
    back = from_network(network, dt=DT)
    assert back.metadata["reset"] == "value" and back.metadata["levels"] == 15
    again = to_network(back, dt=DT, time_steps=12, input_range=(0, 15), levels=15)
    for one, other in zip(network.layers, again.layers):
        assert one.connection == other.connection and one.neuron.params == other.neuron.params
    models.nir.write(tmp_path / "chip.nir", back)
    levels = rng.integers(0, 16, (50, 20))
    run = simulate(read(tmp_path / "chip.nir"), np.broadcast_to(levels, (12, 50, 20)), dt=DT, record=["neurons0"])
    spikes = models.golden(SpikingChip(network)).classify(levels).spikes[0]
    assert (run.values["neurons0"].transpose(1, 0, 2) == spikes).mean() > 0.999 and 0.05 < spikes.mean() < 0.95


def test_a_convolution_with_pooling_goes_to_nir_and_back():
    graph = chain((1, 8, 8), conv(normal(2, 1, 3, 3), normal(2), padding=1), nir.IF(full(1 / DT, 2, 8, 8), full(2, 2, 8, 8)),
                  nir.SumPool2d(2, 2, 0), conv(normal(3, 2, 3, 3), full(0, 3)), nir.IF(full(1 / DT, 3, 2, 2), full(3, 3, 2, 2)),
                  nir.Flatten(None, 0), nir.Linear(normal(4, 12)), nir.LI(full(0.01, 4), full(1, 4), full(0, 4)))
    network = to_network(graph, dt=DT, time_steps=9, reset="subtract")
    back = from_network(network, dt=DT)
    assert list(back.kinds.values()) == ["Input", "Conv2d", "IF", "SumPool2d", "Conv2d", "IF", "Flatten", "Linear", "LI", "Output"]
    again = to_network(back, dt=DT, time_steps=9, input_range=(0, 15), reset="subtract")
    assert [layer.connection for layer in again.layers] == [layer.connection for layer in network.layers]
    # The graph of the integers is the graph that they came from, up to their rounding.
    levels = np.random.default_rng(8).integers(0, 16, (9, 20, 1, 8, 8))
    levels[:] = levels[0]
    wanted = simulate(graph, levels / 15, dt=DT, reset="subtract", record=["n1", "n4"])
    held = simulate(back, levels, dt=DT, reset="subtract", record=["neurons0", "neurons1"])
    assert (wanted.values["n1"] == held.values["neurons0"]).mean() > 0.98 and (wanted.values["n4"] == held.values["neurons1"]).mean() > 0.95


W = nir.Linear(np.eye(2))


@pytest.mark.parametrize("shape, nodes, options, message", [
    ((2,), [W, nir.LIF(np.array([0.01, 0.02]), full(1, 2), full(0, 2), full(1, 2))], {},
     r"'n1' \(LIF\) field tau differs among the neurons \(0.01 to 0.02 s\), which share one hardware neuron; common_leak=True"),
    ((2,), [W, lif(2, tau=1e-4)], {}, r"'n1' \(LIF\) field tau of 0.0001 s is below the time step of 0.001 s"),
    ((2,), [W, lif(2, tau=1e3)], {}, r"field tau gives a leak of 1e-06 in a step of 0.001 s, below the smallest of 2\*\*-16"),
    ((2,), [W, nir.LIF(full(0.01, 2), full(1, 2), np.array([0.0, -1.0]), full(1, 2))], {}, "field v_leak differs among the neurons"),
    ((2,), [W, nir.LIF(full(0.01, 2), full(1, 2), full(0, 2), full(1, 2), np.array([0.0, -1.0]))], {}, "field v_reset differs among the neurons"),
    ((2,), [W, nir.IF(full(1, 2), np.array([1.0, -1.0]))], {}, "field v_threshold differs among the neurons and is not positive"),
    ((2,), [W, lif(2, v_reset=2)], {}, "field v_reset must be below the threshold, not 2 with 1"),
    ((2,), [W, lif(2, v_threshold=-1)], {"reset": "subtract"}, "field v_threshold must be positive to be subtracted, not -1"),
    ((2,), [W, lif(2, tau=1e-3)], {"conventions": "snntorch"}, "the membrane keeps nothing"),
    ((2,), [W], {}, r"NIR graph has no neurons \(I, IF"),
    ((2,), [W, lif(2), W], {}, r"'n2' \(Linear\) follows the last neurons"),
    ((2,), [W, nir.I(full(1, 2)), W, lif(2)], {}, r"'n1' \(I\) does not spike: as a chip's layer it must be the last one, and 'n3' follows"),
    ((2,), [nir.Threshold(full(1, 2)), lif(2)], {}, r"'n0' \(Threshold\) has no place in a chip's layers"),
    ((2,), [W, nir.CubaLI(full(0.01, 2), full(0.02, 2), full(1, 2), full(0, 2))], {"synapse": "joint", "integration": "exact"},
     r"'n1' \(CubaLI\) convention synapse is 'joint' with exact integration"),
    ((2,), [W, lif(2)], {"encoder": "latency"}, "encoder must be one of 'current', 'events', not 'latency'"),
    ((1, 8, 8), [conv(full(1, 2, 1, 3, 3), full(0, 2), stride=3), lif(2, 2, 2)], {},
     r"'n0' \(Conv2d\) field stride must be powers of two, by which a chip finds places with shifts, not \(3, 3\)"),
    ((1, 9, 9), [nir.AvgPool2d(3, 3, 0), lif(1, 3, 3)], {}, r"'n0' \(AvgPool2d\) field kernel_size must be powers of two, .* not \(3, 3\)"),
    ((1, 7, 6), [nir.SumPool2d(2, 2, 0), conv(full(1, 2, 1, 3, 3), full(0, 2), padding=1), lif(2, 3, 3)], {},
     r"'n0' \(SumPool2d\) field kernel_size \(2, 2\) must divide the height and width \(7, 6\) of its input, as the convolution after it has a"),
    ((2,), [nir.Linear(np.ones((1, 2))), lif(1)], {}, r"'n1' \(LIF\) has 1 neuron to be read out; accepted are 2 to 256"),
    ((2,), [W, nir.I(full(1, 2))], {"readout": "first spike"},
     r"readout must be 'membrane', not 'first spike': the last neurons, 'n1' \(I\), do not spike"),
    ((2,), [W, lif(2)], {"dt": -1e-3}, "to_network dt must be a positive number of seconds, not -0.001"),
    ((2,), [W, nir.IF(full(1, 2), full(1, 2))], {"dt": 0}, "to_network dt must be a positive number of seconds, not 0"),
    ((2,), [W, lif(2)], {"dt": float("nan")}, "to_network dt must be a positive number of seconds, not nan"),
    ((2,), [W, nir.IF(full(1, 2), full(1, 2))], {"dt": float("inf")}, "to_network dt must be a positive number of seconds, not inf"),
    ((2,), [W, lif(2)], {"input_range": (0, float("inf"))}, r"input_range must be \(lowest, highest\), two finite numbers, not \(0, inf\)"),
    ((2,), [W, lif(2)], {"encoder": "events", "input_range": (-1, 1)}, "must begin at 0, not at -1.0: an input without an event is 0"),
    ((2,), [W, lif(2)], {"encoder": "events", "samples": np.zeros((3, 2))}, r"samples must have the shape \(samples, 10, 2\), not \(3, 2\)"),
    ((2,), [nir.Threshold(full(0, 2)), lif(2)], {}, r"'n0' \(Threshold\) has no place"),
    ((2, 2), [nir.Linear(full(1, 2, 3, 2)), lif(2, 3)], {}, r"field weight must have the shape \(outputs, inputs\)"),
    ((1, 4, 4), [conv(full(1, 1, 1, 3, 3), full(0, 1)), nir.SumPool2d(2, 2, 0), lif(1, 1, 1)], {}, "must follow neurons or"),
    ((1, 4, 4), [nir.SumPool2d(2, 1, 0), lif(1, 3, 3)], {}, r"field stride must be the kernel_size \(2, 2\), and the padding 0"),
    ((1, 4, 4), [conv(full(1, 1, 1, 2, 2), full(0, 1), padding="same"), lif(1, 4, 4)], {}, "'same' of an even kernel"),
    ((1, 4, 4), [conv(full(1, 1, 1, 2, 2), full(0, 1))] * 2 + [lif(1, 2, 2)], {}, r"'n1' \(Conv2d\) must follow neurons"),
    ((1, 3, 3), [conv(full(1, 1, 1, 3, 3), full(0, 1)), nir.Flatten(None, 0), nir.Linear(full(1, 2, 1)), lif(2)], {},
     r"'n2' \(Linear\) must follow neurons: a chip has one set of weights"),
    ((1, 4, 4), [nir.Scale(np.arange(16.0).reshape(1, 4, 4)), nir.SumPool2d(2, 2, 0), lif(1, 2, 2)], {}, "must be the same within a channel"),
    ((1, 4, 4), [conv(full(1, 1, 1, 3, 3), full(0, 1), padding=1), nir.Scale(np.arange(16.0).reshape(1, 4, 4)), lif(1, 4, 4)], {},
     "field scale differs within an output channel"),
    ((1, 4, 4), [conv(full(1, 1, 1, 3, 3), full(0, 1), padding=1), nir.IF(full(1, 1, 4, 4), np.arange(1.0, 17).reshape(1, 4, 4))], {},
     "field v_threshold differs within an output channel"),
    ((1, 4, 4), [conv(full(1, 1, 1, 3, 3), full(0, 1), padding=1), lif(1, 4, 4)], {"input_range": (-1, 1)}, "must begin at 0, not at -1.0"),
    ((2,), [W, lif(2)], {"input_range": (1, 1)}, "input_range must be"),
    ((2,), [W, lif(2)], {"weight_bits": 1}, "weight_bits must be between 2 and 8, not 1"),
    ((2,), [W, lif(2)], {"time_steps": 300}, "time_steps must be between 1 and 255, not 300"),
    ((2,), [W, lif(2)], {"samples": np.zeros((3, 4))}, r"samples must have the shape \(samples, 2\), not \(3, 4\)"),
    ((2,), [W, lif(2)], {"samples": np.full((3, 2), 2.0)}, r"samples must lie between 0.0 and 1.0 \(input_range\), not between 2.0 and 2.0"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_does_not_fit_a_chip(shape, nodes, options, message):
    with pytest.raises(ValueError, match=message):
        to_network(chain(shape, *nodes), **{"dt": DT, "time_steps": 10, **options})


def test_a_graph_with_two_outputs():
    nodes = {"in": nir.Input(np.array([2])), "a": lif(2), "x": nir.Output(None), "y": nir.Output(None)}
    two = models.nir.from_nir(nir.NIRGraph(nodes, [("in", "a"), ("a", "x"), ("a", "y")], type_check=False))
    with pytest.raises(ValueError, match="must have one Output to fit a chip, not x, y"):
        to_network(two, dt=1e-4, time_steps=10)


def test_a_mean_leak_is_taken_when_it_is_asked_for():
    node = nir.LIF(np.array([0.01, 0.02]), full(1, 2), full(0, 2), full(1, 2))
    network = to_network(chain((2,), W, node), dt=DT, time_steps=10, common_leak=True)
    assert network.provenance["layers"][0]["leaks"]["tau"] == {"leak": 4915, "relative error": pytest.approx(0.5, abs=1e-3)}


def test_networks_that_nir_has_no_primitives_for():
    cuba = nir.CubaLI(full(0.01, 2), full(0.01, 2), full(1, 2), full(0.5, 2))
    with pytest.raises(ValueError, match="layer 0 has the neuron EquationNeuron; accepted are LIF, SubtractiveLIF, LeakyIntegrator, CubaLIF"):
        from_network(to_network(chain((2,), W, cuba), dt=DT, time_steps=10))
    one = to_network(chain((2,), W, lif(2), W, lif(2)), dt=DT, time_steps=10)
    with pytest.raises(ValueError, match="dt must be a positive number of seconds, not 0"):
        from_network(one, dt=0)
    other = to_network(chain((2,), W, lif(2)), dt=DT, time_steps=10, reset="subtract")
    from gateware.chip.network import Layer, SpikingNetwork
    mixed = SpikingNetwork("mixed", 15, (one.layers[0], Layer(Dense(one.layers[1].connection.weights), other.layers[0].neuron)), 10)
    with pytest.raises(ValueError, match="layers reset by subtraction and to a value"):
        from_network(mixed)
    slow = Layer(one.layers[0].connection, LIF(refractory=3, membrane=one.layers[0].neuron.state.v, current=one.layers[0].neuron.inputs.current))
    with pytest.raises(ValueError, match="layer 0 has a refractory time of 3 steps, and NIR has none"):
        from_network(SpikingNetwork("slow", 15, (slow,), 10))
