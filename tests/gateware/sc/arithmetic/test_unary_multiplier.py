# amaranth: UnusedElaboratable=no
"""The unary multipliers against counts of SciPy's sequence, for every stream and number."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.unary_multiplier import BipolarUnaryMultiplier, UnaryMultiplier

from .streams import balanced, encode, pairs, rms, sobol

BITS = 4
SIZE = 1 << BITS


def counts(bits):
    """C(A, B), the first A numbers of the sequence that are below B, as a table for A to twice the period."""
    sequence = np.tile(balanced(bits), 2)
    below = sequence[:, None] < np.arange((1 << bits) + 1)[None, :]
    return np.vstack([np.zeros_like(below[:1], int), below.cumsum(axis=0)])


MODEL, BIPOLAR = models.golden(UnaryMultiplier(BITS)), models.golden(BipolarUnaryMultiplier(BITS))


@pytest.mark.parametrize("source", ["ramp", "random"])
def test_the_ones_are_the_sequence_s_at_every_moment(source):
    table, clocks = counts(BITS), 2 * SIZE
    rng = np.random.default_rng(3)
    value = np.tile(np.repeat(np.arange(SIZE + 1), 8), (clocks, 1))
    stream = np.sort(rng.random(value.shape) < 0.6, axis=0)[::-1] if source == "ramp" else rng.random(value.shape) < 0.6
    ones, zeros = stream.cumsum(axis=0), (~stream).cumsum(axis=0)
    assert np.array_equal(MODEL.run({"stream": stream, "value": value}).product.cumsum(axis=0), table[ones, value])
    product = BIPOLAR.run({"stream": stream, "value": value}).product.cumsum(axis=0)
    assert np.array_equal(product, table[ones, value] + zeros - table[zeros, value])


@pytest.mark.parametrize("bits", range(1, 11))
def test_bound_of_the_sequence(bits):
    size = 1 << bits
    error = counts(bits)[:size + 1] - np.outer(np.arange(size + 1), np.arange(size + 1)) / size
    bound = np.log2(np.maximum(np.arange(size + 1), 1)) / 3 + 1
    assert (abs(error) <= bound[:, None]).all() and not error[-1].any()


@pytest.mark.parametrize(("bits", "unipolar", "bipolar"), [(8, 0.0028, 0.0045), (10, 0.0008, 0.0023), (12, 0.0002, 0.0005)])
def test_rmse_of_random_pairs(bits, unipolar, bipolar):
    # 1000 pairs, seed 0; the stream is of Sobol dimension 1. The bounds are the best figures known of this operator.
    x, y = pairs(bits)
    size, stream = 1 << bits, encode(x, sobol(bits)[:, 0])
    value = np.tile(y, (size, 1))
    product = models.golden(UnaryMultiplier(bits)).run({"stream": stream, "value": value}).product.mean(axis=0)
    assert rms(product - x * y / size**2) < unipolar
    product = models.golden(BipolarUnaryMultiplier(bits)).run({"stream": stream, "value": value}).product.mean(axis=0)
    assert rms(2 * product - 1 - (2 * x / size - 1) * (2 * y / size - 1)) < bipolar


@pytest.mark.parametrize("cls", [UnaryMultiplier, BipolarUnaryMultiplier])
@pytest.mark.parametrize(("width", "error", "message"), [(0, ValueError, "width must be between 1 and 32, not 0"),
                                                         (33, ValueError, "width must be between 1 and 32, not 33"),
                                                         (8.5, TypeError, "width must be an integer, not 8.5")])
def test_errors(cls, width, error, message):
    with pytest.raises(error, match=rf"^{cls.__name__} {message}$"):
        cls(width)
