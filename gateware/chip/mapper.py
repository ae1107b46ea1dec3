"""Where a network's weights and sums go on a part, how many lanes read them, and why; or by how much it does not fit."""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from amaranth.utils import bits_for, ceil_log2

from .conv_synapses import DRAIN
from .network import Conv2d, SpikingNetwork
from .sparse_synapses import PAST
from .spike_delays import SpikeDelays
from .spiking_chip import SpikingChip, links_to
from .synapses import DEPTH
from .weight_memory import SPRAM_DEPTH, SPRAM_WIDTH

__all__ = ["Memories", "MappingError", "Placement", "map_network"]

# Bits and the shapes (width, depth) of a block RAM, of each family.
BLOCKS = {"ice40": ((16, 256), (8, 512), (4, 1024), (2, 2048)), "ecp5": ((36, 512), (18, 1024), (9, 2048), (4, 4096), (2, 8192))}
LANES = (1, 2, 4, 8, 10, 16, 20, 32)
MOST_LANES = 64
# What the link and the read-out take beside the network: the frame's buffer, the identity.
BESIDE = 3


class MappingError(ValueError):
    """The network does not fit the part; the message is the arithmetic."""


@dataclass(frozen=True)
class Memories:
    """What a part has.

    Parameters
    ----------
    family : str
        ``"ice40"`` or ``"ecp5"``.
    ram : int
        Block RAMs.
    spram : int
        SB_SPRAM256KA cells, of 32,768 bytes.
    """

    family: str
    ram: int
    spram: int


@dataclass(frozen=True)
class Placement:
    """How a network lies on a part.

    Attributes
    ----------
    family : str
        Of the part.
    lanes : tuple of int
        Weights that each layer reads per clock.
    loaded : tuple of int
        The layers whose weights are in large memories.
    rows : tuple of dict
        One for each memory: ``memory``, ``kind``, ``blocks``, ``width``, ``depth``, ``bytes`` and ``why``.
    sparse : tuple of int
        The layers of which rows of zeros are neither stored nor walked.
    """

    family: str
    lanes: tuple
    loaded: tuple
    rows: tuple
    sparse: tuple = ()

    def create_chip(self, network, *, observed=False):
        """A fresh chip of the network, so placed, and ``observed`` or not."""
        return SpikingChip(network, lanes=self.lanes, loaded=self.loaded, sparse=self.sparse, target=self.family, observed=observed)


