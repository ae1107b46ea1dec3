"""What metadata say of a conversion, from a network to a graph to a network."""

from pathlib import Path

import nir
import numpy as np
import pytest

import models
from gateware.chip.network import Dense, Layer, SpikingNetwork
from gateware.chip.spiking_chip import SpikingChip
from gateware.neurons.lif import LIF
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models.nir import conversion_options, from_network, network_name, read, to_network, write

from .graphs import chain, lif

FORMATS = {"membrane": Q(8, 8), "current": Q(10, 6)}


def graph_with(**metadata):
    graph = chain((2,), nir.Linear(np.eye(2)), lif(2))
    graph.metadata.update(metadata)
    return graph


@pytest.mark.parametrize("readout, encoder", [("membrane", "current"), ("first spike", "current"), ("count", "events"), ("first spike", "events")])
@pytest.mark.parametrize("neuron", [SubtractiveLIF(tau=4.0, **FORMATS), LIF(tau=4.0, reset=-0.5, **FORMATS)], ids=["subtract", "value"])
def test_a_network_comes_back_from_its_file(readout, encoder, neuron, tmp_path):
    """With its read-out, encoder, levels, time steps and classes."""
    rng = np.random.default_rng(1)
    weights = rng.integers(-30, 60, (3, 4))
    weights[0, 0] = 127    # the greatest that 8 bits hold, so that the weights come back as they are
    network = SpikingNetwork("x", 3, [Layer(Dense(weights), neuron)], 6, readout, encoder=encoder)
    write(tmp_path / "x.nir", from_network(network))
    graph = read(tmp_path / "x.nir")
    again = to_network(graph, **conversion_options(graph), membrane_bits=24)
    assert (again.readout, again.encoder, again.levels, again.time_steps) == (readout, encoder, 3, 6)
    assert again.layers[0].connection == network.layers[0].connection
    samples = rng.integers(0, 4, (80, 6, 4) if encoder == "events" else (80, 4))
    wanted, found = (models.golden(SpikingChip(each)).classify(samples) for each in (network, again))
    assert 0.05 < wanted.spikes[0].mean() < 0.95 and (wanted.spikes[0] == found.spikes[0]).mean() > 0.99
    assert (wanted.label == found.label).mean() > 0.95


def test_what_is_given_wins():
    graph = graph_with(dt=np.float64(1e-3), levels=np.int64(7), time_steps=9, readout="first spike", encoder="events", comparison=">=",
                       reset="subtract")
    assert conversion_options(graph) == {"conventions": "nir", "dt": 1e-3, "levels": 7, "input_range": (0.0, 7.0), "time_steps": 9,
                                         "readout": "first spike", "encoder": "events", "comparison": ">=", "reset": "subtract"}
    given = conversion_options(graph, dt=1e-4, levels=3, readout="count", reset="value", time_steps=None)
    assert given == {"conventions": "nir", "dt": 1e-4, "levels": 3, "input_range": (0.0, 7.0), "time_steps": 9, "readout": "count",
                     "encoder": "events", "comparison": ">=", "reset": "value"}
    assert conversion_options(graph, input_range=(0, 1))["input_range"] == (0, 1)


def test_a_tool_s_conventions_stand_in_for_all_of_the_metadata():
    chosen = conversion_options(graph_with(comparison=">=", reset="subtract", levels=7), conventions="norse", reset_time="next step")
    assert chosen == {"conventions": "norse", "levels": 7, "input_range": (0.0, 7.0), "reset_time": "next step"}


def test_other_metadata_say_nothing():
    assert conversion_options(graph_with(author="someone", levels_of="x")) == {"conventions": "nir"}


@pytest.mark.parametrize("name, value, message", [
    ("comparison", "=>", "NIR metadata comparison must be one of '>', '>=', not '=>'"),
    ("reset", 1, "NIR metadata reset must be one of 'value', 'subtract', not 1"),
    ("readout", "spikes", "NIR metadata readout must be one of 'count', 'first spike', 'membrane', not 'spikes'"),
    ("encoder", "latency", "NIR metadata encoder must be one of 'current', 'events', not 'latency'"),
    ("encoder", np.array(["events", "current"]), "NIR metadata encoder must be one of"),
    ("dt", 0.0, r"NIR metadata dt must be a positive number of seconds, not 0\.0"),
    ("dt", "short", "NIR metadata dt must be a positive number of seconds, not 'short'"),
    ("levels", True, "NIR metadata levels must be a number or a word, not True"),
    ("levels", 0, "NIR metadata levels must be an integer from 1 to 255, not 0"),
    ("time_steps", np.float64(2.5), r"NIR metadata time_steps must be an integer from 1 to 255, not 2\.5"),
    ("time_steps", np.array([8, 9]), r"NIR metadata time_steps must be an integer from 1 to 255, not \[8, 9\]")])
def test_values_that_are_none(name, value, message):
    with pytest.raises(ValueError, match=message):
        conversion_options(graph_with(**{name: value}))


@pytest.mark.parametrize("stem, name", [("plain net-2", "plain net-2"), ("réseau", "reseau"), ("größe", "gro_e"), ("网络", "__"),
                                        ("tab\there", "tab_here"), ("x" * 40, "x" * 32), ("\u0301", "nir")])
def test_names_of_networks(stem, name):
    assert network_name(Path(f"{stem}.nir")) == name
