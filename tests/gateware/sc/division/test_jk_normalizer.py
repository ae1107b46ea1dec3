# amaranth: UnusedElaboratable=no
"""The JK flip-flop against its two-state Markov chain."""

import pytest

import models
from gateware.sc.division.jk_normalizer import JKNormalizer
from models.steady_state import steady_state

from .streams import independent, nested

MODEL = models.golden(JKNormalizer())


@pytest.mark.parametrize("p, q", [(0.3, 0.6), (0.9, 0.1), (0.5, 0.5)])
@pytest.mark.parametrize("related", [False, True])
def test_share_in_the_sum_for_any_correlation(p, q, related):
    a, b = nested(p, q, (2000, 500), 1) if related else (independent(p, (2000, 500), 2), independent(q, (2000, 500), 3))
    assert steady_state(JKNormalizer(), a=p, b=q).share == pytest.approx(p / (p + q), abs=1e-12)
    share = MODEL.run({"a": a, "b": b}).share[100:]
    assert share.mean() == pytest.approx(p / (p + q), abs=0.004)
    expected = p * q / (p + q)**2 * (2 / (p + q) - 1) / len(share)
    assert share.mean(axis=0).var() == pytest.approx(expected, rel=0.25)


def test_truth_table():
    for a, b, following in ((0, 0, [0, 0]), (1, 0, [0, 1]), (0, 1, [0, 0]), (1, 1, [0, 1])):
        assert MODEL.run({"a": [a, a], "b": [b, b]}).share.tolist() == following
    assert MODEL.run({"a": [1] * 6, "b": [1] * 6}).share.tolist() == [0, 1] * 3
