"""Neurons of the catalogue in the cores of a chip: Izhikevich, Morris-Lecar, an adaptive threshold, an integrator."""

import re
from pathlib import Path

import numpy as np
import pytest

from gateware.chip.network import Dense, Layer, Projection, SpikingNetwork
from gateware.chip.spiking_chip import SpikingChip
from gateware.neurons import catalogue
from gateware.neurons.core_neuron import core_neuron, core_table
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models import golden
from models.networks.spiking_file import load_spiking, save_spiking
from models.neurons import simulate
from sim import cxxrtl
from sim.transactions import compare_transactions

PAGE = Path(__file__).parents[3] / "docs" / "gateware" / "neurons" / "core_neuron.md"


def network_of(neuron, weight, time_steps, last=None):
    """A layer of three, each with an input of its own, and one that takes their spikes and those of its own neighbour."""
    second = Dense([[100, 20, -30], [-10, 90, 70]], bias=[125, 90])
    layers = [Layer(Dense([[weight if j == k else 0 for k in range(3)] for j in range(3)]), neuron),
              Layer(second, last or neuron, projections=[Projection(1, Dense([[0, 50], [-60, 0]]))])]
    return SpikingNetwork("catalogue", 15, layers, time_steps, "count")


@pytest.mark.parametrize("name, current, weight, time_steps, value", [
    ("izhikevich", Q(10, 2), 4, 250, 1.0), ("adaptive_threshold_if", Q(10, 2), 12, 250, 3.0), ("perfect_integrator", Q(6, 8), 12, 150, 12 / 256),
    ("morris_lecar", Q(12, 0), 12, 250, 12.0)])
def test_a_network_of_the_catalogues_neurons(name, current, weight, time_steps, value):
    """The spikes of the first layer are those of the catalogue's own neuron in float64, and hardware has the model's of both layers."""
    neuron = core_neuron(name, current=current)
    # Two conductance-based layers take a compiler a minute.
    network = network_of(neuron, weight, time_steps, SubtractiveLIF(tau=8.0) if name == "morris_lecar" else None)
    chip = SpikingChip(network, lanes=(3, 2))
    samples = np.array([[15, 8, 0], [4, 12, 15]])
    result = golden(chip).classify(samples)
    table = catalogue.table(name)
    for spikes, sample in zip(result.spikes[0], samples):
        for k, level in enumerate(sample):
            wanted = simulate(name, time_steps * table.dt, inputs={next(iter(table.inputs)): value * level}, arithmetic="float").spikes
            found = np.flatnonzero(spikes[:, k])
            assert len(found) == len(wanted) and np.abs(found - np.rint(wanted / table.dt)).max(initial=0) <= 2
    assert result.spikes[0].any() and result.spikes[1].any()
    comparison = compare_transactions(chip, cxxrtl.compile({"chip": chip})["chip"], size=9, seed=1)
    assert comparison.difference is None and comparison.cases >= 2


def test_a_file_holds_them(tmp_path):
    network = SpikingNetwork("catalogue", 15, [Layer(Dense([[1, 2], [2, 1]]), core_neuron("stellate_cell", current=Q(12, 4), g_Na=40.0))], 8)
    save_spiking(network, tmp_path / "network.npz")
    assert load_spiking(tmp_path / "network.npz").digest == network.digest


def test_parameters_reach_the_neuron():
    neurons = [core_neuron("izhikevich", **changes) for changes in ({}, {"a": 0.1, "d": 2.0})]
    counts = [golden(each).run({"current": np.full(2000, each.inputs.current.hi // 4)}).spike.sum() for each in neurons]
    assert 10 < counts[0] < counts[1] / 2


def test_the_page_says_of_every_neuron_whether_it_can():
    listed, can = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|$", PAGE.read_text(), re.MULTILINE)), []
    for name in catalogue.names():
        try:
            can.append(core_table(name).identifier)
        except ValueError as error:
            assert str(error) == f"core_neuron {name} {listed.pop(name)}"
    assert not listed
    found = re.search(r"\*\*(\d+) of (\d+)\*\*((?:\s+`\w+`,?)+)", PAGE.read_text())
    assert (int(found[1]), int(found[2])) == (len(can), len(catalogue.names()))
    assert re.findall(r"`(\w+)`", found[3]) == can


@pytest.mark.parametrize("name, changes, error, message", [
    ("izhikevic", {}, ValueError, "neuron must be one of the catalogue's .* not 'izhikevic'; near it: izhikevich"),
    ("coba_lif", {}, ValueError, "core_neuron coba_lif has the inputs I, excitation, inhibition; a layer sums one current$"),
    ("poisson", {}, ValueError, "core_neuron poisson has no input$"),
    ("sigmoid_rate", {}, ValueError, "core_neuron sigmoid_rate has no spike; its events are none$"),
    ("inhomogeneous_poisson", {}, ValueError, "core_neuron inhomogeneous_poisson has no state$"),
    ("escape_rate", {}, ValueError, "core_neuron escape_rate draws random numbers, which would be the same in all neurons of a layer$"),
    ("izhikevich", {"current": 8}, TypeError, "core_neuron current must be a Q format, not 8$"),
    ("loihi", {"current": Q(8, 8)}, ValueError, "core_neuron current must be left out for loihi, whose input is an integer")])
def test_refusals(name, changes, error, message):
    with pytest.raises(error, match=f"^{message}"):
        core_neuron(name, **changes)
