import numpy as np
import pytest

from gateware.chip.spike_delays import SpikeDelays
from sim import cxxrtl


@pytest.mark.parametrize("delays, time_steps, ahead", [((0, 0), 1, False), ((2, 0, 5), 4, False), ((1, 1, 1, 1, 1), 6, True), ((63, 1), 70, True)])
def test_each_source_is_late_by_its_delay(delays, time_steps, ahead):
    spikes = np.random.default_rng(0).integers(0, 2, (3, time_steps, len(delays)))
    simulation = cxxrtl.compile({"delays": SpikeDelays(delays, time_steps, ahead=ahead)})["delays"]
    run = simulation.run_stream(spikes.ravel(), count=spikes.size, max_clocks=100_000)
    late = np.asarray(run.items).reshape(spikes.shape)
    for n, delay in enumerate(delays):
        assert np.array_equal(late[:, min(delay, time_steps):, n], spikes[:, :max(0, time_steps - delay), n])
        assert not late[:, :delay, n].any()


def test_a_time_step_takes_two_clocks_for_each_source_and_two_more():
    spikes = np.zeros(7 * 5, int)
    simulation = cxxrtl.compile({"delays": SpikeDelays((1, 0, 2, 0, 1), 7)})["delays"]
    run = simulation.run_stream(spikes, count=35, max_clocks=1000)
    assert set(np.diff(run.received[4::5])) == {12} and set(np.diff(run.received[:5])) == {1}


def test_ahead_gives_a_time_step_before_it_is_taken():
    simulation = cxxrtl.compile({"delays": SpikeDelays((1, 2), 2, ahead=True)})["delays"]
    run = simulation.run_stream([1, 1, 0, 1], count=4, i_gap=[20, 0, 0, 0], max_clocks=1000)
    assert run.received[1] < run.sent[0] and run.items.tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize("arguments, changes, error, message", [
    (((), 3), {}, ValueError, "SpikeDelays delays must be those of 1 to 65536 sources, not of 0"),
    (((1, 64), 3), {}, ValueError, "SpikeDelays delays must be between 0 and 63, not 1 to 64"),
    (((1, 0), 3), {"ahead": True}, ValueError, "SpikeDelays delays must be between 1 and 63 ahead, not 0 to 1"),
    (((1, "0"), 3), {}, TypeError, "SpikeDelays delays must be an integer, not '0'"),
    (((1,), 256), {}, ValueError, "SpikeDelays time_steps must be between 1 and 255, not 256")])
def test_refusals(arguments, changes, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        SpikeDelays(*arguments, **changes)
