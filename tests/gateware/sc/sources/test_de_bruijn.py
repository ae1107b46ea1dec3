# amaranth: UnusedElaboratable=no
"""The register with the zero state: a permutation, and a de Bruijn sequence of its bits."""

import numpy as np
import pytest

from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.de_bruijn import DeBruijnLFSR
from gateware.sc.sources.lfsr import LFSR
from models import golden


@pytest.mark.parametrize("width", [3, 4, 5, 8, 11, 16])
def test_every_value_appears_once_in_a_period(width):
    size = 1 << width
    random = golden(DeBruijnLFSR(width, seed=size - 1)).run(length=size + 5).random
    assert (np.sort(random[:size]) == np.arange(size)).all()
    assert random[0] == size - 1 and random[:5].tolist() == random[size:].tolist()


def test_every_word_appears_once_among_its_bits():
    bits = (golden(DeBruijnLFSR(8)).run(length=256).random & np.uint64(1)).tolist() * 2
    assert len({tuple(bits[t:t + 8]) for t in range(256)}) == 256


def test_without_zero_it_is_the_plain_register():
    random = golden(DeBruijnLFSR(8, seed=1)).run(length=256).random.tolist()
    assert random[1] == 0
    assert [1, *random[2:]] == golden(LFSR(8, seed=1)).run(length=255).random.tolist()


def test_the_count_of_an_encoder_is_exact_for_every_number():
    random = golden(DeBruijnLFSR(8)).run(length=256).random
    value = np.tile(np.arange(257), (256, 1))
    ones = golden(ComparatorEncoder(8)).run({"value": value, "random": random.astype(np.int64)}).stream.sum(axis=0)
    assert ones.tolist() == list(range(257))


@pytest.mark.parametrize("arguments, error, message", [
    ({"width": 2}, ValueError, "^DeBruijnLFSR width must be between 3 and 32, not 2$"),
    ({"seed": -1}, ValueError, "^DeBruijnLFSR seed must be between 0 and 255, not -1$"),
    ({"seed": 256}, ValueError, "^DeBruijnLFSR seed must be between 0 and 255, not 256$"),
    ({"seed": 0.5}, TypeError, "^DeBruijnLFSR seed must be an integer, not 0.5$"),
    ({"taps": (8, 4)}, ValueError, "^DeBruijnLFSR taps must be the exponents of a primitive polynomial of degree 8, such as "
                                   r"\(8, 6, 5, 4\), not \(8, 4\)$")])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        DeBruijnLFSR(**arguments)
