import numpy as np
import pytest

from gateware.stream_fork import StreamFork
from sim import cxxrtl


def test_a_slow_taker_does_not_keep_an_item_from_the_others():
    simulation = cxxrtl.compile({"fork": StreamFork(8, 3)})["fork"]
    items = np.arange(20)
    results, _ = simulation.run_streams({"i": items}, {f"o{k}": 20 for k in range(3)}, gaps={"o1": 9}, max_clocks=1000)
    for k in range(3):
        assert np.array_equal(results[f"o{k}"][0], items)
    # The others have the next item while the slow one still waits for it.
    assert np.all(results["o0"][1][1:] < results["o1"][1][1:])
    assert np.array_equal(results["i"][1], results["o1"][1])


@pytest.mark.parametrize("takers, error, message", [
    (1, ValueError, "StreamFork takers must be between 2 and 16, not 1"), ("2", TypeError, "StreamFork takers must be an integer, not '2'")])
def test_refusals(takers, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        StreamFork(1, takers)
