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
