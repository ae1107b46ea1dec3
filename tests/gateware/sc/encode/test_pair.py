# amaranth: UnusedElaboratable=no
"""Encoder pairs: the product of all operands, exact in the deterministic modes."""

import numpy as np
import pytest

from gateware.sc.arithmetic.multiply import AndMultiplier
from gateware.sc.circuit import connect, number
from gateware.sc.encode.pair import EncoderPair
from models import golden

DETERMINISTIC = ["clock division", "rotation", "relatively prime"]


def ones_of_the_product(pair, value_a, value_b):
    """Ones of the AND over a period, for each of the operands."""
    value = {name: np.broadcast_to(each, (pair.length, len(each))) for name, each in (("value_a", value_a), ("value_b", value_b))}
    a, b = golden(pair).run(value)
    return (a & b).sum(axis=0)


@pytest.mark.parametrize("mode", DETERMINISTIC)
def test_products_of_all_operands_of_four_bits_are_exact(mode):
    pair = EncoderPair(4, mode)
    a, b = (each.ravel() for each in np.meshgrid(np.arange(17), np.arange(pair.scale_b + 1)))
    assert (ones_of_the_product(pair, a, b) == a * b).all() and pair.length == 16 * pair.scale_b


@pytest.mark.parametrize("mode", DETERMINISTIC)
def test_products_of_six_and_eight_bits_are_exact(mode):
    for width, operands in ((6, [0, 1, 13, 31, 32, 33, 63]), (8, [0, 1, 77, 129, 255])):
        pair = EncoderPair(width, mode)
        a, b = (each.ravel() for each in np.meshgrid([*operands, 1 << width], [*operands, pair.scale_b]))
        assert (ones_of_the_product(pair, a, b) == a * b).all()


def test_the_error_of_the_low_discrepancy_mode():
    pair = EncoderPair(8)
    a, b = (each.ravel() for each in np.meshgrid(np.arange(0, 257, 8), np.arange(0, 257, 8)))
    errors = ones_of_the_product(pair, a, b) / 256 - a * b / 65536
    assert (pair.length, pair.scale_b) == (256, 256)
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(0.00142, abs=0.00001)


@pytest.mark.parametrize("mode", ["low discrepancy", *DETERMINISTIC])
def test_a_multiplier_takes_the_pair(mode):
    # The second number reaches 255 only, which every mode takes.
    streams = connect(EncoderPair(8, mode), value_a=number("a", 8), value_b=number("b", 8, hi=255 / 256))
    assert connect(AndMultiplier(), a=streams.a, b=streams.b).product.known is not None


@pytest.mark.parametrize("arguments, error, message", [
    ((8, "exact"), ValueError, "^EncoderPair mode must be 'low discrepancy', 'clock division', 'rotation', 'relatively prime', "
                               "not 'exact'$"),
    ((8, 3), ValueError, "^EncoderPair mode must be .*, not 3$"),
    ((0,), ValueError, "^EncoderPair width must be between 1 and 32 in the mode 'low discrepancy', not 0$"),
    ((17, "rotation"), ValueError, "^EncoderPair width must be between 1 and 16 in the mode 'rotation', not 17$"),
    ((1, "relatively prime"), ValueError, "^EncoderPair width must be between 2 and 16 in the mode 'relatively prime', not 1$"),
    ((4.0,), TypeError, "^EncoderPair width must be an integer, not 4.0$")])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        EncoderPair(*arguments)
