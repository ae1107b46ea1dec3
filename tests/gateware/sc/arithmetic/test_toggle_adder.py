# amaranth: UnusedElaboratable=no
"""The toggle adder: right behind an LFSR, and exactly how wrong behind a bit-reversed counter."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.toggle_adder import ToggleAdder
from gateware.sc.contract import ContractError, Sequence, encoded
from gateware.sc.sources.lfsr import LFSR

from .streams import encode, pairs, rms, sobol, van_der_corput

MODEL = models.golden(ToggleAdder())


def test_it_takes_them_in_turn():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 2, (2, 1000))
    assert np.array_equal(MODEL.run({"a": a, "b": b}).sum, np.where(np.arange(1000) % 2, b, a) == 1)


@pytest.mark.parametrize("bits", [4, 8])
def test_the_trap_in_closed_form(bits):
    # A bit-reversed counter is below one half in every even clock.
    size = 1 << bits
    x, y = (each.ravel() for each in np.meshgrid(np.arange(size + 1), np.arange(size + 1)))
    source = van_der_corput(bits)
    ones = MODEL.run({"a": encode(x, source), "b": encode(y, source)}).sum.sum(axis=0)
    assert np.array_equal(ones, np.minimum(x, size // 2) + np.maximum(y - size // 2, 0))
    assert rms(ones / size - (x + y) / 2 / size) > 0.1


@pytest.mark.parametrize("bits", [8, 10, 12])
def test_the_trap_of_sobol_dimensions_1_and_2(bits):
    # 1000 pairs, seed 0: 0.146 at every length.
    x, y = pairs(bits)
    points = sobol(bits)
    mean = MODEL.run({"a": encode(x, points[:, 0]), "b": encode(y, points[:, 1])}).sum.mean(axis=0)
    assert rms(mean - (x + y) / 2 / (1 << bits)) == pytest.approx(0.146, abs=0.002)


@pytest.mark.parametrize(("bits", "seed", "known"), [(8, 32, 0.0154), (10, 257, 0.0045), (12, 1143, 0.0040)])
def test_rmse_behind_an_lfsr(bits, seed, known):
    # 1000 pairs, seed 0; one LFSR for both, with the best of its seeds. Measured: 0.0057, 0.0018, 0.0013; the median of the
    # seeds is 0.0137, 0.0059, 0.0028.
    x, y = pairs(bits)
    random = models.golden(LFSR(bits, seed=seed)).run(length=1 << bits).random.astype(np.int64)
    mean = MODEL.run({"a": encode(x, random), "b": encode(y, random)}).sum.mean(axis=0)
    assert rms(mean - (x + y) / 2 / (1 << bits)) < known / 2


def test_low_discrepancy_is_refused():
    van_der_corput_stream, lfsr = encoded(None, Sequence("r", "low discrepancy")), encoded(None, Sequence("l", "shifted"))
    ToggleAdder.contract.check("ToggleAdder", {"a": [lfsr], "b": [lfsr]})
    with pytest.raises(ContractError, match="ToggleAdder needs b without the periodic pattern of a low discrepancy source"):
        ToggleAdder.contract.check("ToggleAdder", {"a": [lfsr], "b": [van_der_corput_stream]})
