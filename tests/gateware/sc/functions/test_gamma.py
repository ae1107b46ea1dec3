# amaranth: UnusedElaboratable=no
"""Gamma correction against the power and the published accuracy."""

import numpy as np
import pytest

from gateware.sc.functions.gamma import GammaCorrection


def test_published_accuracy():
    component = GammaCorrection(16)
    x = np.linspace(0, 1, 10001)[1:]
    error = np.array([component.expectation(each) - each**0.45 for each in x.tolist()])
    assert np.sqrt(np.mean(error**2)) <= 0.0048
    assert np.abs(error[x > 0.02]).max() <= 0.0112
    assert component.expectation(0) == pytest.approx(0.0955, abs=1e-5)


@pytest.mark.parametrize("width", [4, 8, 32])
def test_coefficients_are_rounded(width):
    published = (0.0955, 0.7207, 0.3476, 0.9988, 0.7017, 0.9695, 0.9939)
    for ours, theirs in zip(GammaCorrection(width).params.coefficients, published, strict=True):
        assert abs(ours / 2**width - theirs) <= 0.5001 / 2**width


def test_refused():
    with pytest.raises(ValueError, match="^GammaCorrection width must be between 4 and 32, not 3$"):
        GammaCorrection(3)
