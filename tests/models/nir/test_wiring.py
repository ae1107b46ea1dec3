"""Recurrence, feedback, ways past layers and delays, from NIR graphs to chips and back."""

from pathlib import Path

import nir
import numpy as np
import pytest

import models
from gateware.chip.network import Dense, Layer, Projection, SpikingNetwork
from gateware.chip.spiking_chip import SpikingChip
from gateware.neurons.cuba_lif import CubaLeakyIntegrator, CubaLIF
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models.nir import compare, from_network, from_nir, read, simulate, to_network

from .graphs import chain, full, lif

DATA = Path(__file__).parent / "data"
DT = 1e-3
EXACT = {"dt": DT, "reset": "subtract", "comparison": ">=", "integrator": "step"}


def integrators(size, threshold):
    return nir.IF(full(1, size), full(threshold, size))


def whole(rng, outputs, inputs, greatest=127):
    """Weights in whole numbers, of which the greatest is as large as 8 bits hold: the same in hardware."""
    weights = rng.integers(-40, 60, (outputs, inputs)).astype(float)
    weights[0, 0] = greatest
    return weights


def entangled():
    """Two layers and integrators at the end: each way there is, with delays of each neuron, behind and before weights, in both kinds."""
    rng = np.random.default_rng(5)
    nodes = {
        "input": nir.Input(np.array([6])), "w": nir.Affine(whole(rng, 5, 6), np.array([3.0, -2, 0, 5, 1])), "a": integrators(5, 130),
        "late": nir.Delay(DT * np.array([0.0, 2, 1, 0, 3])), "ab": nir.Linear(whole(rng, 4, 5)), "b": integrators(4, 150),
        "around": nir.Linear(whole(rng, 4, 4)), "back": nir.Linear(whole(rng, 5, 4)), "wait": nir.Delay(full(2 * DT, 5)),
        "bc": nir.Linear(whole(rng, 3, 4)), "past": nir.Linear(whole(rng, 3, 5)), "c": integrators(3, 400), "output": nir.Output(np.array([3]))}
    edges = [("input", "w"), ("w", "a"), ("a", "late"), ("late", "ab"), ("ab", "b"), ("b", "around"), ("around", "b"), ("b", "back"),
             ("back", "wait"), ("wait", "a"), ("b", "bc"), ("a", "past"), ("past", "c"), ("bc", "c"), ("c", "output")]
    return from_nir(nir.NIRGraph(nodes, edges, type_check=False))


def test_whole_numbers_give_every_spike_of_floating_point():
    """Nothing is rounded: weights, thresholds and sums are integers, and nothing leaks."""
    graph = entangled()
    network = to_network(graph, time_steps=50, levels=1, encoder="events", membrane_bits=24, **EXACT)
    assert [(layer.delays, [(each.source, each.delays) for each in layer.projections]) for layer in network.layers] == [
        ((0,) * 6, [(1, (2,) * 4)]), ((0, 2, 1, 0, 3), [(1, (1,) * 4)]), ((0,) * 4, [(0, (0,) * 5)])]
    samples = (np.random.default_rng(6).random((30, 50, 6)) < 0.4).astype(int)
    result = models.golden(SpikingChip(network)).classify(samples)
    run = simulate(graph, np.moveaxis(samples, 1, 0), record=["a", "b", "c"], **EXACT)
    for spikes, name in zip(result.spikes, "abc"):
        assert 0.05 < spikes.mean() < 0.9
        np.testing.assert_array_equal(run.values[name].transpose(1, 0, 2), spikes)
    found = compare(graph, network, samples)
    assert all(layer.same == 1.0 for layer in found.layers) and found.classes == 1.0


