from dataclasses import replace

import numpy as np
import pytest

from gateware.chip.mapper import BESIDE, MappingError, Memories, blocks_for, map_network
from gateware.chip.network import Conv2d, Dense, Layer, Projection, SpikingNetwork
from gateware.chip.weight_memory import SPRAM_DEPTH
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q

UP5K, ECP5_25F = Memories("ice40", 30, 4), Memories("ecp5", 56, 0)
LIF, LI = SubtractiveLIF(membrane=Q(8, 8), current=Q(24, 8)), LeakyIntegrator(membrane=Q(8, 8), current=Q(24, 8))


def dense(inputs, hidden, classes=10, bits=8):
    return SpikingNetwork("dense", 15, [Layer(Dense([[1] * inputs] * hidden), LIF, bits), Layer(Dense([[1] * hidden] * classes), LI)], 8)


def test_blocks_are_those_of_the_best_shape():
    assert [blocks_for("ice40", *each) for each in ((16, 256), (17, 256), (8, 512), (9, 512), (2, 2048), (1, 2049))] == [1, 2, 1, 2, 1, 2]
    assert [blocks_for("ecp5", *each) for each in ((36, 512), (37, 512), (18, 1024), (2, 8192))] == [1, 2, 1, 1]


def test_weights_that_fit_block_ram_are_part_of_the_bitstream():
    placement = map_network(dense(64, 32), UP5K)
    assert placement.loaded == () and {row["kind"] for row in placement.rows} == {"block RAM"} and placement.create_chip(dense(64, 32)).words == 0
    assert sum(row["blocks"] for row in placement.rows) + BESIDE <= 30
    assert [row["why"].partition("; ")[2] for row in placement.rows if row["memory"].startswith("weights")] == [
        "in the bitstream: all weights fit block RAM"] * 2
    # Of a part without large memory nothing is said.
    assert not any("bitstream" in row["why"] for row in map_network(dense(64, 32), ECP5_25F).rows)


def test_large_memory_begins_with_the_first_block_too_many():
    network = dense(64, 32)
    enough = next(ram for ram in range(9, 31) if not map_network(network, Memories("ice40", ram, 4)).loaded)
    assert not map_network(network, Memories("ice40", enough, 0)).loaded
    with pytest.raises(MappingError, match=f"^the network needs {enough} block RAMs, the part has {enough - 1}: "):
        map_network(network, Memories("ice40", enough - 1, 0))
    placement = map_network(network, Memories("ice40", enough - 1, 4))
    assert 0 in placement.loaded
    assert {row["why"].partition("; ")[2] for row in placement.rows if row["kind"] == "SPRAM"} == {
        f"loaded: with all weights in block RAM the network would take {enough} of {enough - 1} blocks"}


def test_the_most_weights_fill_the_large_memory():
    placement = map_network(dense(784, 128), UP5K)
    (large,) = [row for row in placement.rows if row["kind"] == "SPRAM"]
    assert placement.loaded == (0,) and placement.lanes[0] == 8
    # 784 inputs of 16 rows of eight weights.
    assert (large["blocks"], large["width"], large["depth"], large["bytes"]) == (4, 64, 784 * 16, 784 * 128)
    assert sum(row["blocks"] for row in placement.rows if row["kind"] == "block RAM") + BESIDE <= 30
    assert placement.create_chip(dense(784, 128)).words == 784 * 16 * 4


def test_layers_share_the_large_memory_where_block_ram_is_short():
    layers = [Layer(Dense([[1] * 784] * 64), LIF, 8), Layer(Dense([[1] * 64] * 256), LIF, 8), Layer(Dense([[1] * 256] * 64), LIF, 8),
              Layer(Dense([[1] * 64] * 10), LI)]
    network = SpikingNetwork("deep", 15, layers, 8)
    placement = map_network(network, UP5K)
    large = [row for row in placement.rows if row["kind"] == "SPRAM"]
    assert len(large) > 1 and sum(row["blocks"] for row in large) <= 4 and placement.loaded == tuple(int(row["memory"][-1]) for row in large)
    chip = placement.create_chip(network)
    assert chip.words == len(chip.load_words()) == sum(row["depth"] * (1 << (row["blocks"] - 1).bit_length()) for row in large)
    # Without large memory the same layers take too much.
    with pytest.raises(MappingError, match="block RAMs, the part has 30"):
        map_network(network, Memories("ice40", 30, 0))


def test_what_does_not_fit_is_refused_with_the_arithmetic():
    with pytest.raises(MappingError, match=r"^layer 0 needs 163,072 bytes of weights \(20,384 rows of 8 weights of 8 bits\), the part has "
                                           r"131,072 \(16,384 rows of 64 bits\)$"):
        map_network(dense(784, 208), UP5K)
    # Half the bits fit.
    assert map_network(dense(784, 208, bits=4), UP5K).lanes[0] == 16
    with pytest.raises(MappingError, match=r"^the network needs \d+ block RAMs, the part has 56: weights of layer 0 64 \(100,352 bytes "
                                           r"as .*, the link 3$"):
        map_network(dense(784, 128), ECP5_25F)
    with pytest.raises(TypeError, match="^map_network takes a SpikingNetwork, not None$"):
        map_network(None, UP5K)


