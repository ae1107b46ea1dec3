"""MNIST in stochastic arithmetic: accuracy of the bit-exact model against stream length and sources, LUTs of the first layer beside it."""

import sys
import tempfile
from pathlib import Path

import numpy as np

from gateware.sc.sources.lfsr import LFSR
from models.datasets import load_mnist, to_levels
from models.networks import Accuracy
from models.networks.spiking_file import load_spiking
from models.networks.stochastic import StochasticNetwork
from platforms.files import write_whole
from platforms.progress import Steps

from .fit import design_of, resources, synthesize

__all__ = ["LENGTHS", "SOURCES", "rows", "run_stochastic_mnist"]

ROOT = Path(__file__).parents[1]
NETWORK, PAGE = ROOT / "models" / "networks" / "mnist.npz", ROOT / "docs" / "stochastic_mnist.md"
LENGTHS = (16, 32, 64, 128, 256)
PART = "LFE5U-25F"


def _lfsrs(width):
    """Two registers that shift in opposite directions, from opposite seeds."""
    return LFSR(width, seed=1), LFSR(width, seed=(1 << width) - 1, direction="left")


SOURCES = {"Sobol 1 and 2": None, "two LFSRs": _lfsrs}
HEAD = """\
# MNIST in stochastic arithmetic

The [MNIST network](mnist.md) with every product of its synapses made of bitstreams, two streams and an AND gate, counted over the
stream's length ([`StochasticDense`](gateware/layers/stochastic_dense.md)); neurons and read-out are as before. The weights are those that were
trained for integers, rounded to as many bits as count the length: nothing was trained again. `models.networks.stochastic.StochasticNetwork`
is its bit-exact model; the sources begin anew in every time step.

{binary} Written by `python -m benchmarks stochastic-mnist`; LUTs, flip-flops and block RAM are those of the first layer, {lanes} products
per clock, as Yosys maps it for an ECP5, and `clocks` those of that layer for one time step's currents.

| sources | length | right of {total:,} | accuracy | 95 % interval | LUT4 | flip-flops | block RAM | clocks |
|---|---:|---:|---:|---|---:|---:|---:|---:|
"""
FOOT = """
The price of {lanes} AND gates and counters is time: the layer goes over all inputs once for each bit of their streams. The
[binary chip](mnist.md), which adds whole weights and skips inputs that are 0, answers in fewer clocks than one time step takes here.
"""


def rows(network, levels, labels, lengths=LENGTHS, sources=SOURCES, show=lambda row: None):
    """The figures of every pair of sources and length.

    Returns
    -------
    list of dict
        ``sources, length, correct, total, low, high, lut, ff, ram, clocks, lanes``.
    """
    found = []
    for name, pair in sources.items():
        for length in lengths:
            stochastic = StochasticNetwork(network, length, sources=pair)
            accuracy = Accuracy.of(stochastic.classify(levels), labels)
            low, high = accuracy.interval
            first = stochastic.layers[0]
            with tempfile.TemporaryDirectory() as work, Steps()("synthesise") as step:
                cells = resources(synthesize(design_of(first, PART), Path(work), step))
            found.append({"sources": name, "length": length, "correct": accuracy.correct, "total": accuracy.total, "low": low, "high": high,
                          "lut": cells["lut"], "ff": cells["ff"], "ram": cells["ram"], "clocks": first.declared_clocks, "lanes": first.lanes})
            show(found[-1])
    return found


def page_text(found, binary):
    """The page of these figures; ``binary`` is the integer network's accuracy."""
    lines = [f"| {row['sources']} | {row['length']} | {row['correct']:,} | {100 * row['correct'] / row['total']:.2f} % | "
             f"{100 * row['low']:.2f} to {100 * row['high']:.2f} % | {row['lut']:,} | {row['ff']:,} | {row['ram']} | {row['clocks']:,} |"
             for row in found]
    first = found[0]
    return HEAD.format(binary=f"In integers the network has {100 * binary.correct / binary.total:.2f} %.", **first) + "\n".join(lines) + "\n" \
        + FOOT.format(**first)


def run_stochastic_mnist():
    """Measure, print and write the page; MNIST must be in the folder that ``SPIKELOOM_DATA`` names."""
    from gateware.chip.spiking_chip import SpikingChip
    from models import golden
    network, mnist = load_spiking(NETWORK), load_mnist()
    levels = to_levels(mnist.test_images, network.levels).reshape(len(mnist.test_images), -1)
    labels = np.asarray(mnist.test_labels)
    binary = Accuracy.of(golden(SpikingChip(network)).classify(levels).label, labels)

    def show(row):
        print(f"{row['sources']:<16}{row['length']:>5}{100 * row['correct'] / row['total']:>8.2f} %{row['lut']:>7,} LUT4", flush=True)

    print(f"integers{'':>13}{100 * binary.correct / binary.total:>8.2f} %", file=sys.stderr)
    write_whole(PAGE, page_text(rows(network, levels, labels, show=show), binary))
    return 0