@pytest.mark.parametrize("file, same", [("snntorch_recurrent", 0.8), ("snntorch_recurrent_synaptic", 0.85)])
def test_recurrent_networks_of_snntorch_in_integers(file, same):
    """Spikes that rounding moves go round; their number stays."""
    graph = read(DATA / f"{file}.nir")
    samples = (np.random.default_rng(0).random((64, 40, 10)) < 0.4).astype(float)
    network = to_network(graph, dt=1e-4, time_steps=40, levels=1, encoder="events", conventions="snntorch", samples=samples)
    assert network.recurrent and network.provenance["layers"][0]["projections"] == [{"from": "1.lif", "folded": ["1.w_rec"], "delays": [1, 1]}]
    found = compare(graph, network, samples)
    assert all(layer.same > same and abs(layer.rates[0] - layer.rates[1]) < 0.003 and layer.counts < 0.3 for layer in found.layers)
    # Finer weights come nearer.
    coarse = to_network(graph, dt=1e-4, time_steps=40, levels=1, encoder="events", conventions="snntorch", samples=samples, weight_bits=4)
    assert all(a.same < b.same for a, b in zip(compare(graph, coarse, samples).layers, found.layers))


def random_network(time_steps=30):
    rng = np.random.default_rng(0)

    def dense(outputs, inputs):
        return Dense(rng.integers(-20, 30, (outputs, inputs)))
    formats = {"membrane": Q(4, 12), "current": Q(4, 6)}
    first = SubtractiveLIF(tau=5.0, **formats)
    second = CubaLIF(tau_syn=3.0, tau_mem=6.0, threshold=2.0, synapse=Q(4, 12), **formats)
    last = CubaLeakyIntegrator(membrane=Q(8, 12), synapse=Q(8, 12), current=Q(4, 6))    # saturates at no sample
    layers = [Layer(dense(5, 6), first, projections=[Projection(1, dense(5, 4), [1, 2, 3, 4])]),
              Layer(dense(4, 5), second, delays=[0, 1, 2, 3, 0], projections=[Projection(1, dense(4, 4))]),
              Layer(dense(3, 4), last, projections=[Projection(0, dense(3, 5), 0)])]
    return SpikingNetwork("random", 1, layers, time_steps, encoder="events")


def test_a_network_there_and_back():
    network = random_network()
    graph = from_network(network, dt=DT)
    samples = (np.random.default_rng(4).random((20, 30, 6)) < 0.4).astype(int)
    result = models.golden(SpikingChip(network)).classify(samples)
    run = simulate(graph, np.moveaxis(samples, 1, 0), dt=DT, reset="subtract", record=["neurons0", "neurons1", "neurons2"])
    same = np.ones(20, dtype=bool)
    for number in range(2):
        assert 0.05 < result.spikes[number].mean() < 0.9
        equal = run.values[f"neurons{number}"].transpose(1, 0, 2) == result.spikes[number]
        assert equal.mean() > 0.99
        same &= equal.all(axis=(1, 2))
    # Without a spike that rounding moved, the sums of membranes differ by their own rounding alone.
    scores = run.membranes["neurons2"].sum(axis=0) * 2**12
    assert same.sum() >= 15 and np.abs(scores - result.scores)[same].max() < 0.001 * np.abs(result.scores).max()
    again = to_network(graph, dt=DT, time_steps=30, levels=1, encoder="events", reset="subtract", samples=samples)
    for own, other in zip(network.layers, again.layers):
        assert (own.delays, [(each.source, each.delays) for each in own.projections]) == (
            other.delays, [(each.source, each.delays) for each in other.projections])
        assert type(own.neuron) is type(other.neuron)


def graph_of(nodes, edges):
    return from_nir(nir.NIRGraph({"input": nir.Input(np.array([2])), **nodes, "output": nir.Output(None)}, edges, type_check=False))


W = nir.Linear(np.array([[1.0, 2.0], [-1.0, 1.0]]))
RING = [("input", "w"), ("w", "a"), ("a", "d"), ("d", "r"), ("r", "a"), ("a", "output")]


def ring(delay, **nodes):
    return graph_of({"w": W, "a": lif(2), "d": nir.Delay(np.array(delay, dtype=float)), "r": W, **nodes}, RING)


def test_a_delay_that_is_no_multiple_of_the_time_step_is_rounded_when_asked_for():
    graph = ring([2.25e-3, 3e-3])
    with pytest.raises(ValueError, match=r"'d' \(Delay\) field delay is 0.00225 s, and no whole number of time steps of 0.001 s; accepted are mult"):
        to_network(graph, dt=DT, time_steps=10)
    network = to_network(graph, dt=DT, time_steps=10, round_delays=True)
    assert network.layers[0].projections[0].delays == (2, 3)
    assert network.provenance["delays off by"] == {"a": pytest.approx(0.25e-3)}


