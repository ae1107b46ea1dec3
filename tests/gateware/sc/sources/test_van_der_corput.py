# amaranth: UnusedElaboratable=no
"""The Van der Corput sequence against digits written out, and against SciPy's in base 2."""

import numpy as np
import pytest
from scipy.stats import qmc

from gateware.sc.sources.van_der_corput import VanDerCorput
from models import golden


@pytest.mark.parametrize("width, digit", [(8, 1), (8, 2), (6, 3), (5, 5), (1, 1)])
def test_the_digits_are_those_of_the_count_in_reverse_order(width, digit):
    random = golden(VanDerCorput(width, digit)).run(length=2 << width).random.astype(np.int64)
    base, digits = 1 << digit, width // digit
    reversed_ = [int(np.base_repr(t, base).zfill(digits)[::-1], base) for t in range(1 << width)]
    assert random.tolist() == reversed_ * 2
    assert sorted(reversed_) == list(range(1 << width))


def test_in_base_two_it_is_the_sequence_of_scipy():
    expected = qmc.Halton(1, scramble=False).random(256)[:, 0] * 256
    assert golden(VanDerCorput(8)).run(length=256).random.tolist() == expected.tolist()


def test_a_shift_is_an_exclusive_or():
    plain, shifted = (golden(VanDerCorput(8, shift=shift)).run(length=256).random for shift in (0, 0xAA))
    assert (shifted == plain ^ np.uint64(0xAA)).all()


@pytest.mark.parametrize("shift, bound", [(0, 0.00142), (0xAA, 0.00107)])
def test_products_with_a_ramp(shift, bound):
    """RMSE over the 33 x 33 grid at N = 256: the digital shift takes the bias of the last bits away."""
    random = golden(VanDerCorput(8, shift=shift)).run(length=256).random.astype(int)
    steps = np.arange(0, 257, 8)
    ones = (steps[:, None] > np.arange(256)).astype(int) @ (steps[:, None] > random).astype(int).T
    assert np.sqrt(np.mean((ones / 256 - np.outer(steps, steps) / 65536) ** 2)) <= bound + 5e-6


def test_a_shift_out_of_range_is_refused():
    with pytest.raises(ValueError, match="^VanDerCorput shift must be between 0 and 15, not 16$"):
        VanDerCorput(4, shift=16)


@pytest.mark.parametrize("arguments, error, message", [
    ((0,), ValueError, "^VanDerCorput width must be between 1 and 32, not 0$"),
    ((33,), ValueError, "^VanDerCorput width must be between 1 and 32, not 33$"),
    ((8, 3), ValueError, "^VanDerCorput digit must divide the width 8, not be 3$"),
    ((8, 0), ValueError, "^VanDerCorput digit must divide the width 8, not be 0$"),
    ((8, 16), ValueError, "^VanDerCorput digit must divide the width 8, not be 16$"),
    ((8, 1.0), TypeError, "^VanDerCorput digit must be an integer, not 1.0$")])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        VanDerCorput(*arguments)
