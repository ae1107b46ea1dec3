# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.sc.circuit import connect, number
from gateware.sc.contract import scc
from gateware.sc.encode.bit_selector import BitSelectEncoder
from models import golden


@pytest.mark.parametrize("width", [1, 3, 8])
def test_the_count_is_exact_for_every_number_in_every_period(width):
    size = 1 << width
    value = np.tile(np.arange(size + 1), (2 * size, 1))
    stream = golden(BitSelectEncoder(width)).run({"value": value}).stream
    assert stream[:size].sum(axis=0).tolist() == list(range(size + 1)) == stream[size:].sum(axis=0).tolist()


def test_bits_are_chosen_in_the_order_of_the_ruler():
    """X = abcd in binary: nothing, d is every 16th, c every 8th, b every 4th, a every 2nd clock: 0abacabadabacaba read by clocks."""
    order = "0abacabadabacaba"
    for value in range(16):
        bits = dict(zip("0abcd", (0, *(value >> k & 1 for k in (3, 2, 1, 0)))))
        stream = golden(BitSelectEncoder(4)).run({"value": np.full(16, value)}).stream
        # a: t odd, b: t = 2 mod 4, c: t = 4 mod 8, d: t = 8, nothing: t = 0.
        assert stream.astype(int).tolist() == [bits[letter] for letter in order]


def test_every_prefix_is_near_the_number():
    """Each of the n bits contributes a periodic stream, less than one off at every clock, and half of them on the average."""
    stream = golden(BitSelectEncoder(8)).run({"value": np.tile(np.arange(257), (256, 1))}).stream
    ideal = np.arange(1, 257)[:, None] * np.arange(257) / 256
    assert np.abs(stream.cumsum(axis=0) - ideal).max() < 8 / 2


def test_what_a_circuit_knows_of_it():
    a, b = (connect(BitSelectEncoder(8), value=number(name, 8)).stream.known for name in "ab")
    assert scc(a, b) is None and a.serial == "low discrepancy" and a.value == "a"


@pytest.mark.parametrize("width, error, message", [
    (0, ValueError, "^BitSelectEncoder width must be between 1 and 32, not 0$"),
    (33, ValueError, "^BitSelectEncoder width must be between 1 and 32, not 33$"),
    ("8", TypeError, "^BitSelectEncoder width must be an integer, not '8'$")])
def test_errors(width, error, message):
    with pytest.raises(error, match=message):
        BitSelectEncoder(width)
