# amaranth: UnusedElaboratable=no
"""The two-rail multiplier: exact at every clock, so exact in the mean."""

import numpy as np

import models
from gateware.sc.arithmetic.two_rail_multiplier import TwoRailMultiplier

from .streams import joint

MODEL = models.golden(TwoRailMultiplier())


def test_every_input():
    a, b, c, d = joint(4)
    outputs = MODEL.run({"a_positive": a, "a_negative": b, "b_positive": c, "b_negative": d})
    assert np.array_equal(outputs.product_positive.astype(int) - outputs.product_negative, (a - b) * (c - d))
    assert not (outputs.product_positive & outputs.product_negative).any()


def test_the_mean_is_the_product_though_the_rails_overlap():
    # Every pair of 8 x 8 clocks meets once; the rails of a number overlap.
    clock = np.arange(64)
    fast, slow = clock % 8, clock // 8
    for p, n, q, m in ((7, 3, 5, 6), (8, 8, 4, 1), (2, 7, 1, 6), (8, 1, 8, 0)):
        outputs = MODEL.run({"a_positive": fast < p, "a_negative": fast < n, "b_positive": slow < q, "b_negative": slow < m})
        assert outputs.product_positive.sum() - int(outputs.product_negative.sum()) == (p - n) * (q - m)
