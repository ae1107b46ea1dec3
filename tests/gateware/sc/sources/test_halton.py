# amaranth: UnusedElaboratable=no
"""The Halton sequence against SciPy's and against exact fractions; the ones of an encoder against their closed form."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import qmc

from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.halton import Halton
from gateware.sc.sources.van_der_corput import VanDerCorput
from models import golden


def radical_inverse(t, base):
    value, unit = Fraction(0), Fraction(1, base)
    while t:
        value, t, unit = value + unit * (t % base), t // base, unit / base
    return value


@pytest.mark.parametrize("base, width", [(3, 8), (5, 4), (7, 10), (6, 7), (64, 8)])
def test_numbers_are_the_exact_floor_over_a_whole_period(base, width):
    component = Halton(base, width)
    random = golden(component).run(length=component.length + 3).random.astype(np.int64)
    exact = [int(radical_inverse(t, base) * (1 << width)) for t in range(component.length)]
    assert random.tolist() == exact + exact[:3]
    assert component.length == base**component.digits >= 1 << width > base**(component.digits - 1)


def test_the_first_primes_are_the_dimensions_of_scipy():
    points = qmc.Halton(3, scramble=False).random(100)
    for dimension, base in enumerate((2, 3, 5)):
        random = golden(Halton(base, 8)).run(length=100).random.astype(np.int64)
        # In floating point a multiple of 1/256 may be missed by a bit downwards; there is none but in base 2.
        assert random.tolist() == np.floor(points[:, dimension] * 256 + 1e-9).astype(int).tolist()


def test_in_base_2_it_is_the_van_der_corput_sequence():
    component = Halton(2, 6)
    assert component.permutation and not Halton(3, 6).permutation
    assert golden(component).run(length=128).random.tolist() == golden(VanDerCorput(6)).run(length=128).random.tolist()


@pytest.mark.parametrize("base", [3, 5])
def test_ones_over_a_period(base):
    """Of the b**D values m / b**D those below X / 2**n: the least integer not below X b**D / 2**n."""
    component = Halton(base, 6)
    random = golden(component).run(length=component.length).random
    value = np.tile(np.arange(65), (component.length, 1))
    ones = golden(ComparatorEncoder(6)).run({"value": value, "random": random.astype(np.int64)}).stream.sum(axis=0)
    assert ones.tolist() == [-(-X * component.length // 64) for X in range(65)]


@pytest.mark.parametrize("arguments, error, message", [
    ((1, 8), ValueError, "^Halton base must be between 2 and 64, not 1$"),
    ((65, 8), ValueError, "^Halton base must be between 2 and 64, not 65$"),
    ((3, 0), ValueError, "^Halton width must be between 1 and 16, not 0$"),
    ((3, 17), ValueError, "^Halton width must be between 1 and 16, not 17$"),
    ((3.0, 8), TypeError, "^Halton base must be an integer, not 3.0$")])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        Halton(*arguments)
