# amaranth: UnusedElaboratable=no
"""The moving averages against the moments of independent bits and against sums of the last bits."""

import numpy as np
import pytest

from gateware.sc.decode.moving_average import ExponentialAverage, SlidingWindow
from models import golden


def bernoulli(p, length, seed):
    return np.random.default_rng(seed).random((length, 500)) < p


@pytest.mark.parametrize("shift", [2, 4])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_mean_and_variance_are_those_of_a_first_order_filter(p, shift):
    """With 12 bits the rounding is far below the noise: mean p, variance p (1 - p) / (2**(k + 1) - 1)."""
    model = golden(ExponentialAverage(12, shift))
    mean = model.run({"stream": bernoulli(p, 600, shift)}).mean[200:] / 4096
    variance = p * (1 - p) / (2**(shift + 1) - 1)
    # 200,000 values, of which about one in 2**(k + 1) is independent.
    standard_error = np.sqrt(variance * 2**(shift + 1) / mean.size)
    assert mean.mean() == pytest.approx(p, abs=4 * standard_error)
    assert mean.var() == pytest.approx(variance, rel=0.05)


def test_of_a_narrow_average_the_mean_is_right_within_half_a_step():
    """The steady state of the Markov chain of 4 + 2 bits with independent bits, solved exactly."""
    model = golden(ExponentialAverage(4, 2))
    states = np.arange(64, dtype=np.uint64)
    (zero, _), (one, _) = (model.advance((states,), {"stream": np.full((1, 64), bit)}) for bit in (0, 1))
    outputs = model.advance((states,), {"stream": np.zeros((1, 64), int)})[1].mean[0], \
        model.advance((states,), {"stream": np.ones((1, 64), int)})[1].mean[0]
    for p in np.linspace(0.05, 0.95, 19):
        transition = np.zeros((64, 64))
        np.add.at(transition, (states.astype(int), zero.average.astype(int)), 1 - p)
        np.add.at(transition, (states.astype(int), one.average.astype(int)), p)
        equations = np.vstack([transition.T - np.eye(64), np.ones(64)])
        steady = np.linalg.lstsq(equations, np.append(np.zeros(64), 1.0), rcond=None)[0]
        assert steady @ ((1 - p) * outputs[0] + p * outputs[1]) / 16 == pytest.approx(p, abs=0.5 / 16)


@pytest.mark.parametrize("width, shift", [(1, 1), (4, 2), (8, 4), (8, 9)])
def test_constant_streams_reach_both_ends_and_complements_add_up(width, shift):
    model = golden(ExponentialAverage(width, shift))
    length = 40 << shift
    ones = model.run({"stream": np.ones(length, int)}).mean
    assert ones[-1] == 1 << width and (np.diff(ones) >= 0).all()
    assert not model.run({"stream": np.zeros(length, int)}).mean.any()
    bits, top = np.random.default_rng(2).integers(0, 2, (300, 1)), (1 << (width + shift)) - 1
    a, b = (model.advance((np.array([start], np.uint64),), {"stream": stream})[0].average
            for start, stream in ((top // 3, bits), (top - top // 3, 1 - bits)))
    assert a + b == top


def test_a_step_is_followed_with_the_time_constant():
    mean = golden(ExponentialAverage(16, 6)).run({"stream": np.ones(1000, int)}).mean / 65536
    t = np.arange(1, 1001)
    assert np.abs(mean - (1 - (1 - 1 / 64)**t)).max() < 0.0006


@pytest.mark.parametrize("window", [2, 5, 64])
def test_the_sliding_window_is_the_sum_of_the_last_bits(window):
    stream = np.random.default_rng(window).integers(0, 2, 5000)
    stream[1000:1100] = 1
    ones = golden(SlidingWindow(window)).run({"stream": stream}).ones
    assert ones.tolist() == np.convolve(stream, np.ones(window, int))[:5000].tolist() and ones.max() == window


@pytest.mark.parametrize("arguments, error, message", [
    ((0, 4), ValueError, "^ExponentialAverage width must be between 1 and 24, not 0$"),
    ((25, 4), ValueError, "^ExponentialAverage width must be between 1 and 24, not 25$"),
    ((8, 0), ValueError, "^ExponentialAverage shift must be between 1 and 16, not 0$"),
    ((8, 17), ValueError, "^ExponentialAverage shift must be between 1 and 16, not 17$"),
    ((8, 4.0), TypeError, "^ExponentialAverage shift must be an integer, not 4.0$")])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        ExponentialAverage(*arguments)


@pytest.mark.parametrize("window, error, message", [
    (1, ValueError, "^SlidingWindow window must be between 2 and 64, not 1$"),
    (65, ValueError, "^SlidingWindow window must be between 2 and 64, not 65$"),
    ("5", TypeError, "^SlidingWindow window must be an integer, not '5'$")])
def test_window_errors(window, error, message):
    with pytest.raises(error, match=message):
        SlidingWindow(window)
