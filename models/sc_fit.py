"""Fits of a user's function to stochastic circuits: weights of state machines, Bernstein and spectral coefficients."""

from fractions import Fraction
from itertools import product
from math import comb, prod
from operator import index
from typing import NamedTuple

import numpy as np

from gateware.sc.functions.chain import occupancy

__all__ = ["BernsteinFit", "FSMFit", "SpectralFit", "fit_bernstein", "fit_linear_fsm", "fit_spectral", "power_to_bernstein"]

_MOST_COEFFICIENTS, _MOST_DEGREE = 64, 20


class FSMFit(NamedTuple):
    """Weights for ``LinearFSM(weights, width)``; the errors are those of its exact expectation, in the format's values."""

    weights: tuple
    width: int
    rms: float
    worst: float


class BernsteinFit(NamedTuple):
    """Coefficients for ``BernsteinUnit(coefficients, width)`` or, nested, for ``MultivariateBernstein(coefficients, width)``.

    ``tried`` holds the worst error of each degree that was tried.
    """

    coefficients: tuple
    width: int
    degrees: tuple
    rms: float
    worst: float
    tried: dict


class SpectralFit(NamedTuple):
    """Coefficients for ``SpectralUnit(coefficients, halves)``; the errors are to the function, in bipolar values."""

    coefficients: tuple
    halves: int
    rms: float
    worst: float


def fit_linear_fsm(function, states, width=8, *, format="bipolar", points=513):
    """Weights of a linear state machine whose expectation is closest to a function, in least squares.

    Parameters
    ----------
    function : callable
        Of one float: in bipolar format from -1..1 into -1..1, in unipolar format from 0..1 into 0..1.
    states : int
        2 to 64.
    width : int
        Bits n of the weights, which are 0 to ``2**n``; 1 to 16.
    format : {"bipolar", "unipolar"}
        Of the stream and the output.
    points : int
        Equally spaced arguments of the fit, at least as many as states.

    Returns
    -------
    FSMFit

    Notes
    -----
    At the ends of its range the expectation of any such machine has a slope of at most 1, whatever the weights, and next to
    an end only the state there and its neighbour count: functions that are steeper at an end cannot be had.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or the function leaves its.
    """
    states, width = _within("states", states, 2, 64), _within("width", width, 1, 16)
    if format not in ("bipolar", "unipolar"):
        raise ValueError(f"format must be 'bipolar' or 'unipolar', not {format!r}")
    p = np.linspace(0, 1, _within("points", points, states, 1 << 20))
    low, span = (-1.0, 2.0) if format == "bipolar" else (0.0, 1.0)
    target = _sample(function, (low + span * p)[:, None], low, 1.0)
    basis = np.array([occupancy(each, states) for each in p.tolist()])
    weights = _bounded(basis, (target - low) / span, width)
    error = span * (basis @ weights / 2**width) + low - target
    return FSMFit(tuple(weights.tolist()), width, *_summary(error))


def power_to_bernstein(coefficients, degree=None):
    """Bernstein coefficients of a polynomial, exactly.

    Parameters
    ----------
    coefficients : sequence of int, float or Fraction
        From the constant term on.
    degree : int, optional
        Of the Bernstein form, at least the polynomial's (the default). Raising it may bring coefficients into 0..1.

    Returns
    -------
    list of Fraction

    Raises
    ------
    ValueError
        If the degree is less than the polynomial's.
    """
    powers = [Fraction(each) for each in coefficients]
    if not powers:
        raise ValueError("coefficients must not be empty")
    least = max((k for k, each in enumerate(powers) if each), default=0)
    degree = len(powers) - 1 if degree is None else index(degree)
    if degree < least:
        raise ValueError(f"degree must be at least {least}, that of the polynomial, not {degree}")
    return [sum(Fraction(comb(i, j), comb(degree, j)) * each for j, each in enumerate(powers[:i + 1]))
            for i in range(degree + 1)]


