# amaranth: UnusedElaboratable=no
"""Greater and lesser by a counter against running counts, the steady state of the counter, and the error that is published."""

import itertools

import numpy as np
import pytest

import models
from gateware.sc.order.counter import CompareExchange, CounterMaximum, CounterMinimum
from models.steady_state import steady_state

from ..division.streams import encoded, independent, nested, operands, rms, sobol

MODEL, MAXIMUM, MINIMUM = models.golden(CompareExchange()), models.golden(CounterMaximum()), models.golden(CounterMinimum())


def test_every_input_of_seven_clocks():
    bits = np.array(list(itertools.product((0, 1), repeat=14))).T
    a, b = bits[:7], bits[7:]
    outputs = MODEL.run({"a": a, "b": b})
    counts = a.cumsum(axis=0), b.cumsum(axis=0)
    assert (outputs.maximum.cumsum(axis=0) == np.maximum(*counts)).all()
    assert (outputs.minimum.cumsum(axis=0) == np.minimum(*counts)).all()
    assert (outputs.behind[1:] == (counts[0] < counts[1])[:-1]).all() and not outputs.behind[0].any()


def test_long_streams_of_low_discrepancy_are_exact_for_every_prefix():
    x, y = operands(4096, ordered=False)
    a, b = encoded(x, sobol(1, 12, 4096)), encoded(y, sobol(2, 12, 4096))
    counts = a.cumsum(axis=0), b.cumsum(axis=0)
    outputs = MODEL.run({"a": a, "b": b})
    assert (outputs.maximum.cumsum(axis=0) == np.maximum(*counts)).all()
    assert (outputs.minimum.cumsum(axis=0) == np.minimum(*counts)).all()


@pytest.mark.parametrize("clocks", [256, 1024, 4096])
def test_no_error_on_sobol_streams(clocks):
    """1000 random pairs on Sobol dimensions 1 and 2: the RMSE is 0.0000."""
    x, y = operands(clocks, ordered=False)
    bits = clocks.bit_length() - 1
    given = {"a": encoded(x, sobol(1, bits, clocks)), "b": encoded(y, sobol(2, bits, clocks))}
    assert rms(MAXIMUM.run(given).maximum.mean(axis=0) - np.maximum(x, y) / clocks) < 0.00005
    assert rms(MINIMUM.run(given).minimum.mean(axis=0) - np.minimum(x, y) / clocks) < 0.00005


@pytest.mark.parametrize("p, q, related", [(0.5, 0.5, False), (0.3, 0.35, False), (0.8, 0.7, False), (0.4, 0.4, True)])
def test_steady_state(p, q, related):
    shape = (4000, 500)
    a, b = nested(p, q, shape, 1) if related else (independent(p, shape, 2), independent(q, shape, 3))
    outputs = MODEL.run({"a": a, "b": b})
    both, lone_a, lone_b = (p, 0, 0) if related else (p * q, p * (1 - q), q * (1 - p))
    lead = np.arange(-8, 9)
    share = (lone_a / lone_b if lone_b else 1.0)**lead / sum((lone_a / lone_b if lone_b else 1.0)**lead)
    expected = both + lone_a * share[lead >= 0].sum() + lone_b * share[lead <= 0].sum()
    assert outputs.maximum[100:].mean() == pytest.approx(expected, abs=0.003)
    if not related:
        exact = steady_state(CompareExchange(), a=p, b=q)
        assert exact.maximum == pytest.approx(expected, abs=1e-9) and exact.minimum == pytest.approx(p + q - expected, abs=1e-9)
    if p == q and not related:
        assert expected == pytest.approx(p + p * (1 - p) / 17)


@pytest.mark.parametrize("limit", [1, 3])
def test_the_sum_is_kept_in_every_clock_beyond_the_limit_too(limit):
    rng = np.random.default_rng(limit)
    a, b = rng.integers(0, 2, (2, 5000))
    a[1000:2000], b[2000:3500] = 1, 1
    outputs = models.golden(CompareExchange(limit)).run({"a": a, "b": b})
    assert (outputs.maximum.astype(int) + outputs.minimum == a + b).all()


def test_one_output_each_is_that_of_both():
    a, b = np.random.default_rng(5).integers(0, 2, (2, 5000))
    outputs = MODEL.run({"a": a, "b": b})
    assert (MAXIMUM.run({"a": a, "b": b}).maximum == outputs.maximum).all()
    assert (MINIMUM.run({"a": a, "b": b}).minimum == outputs.minimum).all()


@pytest.mark.parametrize("cls", [CompareExchange, CounterMaximum, CounterMinimum])
@pytest.mark.parametrize("limit", [0, 1024])
def test_limit_refused(cls, limit):
    with pytest.raises(ValueError, match=f"^{cls.__name__} limit must be between 1 and 1023, not {limit}$"):
        cls(limit)
