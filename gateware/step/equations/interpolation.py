"""Interpolated tables of functions of one variable: equal segments, a polynomial of order 1 to 3 in each."""

import functools
from dataclasses import dataclass

from .arrays import evaluate_array

__all__ = ["Fit", "MAX_SEGMENTS", "fit", "flat_tails"]

MAX_SEGMENTS = 512
_ORDERS = (1, 2, 3)


@dataclass(frozen=True)
class Fit:
    """Polynomials on equal segments of ``2**shift`` steps of the argument.

    Attributes
    ----------
    shift : int
    coefficients : tuple of tuple of float
        By power, then by segment: of the place within a segment, from 0 to 1.
    error : float
        The greatest deviation found.
    lowest, highest : float
        The function's values lie between.
    """

    shift: int
    coefficients: tuple
    error: float
    lowest: float
    highest: float

    @property
    def largest(self):
        """The greatest magnitude of the function."""
        return max(abs(self.lowest), abs(self.highest))

    @property
    def order(self):
        return len(self.coefficients) - 1

    @property
    def segments(self):
        return len(self.coefficients[0])


def flat_tails(root, name, lo, hi, fraction, relative_error):
    """``(lo, hi)`` of the smallest interval outside which a function is constant to a quarter of the error; as given if it is nowhere."""
    import numpy as np
    x = lo + np.unique(np.linspace(0, hi - lo, min(hi - lo, 4096) + 1).astype(np.int64))
    values = _values(root, name, x * 2.0**-fraction, None, 2.0**-fraction)
    if values is None:
        return lo, hi
    tolerance = relative_error * float(np.abs(values).max()) / 4
    above = np.flatnonzero(np.abs(values - values[0]) > tolerance)
    below = np.flatnonzero(np.abs(values - values[-1]) > tolerance)
    first = int(x[max(above[0] - 1, 0)]) if len(above) else lo
    last = int(x[min(below[-1] + 1, len(x) - 1)]) if len(below) else hi
    return (first, last) if first < last else (lo, hi)


@functools.lru_cache(maxsize=4096)
def fit(root, name, lo, hi, fraction, relative_error, limit=None):
    """The cheapest :class:`Fit` of a function of the variable ``name`` over ``lo .. hi`` (in units of ``2**-fraction``).

    Parameters
    ----------
    root : Expression
    name : str
    lo, hi : int
    fraction : int
    relative_error : float
        Greatest deviation, relative to the greatest magnitude.
    limit : float, optional
        Magnitude at which the function is cut.

    Returns
    -------
    Fit or None
        None where no order and at most 512 segments reach the error.
    """
    import numpy as np
    span = hi - lo
    step = 2.0**-fraction
    probe = lo + np.unique(np.linspace(0, span, min(span, 4096) + 1).astype(np.int64))
    values = _values(root, name, probe * step, limit, step)
    if values is None:
        return None
    largest = float(np.abs(values).max())
    if largest == 0.0:
        return Fit(max(span.bit_length(), 1), ((0.0,), (0.0,)), 0.0, 0.0, 0.0)
    goal, best = relative_error * largest, None
    for order in _ORDERS:
        for log_segments in range(2, MAX_SEGMENTS.bit_length()):
            shift = max(span.bit_length() - log_segments, 0)
            if best is not None and _cost(((span >> shift) + 1), order) >= best[0]:
                break
            found = _fit(root, name, lo, hi, step, shift, order, limit)
            if found is not None and found.error <= goal:
                best = _cost(found.segments, order), Fit(shift, found.coefficients, found.error, float(values.min()), float(values.max()))
                break
            if shift == 0:
                break
    return best and best[1]


def _cost(segments, order):
    """Words of tables, and what a further product and sum are worth of them."""
    return segments * (order + 1) + 48 * order


def _values(root, name, x, limit, step):
    import numpy as np
    values = np.broadcast_to(evaluate_array(root, {name: x}), x.shape).astype(float)
    bad = ~np.isfinite(values) & ~(np.isinf(values) & (limit is not None))
    if bad.any():
        # A removable singularity that has no name: the mean of both sides.
        sides = [np.broadcast_to(evaluate_array(root, {name: x[bad] + d * step * 1e-3}), x[bad].shape) for d in (-1, 1)]
        values = values.copy()
        values[bad] = (sides[0] + sides[1]) / 2
        if not np.isfinite(values[bad]).all():
            return None
    return values if limit is None else np.clip(values, -limit, limit)


def _fit(root, name, lo, hi, step, shift, order, limit):
    import numpy as np
    count = ((hi - lo) >> shift) + 1
    starts = lo + (np.arange(count, dtype=np.int64) << shift)
    short = 0 < (hi + 1 - starts[-1]) < (1 << shift) // 16
    widths = np.minimum(starts + (1 << shift), hi + (shift == 0)) - starts
    share = np.maximum(widths, 1) / float(1 << shift)      # of the last segment, what lies within the range
    nodes = (1 - np.cos(np.pi * (np.arange(order + 1) + 0.5) / (order + 1))) / 2
    places = nodes[None, :] * share[:, None]
    y = _values(root, name, ((starts[:, None] + places * (1 << shift)) * step).ravel(), limit, step)
    if y is None:
        return None
    powers = places[:, :, None] ** np.arange(order + 1)
    if short:
        # A sliver of a last segment has no curvature that could be told from rounding: a constant.
        powers[-1], y = np.eye(order + 1), y.reshape(count, order + 1)
        y[-1] = [y[-1].mean(), *[0.0] * order]
    try:
        coefficients = np.linalg.solve(powers, y.reshape(count, order + 1, 1))[:, :, 0]
    except np.linalg.LinAlgError:
        return None
    test = np.linspace(0, 1, 4 * order + 3)[None, :] * share[:, None]
    expected = _values(root, name, ((starts[:, None] + test * (1 << shift)) * step).ravel(), limit, step)
    if expected is None:
        return None
    expected = expected.reshape(test.shape)
    got = (test[:, :, None] ** np.arange(order + 1) * coefficients[:, None, :]).sum(axis=2)
    error = np.abs(got - expected)
    if limit is not None:
        # Where the cut begins, a step ends beyond the range whatever the exact value.
        error[(np.abs(expected) >= limit).any(axis=1)] = 0.0
    return Fit(shift, tuple(tuple(column) for column in coefficients.T.tolist()), float(error.max()), 0.0, 0.0)
