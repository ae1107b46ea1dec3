# amaranth: UnusedElaboratable=no
"""Pairs of sources for a product of 256 clocks, against figures of an independent model; and exact pairs."""

import numpy as np
import pytest

from gateware.sc.sources.de_bruijn import DeBruijnLFSR
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.sc.sources.van_der_corput import VanDerCorput
from gateware.sc.sources.wiring import BitReversal
from models import golden

from .products import product_rmse


def numbers(source, length=256):
    return golden(source).run(length=length)[0].astype(np.int64)


@pytest.mark.parametrize("second, rmse", [(2, 0.00125), (4, 0.0013), (5, 0.0013), (7, 0.0013), (8, 0.0088)])
def test_sobol_pairs(second, rmse):
    assert product_rmse(numbers(Sobol(8, 1)), numbers(Sobol(8, second))) == pytest.approx(rmse, abs=0.00006)


def test_a_counter_and_its_bits_in_reverse():
    ramp = numbers(RampCounter(256))
    reversed_ = golden(BitReversal(8)).run({"random": ramp}).reversed
    assert reversed_.tolist() == numbers(VanDerCorput(8)).tolist()
    assert product_rmse(ramp, reversed_) == pytest.approx(0.00142, abs=0.00001)


def test_a_register_and_its_bits_in_reverse():
    random = numbers(LFSR(8))
    assert product_rmse(random, golden(BitReversal(8)).run({"random": random}).reversed) == pytest.approx(0.0024, abs=0.0001)


def test_the_best_phase_of_the_register_with_zero():
    random = numbers(DeBruijnLFSR(8))
    errors = {phase: product_rmse(random, np.roll(random, -phase)) for phase in (1, 5, 6, 7, 128)}
    assert min(errors, key=errors.get) == 6 and errors[6] == pytest.approx(0.00201, abs=0.00002)


@pytest.mark.parametrize("bits", [4, 5])
def test_sobol_dimensions_1_and_2_are_exact_at_twice_the_bits(bits):
    """Operands of n bits behind sources of 2 n bits: the product of all operands is exact in 4**n clocks."""
    length = 1 << 2 * bits
    first, second = (numbers(Sobol(2 * bits, dimension), length) >> bits for dimension in (1, 2))
    a, b = (r[:, None] < np.arange((1 << bits) + 1) for r in (first, second))
    operands = np.arange((1 << bits) + 1)
    assert (a.T.astype(int) @ b.astype(int) == np.outer(operands, operands)).all()
