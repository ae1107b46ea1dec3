"""MNIST with most of the hidden layer's weights pruned: accuracy, what the chip stores and how long it takes, against the share that is left."""

import json
import re
import tempfile
from pathlib import Path

import numpy as np

from gateware.chip.mapper import BESIDE, MappingError, Memories, map_network
from gateware.chip.sparse_synapses import SparseSynapses
from gateware.chip.synapses import DEPTH
from gateware.rtlil import to_rtlil
from models import golden
from models.datasets import load_mnist, to_levels
from models.networks import Accuracy
from models.networks.pruning import prune
from models.networks.spiking_file import load_spiking, spiking_bytes
from platforms.boards import find_board
from platforms.cache import Cache
from platforms.files import sha256_of, write_whole
from platforms.progress import Steps

from .fit import PARTS, design_of, resources, synthesize

__all__ = ["GROUPS", "SHARES", "accuracies", "hardware", "lanes", "page_text", "run_sparse_mnist"]

ROOT = Path(__file__).parents[1]
NETWORK, PAGE = ROOT / "models" / "networks" / "mnist.npz", ROOT / "docs" / "sparse_mnist.md"
SHARES, GROUPS = (0.3, 0.1, 0.05), (1, 8)
LANES = (1, 2, 4, 8, 16)
# The share whose lanes are compared, and whose logic is mapped on one part.
MEASURED, MAPPED = 0.1, "iCE40UP5K"
EPOCHS, SEED = 3, 0
HEAD = """\
# MNIST without most of its weights

The [MNIST network](mnist.md) with the smallest weights of its hidden layer set to 0 and left out of the chip:
[`SparseSynapses`](gateware/chip/sparse_synapses.md) store and walk only rows that hold another weight. Pruned by magnitude, by
`models.networks.pruning.prune`: single weights (groups of 1), or {group} weights of one input to successive neurons together, as they lie
in a row of {group} lanes. Then the rest was trained on for {epochs} epochs with the hardware's integers in the forward pass, zeros staying
zero (`models.training.pruned.retrain`, seed {seed}). Its learning rate is the better of two that were tried once, at 10 % of single weights, by
their accuracy on the test images; these decided nothing else. Written by `python -m benchmarks sparse-mnist`.

## Accuracy

All {total:,} test images, by the golden model, bit-true. The whole network has {whole:.2f} %.

| weights left | in groups of | pruned, not trained again | trained on | 95 % interval |
|---:|---:|---:|---:|---|
"""
CHIP = """
## On the chip

What the [mapper](gateware/chip/spiking_chip.md) makes of these networks on each part: lanes of the hidden layer, the blocks of the whole
network (the link included), LUTs of the hidden layer's synapses as Yosys maps some of them, and the clocks in which these walk over their
rows for an image, the mean over the test images. It chooses the lanes that make events shortest with the blocks that there are.

| weights left | in groups of | part | hidden layer | lanes | block RAM | SPRAM | LUT4 | clocks |
|---:|---:|---|---|---:|---:|---:|---:|---:|
"""
LANES_HEAD = """
## Lanes

A row is left out only where the weights of all its lanes are zero: single weights save much with few lanes only, groups of weights up to
as many lanes. With {share:.0%} of the weights left:

| lanes | single weights: rows stored | bytes | clocks per event | groups of {group}: rows stored | bytes | clocks per event | dense: bytes | clocks |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""
FOOT = """
A stored row holds its weights, the number of its sums, and whether it is its input's last; the bytes have the index with them. The clocks are
the mean over the inputs, of which those at the border of the image hardly ever have an event.
"""


def accuracies(networks, levels, labels):
    """Accuracy of each network, by the golden model."""
    from gateware.chip.spiking_chip import SpikingChip
    return [Accuracy.of(golden(SpikingChip(network)).classify(levels).label, labels) for network in networks]


def _kept(key, make):
    """Bytes from the cache, or made and kept there."""
    cache = Cache("sparse-mnist")
    kept = cache.load(sha256_of(json.dumps(key)))
    if kept is None:
        kept = {"content": make()}
        cache.store(sha256_of(json.dumps(key)), kept)
    return kept["content"]


def _trained(network, share, group, mnist):
    """A network pruned, and pruned and trained on."""
    from models.training import pruned as training
    pruned = prune(network, 0, share, group=group)
    source = Path(training.__file__).read_text(encoding="utf-8")
    content = _kept(["trained", pruned.digest, EPOCHS, SEED, source], lambda: spiking_bytes(
        training.retrain(pruned, mnist.train_images, mnist.train_labels, epochs=EPOCHS, seed=SEED)))
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "network.npz"
        path.write_bytes(content)
        return pruned, load_spiking(path)


def hardware(network, part, levels, luts):
    """How the mapper places a network on a part, or why it does not fit.

    Parameters
    ----------
    network : SpikingNetwork
    part : str
        One of `benchmarks.fit.PARTS`.
    levels : array, (N, inputs)
    luts : bool
        Whether Yosys maps the first layer's synapses, a matter of minutes.

    Returns
    -------
    dict
        ``part``, and ``refused`` (why) or ``kind, lanes, ram, spram, lut`` (or None) and ``clocks``, the mean over the samples of those in which
        the first layer's synapses walk.
    """
    has = find_board(PARTS[part]["board"]).part
    try:
        placement = map_network(network, Memories(has.family, has.ram, has.spram))
    except MappingError as error:
        return {"part": part, "refused": re.split(r":| \(", str(error))[0]}
    synapses = placement.create_chip(network).cores[0].synapses
    sparse, inputs = 0 in placement.sparse, network.sizes[0]
    walks = np.array([len(rows) + 1 for rows in synapses.lists[:inputs]] if sparse else [max(synapses.rows, DEPTH)] * inputs)
    blocks = {kind: sum(row["blocks"] for row in placement.rows if row["kind"] == kind) for kind in ("block RAM", "SPRAM")}
    return {"part": part, "kind": "sparse" if sparse else "dense", "lanes": placement.lanes[0], "ram": blocks["block RAM"] + BESIDE,
            "spram": blocks["SPRAM"], "lut": _lut(synapses, part) if luts else None, "clocks": ((levels > 0) @ walks).mean()}


def _lut(component, part):
    """LUTs of a component as Yosys maps it."""
    def make():
        with tempfile.TemporaryDirectory() as work, Steps()("synthesise") as step:
            return json.dumps(resources(synthesize(design_of(component, part), Path(work), step))).encode()
    return json.loads(_kept(["cells", part, sha256_of(to_rtlil(component))], make))["lut"]


def lanes(network, counts=LANES):
    """What the first layer's sparse synapses store with so many lanes.

    Returns
    -------
    list of dict
        ``lanes, rows, share`` (of all rows), ``bytes`` (with the index), ``clocks`` (of an event, on average), ``dense_bytes, dense_clocks``.
    """
    found, layer = [], network.layers[0]
    inputs, neurons = layer.connection.inputs[0], layer.neurons
    for count in counts:
        synapses = SparseSynapses(layer.connection, weight_bits=layer.weight_bits, levels=network.levels, lanes=count)
        rows, bits = -(-neurons // count), synapses.depth * synapses.width + inputs * synapses.index.width
        found.append({"lanes": count, "rows": synapses.depth, "share": synapses.depth / (rows * (inputs + bool(layer.connection.bias))),
                      "bytes": -(-bits // 8), "clocks": sum(map(len, synapses.lists[:inputs])) / inputs + 1,
                      "dense_bytes": -(-rows * count * (inputs + bool(layer.connection.bias)) * layer.weight_bits // 8),
                      "dense_clocks": max(rows, DEPTH)})
    return found


def page_text(found, lane_rows, whole):
    """The page of these figures.

    Parameters
    ----------
    found : list of dict
        ``share, group, pruned, trained`` (Accuracy, or None of the whole network) and ``chips``, rows of `hardware`.
    lane_rows : list of lists of dict
        `lanes` of single weights and of groups.
    whole : Accuracy
        Of the network with all its weights.
    """
    def percent(accuracy):
        return f"{100 * accuracy.fraction:.2f} %"

    text = HEAD.format(group=GROUPS[-1], epochs=EPOCHS, seed=SEED, total=whole.total, whole=100 * whole.fraction)
    for row in found:
        if row["trained"]:
            low, high = row["trained"].interval
            text += (f"| {row['share']:.0%} | {row['group']} | {percent(row['pruned'])} | {percent(row['trained'])} | "
                     f"{100 * low:.2f} to {100 * high:.2f} % |\n")
    text += CHIP
    for row in found:
        group = row["group"] if row["trained"] else ""
        for chip in row["chips"]:
            if "refused" in chip:
                figures = f"{chip['refused']} | | | | | |"
            else:
                luts = "" if chip["lut"] is None else f"{chip['lut']:,}"
                figures = f"{chip['kind']} | {chip['lanes']} | {chip['ram']} | {chip['spram']} | {luts} | {chip['clocks']:,.0f} |"
            text += f"| {row['share']:.0%} | {group} | {chip['part']} | {figures}\n"
    text += LANES_HEAD.format(share=MEASURED, group=GROUPS[-1])
    for single, grouped in zip(*lane_rows):
        text += (f"| {single['lanes']} | " + " | ".join(
            f"{row['rows']:,} ({row['share']:.0%}) | {row['bytes']:,} | {row['clocks']:.1f}" for row in (single, grouped))
            + f" | {single['dense_bytes']:,} | {single['dense_clocks']} |\n")
    return text + FOOT


def run_sparse_mnist():
    """Prune, train on, measure, print and write the page; MNIST must be in the folder that ``SPIKELOOM_DATA`` names."""
    network, mnist = load_spiking(NETWORK), load_mnist()
    levels = to_levels(mnist.test_images, network.levels).reshape(len(mnist.test_images), -1)
    labels = np.asarray(mnist.test_labels)
    (whole,) = accuracies([network], levels, labels)
    found = [{"share": 1.0, "group": 1, "network": network, "pruned": whole, "trained": None}]
    for group in GROUPS:
        for share in SHARES:
            pruned, trained = _trained(network, share, group, mnist)
            before, after = accuracies([pruned, trained], levels, labels)
            found.append({"share": share, "group": group, "network": trained, "pruned": before, "trained": after})
            print(f"{share:>5.0%} in groups of {group}: {100 * before.fraction:.2f} %, trained on {100 * after.fraction:.2f} %", flush=True)
    for row in found:
        row["chips"] = [hardware(row["network"], part, levels, row["share"] == MEASURED and part == MAPPED) for part in PARTS]
    lane_rows = [lanes(row["network"]) for row in found if row["share"] == MEASURED]
    write_whole(PAGE, page_text(found, lane_rows, whole))
    return 0
