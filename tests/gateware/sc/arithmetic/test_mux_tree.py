# amaranth: UnusedElaboratable=no
"""Parts of trees of multiplexers, for every input."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.mux_tree import SignInverter, ThresholdMux


def test_inverted_are_those_of_the_mask():
    streams = np.arange(32)
    assert np.array_equal(models.golden(SignInverter(5, 0b10110)).run({"streams": streams}).signed, streams ^ 0b10110)


@pytest.mark.parametrize("threshold", [0, 5, 16])
def test_the_threshold_divides(threshold):
    index, below, above = (each.ravel() for each in np.meshgrid(np.arange(16), [0, 1], [0, 1]))
    chosen = models.golden(ThresholdMux(16, threshold)).run({"index": index, "below": below, "above": above}).chosen
    assert np.array_equal(chosen, np.where(index < threshold, below, above) == 1)


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: SignInverter(0), ValueError, "SignInverter width must be between 1 and 64, not 0"),
    (lambda: SignInverter(65), ValueError, "SignInverter width must be between 1 and 64, not 65"),
    (lambda: SignInverter(3, 8), ValueError, "SignInverter mask must be between 0 and 7, not 8"),
    (lambda: SignInverter(3, -1), ValueError, "SignInverter mask must be between 0 and 7, not -1"),
    (lambda: SignInverter(3, 0.5), TypeError, "SignInverter mask must be an integer, not 0.5"),
    (lambda: ThresholdMux(1, 1), ValueError, "ThresholdMux size must be between 2 and 2\\*\\*16, not 1"),
    (lambda: ThresholdMux(65537, 1), ValueError, "ThresholdMux size must be between 2 and 2\\*\\*16, not 65537"),
    (lambda: ThresholdMux(8, 9), ValueError, "ThresholdMux threshold must be between 0 and the size 8, not 9"),
    (lambda: ThresholdMux(8, "1"), TypeError, "ThresholdMux threshold must be an integer, not '1'")])
def test_errors(make, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        make()
