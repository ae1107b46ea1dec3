# amaranth: UnusedElaboratable=no
"""The multiplexer's error with low-discrepancy sources, and what its contract refuses. Its exact mean: test_multiply.py."""

import pytest

import models
from gateware.sc.arithmetic.mux_adder import MuxAdder
from gateware.sc.contract import ContractError, Sequence, encoded

from .streams import encode, pairs, rms, sobol


@pytest.mark.parametrize(("bits", "known"), [(8, 0.0029), (10, 0.0005), (12, 0.0002)])
def test_rmse_of_random_pairs(bits, known):
    # 1000 pairs, seed 0; a and b of Sobol dimension 2, select of dimension 1.
    x, y = pairs(bits)
    points, size = sobol(bits), 1 << bits
    a, b = encode(x, points[:, 1]), encode(y, points[:, 1])
    select = encode([size // 2] * len(x), points[:, 0])
    mean = models.golden(MuxAdder()).run({"a": a, "b": b, "select": select}).sum.mean(axis=0)
    assert rms(mean - (x + y) / 2 / size) < known


def test_a_select_of_the_source_of_a_stream_is_refused():
    one, other = (encoded(None, Sequence(name, "shifted")) for name in "ab")
    MuxAdder.contract.check("MuxAdder", {"a": [one], "b": [one], "select": [other]})
    with pytest.raises(ContractError, match="MuxAdder needs b and select with SCC = 0"):
        MuxAdder.contract.check("MuxAdder", {"a": [other], "b": [one], "select": [one]})
