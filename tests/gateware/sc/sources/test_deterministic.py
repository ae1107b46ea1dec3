# amaranth: UnusedElaboratable=no
"""Every pair of numbers once in a period, which makes every product exact."""

import numpy as np
import pytest

from gateware.sc.sources.deterministic import ClockDivision, RelativelyPrime, Rotation
from models import golden

KINDS = [ClockDivision, Rotation, RelativelyPrime]


def pairs(component, length):
    first, second = (each.astype(np.int64) for each in golden(component).run(length=length))
    return first, second


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [4, 6, 8])
def test_every_pair_comes_once_in_a_period(kind, width):
    component, size = kind(width), 1 << width
    others = size - 1 if kind is RelativelyPrime else size
    assert component.length == size * others
    first, second = pairs(component, component.length + 5)
    codes = first * others + second
    assert (np.sort(codes[:component.length]) == np.arange(component.length)).all()
    assert codes[:5].tolist() == codes[component.length:].tolist()


def test_the_numbers_are_those_of_their_definitions():
    t = np.arange(2 * 64)
    for kind, expected in ((ClockDivision, t // 8 % 8), (Rotation, (t + t // 8) % 8), (RelativelyPrime, t % 7)):
        first, second = pairs(kind(3), len(t))
        assert first.tolist() == (t % 8).tolist() and second.tolist() == expected.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_errors(kind):
    least = 2 if kind is RelativelyPrime else 1
    for width in (least - 1, 17):
        with pytest.raises(ValueError, match=f"^{kind.__name__} width must be between {least} and 16, not {width}$"):
            kind(width)
    with pytest.raises(TypeError, match=f"^{kind.__name__} width must be an integer, not '4'$"):
        kind("4")
