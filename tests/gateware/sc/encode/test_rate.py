# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.sc.circuit import connect, number
from gateware.sc.contract import scc
from gateware.sc.encode.rate import RateModulator
from models import golden


@pytest.mark.parametrize("width", [1, 3, 8])
def test_every_prefix_has_the_floor_of_the_ones_for_every_number(width):
    size = 1 << width
    stream = golden(RateModulator(width)).run({"value": np.tile(np.arange(size + 1), (2 * size, 1))}).stream
    t = np.arange(1, 2 * size + 1)[:, None]
    assert (stream.cumsum(axis=0) == t * np.arange(size + 1) // size).all()


def test_a_changing_number_loses_nothing():
    value = np.random.default_rng(0).integers(0, 257, 5000)
    stream = golden(RateModulator(8)).run({"value": value}).stream
    assert (stream.cumsum() == value.cumsum() // 256).all()


def test_ones_are_evenly_spaced():
    stream = golden(RateModulator(8)).run({"value": np.full(2560, 77)}).stream
    gaps = np.diff(np.flatnonzero(stream))
    assert set(gaps) == {256 // 77, 256 // 77 + 1}


def test_what_a_circuit_knows_of_it():
    a, b = (connect(RateModulator(8), value=number(name, 8)).stream.known for name in "ab")
    assert scc(a, b) is None and a.serial == "low discrepancy" and a.value == "a"


@pytest.mark.parametrize("width, error, message", [
    (0, ValueError, "^RateModulator width must be between 1 and 32, not 0$"),
    (33, ValueError, "^RateModulator width must be between 1 and 32, not 33$"),
    (8.0, TypeError, "^RateModulator width must be an integer, not 8.0$")])
def test_errors(width, error, message):
    with pytest.raises(error, match=message):
        RateModulator(width)
