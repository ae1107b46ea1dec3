# amaranth: UnusedElaboratable=no
"""The hold divider against its two-state Markov chain: a quotient only where SCC = +1."""

import pytest

import models
from gateware.sc.contract import ContractError, Stream
from gateware.sc.division.share_of_union import ShareOfUnion
from models.steady_state import steady_state

from .streams import independent, nested

MODEL = models.golden(ShareOfUnion())


def share(x, y):
    return MODEL.run({"part": x, "other": y}).share[100:].mean()


def test_nested_streams_give_the_quotient_and_at_most_1():
    assert share(*nested(0.6, 0.9, (2000, 500), 1)) == pytest.approx(2 / 3, abs=0.003)
    assert share(*nested(0.9, 0.6, (2000, 500), 1)) == 1


def test_independent_streams_give_0_625_for_0_6_by_0_9():
    x, y = independent(0.6, (2000, 500), 2), independent(0.9, (2000, 500), 3)
    assert steady_state(ShareOfUnion(), part=0.6, other=0.9).share == pytest.approx(0.6 / (0.6 + 0.4 * 0.9), abs=1e-12)
    assert share(x, y) == pytest.approx(0.625, abs=0.003)


def test_independent_streams_are_refused():
    given = {port: [Stream(frozenset({port}), "independent", (port, 1))] for port in ("part", "other")}
    with pytest.raises(ContractError, match=r"with SCC = \+1, and they have SCC = 0: on independent streams"):
        ShareOfUnion.contract.check("ShareOfUnion", given)
