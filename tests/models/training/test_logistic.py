import numpy as np
import pytest

from models.training.logistic import STRENGTHS, train_logistic


def test_a_separable_problem_is_learned_and_the_strength_is_one_of_those_tried():
    rng = np.random.default_rng(0)
    labels = np.arange(120) % 3
    pixels = np.eye(3)[labels] + rng.normal(0, 0.1, (120, 3))
    fitted = train_logistic(pixels, labels, np.arange(120) // 3 % 4)
    assert fitted.coefficients.shape == (3, 3) and fitted.intercepts.shape == (3,)
    assert fitted.strength in STRENGTHS
    assert fitted.validation == fitted.training == (120, 120)


def test_the_validation_figure_is_of_images_left_out():
    # Labels without any relation to the pixels: only an image that was seen can be classified better than by chance.
    rng = np.random.default_rng(0)
    labels, pixels = rng.integers(0, 2, 100), rng.normal(size=(100, 80))
    fitted = train_logistic(pixels, labels, np.arange(100) % 5)
    assert fitted.training.fraction > 0.95
    assert fitted.validation.fraction == pytest.approx(0.5, abs=0.2)