def test_the_longest_delay():
    assert to_network(ring([63e-3, 2e-3]), dt=DT, time_steps=10).layers[0].projections[0].delays == (63, 2)


def test_a_short_delay_in_a_cycle_and_the_neurons_own():
    """Rounded to no time step it delays nothing, so the neurons of the cycle do."""
    network = to_network(ring([0.25e-3, 0.25e-3]), dt=DT, time_steps=10, round_delays=True)
    assert network.layers[0].projections[0].delays == (1, 1)


def test_ways_of_one_source_are_one_sum():
    graph = graph_of({"w": W, "v": nir.Linear(np.eye(2)), "a": lif(2), "s": nir.Scale(full(3, 2)), "t": W, "b": lif(2)}, [
        ("input", "w"), ("input", "v"), ("w", "a"), ("v", "a"), ("a", "s"), ("a", "t"), ("s", "b"), ("t", "b"), ("b", "output")])
    for layer, weights in zip(to_network(graph, dt=DT, time_steps=10).layers, ([[2, 2], [-1, 2]], [[4, 2], [-1, 4]])):
        held = np.array(layer.connection.weights)
        assert not layer.projections and np.abs(held / 127 * np.max(weights) - weights).max() < 0.02


def test_a_layer_that_takes_nothing_from_the_one_before():
    graph = graph_of({"w": W, "a": lif(2), "wb": W, "b": lif(2), "wc": W, "c": lif(2), "bd": W, "cd": W, "d": lif(2)}, [
        ("input", "w"), ("w", "a"), ("a", "wb"), ("wb", "b"), ("a", "wc"), ("wc", "c"), ("b", "bd"), ("c", "cd"), ("bd", "d"), ("cd", "d"),
        ("d", "output")])
    network = to_network(graph, dt=DT, time_steps=10)
    assert not np.any(network.layers[2].connection.weights) and network.layers[2].projections[0].source == 0
    samples = np.random.default_rng(0).random((40, 2))
    assert all(layer.same > 0.98 for layer in compare(graph, network, samples).layers)


def test_a_pooled_recurrence_is_written_out():
    nodes = {"a": lif(1, 4, 4), "pool": nir.AvgPool2d(2, 2, 0), "flat": nir.Flatten(None, 0), "w": nir.Linear(np.ones((2, 4)) / 2),
             "b": lif(2), "back": nir.Linear(np.eye(2))}
    edges = [("input", "a"), ("a", "pool"), ("pool", "flat"), ("flat", "w"), ("w", "b"), ("b", "back"), ("back", "b"), ("b", "output")]
    graph = from_nir(nir.NIRGraph({"input": nir.Input(np.array([1, 4, 4])), **nodes, "output": nir.Output(None)}, edges, type_check=False))
    layer = to_network(graph, dt=DT, time_steps=10).layers[1]
    weights = np.array(layer.connection.weights)
    assert weights.shape == (2, 16) and len(np.unique(weights)) == 1 and weights[0, 0] == round(127 / 8)
    assert layer.projections[0].connection.weights == ((127, 0), (0, 127))


