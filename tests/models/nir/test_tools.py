"""Networks as snnTorch, Norse and SpikingJelly export them give the spikes that those tools gave (data/record_tools.py)."""

from pathlib import Path

import numpy as np
import pytest

from models.nir import read, simulate

DATA = Path(__file__).parent / "data"
# Recording, file, conventions, dt, names of the hidden nodes, other conventions.
RUNS = [
    ("snntorch_leaky", "snntorch_leaky", "snntorch", 1e-4, {"spikes_1": "1"}, {}),
    ("snntorch_leaky_zero", "snntorch_leaky", "snntorch", 1e-4, {"spikes_1": "1"}, {"reset": "value", "reset_time": "next step"}),
    ("snntorch_synaptic", "snntorch_synaptic", "snntorch", 1e-4, {}, {}),
    ("snntorch_synaptic_zero", "snntorch_synaptic", "snntorch", 1e-4, {}, {"reset": "value"}),
    ("snntorch_recurrent", "snntorch_recurrent", "snntorch", 1e-4, {"spikes_1": "1.lif"}, {}),
    ("snntorch_recurrent_synaptic", "snntorch_recurrent_synaptic", "snntorch", 1e-4, {"spikes_1": "1.lif"}, {}),
    ("norse_dense", "norse_dense", "norse", 1e-3, {"spikes_1": "1", "spikes_3": "3"}, {}),
    ("norse_convolution", "norse_convolution", "norse", 1e-3, {}, {}),
    ("spikingjelly_convolution", "spikingjelly_convolution", "spikingjelly", 1e-4, {"spikes_1": "_1"}, {}),
    ("spikingjelly_current", "spikingjelly_current", "spikingjelly", 1e-4, {"spikes_1": "_1"}, {}),
]


@pytest.mark.parametrize("recording, file, conventions, dt, hidden, changes", RUNS, ids=[run[0] for run in RUNS])
def test_spikes_are_those_of_the_tool(recording, file, conventions, dt, hidden, changes):
    graph = read(DATA / f"{file}.nir")
    last, = graph.before(graph.outputs[0])
    with np.load(DATA / f"{recording}.npz") as recorded:
        run = simulate(graph, recorded["inputs"], dt=dt, conventions=conventions, record=[*hidden.values(), last], **changes)
        for key, name in hidden.items():
            assert 0.01 < recorded[key].mean() < 0.9
            np.testing.assert_array_equal(run.values[name], recorded[key])
        if "outputs" in recorded:
            assert 0.01 < recorded["outputs"].mean() < 0.9
            np.testing.assert_array_equal(run.output, recorded["outputs"])
        if "membranes" in recorded:
            # The tools compute in float32.
            np.testing.assert_allclose(run.membranes[last], recorded["membranes"], atol=2e-6)


def test_each_tool_needs_its_own_conventions():
    """The recordings tell the conventions apart: another tool's give other spikes."""
    for recording, file, own, dt, _, changes in RUNS:
        # Without a recorded spiking output; and a reset at the begin of the next step gives the same spikes as one in this step.
        if file == "norse_dense" or changes.get("reset_time") == "next step":
            continue
        if file == "spikingjelly_current":
            continue        # its thresholds are never met exactly
        with np.load(DATA / f"{recording}.npz") as recorded:
            run = simulate(read(DATA / f"{file}.nir"), recorded["inputs"], dt=dt, conventions="nir")
            assert (run.output != recorded["outputs"]).any(), recording


@pytest.mark.parametrize("file, tool, dt, other", [
    ("norse_convolution", "norse", 1e-3, ">="), ("spikingjelly_convolution", "spikingjelly", 1e-4, ">")])
def test_membranes_that_meet_thresholds_exactly_tell_the_comparisons_apart(file, tool, dt, other):
    with np.load(DATA / f"{file}.npz") as recorded:
        run = simulate(read(DATA / f"{file}.nir"), recorded["inputs"], dt=dt, conventions=tool, comparison=other)
        assert (run.output != recorded["outputs"]).mean() > 0.1


def test_a_batch_is_its_samples():
    graph = read(DATA / "snntorch_recurrent.nir")
    with np.load(DATA / "snntorch_recurrent.npz") as recorded:
        inputs = recorded["inputs"]
    together = simulate(graph, inputs, conventions="snntorch").output
    for sample in range(inputs.shape[1]):
        np.testing.assert_array_equal(simulate(graph, inputs[:, sample], conventions="snntorch").output, together[:, sample])
