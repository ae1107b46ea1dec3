import numpy as np
import pytest

from gateware.chip.membrane_readout import MembraneReadout
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.step import Q
from sim import cxxrtl

NEURON = LeakyIntegrator(membrane=Q(5, 3))


@pytest.mark.parametrize("classes, time_steps", [(10, 8), (2, 1), (3, 5), (256, 2)])
def test_scores_are_sums_and_the_label_is_the_first_of_the_highest(classes, time_steps):
    rng = np.random.default_rng(classes)
    v = rng.integers(-128, 128, (12, time_steps, classes))
    v[0], v[1], v[2], v[3] = -128, 127, 0, rng.integers(-2, 2, (time_steps, classes))
    v[4] = 5
    v[4, :, classes // 2:] = 6
    simulation = cxxrtl.compile({"readout": MembraneReadout(classes, time_steps, NEURON)})["readout"]
    for gap in (0, [0, 4]):
        simulation.reset()
        run = simulation.run_stream({"spike": np.zeros(v.size, int), "v": v.ravel()}, count=len(v), o_gap=gap, max_clocks=50_000)
        scores = v.sum(axis=1)
        assert np.array_equal(np.asarray(run.items["scores"]).reshape(scores.shape), scores)
        assert run.items["label"].tolist() == [row.tolist().index(max(row)) for row in scores]
        if gap == 0:
            assert np.array_equal(run.received, run.sent[classes * time_steps - 1::classes * time_steps] + 2)


@pytest.mark.parametrize("parameters, error, message", [
    ((1, 1), ValueError, "MembraneReadout classes must be between 2 and 256, not 1"),
    ((257, 1), ValueError, "MembraneReadout classes must be between 2 and 256, not 257"),
    ((2, 0), ValueError, "MembraneReadout time_steps must be between 1 and 1024, not 0"),
    ((2, 1025), ValueError, "MembraneReadout time_steps must be between 1 and 1024, not 1025"),
    ((2.5, 1), TypeError, r"MembraneReadout classes must be an integer, not 2\.5")])
def test_refusals(parameters, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        MembraneReadout(*parameters, NEURON)
