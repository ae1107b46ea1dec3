# amaranth: UnusedElaboratable=no
"""The regenerator: ones kept window by window, and the correlation of two outputs."""

import numpy as np
import pytest

from gateware.sc.circuit import connect, number
from gateware.sc.contract import scc
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.encode.low_discrepancy import LowDiscrepancyRegenerator
from gateware.sc.sources.lfsr import LFSR
from models import golden


def regenerated(bits, *arguments, **options):
    return golden(LowDiscrepancyRegenerator(*arguments, **options)).run({"stream": bits}).regenerated


def windows(bits, size):
    return bits.reshape(-1, size).sum(axis=1)


@pytest.fixture(scope="module")
def streams():
    rng = np.random.default_rng(5)
    p = np.repeat(rng.random((2, 50)), 256, axis=1)
    return rng.random(p.shape) < p


@pytest.mark.parametrize("width, dimension, mirrored", [(1, None, False), (4, None, False), (4, 3, True), (8, 2, False)])
def test_each_window_has_the_ones_of_the_window_before(width, dimension, mirrored, streams):
    size = LowDiscrepancyRegenerator(width).window
    bits = streams[0].copy()
    bits[:2 * size] = [1] * size + [0] * size
    output = regenerated(bits, width, dimension, mirrored=mirrored)
    assert windows(output, size).tolist() == [0, *windows(bits, size)[:-1]]


def test_one_sequence_nests_the_streams_and_its_mirror_keeps_them_apart(streams):
    a, b, c = (regenerated(bits, 4, mirrored=mirrored) for bits, mirrored in zip((*streams, streams[1]), (False, False, True)))
    ones = [windows(each, 16) for each in (a, b)]
    assert (windows(a & b, 16) == np.minimum(*ones)).all()
    assert (windows(a & c, 16) == np.maximum(0, ones[0] + ones[1] - 16)).all()


def test_different_sequences_make_a_product_of_equal_streams():
    """Squares: x & x is x, and two regenerations of x multiply. Errors in windows of 256, with a fixed number each."""
    rng = np.random.default_rng(7)
    value = np.repeat(rng.integers(0, 257, 60), 256)
    stream = rng.permuted(np.tile(np.arange(256), (60, 1)), axis=1).ravel() < value
    both = regenerated(stream, 8, 1) & regenerated(stream, 8, 2)
    errors = windows(both, 256)[1:] / 256 - (value[::256][:-1] / 256)**2
    assert np.sqrt(np.mean(errors**2)) < 0.003


def test_what_a_circuit_knows_of_it():
    random = connect(LFSR(8)).random
    a, b = (connect(ComparatorEncoder(8), value=number(name, 8), random=random).stream for name in "ab")
    same, other, mirror = (connect(component, stream=stream).regenerated.known for component, stream in (
        (LowDiscrepancyRegenerator(4), a), (LowDiscrepancyRegenerator(4, 2), b), (LowDiscrepancyRegenerator(4, mirrored=True), b)))
    assert (scc(same, other), scc(same, mirror), scc(same, b.known)) == (0, -1, 0)
    assert same.serial == "low discrepancy" and same.value == "a"


@pytest.mark.parametrize("arguments, options, error, message", [
    ((0,), {}, ValueError, "^LowDiscrepancyRegenerator width must be between 1 and 16, not 0$"),
    ((17,), {}, ValueError, "^LowDiscrepancyRegenerator width must be between 1 and 16, not 17$"),
    ((4, 33), {}, ValueError, "^LowDiscrepancyRegenerator dimension must be None or between 1 and 32, not 33$"),
    ((4, 2.0), {}, TypeError, "^LowDiscrepancyRegenerator dimension must be an integer, not 2.0$"),
    ((4,), {"mirrored": 1}, TypeError, "^LowDiscrepancyRegenerator mirrored must be True or False, not 1$")])
def test_errors(arguments, options, error, message):
    with pytest.raises(error, match=message):
        LowDiscrepancyRegenerator(*arguments, **options)
