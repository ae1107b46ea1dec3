"""How often a classifier is right, and how well that is known."""

from math import sqrt
from operator import index
from typing import NamedTuple

__all__ = ["Accuracy"]

NORMAL_95 = 1.959963984540054


class Accuracy(NamedTuple("Accuracy", [("correct", int), ("total", int)])):
    """``correct`` answers out of ``total``.

    Parameters
    ----------
    correct, total : int
        ``0 <= correct <= total``, ``total`` at least 1.

    Raises
    ------
    ValueError
        If they are not.
    """

    __slots__ = ()

    def __new__(cls, correct, total):
        correct, total = index(correct), index(total)
        if not 0 <= correct <= total or not total:
            raise ValueError(f"accuracy needs 0 <= correct <= total and total >= 1, not {correct} of {total}")
        return super().__new__(cls, correct, total)

    @classmethod
    def of(cls, predicted, labels):
        """Compare two arrays of classes of the same length."""
        if len(predicted) != len(labels):
            raise ValueError(f"accuracy needs one prediction per label, not {len(predicted)} for {len(labels)}")
        return cls(int((predicted == labels).sum()), len(labels))

    @property
    def fraction(self):
        """Correct answers over all."""
        return self.correct / self.total

    @property
    def interval(self):
        r"""The 95 % interval (low, high) of the fraction.

        .. math:: \frac{\hat p + z^2/2n \pm z\sqrt{\hat p(1 - \hat p)/n + z^2/4n^2}}{1 + z^2/n}, \qquad z = 1.96

        Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22:209-212,
        1927, doi:10.1080/01621459.1927.10502953.
        """
        n, p, z = self.total, self.fraction, NORMAL_95
        center, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        scale = 1 + z * z / n
        return max(0.0, (center - half) / scale), min(1.0, (center + half) / scale)

    def __str__(self):
        low, high = self.interval
        return f"{100 * self.fraction:.2f} % ({self.correct} of {self.total}, 95 % interval {100 * low:.1f} to {100 * high:.1f} %)"
