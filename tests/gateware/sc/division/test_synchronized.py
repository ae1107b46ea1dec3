# amaranth: UnusedElaboratable=no
"""The synchronizing divider against the steady state of its counter and the error that is published."""

import numpy as np
import pytest

import models
from gateware.sc.division.synchronized import SynchronizedDivider

from .streams import birth_death, encoded, independent, operands, rms, sobol

MODEL = models.golden(SynchronizedDivider())


@pytest.mark.parametrize("p, q", [(0.3, 0.6), (0.5, 0.5), (0.8, 0.9)])
def test_under_ones_of_the_divisor_it_loses_what_passes_a_full_counter(p, q):
    x, y = independent(p, (4000, 400), 1), independent(q, (4000, 400), 2)
    quotient = MODEL.run({"dividend": x, "divisor": y, "index": np.random.default_rng(3).integers(0, 2, x.shape)}).quotient
    full = birth_death([p * (1 - q)] * 3, [q * (1 - p)] * 3)[-1]
    assert quotient[100:][y[100:]].mean() == pytest.approx(p / q * (1 - full * (1 - q)), abs=0.003)


@pytest.mark.parametrize("clocks, depth, dimensions, bound", [
    (256, 2, (2, 3, 6), 0.0214), (1024, 2, (3, 6, 4), 0.0129), (4096, 2, (2, 3, 5), 0.0124),
    (256, 4, (2, 1, 6), 0.0152), (1024, 4, (1, 2, 3), 0.0078), (4096, 4, (1, 2, 3), 0.0056)])
def test_error_on_sobol_streams(clocks, depth, dimensions, bound):
    """1000 random pairs X <= Y, on two Sobol dimensions, the index from the top bits of a third."""
    x, y = operands(clocks, ordered=True)
    bits = clocks.bit_length() - 1
    model = MODEL if depth == 2 else models.golden(SynchronizedDivider(depth))
    given = {"dividend": encoded(x, sobol(dimensions[0], bits, clocks)),
             "divisor": encoded(y, sobol(dimensions[1], bits, clocks)),
             "index": sobol(dimensions[2], depth.bit_length() - 1, clocks)}
    assert rms(model.run(given).quotient.mean(axis=0) - x / y) <= bound


def test_parameters_refused():
    with pytest.raises(ValueError, match="^HistoryDivider depth must be a power of two between 2 and 64, not 5$"):
        SynchronizedDivider(5)
    with pytest.raises(ValueError, match="^SkewedSynchronizer width must be between 1 and .*, not 0$"):
        SynchronizedDivider(2, 0)
