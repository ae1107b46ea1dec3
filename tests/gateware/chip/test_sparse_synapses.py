import numpy as np
import pytest

from gateware.chip.network import Dense
from gateware.chip.sparse_synapses import SparseSynapses
from sim import cxxrtl

from .test_spiking_chip import load_levels
from .test_synapses import events

CASES = {"one lane": (7, 6, 0.3, {"lanes": 1}), "two lanes": (7, 6, 0.3, {"lanes": 2, "bias": True}),
         "wide": (5, 9, 0.1, {"lanes": 16, "levels": 7}), "full": (6, 5, 1, {"lanes": 2, "bias": True}),
         "one bit": (9, 5, 0.2, {"lanes": 4, "weight_bits": 1}),
         "many places": (3, 4, 0.4, {"lanes": 2, "places": 11, "bias": True, "levels": 255}),
         "constant": (6, 5, 0.3, {"lanes": 2, "levels": 15, "constant": True, "time_steps": 3, "bias": True}),
         "loaded": (40, 9, 0.2, {"lanes": 1, "loaded": True}), "steps": (4, 5, 0.5, {"lanes": 1, "time_steps": 4})}


def make(neurons, inputs, density, options, seed=0):
    rng, options = np.random.default_rng(seed), dict(options)
    top = 1 << options.get("weight_bits", 8) - 1

    def draw(shape):
        return rng.integers(-top, top, shape) * (rng.random(shape) < density)

    weights, bias = draw((neurons, inputs)), options.pop("bias", False)
    bias = draw(neurons) if bias else np.zeros(neurons, int)
    return SparseSynapses(Dense(weights, bias if bias.any() else None), **options), weights, bias


@pytest.fixture(scope="module")
def simulations():
    return cxxrtl.compile({name: make(*case)[0] for name, case in CASES.items()})


@pytest.mark.parametrize("name", CASES)
def test_sums_are_those_of_a_matrix_product(simulations, name):
    synapses, weights, bias = make(*CASES[name])
    rng = np.random.default_rng(1)
    values = rng.integers(0, synapses.levels + 1, (24, synapses.inputs)) * (rng.random((24, synapses.inputs)) < 0.6)
    values[2], values[3] = 0, synapses.levels
    expected = np.zeros((24, synapses.places), int)
    expected[:, :synapses.neurons] = values @ weights.T + synapses.levels * bias
    if synapses.constant:
        expected = expected.repeat(synapses.time_steps, axis=0)
    for gaps in ({}, {"i_gap": [0, 5, 1], "o_gap": [0, 3]}):
        simulations[name].reset()
        if synapses.loaded:
            parts, rows = synapses.weights.parts, synapses.contents()
            words = [row >> 16 * part & 0xFFFF for row in rows for part in range(parts)]
            simulations[name].run({"load": load_levels(synapses, words)})
            simulations[name].run({"load": 0}, cycles=1)
        run = simulations[name].run_stream(events(values), count=expected.size, max_clocks=100_000, **gaps)
        assert np.array_equal(run.items["current"].reshape(expected.shape), expected)
        first = np.arange(len(expected)) % synapses.time_steps == 0
        assert np.array_equal(run.items["first"].reshape(expected.shape), np.broadcast_to(first[:, None], expected.shape))


@pytest.mark.parametrize("name", ["one lane", "two lanes", "wide", "full"])
def test_an_event_takes_a_clock_more_than_its_input_has_rows(simulations, name):
    synapses, weights, _ = make(*CASES[name])
    rows = -(-len(weights) // synapses.lanes)
    padded = np.pad(weights, ((0, rows * synapses.lanes - len(weights)), (0, 0)))
    held = padded.reshape(rows, synapses.lanes, -1).any(axis=1).sum(axis=0)
    for active in (*range(synapses.inputs), slice(None)):
        values = np.zeros((1, synapses.inputs), int)
        values[0, active] = 1
        simulations[name].reset()
        run = simulations[name].run_stream(events(values), count=synapses.places, max_clocks=1000)
        assert run.sent[-1] - run.sent[0] == np.atleast_1d(held[active] + 1).sum()


def test_contents_are_the_rows_that_hold_a_weight():
    synapses = SparseSynapses(Dense([[1, 0], [0, 0], [0, 0], [0, 0], [-3, 0]], [0, 0, 0, 8 - 16, 0]), lanes=2, weight_bits=4)
    # End, number (2 bits), lane 1, lane 0.
    assert [f"{row:011b}" for row in synapses.contents()] == ["0" "00" "0000" "0001", "1" "10" "0000" "1101", "1" "01" "1000" "0000"]
    assert (synapses.rows, synapses.depth, synapses.width) == (3, 3, 11)
    assert synapses.lists == ((0, 2), (), (1,)) and synapses.index.rows == (0, 3)


@pytest.mark.parametrize("changes, error, message", [
    ({"weight_bits": 0}, ValueError, "SparseSynapses weight_bits must be between 1 and 8, not 0"),
    ({"levels": 256}, ValueError, "SparseSynapses levels must be between 1 and 255, not 256"),
    ({"time_steps": 0}, ValueError, "SparseSynapses time_steps must be between 1 and 255, not 0"),
    ({"lanes": 65}, ValueError, "SparseSynapses lanes must be between 1 and 64, not 65"),
    ({"lanes": 1.0}, TypeError, r"SparseSynapses lanes must be an integer, not 1\.0"),
    ({"places": 1}, ValueError, "SparseSynapses places must be between 2 and 65536, not 1"),
    ({"lanes": 8, "loaded": True}, ValueError, "LargeMemory width must be between 1 and 64, not 65")])
def test_refusals(changes, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        SparseSynapses(Dense([[1], [2]]), **changes)


def test_other_connections_are_refused():
    with pytest.raises(ValueError, match="^SparseSynapses connection must have a weight or a bias other than 0$"):
        SparseSynapses(Dense([[0, 0]], [0]))
    with pytest.raises(TypeError, match="^SparseSynapses connection must be Dense, not 3$"):
        SparseSynapses(3)
