# amaranth: UnusedElaboratable=no
"""The leaping register: every leap-th value of the plain one, and streams without serial correlation."""

import numpy as np
import pytest

from gateware.sc.sources.leap_forward import LeapForwardLFSR
from gateware.sc.sources.lfsr import LFSR
from models import golden


@pytest.mark.parametrize("width, leap", [(3, 4), (6, 8), (8, 8), (8, 13), (12, 16), (16, 16), (16, 1001)])
def test_it_is_the_plain_register_at_every_leap(width, leap):
    plain = golden(LFSR(width, seed=5)).run(length=leap * 200).random
    assert golden(LeapForwardLFSR(width, leap, seed=5)).run(length=200).random.tolist() == plain[::leap].tolist()


@pytest.mark.parametrize("width", [3, 6, 8, 12])
def test_every_value_but_zero_appears_once_in_a_period(width):
    period = (1 << width) - 1
    random = golden(LeapForwardLFSR(width)).run(length=period + 2).random
    assert (np.sort(random[:period]) == np.arange(1, 1 << width)).all()
    assert random[:2].tolist() == random[period:].tolist()


def autocorrelations(random, threshold):
    """Correlation coefficients of a stream of a cyclic source with itself 1 to 7 clocks later."""
    stream = (random < threshold).astype(float)
    return np.array([np.corrcoef(stream, np.roll(stream, -lag))[0, 1] for lag in range(1, 8)])


def test_the_shift_of_a_plain_register_shows_and_the_leap_removes_it():
    period = (1 << 16) - 1
    plain, leaping = (golden(cls(16)).run(length=period).random for cls in (LFSR, LeapForwardLFSR))
    # Shifting right, r' is r / 2 or r / 2 + 1/2: below a threshold of 1/4 with probability 1/2 if r was, so the covariance is
    # 1/4 * 1/2 - 1/16, a third of the variance 3/16.
    assert autocorrelations(plain, period // 4)[0] == pytest.approx(1 / 3, abs=0.001)
    for threshold in (period // 4, period // 2, 3 * period // 5):
        assert np.abs(autocorrelations(leaping, threshold)).max() < 0.02


@pytest.mark.parametrize("width, leap", [(6, 8), (8, 8), (12, 16), (20, 23), (21, 22)])
def test_the_default_is_the_least_leap_of_full_period(width, leap):
    assert LeapForwardLFSR(width).leap == leap


@pytest.mark.parametrize("arguments, error, message", [
    ({"width": 33}, ValueError, "^LeapForwardLFSR width must be between 3 and 32, not 33$"),
    ({"leap": 7}, ValueError, "^LeapForwardLFSR leap must be between 8 and 247 for 8 bits, not 7$"),
    ({"leap": 248}, ValueError, "^LeapForwardLFSR leap must be between 8 and 247 for 8 bits, not 248$"),
    ({"leap": 10}, ValueError, "^LeapForwardLFSR leap must have no common factor with the period 255, not 10, which would "
                               "shorten it to 51$"),
    ({"leap": 8.0}, TypeError, "^LeapForwardLFSR leap must be an integer, not 8.0$"),
    ({"seed": 0}, ValueError, "^LeapForwardLFSR seed must be between 1 and 255, not 0, which would lock the register up$")])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        LeapForwardLFSR(**arguments)
