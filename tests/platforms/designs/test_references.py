# amaranth: UnusedElaboratable=no
from dataclasses import replace

import numpy as np
import pytest

from gateware.chip.network import Dense
from gateware.chip.spiking_chip import SpikingChip
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models.networks import Accuracy
from models.networks.samples import Samples
from platforms.designs.references import accuracy_row, reference_rows
from platforms.progress import Steps

COUNT, MEMBRANE = (SpikingChip.examples()[name].network for name in ("count", "membrane"))


def _samples(network, count=40):
    levels = np.random.default_rng(0).integers(0, network.levels + 1, (count, network.sizes[0]))
    return Samples(levels, levels[:, 0] % network.sizes[-1], "forty samples")


def test_a_row_has_its_interval():
    row = accuracy_row("ours", Accuracy(90, 100), "a note")
    assert (row["correct"], row["total"], row["note"]) == (90, 100, "a note") and 0.82 < row["low"] < 0.9 < row["high"] < 0.95


@pytest.mark.parametrize("figures, expected", [
    ({"figures": {"final float": {"test": [9857, 10000]}}}, [(9857, 10000)]), ({}, []), ({"figures": {"final float": {"test": "98 %"}}}, []),
    ({"figures": {"final float": {"test": [5, 4]}}}, []), ({"figures": 3}, [])])
def test_what_training_said_of_real_weights_is_quoted(figures, expected):
    rows, _ = reference_rows(replace(COUNT, provenance=figures), None, _samples(COUNT), Steps())
    assert [(row["correct"], row["total"]) for row in rows] == expected
    assert all("as the network's file says" in row["note"] for row in rows)


def test_streams_are_tried_where_they_can_be():
    rows, not_computed = reference_rows(MEMBRANE, None, _samples(MEMBRANE), Steps())
    assert not_computed == []
    assert [row["name"] for row in rows] == ["stochastic synapses, Sobol streams of 16 bits", "stochastic synapses, Sobol streams of 64 bits"]
    assert all(row["total"] == 40 and "first 40 of the samples; the bitstream holds the integers" in row["note"] for row in rows)


def test_why_streams_were_not_tried_is_said():
    rows, (reason,) = reference_rows(COUNT, None, _samples(COUNT), Steps())
    assert rows == [] and reason.startswith("stochastic synapses with streams of 16 bits: StochasticNetwork network must have dense layers of ")
    # Of a network of the right kind too: its threshold is 3,000 times the greatest product, and the format of currents ends at 2,048.
    hidden, output = MEMBRANE.layers
    high = replace(hidden, connection=Dense(np.eye(6, 9, dtype=int)), neuron=SubtractiveLIF(threshold=3000.0, membrane=Q(13, 4), current=Q(13, 0)))
    rows, (reason,) = reference_rows(replace(MEMBRANE, levels=1, layers=[high, output]), None, _samples(replace(MEMBRANE, levels=1)), Steps())
    assert rows == [] and "threshold" in reason and "3000" in reason


def test_a_graph_is_evaluated_here():
    class Graph:
        def classify(self, levels):
            return levels[:, 0] % COUNT.sizes[-1]
    (row,), _ = reference_rows(replace(COUNT, provenance={"figures": {"final float": {"test": [1, 2]}}}), Graph(), _samples(COUNT), Steps())
    assert (row["name"], row["correct"], row["total"]) == ("NIR graph in floating point", 40, 40) and "forty samples" in row["note"]
