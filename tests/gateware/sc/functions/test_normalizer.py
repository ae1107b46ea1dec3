# amaranth: UnusedElaboratable=no
"""Shares of a sum against the shares, and what the usual flip-flops of many inputs give instead."""

import math

import numpy as np
import pytest

import models
from gateware.sc.division.jk_normalizer import JKNormalizer
from gateware.sc.functions.normalizer import Normalizer
from models.steady_state import steady_state


@pytest.mark.parametrize("values", [(0.2, 0.5), (0.1, 0.9, 0.9), (0, 0.3, 1, 0.01)])
def test_shares(values):
    exact = steady_state(Normalizer(len(values)), streams=values, select="uniform").shares
    assert exact == pytest.approx([p / sum(values) for p in values], abs=1e-9)
    assert Normalizer.expectation(*values) == pytest.approx(exact, abs=1e-9)


def test_two_streams_are_a_jk_flip_flop():
    assert steady_state(Normalizer(2), streams=(0.2, 0.7), select="uniform").shares[0] == pytest.approx(
        steady_state(JKNormalizer(), a=0.2, b=0.7).share)


def test_flip_flops_with_the_others_or_ed_are_no_shares():
    values = (0.3, 0.6, 0.8)
    outputs = [steady_state(JKNormalizer(), a=p, b=1 - math.prod(1 - q for q in values[:i] + values[i + 1:])).share
               for i, p in enumerate(values)]
    assert outputs == pytest.approx([0.3 / (0.3 + 0.92), 0.6 / (0.6 + 0.86), 0.8 / (0.8 + 0.72)])
    assert abs(sum(outputs) - 1) > 0.1


def test_one_share_in_every_clock_and_the_variance():
    rng, n, length = np.random.default_rng(3), 3, 1 << 14
    streams = (rng.random((length, 200, n)) < (0.2, 0.5, 0.9)) @ (1, 2, 4)
    shares = models.golden(Normalizer(n)).run({"streams": streams, "select": rng.integers(0, n, (length, 200))}).shares
    assert (np.bitwise_count(shares) == 1).all()
    q = 0.5 / 1.6
    predicted = q * (1 - q) * (2 * n / 1.6 - 1) / length
    assert np.var((shares >> np.uint64(1) & np.uint64(1)).mean(axis=0)) == pytest.approx(predicted, rel=0.3)


@pytest.mark.parametrize("width", [1, 65])
def test_refused(width):
    with pytest.raises(ValueError, match=f"^Normalizer width must be between 2 and 64, not {width}$"):
        Normalizer(width)
