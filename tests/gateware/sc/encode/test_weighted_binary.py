# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.sc.circuit import connect, number
from gateware.sc.contract import scc
from gateware.sc.encode.weighted_binary import WeightedBinaryEncoder
from gateware.sc.sources.lfsr import LFSR
from models import golden


@pytest.mark.parametrize("width", [1, 4, 8])
def test_a_permutation_gives_exactly_the_value_0_and_1_included(width):
    size = 1 << width
    random = np.random.default_rng(width).permutation(size)
    value = np.tile(np.arange(size + 1), (size, 1))
    ones = golden(WeightedBinaryEncoder(width)).run({"value": value, "random": random}).stream.sum(axis=0)
    assert ones.tolist() == list(range(size + 1))


def test_a_register_without_zero_loses_nothing_but_the_clock_of_1():
    random = golden(LFSR(8)).run(length=255).random
    value = np.tile(np.arange(257), (255, 1))
    ones = golden(WeightedBinaryEncoder(8)).run({"value": value, "random": random}).stream.sum(axis=0)
    assert ones.tolist() == [*range(256), 255]


def test_a_bit_of_the_number_is_taken_where_the_random_number_has_its_highest_one():
    encoder = golden(WeightedBinaryEncoder(8))
    random = np.arange(256)
    for bit in range(8):
        stream = encoder.run({"value": np.full(256, 1 << bit), "random": random}).stream
        assert np.flatnonzero(stream).tolist() == list(range(1 << bit, 2 << bit))


def test_in_a_circuit_streams_of_one_source_are_of_unknown_correlation():
    random = connect(LFSR(8)).random
    a, b = (connect(WeightedBinaryEncoder(8), value=number(name, 8), random=random).stream.known for name in "ab")
    assert scc(a, b) is None and a.serial == "shifted" and a.value == "a"


@pytest.mark.parametrize("width, error, message", [
    (0, ValueError, "^WeightedBinaryEncoder width must be between 1 and 32, not 0$"),
    (33, ValueError, "^WeightedBinaryEncoder width must be between 1 and 32, not 33$"),
    (8.0, TypeError, "^WeightedBinaryEncoder width must be an integer, not 8.0$")])
def test_errors(width, error, message):
    with pytest.raises(error, match=message):
        WeightedBinaryEncoder(width)
