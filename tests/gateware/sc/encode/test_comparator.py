# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.sc.encode.comparator import ComparatorEncoder
from models import golden


@pytest.mark.parametrize("width", [1, 4, 8])
def test_a_permutation_gives_exactly_the_value_0_and_1_included(width):
    size = 1 << width
    random = np.random.default_rng(width).permutation(size)
    value = np.tile(np.arange(size + 1), (size, 1))
    assert golden(ComparatorEncoder(width)).run({"value": value, "random": random}).stream.sum(axis=0).tolist() == list(range(size + 1))


def test_the_operand_has_one_bit_more():
    encoder = ComparatorEncoder(np.int64(8))
    assert (len(encoder.value), len(encoder.random), len(encoder.stream)) == (9, 8, 1)


@pytest.mark.parametrize("width, error, message", [
    (0, ValueError, "ComparatorEncoder width must be between 1 and 32, not 0"),
    (33, ValueError, "ComparatorEncoder width must be between 1 and 32, not 33"),
    (8.0, TypeError, "must be an integer, not "), ("8", TypeError, "must be an integer, not '8'")])
def test_errors(width, error, message):
    with pytest.raises(error, match=message):
        ComparatorEncoder(width)
