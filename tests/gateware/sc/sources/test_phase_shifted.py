# amaranth: UnusedElaboratable=no
"""The second output against the first one later, and the error of products over the phases against published figures."""

import numpy as np
import pytest

from gateware.sc.circuit import connect
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.phase_shifted import PhaseShiftedLFSR
from models import golden

from .products import product_rmse


@pytest.mark.parametrize("width, phase, seed", [(8, 31, 1), (8, 254, 200), (4, 7, 9), (16, 12345, 0xACE1)])
def test_the_second_output_is_the_first_one_phase_clocks_later(width, phase, seed):
    outputs = golden(PhaseShiftedLFSR(width, phase, seed=seed)).run(length=phase + 300)
    assert outputs.shifted[:300].tolist() == outputs.random[phase:].tolist()
    assert outputs.random[:300].tolist() == golden(LFSR(width, seed=seed)).run(length=300).random.tolist()


@pytest.mark.parametrize("width, best, rmse, median, worst", [
    (6, 50, 0.01143, 0.01616, 0.0512), (7, 65, 0.00437, 0.00867, 0.0512), (8, 31, 0.00171, 0.00415, 0.0512),
    (9, 502, 0.00063, 0.00189, 0.0512), (10, 5, 0.00017, 0.00085, 0.0512)])
def test_the_best_of_all_phases(width, best, rmse, median, worst):
    """RMSE of the product of 2**n clocks on the 33 x 33 grid, by trying all phases, against an independent model's figures."""
    size = 1 << width
    period = golden(LFSR(width)).run(length=size - 1).random.astype(np.int64)
    ones = (period[:, None] < np.arange(33) * (size // 32)).astype(float)
    exact = np.outer(np.arange(33), np.arange(33)) / 32**2
    # One clock more than a period: it begins anew, the second stream being the first one, phase clocks later.
    first, repeated, errors = np.vstack([ones, ones[:1]]), np.vstack([ones, ones]), {}
    for phase in range(1, size - 1):
        errors[phase] = np.sqrt(np.mean((first.T @ repeated[phase:phase + size] / size - exact)**2))
    assert min(errors.values()) == pytest.approx(rmse, abs=0.00001) and errors[best] == pytest.approx(min(errors.values()))
    assert np.median(list(errors.values())) == pytest.approx(median, rel=0.01)
    assert max(errors.values()) == pytest.approx(worst, rel=0.02)


def test_the_best_phase_of_eight_bits_in_hardware():
    outputs = golden(PhaseShiftedLFSR(8, 31)).run(length=256)
    assert product_rmse(outputs.random, outputs.shifted) == pytest.approx(0.00171, abs=0.00001)


def test_in_a_circuit_it_is_known_to_be_two_seeds_of_the_plain_register():
    numbers = connect(PhaseShiftedLFSR(8, 31))
    later = golden(LFSR(8)).run(length=32).random[31]
    assert numbers.random.known == connect(LFSR(8)).random.known
    assert numbers.shifted.known == connect(LFSR(8, seed=int(later))).random.known


@pytest.mark.parametrize("arguments, error, message", [
    ({"width": 2}, ValueError, "^PhaseShiftedLFSR width must be between 3 and 32, not 2$"),
    ({"phase": 0}, ValueError, "^PhaseShiftedLFSR phase must be between 1 and 254, not 0$"),
    ({"phase": 255}, ValueError, "^PhaseShiftedLFSR phase must be between 1 and 254, not 255$"),
    ({"phase": 1.5}, TypeError, "^PhaseShiftedLFSR phase must be an integer, not 1.5$"),
    ({"seed": 0}, ValueError, "^PhaseShiftedLFSR seed must be between 1 and 255, not 0, which would lock the register up$")])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        PhaseShiftedLFSR(**arguments)
