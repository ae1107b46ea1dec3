import numpy as np
import pytest

from gateware.chip.network import Dense
from gateware.chip.synapses import DenseSynapses
from sim import cxxrtl

CASES = {"one lane": (7, 6, {"lanes": 1}), "two lanes": (7, 6, {"lanes": 2, "bias": True}), "wide": (5, 9, {"lanes": 16, "levels": 7}),
         "one bit": (9, 5, {"lanes": 4, "weight_bits": 1}), "many places": (3, 4, {"lanes": 2, "places": 11, "bias": True, "levels": 255}),
         "constant": (6, 5, {"lanes": 2, "levels": 15, "constant": True, "time_steps": 3, "bias": True}),
         "steps": (4, 5, {"lanes": 1, "time_steps": 4})}


def make(neurons, inputs, options, seed=0):
    rng, options = np.random.default_rng(seed), dict(options)
    top = 1 << options.get("weight_bits", 8) - 1
    weights, bias = rng.integers(-top, top, (neurons, inputs)), options.pop("bias", False)
    bias = rng.integers(-top, top, neurons) if bias else np.zeros(neurons, int)
    return DenseSynapses(Dense(weights, bias if bias.any() else None), **options), weights, bias


def events(values):
    """Events of time steps' values (K, inputs)."""
    rows = []
    for step in values.tolist():
        rows += [(0, number, level) for number, level in enumerate(step) if level] + [(1, 0, 0)]
    return dict(zip(("last", "number", "level"), np.array(rows).T))


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
        run = simulations[name].run_stream(events(values), count=expected.size, max_clocks=100_000, **gaps)
        assert np.array_equal(run.items["current"].reshape(expected.shape), expected)
        first = np.arange(len(expected)) % synapses.time_steps == 0
        assert np.array_equal(run.items["first"].reshape(expected.shape), np.broadcast_to(first[:, None], expected.shape))


@pytest.mark.parametrize("name", ["one lane", "two lanes", "wide"])
def test_an_event_takes_a_clock_for_each_row_and_a_value_of_zero_none(simulations, name):
    synapses = make(*CASES[name])[0]
    sent = []
    for active in (1, 4):
        values = np.zeros((1, synapses.inputs), int)
        values[0, :active] = 1
        simulations[name].reset()
        run = simulations[name].run_stream(events(values), count=synapses.places, max_clocks=1000)
        sent.append(run.sent[-1] - run.sent[0])
    assert sent == [max(synapses.rows, 3), 4 * max(synapses.rows, 3)]


def test_contents_are_the_weights_lane_by_lane():
    synapses = DenseSynapses(Dense([[1, -1], [2, -2], [3, -3]], [7, 8, -8]), lanes=2, weight_bits=4)
    assert [f"{row:02x}" for row in synapses.contents()] == ["21", "03", "ef", "0d", "87", "08"]
    assert (synapses.rows, synapses.depth) == (2, 6)


@pytest.mark.parametrize("changes, error, message", [
    ({"weight_bits": 0}, ValueError, "DenseSynapses weight_bits must be between 1 and 8, not 0"),
    ({"levels": 256}, ValueError, "DenseSynapses levels must be between 1 and 255, not 256"),
    ({"time_steps": 0}, ValueError, "DenseSynapses time_steps must be between 1 and 255, not 0"),
    ({"lanes": 65}, ValueError, "DenseSynapses lanes must be between 1 and 64, not 65"),
    ({"lanes": 1.0}, TypeError, r"DenseSynapses lanes must be an integer, not 1\.0"),
    ({"places": 1}, ValueError, "DenseSynapses places must be between 2 and 65536, not 1"),
    ({"lanes": 16, "loaded": True}, ValueError, "LargeMemory width must be between 1 and 64, not 128")])
def test_refusals(changes, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        DenseSynapses(Dense([[1], [2]]), **changes)


def test_other_connections_are_refused():
    with pytest.raises(TypeError, match="^DenseSynapses connection must be Dense, not 3$"):
        DenseSynapses(3)