def fit_bernstein(function, degree=None, *, variables=1, tolerance=0.01, width=8, points=None):
    """Bernstein coefficients between 0 and 1 whose polynomial is closest to a function, in least squares.

    Parameters
    ----------
    function : callable
        Of ``variables`` floats from 0..1, into 0..1.
    degree : int or sequence of int, optional
        Of each variable. By default the least one up to 20, the same for all, whose worst error is within the tolerance.
    variables : int
        1 to 6.
    tolerance : float
        Only for the choice of a degree.
    width : int
        Bits n of the coefficients, which are 0 to ``2**n``; 1 to 32.
    points : int, optional
        Equally spaced arguments per variable; by default 1001 for one variable and fewer for more.

    Returns
    -------
    BernsteinFit

    Raises
    ------
    ValueError
        If no degree is good enough (the message names the best), a parameter is out of its range, or the function is.
    """
    variables, width = _within("variables", variables, 1, 6), _within("width", width, 1, 32)
    points = (1001, 65, 25, 11, 8, 8)[variables - 1] if points is None else _within("points", points, 2, 1 << 16)
    axis = np.linspace(0, 1, points)
    target = _sample(function, np.array(list(product(axis.tolist(), repeat=variables))), 0.0, 1.0)
    if degree is not None:
        degrees = (degree,) * variables if not hasattr(degree, "__len__") else tuple(degree)
        if len(degrees) != variables:
            raise ValueError(f"degree must be one or {variables}, not {degree!r}")
        degrees = tuple(_within("degree", each, 1, _MOST_COEFFICIENTS - 1) for each in degrees)
        if prod(each + 1 for each in degrees) > _MOST_COEFFICIENTS:
            raise ValueError(f"degree must give at most {_MOST_COEFFICIENTS} coefficients, not "
                             f"{prod(each + 1 for each in degrees)}")
        return _bernstein(axis, target, degrees, width, {})
    tried, best = {}, None
    for each in range(1, _MOST_DEGREE + 1):
        if (each + 1) ** variables > _MOST_COEFFICIENTS:
            break
        fit = _bernstein(axis, target, (each,) * variables, width, tried)
        tried[each] = fit.worst
        if fit.worst <= tolerance:
            return fit
        best = fit if best is None or fit.worst < best.worst else best
    raise ValueError(f"tolerance must be at least {best.worst:.5f}, the worst error with degree {best.degrees[0]}, the best up "
                     f"to {max(tried)}, not {tolerance!r}: give that degree, or more bits")


def fit_spectral(function, variables, halves=8):
    """Coefficients of the multilinear polynomial that agrees with a function at the corners, as nearly as ``halves`` allow.

    Parameters
    ----------
    function : callable
        Of ``variables`` floats from -1..1, into -1..1.
    variables : int
        1 to 6.
    halves : int
        Streams of value 1/2, 1 to 16: at the corners the values are rounded to multiples of ``2**(1 - halves)``.

    Returns
    -------
    SpectralFit
    """
    variables, halves = _within("variables", variables, 1, 6), _within("halves", halves, 1, 16)
    # Bit i of the index is variable i, so the last one changes slowest.
    corners = np.array(list(product((-1.0, 1.0), repeat=variables)))[:, ::-1]
    scale = 1 << (halves - 1)
    values = [Fraction(round(each * scale), scale) for each in _sample(function, corners, -1.0, 1.0).tolist()]
    for bit in range(variables):
        for k in range(1 << variables):
            if not k >> bit & 1:
                low, high = values[k], values[k | 1 << bit]
                values[k], values[k | 1 << bit] = (low + high) / 2, (high - low) / 2
    grid = np.array(list(product(np.linspace(-1, 1, 5).tolist(), repeat=variables)))
    terms = np.ones((len(grid), 1))
    for k in range(variables):
        terms = np.hstack([terms, terms * grid[:, k:k + 1]])
    error = terms @ np.array([float(each) for each in values]) - _sample(function, grid, -1.0, 1.0)
    return SpectralFit(tuple(values), halves, *_summary(error))


def _bernstein(axis, target, degrees, width, tried):
    basis = np.ones((1, 1))
    for degree in degrees:
        own = np.array([[comb(degree, k) * x**k * (1 - x) ** (degree - k) for k in range(degree + 1)] for x in axis.tolist()])
        basis = np.kron(basis, own)
    flat = _bounded(basis, target, width)
    nested = np.array(flat, dtype=object).reshape([degree + 1 for degree in degrees]).tolist()
    return BernsteinFit(_tuples(nested), width, degrees, *_summary(basis @ (flat / 2**width) - target), tried)


def _tuples(nested):
    return tuple(_tuples(each) for each in nested) if isinstance(nested, list) else int(nested)


def _bounded(basis, target, width):
    """Integers from 0 to ``2**width`` whose weighted sum of the basis is closest to the target."""
    from scipy.optimize import lsq_linear
    top = 1 << width
    real = lsq_linear(basis, target, (0, 1), method="bvls").x
    weights = np.clip(np.rint(real * top), 0, top).astype(np.int64)
    # Rounding each by itself is not the best rounding: single steps, as long as one of them helps.
    gram = basis.T @ basis
    slope = gram @ weights - top * (basis.T @ target)
    for _ in range(64 * len(weights)):
        gain = np.stack([2 * slope + np.diag(gram), -2 * slope + np.diag(gram)])
        gain[0, weights == top] = gain[1, weights == 0] = np.inf
        way, k = np.unravel_index(np.argmin(gain), gain.shape)
        if gain[way, k] >= -1e-9 * top:
            break
        move = 1 - 2 * way
        weights[k] += move
        slope += move * gram[:, k]
    return weights


def _sample(function, arguments, low, high):
    values = np.array([float(function(*each)) for each in arguments.tolist()])
    wrong = ~((values >= low) & (values <= high))
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        where = ", ".join(f"{each:g}" for each in arguments[first])
        raise ValueError(f"function must be between {low:g} and {high:g}, not {values[first]} at {where}")
    return values


def _summary(error):
    return float(np.sqrt(np.mean(error**2))), float(np.abs(error).max())


def _within(name, value, low, high):
    try:
        value = index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, not {value!r}") from None
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, not {value}")
    return value
