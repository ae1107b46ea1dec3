import numpy as np
import pytest

from gateware.chip.input_encoder import InputEncoder
from sim import cxxrtl
from sim.streams import simulate, stream_get, stream_put


@pytest.mark.parametrize("inputs, time_steps", [(1, 1), (1, 3), (2, 2), (5, 7), (300, 4)])
def test_a_sample_is_replayed_in_the_declared_clocks(inputs, time_steps):
    samples = np.random.default_rng(inputs).integers(0, 10, (4, inputs))
    expected = np.repeat(samples, time_steps, axis=0).ravel()
    simulation = cxxrtl.compile({"encoder": InputEncoder(inputs, 9, time_steps, "current")})["encoder"]
    for i_gap, o_gap in ((0, 0), ([0, 3], 0), (0, [0, 2, 0, 0, 5]), ([1, 0], [0, 4])):
        simulation.reset()
        run = simulation.run_stream(samples.ravel(), count=len(expected), i_gap=i_gap, o_gap=o_gap, max_clocks=50_000)
        assert np.array_equal(run.items, expected)
        received = run.received.reshape(len(samples), time_steps, inputs)
        # The first time step leaves as it comes in.
        assert np.array_equal(received[:, 0].ravel(), run.sent)
        if not i_gap and not o_gap:
            period = inputs * time_steps + (time_steps > 1)
            assert np.array_equal(received[:, -1, -1], period * np.arange(1, 5) - 1)


def test_each_sample_meets_the_same_random_numbers():
    sample = np.random.default_rng(0).integers(0, 33, 12)
    simulation = cxxrtl.compile({"encoder": InputEncoder(12, 32, 6, "stochastic")})["encoder"]
    spikes = simulation.run_stream(np.tile(sample, 5), count=5 * 72, o_gap=[0, 1, 0, 3, 0], max_clocks=5000).items.reshape(5, 72)
    assert (spikes == spikes[0]).all() and 0 < spikes[0].mean() < 1


def test_amaranths_simulator_agrees():
    encoder, got = InputEncoder(3, 6, 4, "latency"), []
    sample = [6, 0, 3]

    async def send(ctx):
        for value in sample:
            await stream_put(ctx, encoder.i, value)

    async def receive(ctx):
        for _ in range(12):
            got.append(await stream_get(ctx, encoder.o))

    simulate(encoder, send, receive)
    # A half: 3 (6 - 3) / 6 = 1.5 is 2, its even neighbour.
    assert np.array(got).reshape(4, 3).tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]]


@pytest.mark.parametrize("parameters, error, message", [
    ((0, 1, 1, "current"), ValueError, "InputEncoder inputs must be between 1 and 65536, not 0"),
    ((65537, 1, 1, "current"), ValueError, "InputEncoder inputs must be between 1 and 65536, not 65537"),
    ((2, 0, 1, "current"), ValueError, "InputEncoder levels must be between 1 and 255, not 0"),
    ((2, 256, 1, "current"), ValueError, "InputEncoder levels must be between 1 and 255, not 256"),
    ((2, 1, 0, "current"), ValueError, "InputEncoder time_steps must be between 1 and 255, not 0"),
    ((2, 1, 256, "current"), ValueError, "InputEncoder time_steps must be between 1 and 255, not 256"),
    ((2.5, 1, 1, "current"), TypeError, r"InputEncoder inputs must be an integer, not 2\.5"),
    ((2, 4, 2, "rate"), ValueError, "InputEncoder code must be one of current, stochastic, latency, not 'rate'"),
    ((2, 1, 2, "stochastic"), ValueError, "InputEncoder levels of the stochastic code must be a power of two from 2 to 128, not 1"),
    ((2, 15, 2, "stochastic"), ValueError, "InputEncoder levels of the stochastic code must be a power of two from 2 to 128, not 15")])
def test_refusals(parameters, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        InputEncoder(*parameters)


@pytest.mark.parametrize("seed", [0, 1 << 24])
def test_seeds_are_refused(seed):
    with pytest.raises(ValueError, match=f"^InputEncoder seed must be between 1 and 16777215, not {seed}$"):
        InputEncoder(2, 4, 2, "stochastic", seed=seed)
