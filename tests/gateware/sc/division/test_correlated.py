# amaranth: UnusedElaboratable=no
"""The correlated divider against its closed form, with the right streams and with wrong ones."""

import itertools

import numpy as np
import pytest

import models
from gateware.sc.contract import ContractError, Stream
from gateware.sc.division.correlated import CorrelatedDivider
from models.steady_state import steady_state

from .streams import encoded, independent, nested, operands, rms, sobol

MODEL = models.golden(CorrelatedDivider())


def quotient(x, y):
    return MODEL.run({"dividend": x, "divisor": y}).quotient


def test_it_repeats_the_dividend_of_the_last_one_of_the_divisor():
    bits = np.array(list(itertools.product((0, 1), repeat=12))).T
    x, y = bits[:6], bits[6:]
    for case in range(x.shape[1]):
        assert quotient(x, y)[:, case].tolist() == [
            next((x[s, case] for s in range(t, -1, -1) if y[s, case]), 0) for t in range(6)]


@pytest.mark.parametrize("p, q", [(0.6, 0.9), (0.1, 0.3), (0.5, 0.5), (0.02, 0.9)])
def test_quotient_of_nested_streams(p, q):
    assert quotient(*nested(p, q, (2000, 500), 1)).mean() == pytest.approx(p / q, abs=0.005)


def test_independent_streams_give_the_dividend():
    assert steady_state(CorrelatedDivider(), dividend=0.6, divisor=0.9).quotient == pytest.approx(0.6, abs=1e-12)
    x, y = independent(0.6, (2000, 500), 2), independent(0.9, (2000, 500), 3)
    assert quotient(x, y).mean() == pytest.approx(0.6, abs=0.003)


def test_the_error_on_one_sobol_sequence_does_not_fall_with_the_length():
    for clocks in (256, 1024, 4096):
        x, y = operands(clocks, ordered=True)
        random = sobol(1, clocks.bit_length() - 1, clocks)
        assert rms(quotient(encoded(x, random), encoded(y, random)).mean(axis=0) - x / y) == pytest.approx(0.035, abs=0.001)


def streams(serial="independent", same=True, hi=0.5):
    origin, other = frozenset({"a"}), frozenset({"b"})
    return {"dividend": [Stream(origin, serial, ("a", 1), hi=hi)],
            "divisor": [Stream(origin if same else other, serial, ("a" if same else "b", 1), lo=0.5)]}


def test_contract():
    contract = CorrelatedDivider.contract
    contract.check("CorrelatedDivider", streams())
    with pytest.raises(ContractError, match=r"needs dividend and divisor with SCC = \+1, and they have SCC = 0: encode both"):
        contract.check("CorrelatedDivider", streams(same=False))
    with pytest.raises(ContractError, match="needs dividend at most divisor"):
        contract.check("CorrelatedDivider", streams(hi=0.6))
    with pytest.raises(ContractError, match="they are low discrepancy: encode it from a LeapForwardLFSR"):
        contract.check("CorrelatedDivider", streams("low discrepancy"))
