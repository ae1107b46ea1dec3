# amaranth: UnusedElaboratable=no
"""Deviations from the mean, exactly."""

import pytest

from gateware.sc.functions.deviation import Deviation
from models.steady_state import steady_state


@pytest.mark.parametrize("values", [(0.2, 0.9), (0.1, 0.5, 0.7), (1, 0, 0, 0.3)])
def test_deviations(values):
    v = [2 * p - 1 for p in values]
    exact = steady_state(Deviation(len(values)), streams=values, select="uniform", half=0.5).deviations
    assert 2 * exact - 1 == pytest.approx([(each - sum(v) / len(v)) / 2 for each in v], abs=1e-12)
    assert Deviation.expectation(*values) == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("width", [1, 65])
def test_refused(width):
    with pytest.raises(ValueError, match=f"^Deviation width must be between 2 and 64, not {width}$"):
        Deviation(width)
