import numpy as np
import pytest

from models.networks import Accuracy


# R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17:857-872, 1998,
# table I, method 3.
@pytest.mark.parametrize("correct, total, low, high", [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)])
def test_the_interval_is_the_published_one(correct, total, low, high):
    assert Accuracy(correct, total).interval == pytest.approx((low, high), abs=5e-5)


def test_counting_correct_answers():
    accuracy = Accuracy.of(np.array([1, 2, 3, 3]), np.array([1, 2, 0, 3]))
    assert accuracy == (3, 4) and accuracy.fraction == 0.75
    assert str(accuracy) == "75.00 % (3 of 4, 95 % interval 30.1 to 95.4 %)"


@pytest.mark.parametrize("correct, total", [(-1, 4), (5, 4), (0, 0)])
def test_impossible_counts_are_refused(correct, total):
    with pytest.raises(ValueError, match=rf"0 <= correct <= total and total >= 1, not {correct} of {total}"):
        Accuracy(correct, total)


def test_predictions_and_labels_must_match():
    with pytest.raises(ValueError, match="one prediction per label, not 3 for 2"):
        Accuracy.of(np.zeros(3), np.zeros(2))
