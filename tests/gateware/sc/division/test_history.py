# amaranth: UnusedElaboratable=no
"""The divider with a history against the bits that it may repeat, its closed form, and the error that is published."""

import numpy as np
import pytest

import models
from gateware.sc.contract import ContractError, Sequence, Stream
from gateware.sc.division.history import HistoryDivider
from models.steady_state import steady_state

from .streams import encoded, nested, operands, rms, sobol

MODEL = models.golden(HistoryDivider(4))


def test_in_a_gap_it_repeats_the_bit_that_the_index_names():
    rng = np.random.default_rng(0)
    x, y, index = rng.integers(0, 2, 5000), rng.integers(0, 2, 5000), rng.integers(0, 4, 5000)
    quotient = MODEL.run({"dividend": x, "divisor": y, "index": index}).quotient
    # The dividend's bits at the ones of the divisor, the newest last, after the initial history, whose older half is 1.
    kept = np.r_[1, 1, 0, 0, x[y == 1]]
    before = np.cumsum(y) - y
    assert quotient.tolist() == np.where(y, x, kept[before + 3 - index]).tolist()


@pytest.mark.parametrize("p, q", [(0.6, 0.9), (0.1, 0.3), (0.5, 0.5)])
def test_quotient_of_nested_streams(p, q):
    x, y = nested(p, q, (2000, 500), 1)
    index = np.random.default_rng(2).integers(0, 4, 2000)
    assert MODEL.run({"dividend": x, "divisor": y, "index": index}).quotient.mean() == pytest.approx(p / q, abs=0.005)
    assert steady_state(HistoryDivider(4), dividend=p, divisor=q, index="uniform").quotient == pytest.approx(p, abs=1e-9)


@pytest.mark.parametrize("clocks, dimension, bound", [(256, 1, 0.0104), (1024, 3, 0.0070), (4096, 3, 0.0069)])
def test_error_with_one_sobol_sequence_for_both(clocks, dimension, bound):
    """1000 random pairs X <= Y, both on one Sobol dimension, the index from the top bits of dimension 6."""
    x, y = operands(clocks, ordered=True)
    random = sobol(dimension, clocks.bit_length() - 1, clocks)
    inputs = {"dividend": encoded(x, random), "divisor": encoded(y, random), "index": sobol(6, 2, clocks)}
    assert rms(MODEL.run(inputs).quotient.mean(axis=0) - x / y) <= bound


@pytest.mark.parametrize("depth", [0, 1, 3, 128])
def test_depth_refused(depth):
    with pytest.raises(ValueError, match=f"^HistoryDivider depth must be a power of two between 2 and 64, not {depth}$"):
        HistoryDivider(depth)
    with pytest.raises(TypeError, match=r"^HistoryDivider depth must be an integer, not 2\.5$"):
        HistoryDivider(2.5)


def test_an_index_from_the_source_of_the_operands_is_refused():
    stream = Stream(frozenset({"a"}), "low discrepancy", ("a", 1), lo=0.5, hi=0.5)
    for origin, refused in (("a", True), ("b", False)):
        given = {"dividend": [stream], "divisor": [stream], "index": [Sequence(origin, "low discrepancy")]}
        if refused:
            with pytest.raises(ContractError, match="index and divisor with SCC = 0.*: draw the index from a source of its own"):
                HistoryDivider.contract.check("HistoryDivider", given)
        else:
            HistoryDivider.contract.check("HistoryDivider", given)
