# amaranth: UnusedElaboratable=no
"""The constant gain: a floor of a product at every moment."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.constant_gain import ConstantGain


@pytest.mark.parametrize(("numerator", "denominator"), [(1, 1), (1, 3), (5, 8), (7, 7), (255, 257), (1, 65536), (65535, 65536)])
def test_every_prefix_is_the_floor_of_the_product(numerator, denominator):
    stream = np.random.default_rng(denominator).random((5000, 4)) < [0.1, 0.5, 0.9, 1.0]
    product = models.golden(ConstantGain(numerator, denominator)).run({"stream": stream}).product
    assert np.array_equal(product.cumsum(axis=0), stream.cumsum(axis=0) * numerator // denominator)


@pytest.mark.parametrize(("numerator", "denominator", "error", "message"), [
    (1, 0, ValueError, "denominator must be between 1 and 2\\*\\*16, not 0"),
    (1, 65537, ValueError, "denominator must be between 1 and 2\\*\\*16, not 65537"),
    (4, 3, ValueError, "numerator must be between 1 and the denominator 3, not 4"),
    (0, 3, ValueError, "numerator must be between 1 and the denominator 3, not 0"),
    (0.5, 3, TypeError, "numerator must be an integer, not 0.5"),
    (1, None, TypeError, "denominator must be an integer, not None")])
def test_errors(numerator, denominator, error, message):
    with pytest.raises(error, match=f"^ConstantGain {message}$"):
        ConstantGain(numerator, denominator)
