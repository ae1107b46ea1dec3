"""The baseline: a logistic regression on the pixels, its regularisation chosen by cross-validation."""

from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from models.networks import Accuracy

__all__ = ["Logistic", "train_logistic"]

STRENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


class Logistic(NamedTuple):
    """Coefficients (classes, inputs), intercepts (classes,), the chosen C, and how often it is right."""

    coefficients: np.ndarray
    intercepts: np.ndarray
    strength: float
    validation: Accuracy
    training: Accuracy


def train_logistic(pixels, labels, folds):
    """Fit on all images with the C that classifies most images correctly when their fold is left out.

    Parameters
    ----------
    pixels : array of float, (N, inputs)
        0 to 1.
    labels, folds : arrays of int, (N,)
        Classes, and the validation fold of each image.

    Returns
    -------
    Logistic
    """
    def fit(strength, chosen):
        return LogisticRegression(C=strength, max_iter=5000).fit(pixels[chosen], labels[chosen])

    def validate(strength):
        predicted = np.empty_like(labels)
        for fold in np.unique(folds):
            predicted[folds == fold] = fit(strength, folds != fold).predict(pixels[folds == fold])
        return Accuracy.of(predicted, labels)

    with threadpool_limits(1):  # sums in one order, whatever the machine's cores
        validation = {strength: validate(strength) for strength in STRENGTHS}
        best = max(STRENGTHS, key=lambda strength: validation[strength].correct)
        model = fit(best, np.full(len(labels), True))
    return Logistic(model.coef_, model.intercept_, best, validation[best],
                    Accuracy.of(model.predict(pixels), labels))
