import numpy as np
import pytest

from models.packed import unpack
from models.random_streams import bernoulli


def test_moments_of_independent_bits():
    p = np.linspace(0, 1, 101)
    bits = unpack(bernoulli(p, 10_007, 3), 10_007).astype(float)
    assert (np.abs(bits.mean(axis=1) - p) <= 4.5 * np.sqrt(p * (1 - p) / 10_007)).all()
    middle = bits[50] - bits[50].mean()
    assert max(abs(np.mean(middle[lag:] * middle[:-lag])) * 4 for lag in range(1, 20)) < 4.5 / np.sqrt(10_007)


def test_0_and_1_are_exact_and_nothing_lies_past_the_end():
    words = bernoulli([0.0, 1.0], 70, 0)
    assert words.tolist() == [[0, 0], [2**64 - 1, 63]]
    assert bernoulli(0.5, 0, 0).shape == (0,) and bernoulli(0.5, 128, 0).shape == (2,)


def test_a_seed_gives_the_same_bits_and_another_one_others():
    assert bernoulli(0.5, 256, 7).tolist() == bernoulli(0.5, 256, 7).tolist() != bernoulli(0.5, 256, 8).tolist()


@pytest.mark.parametrize("arguments, error, message", [
    ((1.5, 8, 0), ValueError, "^p must be between 0 and 1, not 1.5$"), ((-0.1, 8, 0), ValueError, "^p must be between 0 and 1, not -0.1$"),
    (([0.5, float("nan")], 8, 0), ValueError, "^p must be between 0 and 1, not nan$"),
    ((0.5, -1, 0), ValueError, "^length must be at least 0, not -1$"), ((0.5, 8, -1), ValueError, "^seed must be at least 0, not -1$"),
    ((0.5, 8.0, 0), TypeError, "float"), (("half", 8, 0), ValueError, "half")])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        bernoulli(*arguments)
