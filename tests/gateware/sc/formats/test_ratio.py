# amaranth: UnusedElaboratable=no
"""Ratios against the fractions they stand for, some beyond 1."""

import numpy as np
import pytest

import models
from gateware.sc.circuit import connect, number
from gateware.sc.contract import ContractError
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.formats.ratio import RatioAdder, RatioDivider, RatioMultiplier
from gateware.sc.sources.sobol import Sobol

CASES = [(0.6, 0.4, -0.5, 0.8), (-0.3, 0.9, 0.7, 0.5), (0.9, -0.3, 0.8, 0.6), (0.2, 1.0, -0.4, 1.0)]
CLOCKS = 400_000


def run(component, a, b, c, d, seed=1):
    """Bipolar values of numerator and denominator, of independent streams."""
    streams = np.random.default_rng(seed).random((4, CLOCKS)) < (1 + np.array([a, b, c, d])[:, None]) / 2
    return [2 * each.mean() - 1 for each in models.golden(component).run(dict(zip(component.inputs._fields, streams)))]


@pytest.mark.parametrize(("a", "b", "c", "d"), CASES)
def test_arithmetic(a, b, c, d):
    for component, numerator, denominator, truth in (
            (RatioMultiplier(), a * c, b * d, a / b * (c / d)), (RatioDivider(), a * d, b * c, a / b / (c / d)),
            (RatioAdder(), (a * d + c * b) / 2, b * d / 2, a / b + c / d)):
        given = run(component, a, b, c, d)
        assert given == pytest.approx([numerator, denominator], abs=0.006)
        assert given[0] / given[1] == pytest.approx(truth, rel=0.08)


def test_the_sum_halves_its_terms_at_every_moment():
    """Whatever the streams: each output has half of its terms' ones, but for less than one."""
    bits = np.random.default_rng(2).integers(0, 2, (4, 2000, 30))
    a, b, c, d = 2 * bits - 1
    outputs = models.golden(RatioAdder()).run(dict(zip(("a_numerator", "a_denominator", "b_numerator", "b_denominator"), bits)))
    numerator = ((a * d + 1) // 2 + (c * b + 1) // 2).cumsum(axis=0) / 2 - outputs.numerator.cumsum(axis=0)
    toggles = (np.arange(2000)[:, None] % 2).cumsum(axis=0)
    denominator = (((b * d + 1) // 2).cumsum(axis=0) + toggles) / 2 - outputs.denominator.cumsum(axis=0)
    for excess in (numerator, denominator):
        assert excess.min() >= 0 and excess.max() < 1


def test_shared_sources_refused():
    a, b, c, d = (connect(ComparatorEncoder(8), value=number(name, 8), random=connect(Sobol(8, dimension)).random).stream
                  for name, dimension in zip("abcd", (1, 2, 2, 1)))
    connect(RatioMultiplier(), a_numerator=a, a_denominator=b, b_numerator=c, b_denominator=d)
    with pytest.raises(ContractError, match="^RatioDivider needs a_numerator and b_denominator with SCC = 0"):
        connect(RatioDivider(), a_numerator=a, a_denominator=b, b_numerator=c, b_denominator=d)
    with pytest.raises(ContractError, match="^RatioAdder needs a_numerator and b_denominator with SCC = 0"):
        connect(RatioAdder(), a_numerator=a, a_denominator=b, b_numerator=c, b_denominator=d)
