# amaranth: UnusedElaboratable=no
"""Greater and lesser behind a synchronizer against its steady state and the error that is published."""

import numpy as np
import pytest

import models
from gateware.sc.order.counter import CounterMaximum
from gateware.sc.order.synchronized import SynchronizedMaximum, SynchronizedMinimum
from models.steady_state import steady_state

from ..division.streams import birth_death, encoded, independent, operands, rms, sobol

MAXIMUM = models.golden(SynchronizedMaximum())


@pytest.mark.parametrize("p, q, depth", [(0.5, 0.5, 1), (0.3, 0.6, 1), (0.8, 0.7, 4)])
def test_steady_state(p, q, depth):
    a, b = independent(p, (4000, 500), 1), independent(q, (4000, 500), 2)
    maximum, minimum = models.golden(SynchronizedMaximum(depth)), models.golden(SynchronizedMinimum(depth))
    share = birth_death([p * (1 - q)] * 2 * depth, [q * (1 - p)] * 2 * depth)
    expected = q + share[-1] * p * (1 - q)
    assert expected == pytest.approx(p + share[0] * q * (1 - p))
    assert maximum.run({"a": a, "b": b}).maximum.mean() == pytest.approx(expected, abs=0.003)
    assert minimum.run({"a": a, "b": b}).minimum.mean() == pytest.approx(p + q - expected, abs=0.003)
    assert steady_state(CounterMaximum(depth), a=p, b=q).maximum == pytest.approx(expected, abs=1e-9)
    if p == q:
        assert expected == pytest.approx(p + p * (1 - p) / (2 * depth + 1))


@pytest.mark.parametrize("clocks, other, bound", [(256, 1, 0.0031), (1024, 5, 0.0018), (4096, 5, 0.0017)])
def test_error_on_sobol_streams(clocks, other, bound):
    """1000 random pairs on Sobol dimension 2 and another, one bit saved."""
    x, y = operands(clocks, ordered=False, seed=2)
    bits = clocks.bit_length() - 1
    given = {"a": encoded(x, sobol(2, bits, clocks)), "b": encoded(y, sobol(other, bits, clocks))}
    assert round(rms(MAXIMUM.run(given).maximum.mean(axis=0) - np.maximum(x, y) / clocks), 4) <= bound


@pytest.mark.parametrize("cls", [SynchronizedMaximum, SynchronizedMinimum])
def test_depth_refused(cls):
    with pytest.raises(ValueError, match="^Synchronizer depth must be between 1 and .*, not 0$"):
        cls(0)
