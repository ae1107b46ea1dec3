# amaranth: UnusedElaboratable=no
"""Sobol points against SciPy's, the direction numbers against published ones, permutations against counting."""

import numpy as np
import pytest
from scipy.stats import qmc

from gateware.sc.sources.sobol import Sobol, direction_numbers
from models import golden


def points(width, dimension, length, **arguments):
    return golden(Sobol(width, dimension, **arguments)).run(length=length).random.astype(np.int64)


@pytest.fixture(scope="module")
def reference():
    return (qmc.Sobol(32, scramble=False, bits=12).random(4096) * 4096).astype(np.int64)


@pytest.mark.parametrize("dimension", [1, 2, 3, 7, 20, 32])
def test_the_points_are_those_of_scipy(dimension, reference):
    assert points(12, dimension, 4096).tolist() == reference[:, dimension - 1].tolist()


@pytest.mark.parametrize("dimension", range(1, 33))
def test_the_direction_numbers_of_every_dimension_are_those_of_scipy(dimension, reference):
    # The Gray code changes its bit k before the point 2**k, so successive points differ by the direction numbers.
    changes = [int(reference[2**k, dimension - 1] ^ reference[2**k - 1, dimension - 1]) for k in range(12)]
    assert list(direction_numbers(dimension, 12)) == changes


@pytest.mark.parametrize("dimension, numbers", [
    (1, "8000 4000 2000 1000 0800 0400 0200 0100 0080 0040 0020 0010 0008 0004 0002 0001"),
    (2, "8000 C000 A000 F000 8800 CC00 AA00 FF00 8080 C0C0 A0A0 F0F0 8888 CCCC AAAA FFFF"),
    (8, "8000 4000 A000 5000 8800 2400 1200 2D00 7680 9E40 0820 6410 B228 7D14 FEA2 BA49")])
def test_direction_numbers_of_sixteen_bits(dimension, numbers):
    assert [f"{number:04X}" for number in direction_numbers(dimension, 16)] == numbers.split()


@pytest.mark.parametrize("arguments", [{"dimension": 1}, {"dimension": 2}, {"dimension": 29}, {"dimension": 5, "shift": 200}])
def test_every_value_appears_once_in_a_period(arguments):
    random = points(8, length=512, **arguments)
    assert sorted(random[:256]) == list(range(256)) and (random[:256] == random[256:]).all()
    assert random[0] == arguments.get("shift", 0)


def test_a_net_in_two_dimensions():
    """Of 2**8 points of dimensions 1 and 2, every elementary interval of area 2**-8 holds exactly one."""
    x, y = points(8, 1, 256), points(8, 2, 256)
    for k in range(9):
        assert len({(a >> (8 - k), b >> k) for a, b in zip(x.tolist(), y.tolist())}) == 256


@pytest.mark.parametrize("arguments, error, message", [
    ((0,), ValueError, "^Sobol width must be between 1 and 32, not 0$"),
    ((33,), ValueError, "^Sobol width must be between 1 and 32, not 33$"),
    ((8, 0), ValueError, "^Sobol dimension must be between 1 and 32, not 0$"),
    ((8, 33), ValueError, "^Sobol dimension must be between 1 and 32, not 33$"),
    ((8, "2"), TypeError, "^Sobol dimension must be an integer, not '2'$"),
    ((8.0,), TypeError, "^Sobol width must be an integer, not 8.0$")])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        Sobol(*arguments)


@pytest.mark.parametrize("shift", [-1, 256])
def test_shift_refused(shift):
    with pytest.raises(ValueError, match=f"^Sobol shift must be between 0 and 255, not {shift}$"):
        Sobol(8, shift=shift)
