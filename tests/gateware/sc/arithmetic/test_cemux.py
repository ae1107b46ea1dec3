# amaranth: UnusedElaboratable=no
"""The correlation-enhanced multiplexer: how often it takes each stream, its bound, and its error."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.cemux import CeMux
from gateware.sc.contract import ContractError, Sequence, encoded

from .streams import encode, joined, pairs, rms, sobol, van_der_corput

WEIGHTS = (3, -1, 0, 2, 10)


@pytest.mark.parametrize("order", ["ramp", "bit reversed"])
def test_each_stream_is_taken_as_often_as_its_weight(order):
    component = CeMux(WEIGHTS, order=order)
    for k, weight in enumerate(WEIGHTS):
        rest = [[0] * 16] * len(WEIGHTS)
        rest[k] = [1] * 16
        # Against all streams 0, where an inverted one gives 1.
        ones = models.golden(component).run({"streams": joined(*np.array(rest))}).sum.sum()
        assert ones == 1 + weight


@pytest.mark.parametrize("order", ["ramp", "bit reversed"])
def test_the_bound_of_a_period(order):
    # 2000 sets of four numbers, seed 2; the source is the other of ramp and bit-reversed counter.
    bits, weights = 8, (37, -91, 75, 53)
    x = np.random.default_rng(2).integers(0, 257, (4, 2000))
    source = van_der_corput(bits) if order == "ramp" else np.arange(256)
    streams = joined(*(encode(each, source) for each in x))
    ones = models.golden(CeMux(weights, order=order)).run({"streams": streams}).sum.sum(axis=0)
    v = 2 * x / 256 - 1
    error = (2 * ones - 256 - np.tensordot(weights, v, 1)) / 2
    assert abs(error).max() <= 4 * (bits / 3 + 1)


@pytest.mark.parametrize(("bits", "known"), [(8, 0.0020), (10, 0.0005), (12, 0.0002)])
def test_rmse_of_two(bits, known):
    # 1000 pairs, seed 0, both of Sobol dimension 1.
    x, y = pairs(bits)
    size, source = 1 << bits, sobol(bits)[:, 0]
    streams = joined(encode(x, source), encode(y, source))
    mean = models.golden(CeMux((size // 2, size // 2))).run({"streams": streams}).sum.mean(axis=0)
    assert rms(mean - (x + y) / 2 / size) < known


def test_its_streams_are_of_one_source():
    one, other = (encoded(None, Sequence(name, "shifted")) for name in "ab")
    CeMux((1, 1)).contract.check("CeMux", {"streams": [one, one]})
    with pytest.raises(ContractError, match=r"CeMux needs streams\[0\] and streams\[1\] with SCC = \+1"):
        CeMux((1, 1)).contract.check("CeMux", {"streams": [one, other]})


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: CeMux((4,)), ValueError, "weights must be 2 to 64 integers, not 1"),
    (lambda: CeMux((1,) * 65), ValueError, "weights must be 2 to 64 integers, not 65"),
    (lambda: CeMux((1, 2)), ValueError, "weights must have magnitudes with a sum of a power of two from 2 to 2\\*\\*16, not 3"),
    (lambda: CeMux((0, 0)), ValueError, "weights must have magnitudes with a sum of a power of two from 2 to 2\\*\\*16, not 0"),
    (lambda: CeMux((0.5, 0.5)), TypeError, "weights must be an integer, not 0.5"),
    (lambda: CeMux((1, 1), order="sobol"), ValueError, "order must be 'ramp' or 'bit reversed', not 'sobol'")])
def test_errors(make, error, message):
    with pytest.raises(error, match=f"^CeMux {message}$"):
        make()
