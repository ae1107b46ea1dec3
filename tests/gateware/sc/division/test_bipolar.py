# amaranth: UnusedElaboratable=no
"""The bipolar divider against quotients of all signs."""

import numpy as np
import pytest

import models
from gateware.sc.division.bipolar import BipolarDivider

from .streams import encoded, rms, sobol

MODEL = models.golden(BipolarDivider())


def quotient(v, w, clocks):
    bits = clocks.bit_length() - 1
    x, y = (np.rint((np.asarray(each) + 1) / 2 * clocks).astype(np.int64) for each in (v, w))
    given = {"dividend": encoded(x, sobol(1, bits, clocks)), "divisor": encoded(y, sobol(2, bits, clocks)),
             "index": sobol(3, 1, clocks)}
    return MODEL.run(given).quotient.mean(axis=0) * 2 - 1


def test_signs_and_magnitudes():
    v, w = (each.ravel() for each in np.meshgrid([-0.6, -0.4, 0.4, 0.6], [-0.9, -0.8, 0.8, 0.9]))
    assert quotient(v, w, 4096) == pytest.approx(v / w, abs=0.05)


@pytest.mark.parametrize("clocks, bound", [(256, 0.045), (1024, 0.035), (4096, 0.035)])
def test_error_where_the_divisor_is_at_least_a_half(clocks, bound):
    rng = np.random.default_rng(1)
    w = rng.uniform(0.5, 1, 1000) * rng.choice([-1, 1], 1000)
    v = rng.uniform(-1, 1, 1000) * np.abs(w)
    assert rms(quotient(v, w, clocks) - v / w) <= bound


def test_equal_operands_give_1():
    assert quotient([0.7, -0.7], [0.7, -0.7], 1024) == pytest.approx([1, 1], abs=0.07)


def test_parameters_refused():
    with pytest.raises(ValueError, match="^Absolute width must be between 2 and 6, not 9$"):
        BipolarDivider(2, 9)
    with pytest.raises(ValueError, match="^HistoryDivider depth must be a power of two between 2 and 64, not 3$"):
        BipolarDivider(3)