def blocks_for(family, width, depth):
    """Block RAMs of a memory: as many as its best shape takes."""
    return min(-(-width // w) * -(-depth // d) for w, d in BLOCKS[family])


def map_network(network, memories):
    """Place a network's layers on a part's memories.

    All weights are in block RAM, and so in the bitstream, where they fit there beside all else. Where they do not, the layer with the most
    goes into large memory, if the part has it, and others share it where events then take fewer clocks or block RAM is short: each
    has cells of its own, with as many lanes as their width gives. A layer in block RAM has the lanes that take the fewest blocks, and
    then more, as long as there are blocks left. A dense layer most of whose weights are zero is stored without its rows of zeros where
    this takes fewer blocks, or as many and fewer clocks.

    Parameters
    ----------
    network : SpikingNetwork
    memories : Memories

    Returns
    -------
    Placement

    Raises
    ------
    MappingError
        If it does not fit; the message says what is needed and what there is.
    """
    if not isinstance(network, SpikingNetwork):
        raise TypeError(f"map_network takes a SpikingNetwork, not {network!r}")
    layers, between = network.layers, _between(network, memories.family)
    room = memories.ram - BESIDE - _blocks(between)
    sums = [layer.fan_in.sums(1 if k else network.input_levels).width for k, layer in enumerate(layers)]
    # The ways to place each layer, by the cells of large memory that it has.
    choices = [[_choices(layer, k, sums[k], memories.family, cells) for cells in range(memories.spram + 1)] for k, layer in enumerate(layers)]
    best = in_block_ram = _place_layers(layers, choices, (0,) * len(layers), room)
    if memories.spram and in_block_ram.excess:
        largest = max(range(len(layers)), key=lambda k: _depth(layers[k], 1) * layers[k].weight_bits)
        shared = [_place_layers(layers, choices, cells, room) for cells in _shares(memories.spram, len(layers))
                  if cells[largest] and all(of_layer[own] for of_layer, own in zip(choices, cells))]
        if not shared:
            raise MappingError(_too_many_weights(layers, largest, memories))
        # What fits, or is nearest to it; then the shortest events; then the fewest cells. Block RAM alone is too little, but may be nearest.
        best = min((in_block_ram, *shared), key=lambda each: (each.excess, each.clocks, sum(each.cells), each.cells))
    rows = [row for choice in best.chosen for row in choice.rows] + between
    if best.excess:
        most = sorted((row for row in rows if row["kind"] == "block RAM"), key=lambda row: -row["blocks"])
        raise MappingError(f"the network needs {memories.ram + best.excess} block RAMs, the part has {memories.ram}: " + ", ".join(
            f"{row['memory']} {row['blocks']} ({row['bytes']:,} bytes as {row['width']} x {row['depth']})" for row in most)
            + f", the link {BESIDE}")
    loaded = tuple(k for k, own in enumerate(best.cells) if own)
    if memories.spram:
        kind, because = ("SPRAM", f"; loaded: with all weights in block RAM the network would take {memories.ram + in_block_ram.excess} of "
                         f"{memories.ram} blocks") if loaded else ("block RAM", "; in the bitstream: all weights fit block RAM")
        rows = [row | {"why": row["why"] + because} if row["memory"].startswith("weights") and row["kind"] == kind else row for row in rows]
    return Placement(memories.family, tuple(choice.lanes for choice in best.chosen), loaded, tuple(rows),
                     tuple(k for k, choice in enumerate(best.chosen) if choice.sparse))


def _shares(cells, layers):
    """Every way to give layers up to so many cells."""
    if not layers:
        yield ()
        return
    for own in range(cells + 1):
        for others in _shares(cells - own, layers - 1):
            yield own, *others


def _place_layers(layers, choices, cells, room):
    """The way that gives layers so many cells: of each one's choices that of the fewest blocks, then, with what is left, the shortest events."""
    choices = [of_layer[own] for of_layer, own in zip(choices, cells)]
    chosen = [min(each, key=lambda choice: (choice.blocks, choice.clocks, -choice.lanes)) for each in choices]
    taken = sum(choice.blocks for choice in chosen)
    # The layers with the longest events first.
    for k in sorted(range(len(layers)), key=lambda k: -layers[k].neurons):
        left = room - taken + chosen[k].blocks
        quickest = min((each for each in choices[k] if each.blocks <= left or each == chosen[k]), key=lambda each: (each.clocks, each.blocks))
        taken += quickest.blocks - chosen[k].blocks
        chosen[k] = quickest
    return _Way(max(0, taken - room), sum(choice.clocks for choice in chosen), cells, chosen)


def _too_many_weights(layers, k, memories):
    """That a layer does not fit all large memory, with the arithmetic."""
    lanes, bits = _large_lanes(layers[k], memories.spram), layers[k].weight_bits
    depth = _depth(layers[k], lanes)
    return (f"layer {k} needs {depth * lanes * bits // 8:,} bytes of weights ({depth:,} rows of {lanes} weights of {bits} bits), the part has "
            f"{memories.spram * SPRAM_WIDTH * SPRAM_DEPTH // 8:,} ({SPRAM_DEPTH:,} rows of {memories.spram * SPRAM_WIDTH} bits)")


class _Choice(NamedTuple):
    """One way to place a layer: its lanes, whether it is sparse, the clocks that an event takes on average, its memories and their blocks."""

    lanes: int
    sparse: bool
    clocks: float
    rows: list
    blocks: int


class _Way(NamedTuple):
    """One way to place all layers: blocks that it takes too many, clocks of an event of each layer, each layer's cells and choice."""

    excess: int
    clocks: float
    cells: tuple
    chosen: list


def _choices(layer, k, sums, family, cells):
    """The ways to place a layer in some cells of large memory, or in block RAM with none; in too few there is none."""
    state = sum(shape.width for shape in layer.neuron.state)

    def choice(lanes, sparse, clocks, *weights):
        rows = [*weights,
                _row(family, f"sums of layer {k}", lanes * sums, -(-layer.neurons // lanes), layer.neurons * sums,
                     f"{lanes} sums of {sums} bits are added to at once"),
                _row(family, f"state of layer {k}", state, layer.neurons, layer.neurons * state, "one neuron is updated in a clock")]
        return _Choice(lanes, sparse, clocks, rows, _blocks(rows))

    return [choice(*each) for each in (*_dense(layer, k, family, cells), *_sparse(layer, k, family, cells))]


def _large_lanes(layer, cells):
    """The lanes of a layer with all its weights in so many cells."""
    return max(each for each in _possible_lanes(layer) if each * layer.weight_bits <= cells * SPRAM_WIDTH)


def _dense(layer, k, family, cells):
    """Lanes, whether sparse, clocks of an event and the memory of weights, of the ways to store them all."""
    bits = layer.weight_bits
    for lanes in [_large_lanes(layer, cells)] if cells else _possible_lanes(layer):
        depth, clocks = _depth(layer, lanes), _event_clocks(layer, lanes)
        if not cells or depth <= SPRAM_DEPTH:
            yield lanes, False, clocks, _row(family, f"weights of layer {k}", lanes * bits, depth, _depth(layer, 1) * bits,
                                             f"{lanes} lanes: an event takes {clocks} clocks", _kind(cells))


def _sparse(layer, k, family, cells):
    """The same, and the index, of the ways to store only rows with a weight other than 0, where they take fewer bits."""
    connection, weights = layer.fan_in, _depth(layer, 1)
    if isinstance(connection, Conv2d):
        return
    (inputs,), bits = connection.inputs, layer.weight_bits
    columns = (*zip(*connection.weights), *([connection.bias] if connection.bias else []))
    filled = [[neuron for neuron, weight in enumerate(column) if weight] for column in columns]
    if not any(filled):
        return  # SparseSynapses stores one row at least
    for lanes in _possible_lanes(layer):
        lists = [len({neuron // lanes for neuron in neurons}) for neurons in filled]
        depth, width = sum(lists), lanes * bits + ceil_log2(-(-layer.neurons // lanes)) + 1
        pointer = bits_for(sum(lists[:inputs - 1]) if all(lists[:inputs]) else depth)
        if depth * width + inputs * pointer >= weights * bits or cells and (width > cells * SPRAM_WIDTH or depth > SPRAM_DEPTH):
            continue
        clocks = sum(lists[:inputs]) / inputs + 1
        why = (f"sparse: {100 * sum(map(len, filled)) / weights:.1f} % of the weights are not 0, in {depth:,} of {_depth(layer, lanes):,} rows of "
               f"{lanes}, where all take {-(-weights * bits // 8):,} bytes; an event takes {clocks:.1f} clocks on average")
        yield lanes, True, clocks, \
            _row(family, f"weights of layer {k}", width, depth, depth * width, why, _kind(cells), past=PAST), \
            _row(family, f"index of layer {k}", pointer, inputs, inputs * pointer, "where each input's rows begin")


def _kind(cells):
    return "SPRAM" if cells else "block RAM"


def _between(network, family):
    """What the memories beside the layers take: of an encoder that gives a sample again, of spikes that are kept on their way."""
    rows = []
    if network.encoder != "events" and (network.encoder != "current" or network.layers[0].projections) and network.time_steps > 1:
        width, count = network.levels.bit_length(), network.sizes[0]
        rows.append(_row(family, "sample", width, count, width * count, "the encoder gives it in every time step"))
    for link in (link for k in range(len(network.layers)) for link in links_to(network, k) if link.kept):
        delays = SpikeDelays(link.delays, network.time_steps, ahead=link.ahead)
        name, count = f"spikes from layer {link.source} to {link.target}", delays.sources
        rows.append(_row(family, name, delays.width, count, delays.width * count, f"up to {max(link.delays)} time steps late"))
        if len(set(delays.places)) > 1:
            width = (delays.width - 1).bit_length()
            rows.append(_row(family, f"delays of {name}", width, count, width * count, "each source has its own"))
    return rows


def _row(family, memory, width, depth, content, why, kind="block RAM", past=None):
    """What a memory takes; in block RAM it is as deep as its address goes, or it has so many rows past its contents."""
    blocks = -(-width // SPRAM_WIDTH) if kind == "SPRAM" else blocks_for(family, width, 1 << ceil_log2(depth) if past is None else depth + past)
    return {"memory": memory, "kind": kind, "blocks": blocks, "width": width, "depth": depth, "bytes": -(-content // 8), "why": why}


def _blocks(rows):
    return sum(row["blocks"] for row in rows if row["kind"] == "block RAM")


def _possible_lanes(layer):
    """The lanes that a layer can have: of a convolution, divisors of its channels."""
    outputs = layer.connection.outputs[0]
    conv = isinstance(layer.connection, Conv2d)
    return sorted({each for each in (*LANES, outputs) if each <= min(outputs, MOST_LANES) and not (conv and outputs % each)})


def _event_clocks(layer, lanes):
    """Clocks that an event of the layer before takes."""
    groups = -(-layer.connection.outputs[0] // lanes)
    if isinstance(layer.connection, Conv2d):
        return prod(layer.connection.kernel[2:]) * groups + DRAIN
    return max(groups, DEPTH)


def _depth(layer, lanes):
    """Rows of a layer's weight memory."""
    connection, groups = layer.fan_in, -(-layer.connection.outputs[0] // lanes)
    sources = prod(connection.kernel[1:]) if isinstance(connection, Conv2d) else connection.inputs[0]
    return (sources + (connection.bias is not None)) * groups
