import numpy as np
import pytest

from gateware.chip.events import AddressEvents
from sim import cxxrtl


@pytest.mark.parametrize("sources, levels", [(10, 1), (7, 15), (1, 3)])
def test_events_are_the_coordinates_of_what_is_not_zero(sources, levels):
    rng = np.random.default_rng(sources)
    values = rng.integers(0, levels + 1, (40, sources)) * (rng.random((40, sources)) < rng.random((40, 1)))
    values[3], values[4] = 0, levels
    simulation = cxxrtl.compile({"events": AddressEvents(sources, levels)})["events"]
    count = np.count_nonzero(values) + len(values)
    run = simulation.run_stream(values.ravel(), count=count, i_gap=[0, 2], o_gap=[0, 0, 3], max_clocks=10_000)
    last = run.items["last"] == 1
    assert last.sum() == len(values) and last[-1]
    step = (np.cumsum(last) - last)[~last]
    again = np.zeros_like(values)
    again[step, run.items["number"][~last]] = run.items["level"][~last]
    assert np.array_equal(again, values)
    assert not run.items["level"][last].any()
    # Rising numbers within each time step.
    assert all(np.all(np.diff(run.items["number"][~last][step == k]) > 0) for k in range(len(values)))


def test_a_value_takes_one_clock_and_the_end_of_a_time_step_one_more():
    simulation = cxxrtl.compile({"events": AddressEvents(10)})["events"]
    run = simulation.run_stream(np.ones(50, int), count=55, max_clocks=1000)
    assert run.received.tolist() == list(range(run.received[0], run.received[0] + 55))
    assert run.received[0] == run.sent[0]


@pytest.mark.parametrize("parameters, error, message", [
    ((0,), ValueError, "AddressEvents sources must be between 1 and 65536, not 0"),
    ((65537,), ValueError, "AddressEvents sources must be between 1 and 65536, not 65537"),
    ((4, 256), ValueError, "AddressEvents levels must be between 1 and 255, not 256"),
    ((4, 0), ValueError, "AddressEvents levels must be between 1 and 255, not 0"),
    ((2.0,), TypeError, r"AddressEvents sources must be an integer, not 2\.0")])
def test_refusals(parameters, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        AddressEvents(*parameters)
