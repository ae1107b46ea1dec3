# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.ramp import RampCounter
from models import golden


@pytest.mark.parametrize("modulus", [2, 10, 64, 255])
def test_it_counts_the_clocks_modulo_the_modulus(modulus):
    assert golden(RampCounter(modulus)).run(length=3 * modulus).ramp.tolist() == [*range(modulus)] * 3


def test_a_stream_has_its_ones_first_and_all_of_them():
    value = np.arange(257)
    ramp = golden(RampCounter(256)).run(length=256).ramp
    stream = golden(ComparatorEncoder(8)).run({"value": np.tile(value, (256, 1)), "random": ramp}).stream
    assert (stream == (np.arange(256)[:, None] < value)).all()


def test_only_a_power_of_two_is_a_permutation_of_binary_numbers():
    assert [modulus for modulus in range(2, 20) if RampCounter(modulus).permutation] == [2, 4, 8, 16]


@pytest.mark.parametrize("modulus, error, message", [
    (1, ValueError, r"^RampCounter modulus must be between 2 and 2\*\*32, not 1$"),
    (2**32 + 1, ValueError, r"^RampCounter modulus must be between 2 and 2\*\*32, not 4294967297$"),
    (2.5, TypeError, "^RampCounter modulus must be an integer, not 2.5$")])
def test_errors(modulus, error, message):
    with pytest.raises(error, match=message):
        RampCounter(modulus)
