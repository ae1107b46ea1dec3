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


def test_the_best_phase_of_eight_bits():
    """31 is the best of all phases, with an RMSE of 0.0017 on the 33 x 33 grid; the median is 0.0042, the worst 0.051."""
    period = golden(LFSR(8)).run(length=255).random.astype(np.int64)
    ones = period[:, None] < np.arange(0, 257, 8)
    # The count of both over a period plus one clock, the 256th being the first again, with the second stream any phase later.
    first = np.vstack([ones, ones[:1]]).astype(float)
    errors = {}
    for phase in range(1, 255):
        second = np.vstack([np.roll(ones, -phase, axis=0), ones[phase:phase + 1]]).astype(float)
        exact = np.outer(np.arange(33), np.arange(33)) / 32**2
        errors[phase] = np.sqrt(np.mean((first.T @ second / 256 - exact)**2))
    assert min(errors, key=errors.get) == 31
    assert errors[31] == pytest.approx(0.00171, abs=0.00002)
    assert np.median(list(errors.values())) == pytest.approx(0.0042, abs=0.0002)
    assert max(errors.values()) == pytest.approx(0.0512, abs=0.0005)
    outputs = golden(PhaseShiftedLFSR(8, 31)).run(length=256)
    assert product_rmse(outputs.random, outputs.shifted) == pytest.approx(errors[31], abs=1e-12)


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
