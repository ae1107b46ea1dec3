import numpy as np
import pytest

from gateware.chip.event_merge import EventMerge
from sim import cxxrtl


def events(*steps):
    """Events (number, level) of time steps, as items of a stream."""
    rows = [(0, number, level) for step in steps for number, level in step]
    ends = np.cumsum([len(step) for step in steps])
    rows = np.insert(np.array(rows or np.zeros((0, 3)), int).reshape(-1, 3), ends, [[1, 0, 0]], axis=0)
    return dict(zip(("last", "number", "level"), rows.T))


@pytest.mark.parametrize("gaps", [0, 5])
def test_each_time_step_has_the_events_of_every_stream_in_order_and_one_end(gaps):
    one, two, three = (events([(0, 3), (2, 7)], [], [(1, 1)]), events([], [], [(3, 1), (4, 1)]), events([(1, 1)], [], [(0, 1)]))
    simulation = cxxrtl.compile({"merge": EventMerge((3, 5, 2), (7, 1, 1))})["merge"]
    gap = {"i0": 0, "i1": gaps, "i2": 0}
    expected = events([(0, 3), (2, 7), (9, 1)], [], [(1, 1), (6, 1), (7, 1), (8, 1)])
    results, _ = simulation.run_streams({"i0": one, "i1": two, "i2": three}, {"o": len(expected["last"])}, gaps=gap, max_clocks=1000)
    assert all(np.array_equal(results["o"][0][name], expected[name]) for name in expected)


@pytest.mark.parametrize("sources, levels, error, message", [
    ((3,), (1,), ValueError, "EventMerge must have 2 to 16 sources and as many levels, not 1 and 1"),
    ((3, 4), (1,), ValueError, "EventMerge must have 2 to 16 sources and as many levels, not 2 and 1"),
    ((3, 0), (1, 1), ValueError, r"EventMerge sources must be between 1 and 65536, not \(3, 0\)"),
    ((3, 4), (1, 256), ValueError, r"EventMerge levels must be between 1 and 255, not \(1, 256\)"),
    ((3, "4"), (1, 1), TypeError, "EventMerge sources must be an integer, not '4'")])
def test_refusals(sources, levels, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        EventMerge(sources, levels)