@pytest.mark.parametrize("nodes, edges, message", [
    ({"w": W, "a": lif(2), "x": W, "b": lif(2)}, [("input", "w"), ("w", "a"), ("input", "x"), ("x", "b"), ("a", "b"), ("b", "output")],
     r"'input' \(Input\) reaches a, b; a chip's input goes to its first layer alone"),
    ({"w": W, "a": lif(2), "x": W, "y": W}, [("input", "w"), ("w", "a"), ("w", "x"), ("x", "y"), ("y", "w"), ("a", "output")],
     "cycle without a delay: w -> x -> y -> w"),
    ({"w": W, "a": lif(2), "x": nir.Delay(full(DT, 2))}, [("input", "w"), ("w", "a"), ("w", "x"), ("x", "w"), ("a", "output")],
     "cycle without neurons: w -> x -> w; a chip's cycles go through neurons"),
    ({"w": W, "a": lif(2), "x": W, "b": lif(2)}, [("input", "w"), ("w", "a"), ("a", "x"), ("x", "b"), ("a", "output"), ("b", "output")],
     r"'output' \(Output\) must have one edge to it to fit a chip, which reads out one layer, not those from a, b"),
    ({"w": W, "a": nir.LI(full(0.01, 2), full(1, 2), full(0, 2)), "x": W}, [("input", "w"), ("w", "a"), ("a", "x"), ("x", "a"), ("a", "output")],
     r"'a' \(LI\) does not spike: as a chip's layer it must be the last one, and 'a' follows it"),
    ({"d": nir.Delay(full(DT, 2)), "a": lif(2)}, [("input", "d"), ("d", "a"), ("a", "output")],
     r"'d' \(Delay\) delays the input of 'a'; a chip's input has the sample's own times"),
    ({"a": lif(2), "w": nir.Affine(np.eye(2), full(1, 2)), "d": nir.Delay(full(DT, 2)), "b": lif(2)},
     [("input", "a"), ("a", "w"), ("w", "d"), ("d", "b"), ("b", "output")], r"'d' \(Delay\) follows a bias, which it would delay, too"),
    ({"a": lif(2), "w": W, "d": nir.Delay(np.array([DT, 0.0])), "b": lif(2)}, [("input", "a"), ("a", "w"), ("w", "d"), ("d", "b"), ("b", "output")],
     r"'d' \(Delay\) field delay differs \(0 to 0.001 s\) behind weights or pooling"),
    ({"a": lif(2), "w": W, "d": nir.Delay(full(64 * DT, 2)), "b": lif(2)}, [("input", "a"), ("a", "d"), ("d", "w"), ("w", "b"), ("b", "output")],
     r"'d' \(Delay\) field delay is 0.064 s, which makes what comes from 'a' late by 64 time steps of 0.001 s; accepted are up to 63"),
    ({"a": lif(2), "w": W, "b": lif(2)}, [("input", "a"), ("a", "w"), ("w", "b"), ("a", "output")], r"'b' \(LIF\) is not connected"),
    ({"a": lif(2), "t": nir.Threshold(full(1, 2)), "w": W, "b": lif(2)}, [("input", "a"), ("a", "t"), ("a", "w"), ("t", "b"), ("w", "b"),
                                                                        ("b", "output")], r"'t' \(Threshold\) has no place"),
    ({"a": lif(2), "w": W, "b": lif(2), "back": W}, [("input", "a"), ("a", "w"), ("w", "b"), ("b", "back"), ("back", "a"), ("a", "output")],
     r"'a' \(LIF\) is read out, and spikes go on from it"),
])
def test_what_no_chip_has(nodes, edges, message):
    with pytest.raises(ValueError, match=message):
        to_network(graph_of(nodes, edges), dt=DT, time_steps=10)


def test_networks_that_nir_has_no_nodes_for():
    first = random_network().layers[0]
    late = CubaLIF(subtracted=1.5, membrane=Q(4, 12), current=Q(4, 6))
    for layers, options, message in (
            ([Layer(first.connection, first.neuron)], {"encoder": "stochastic"}, "the network's encoder is 'stochastic', and NIR has none"),
            ([Layer(first.connection, late)], {}, "layer 0 subtracts 1.5 where the threshold is 1, and a NIR graph has one number for both"),
            ([Layer(first.connection, CubaLIF(tau_syn=np.inf, membrane=Q(4, 12), current=Q(4, 6)))], {}, "layer 0 has a CubaLIF without leak")):
        with pytest.raises(ValueError, match=message):
            from_network(SpikingNetwork("x", 1, layers, 5, **options))


def test_images_of_a_chain_are_as_before():
    """A chain of convolutions stays one: nothing is written out."""
    conv = nir.Conv2d((4, 4), full(1, 2, 1, 3, 3), (1, 1), (1, 1), 1, 1, full(0, 2))
    layer, = to_network(chain((1, 4, 4), conv, lif(2, 4, 4)), dt=DT, time_steps=10).layers
    assert type(layer.connection).__name__ == "Conv2d"