def pruned(inputs, hidden, share, group=1, seed=0):
    """A dense network of whose hidden layer's weights only a share is not 0, in groups of successive neurons."""
    rng = np.random.default_rng(seed)
    left = (rng.random((hidden // group, inputs)) < share).repeat(group, axis=0)
    layers = dense(inputs, hidden).layers
    return replace(dense(inputs, hidden), layers=[replace(layers[0], connection=Dense(left * rng.integers(1, 9, left.shape)))] + [*layers[1:]])


def test_a_pruned_layer_fits_without_its_zeros():
    network = pruned(784, 128, 0.1)
    placement = map_network(network, Memories("ecp5", 20, 0))
    weights, index, *_ = placement.rows
    kept = np.count_nonzero(network.layers[0].connection.weights)
    # A row is a weight, its number among 128 sums, and whether it is the last; a block RAM holds 1,024 of them.
    assert placement.sparse == (0,) and placement.lanes[0] == 1 and (weights["width"], weights["depth"]) == (16, kept)
    assert weights["blocks"] == -(-(kept + 2) // 1024) == 10 and weights["bytes"] == 2 * kept
    assert (index["memory"], index["width"], index["depth"], index["blocks"]) == ("index of layer 0", 14, 784, 1)
    assert weights["why"] == (f"sparse: {100 * kept / (784 * 128):.1f} % of the weights are not 0, in {kept:,} of 100,352 rows of 1, where all take "
                              f"100,352 bytes; an event takes {kept / 784 + 1:.1f} clocks on average")
    synapses = placement.create_chip(network).cores[0].synapses
    # With more blocks events are shorter.
    assert map_network(network, ECP5_25F).lanes[0] > 1
    assert (synapses.width, synapses.depth, synapses.index.width, len(synapses.index.rows)) == (16, kept, 14, 784)


def test_groups_of_zeros_let_more_lanes_work():
    placement = map_network(pruned(784, 128, 0.1, group=8), Memories("ecp5", 20, 0))
    assert placement.sparse == (0,) and placement.lanes[0] == 8
    assert "rows of 8" in placement.rows[0]["why"] and "an event takes 2.6 clocks" in placement.rows[0]["why"]


@pytest.mark.parametrize("part", [UP5K, ECP5_25F])
def test_weights_without_zeros_are_dense(part):
    assert map_network(dense(100, 40), part).sparse == () == map_network(pruned(100, 40, 0.97), part).sparse


@pytest.mark.parametrize("part", [UP5K, ECP5_25F])
def test_a_layer_of_zeros_is_dense(part):
    network = SpikingNetwork("zeros", 15, [Layer(Dense([[1] * 5] * 8), LIF), Layer(Dense([[0] * 8] * 4), LIF), Layer(Dense([[1] * 4] * 3), LI)], 4)
    placement = map_network(network, part)
    assert placement.sparse == () and len(placement.create_chip(network).cores) == 3


def test_large_memory_takes_what_is_too_large_without_zeros():
    assert 8 * 784 * 26 > SPRAM_DEPTH
    placement = map_network(pruned(784, 208, 0.1), UP5K)
    weights, index, *_ = placement.rows
    assert placement.loaded == (0,) and placement.sparse == (0,) and weights["kind"] == "SPRAM" and "; loaded: with all weights" in weights["why"]
    assert weights["depth"] <= SPRAM_DEPTH and index["kind"] == "block RAM"
    assert sum(row["blocks"] for row in placement.rows if row["kind"] == "block RAM") + BESIDE <= 30
    chip = placement.create_chip(pruned(784, 208, 0.1))
    assert chip.words == chip.cores[0].synapses.weights.parts * weights["depth"] == len(chip.load_words())


def test_convolutions_have_lanes_that_divide_their_channels():
    conv = Layer(Conv2d([[[[1] * 3] * 3]] * 12, (1, 28, 28), pool=(2, 2), bias=[1] * 12), LIF)
    network = SpikingNetwork("conv", 15, [conv, Layer(Conv2d([[[[1] * 12] * 12] * 12] * 10, (12, 12, 12)), LI)], 4)
    placement = map_network(network, ECP5_25F)
    assert 12 % placement.lanes[0] == 0 and 10 % placement.lanes[1] == 0 and placement.loaded == ()
    assert [row["depth"] for row in placement.rows if row["memory"] == "weights of layer 0"] == [(9 + 1) * 12 // placement.lanes[0]]
    assert placement.create_chip(network).words == 0


def test_what_lies_between_the_cores_takes_its_blocks():
    loop = Projection(0, Dense([[1] * 128] * 128), (1,) * 127 + (9,))
    layers = [Layer(Dense([[1] * 784] * 128), LIF, projections=[loop]), Layer(Dense([[1] * 128] * 10), LI)]
    placement = map_network(SpikingNetwork("loop", 15, layers, 8), UP5K)
    rows = {row["memory"]: row for row in placement.rows}
    # 128 spikes of 9 time steps each, and of each source where its own is.
    assert (rows["spikes from layer 0 to 0"]["width"], rows["spikes from layer 0 to 0"]["depth"]) == (9, 128)
    assert (rows["delays of spikes from layer 0 to 0"]["width"], rows["sample"]["blocks"]) == (4, 1)
    assert rows["weights of layer 0"]["bytes"] == (784 + 128) * 128
