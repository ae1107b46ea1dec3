# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.sc.decode.up_down_counter import BipolarCounter, TwoRailCounter
from models import golden

KINDS = [BipolarCounter, TwoRailCounter]


def test_every_prefix_of_a_two_rail_stream():
    plus, minus = np.random.default_rng(0).integers(0, 2, (2, 1000))
    difference = golden(TwoRailCounter(1000)).run({"plus": plus, "minus": minus}).difference
    assert (difference == (plus - minus).cumsum()).all()


def test_every_prefix_of_a_bipolar_stream():
    stream = np.random.default_rng(1).integers(0, 2, 1000)
    assert (golden(BipolarCounter(1000)).run({"stream": stream}).difference == 2 * stream.cumsum() - np.arange(1, 1001)).all()


@pytest.mark.parametrize("length", [1, 10, 256])
def test_full_scale_is_reached_and_nothing_wraps(length):
    for bit, end in ((1, length), (0, -length)):
        bits = np.full(length + 20, bit)
        for got in (golden(BipolarCounter(length)).run({"stream": bits}).difference,
                    golden(TwoRailCounter(length)).run({"plus": bits, "minus": 1 - bits}).difference):
            assert np.abs(got).tolist() == [*range(1, length), *[length] * 21] and got[-1] == end


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length, error, message", [
    (0, ValueError, r"length must be between 1 and 2\*\*32, not 0$"),
    (2**32 + 1, ValueError, r"length must be between 1 and 2\*\*32, not 4294967297$"),
    (8.0, TypeError, "length must be an integer, not 8.0$")])
def test_errors(kind, length, error, message):
    with pytest.raises(error, match=f"^{kind.__name__} {message}"):
        kind(length)
