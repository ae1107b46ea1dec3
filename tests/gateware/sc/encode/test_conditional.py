# amaranth: UnusedElaboratable=no
"""The conditional encoder: exact among the enabled clocks, whatever enables them."""

import numpy as np
import pytest

from gateware.sc.circuit import connect, number
from gateware.sc.contract import scc
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.encode.conditional import ConditionalEncoder
from gateware.sc.sources.ramp import RampCounter
from models import golden

VALUES = np.arange(17)


@pytest.mark.parametrize("dimension", [None, 1, 2, 7])
def test_every_sixteen_enabled_clocks_have_exactly_the_number_of_ones(dimension):
    model = golden(ConditionalEncoder(4, dimension))
    for p in (0.1, 0.5, 1.0):
        enable = np.random.default_rng(3).random(2000) < p
        stream = model.run({"value": np.tile(VALUES, (2000, 1)), "enable": enable}).stream[enable]
        counts = stream.cumsum(axis=0)
        for end in range(16, len(counts) - 16):
            assert (counts[end + 15] - counts[end - 1] == VALUES).all()


def test_a_product_with_a_ramp_is_right_where_a_comparator_on_it_fails():
    """Of A enabled clocks A B / 64 to within A times the star discrepancy of A points of the Van der Corput sequence, which is at
    most log2(A) / 3 + 1 (R. Bejian and H. Faure, 1977). With a comparator on the same ramp the product is the minimum."""
    model = golden(ConditionalEncoder(6))
    a, b = np.meshgrid(np.arange(65), np.arange(65), indexing="ij")
    enable = np.arange(64)[:, None] < a.ravel()
    stream = model.run({"value": np.tile(b.ravel(), (64, 1)), "enable": enable}).stream
    errors = (stream & enable).sum(axis=0) - a.ravel() * b.ravel() / 64
    assert np.abs(errors).max() < np.log2(64) / 3 + 1


def test_what_a_circuit_knows_of_it():
    enable = connect(ComparatorEncoder(8), value=number("a", 8), random=connect(RampCounter(256)).ramp).stream
    stream = connect(ConditionalEncoder(8), value=number("b", 8), enable=enable).stream
    assert scc(enable.known, stream.known) == 0 and stream.known.serial == "derived" and stream.known.value == "b"


@pytest.mark.parametrize("arguments, error, message", [
    ((0,), ValueError, "^ConditionalEncoder width must be between 1 and 32, not 0$"),
    ((33,), ValueError, "^ConditionalEncoder width must be between 1 and 32, not 33$"),
    ((8, 0), ValueError, "^ConditionalEncoder dimension must be None or between 1 and 32, not 0$"),
    ((8, 33), ValueError, "^ConditionalEncoder dimension must be None or between 1 and 32, not 33$"),
    ((8, "2"), TypeError, "^ConditionalEncoder dimension must be an integer, not '2'$")])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        ConditionalEncoder(*arguments)
