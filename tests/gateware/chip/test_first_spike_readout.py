import numpy as np
import pytest

from gateware.chip.first_spike_readout import FirstSpikeReadout
from gateware.step import Q
from models import golden
from sim import cxxrtl
from sim.transactions import compare_transactions

V = Q(5, 3)


def test_the_hardware_does_what_the_model_does():
    examples = FirstSpikeReadout.examples() | {"odd": FirstSpikeReadout(3, 5, V)}
    for name, simulation in cxxrtl.compile(examples).items():
        result = compare_transactions(examples[name], simulation, size=20_000, seed=3)
        assert result.difference is None and result.cases >= 150, (name, str(result))


@pytest.mark.parametrize("classes, time_steps", [(10, 8), (2, 1), (3, 5), (40, 2)])
def test_the_first_spike_names_the_class(classes, time_steps):
    # Each neuron spikes from a time step of its own on, those of the last one never; no two samples wait for each other.
    rng = np.random.default_rng(classes)
    starts = rng.integers(0, time_steps + 1, (40, classes))
    starts[:8] = time_steps
    starts[8:12, ::2] = time_steps
    spikes = np.arange(time_steps)[None, :, None] >= starts[:, None]
    v = rng.integers(-128, 128, (40, time_steps, classes))
    v[4:24] = rng.integers(0, 2, (20, time_steps, classes))
    v[4], v[5] = -128, 127
    simulation = cxxrtl.compile({"readout": FirstSpikeReadout(classes, time_steps, V)})["readout"]
    for gap in (0, [0, 4]):
        simulation.reset()
        run = simulation.run_stream({"spike": spikes.ravel().astype(int), "v": v.ravel()}, count=40, o_gap=gap, max_clocks=100_000)
        assert np.array_equal(np.asarray(run.items["times"]).reshape(starts.shape), starts)
        for k, label in enumerate(run.items["label"].tolist()):
            keys = [(start, -v[k, min(start, time_steps - 1), j], j) for j, start in enumerate(starts[k].tolist())]
            assert label == min(keys)[2]
        if gap == 0:
            assert np.array_equal(run.received, run.sent[classes * time_steps - 1::classes * time_steps] + 1)


@pytest.mark.parametrize("spikes, v, times, label", [
    ([[0, 0, 0], [0, 1, 0], [1, 1, 1]], [[9, 9, 9], [0, 1, 9], [9, 9, 9]], [2, 1, 2], 1),     # the earliest
    ([[0, 0, 0], [1, 0, 1], [0, 1, 0]], [[9, 0, 0], [2, 9, 3], [9, 9, 0]], [1, 2, 1], 2),     # of two the higher membrane
    ([[0, 0, 0], [1, 0, 1], [0, 0, 0]], [[0, 0, 9], [3, 9, 3], [0, 0, 9]], [1, 3, 1], 0),     # of equals the first
    ([[0, 0, 0], [0, 0, 0], [0, 0, 0]], [[9, 0, 0], [9, 0, 0], [-5, -3, -4]], [3, 3, 3], 1),  # no spike: the highest at the end
    ([[0, 0, 0], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 9], [-5, -3, -3]], [3, 3, 3], 1),
    ([[0, 0, 0], [0, 0, 0], [0, 0, 1]], [[0, 0, 0], [0, 0, 9], [7, 7, -9]], [3, 3, 2], 2)])   # a spike in the last step is one
def test_the_rule(spikes, v, times, label):
    got, chosen = golden(FirstSpikeReadout(3, 3, V)).classify(np.array(spikes, bool)[:, None], np.array(v)[:, None])
    assert got.tolist() == [times] and chosen.tolist() == [label]


@pytest.mark.parametrize("parameters, error, message", [
    ((1, 1), ValueError, "FirstSpikeReadout classes must be between 2 and 256, not 1"),
    ((257, 1), ValueError, "FirstSpikeReadout classes must be between 2 and 256, not 257"),
    ((2, 0), ValueError, "FirstSpikeReadout time_steps must be between 1 and 1024, not 0"),
    ((2, 1025), ValueError, "FirstSpikeReadout time_steps must be between 1 and 1024, not 1025"),
    ((2.5, 1), TypeError, r"FirstSpikeReadout classes must be an integer, not 2\.5")])
def test_refusals(parameters, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        FirstSpikeReadout(*parameters, V)
