# amaranth: UnusedElaboratable=no
import numpy as np
import pytest
from amaranth.sim import Simulator

from gateware.sc.arithmetic.popcount import Popcount
from models import golden


@pytest.mark.parametrize("width", [1, 7, 16, 64])
def test_the_count_is_that_of_python(width):
    rng = np.random.default_rng(width)
    values = np.concatenate([np.array([0, (1 << width) - 1], np.uint64), rng.integers(0, (1 << width) - 1, 500, np.uint64, endpoint=True)])
    assert golden(Popcount(width)).run({"streams": values}).ones.tolist() == [value.bit_count() for value in values.tolist()]


def test_the_widest_counts_in_hardware():
    component = Popcount(1024)
    assert len(component.ones) == 11
    seen = []
    values = [0, (1 << 1024) - 1, 1 << 1023, int.from_bytes(np.random.default_rng(0).bytes(128), "little")]

    async def bench(ctx):
        for value in values:
            ctx.set(component.streams, value)
            seen.append(ctx.get(component.ones))

    simulator = Simulator(component)
    simulator.add_testbench(bench)
    simulator.run()
    assert seen == [value.bit_count() for value in values]


@pytest.mark.parametrize("width, error, message", [(0, ValueError, "Popcount width must be between 1 and 1024, not 0"),
                                                   (1025, ValueError, "Popcount width must be between 1 and 1024, not 1025"),
                                                   (8.5, TypeError, "must be an integer, not ")])
def test_errors(width, error, message):
    with pytest.raises(error, match=message):
        Popcount(width)
