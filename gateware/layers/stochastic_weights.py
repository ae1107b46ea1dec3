"""Weights and inputs of stochastic layers: real numbers as the integers that streams are made of."""

import math
from numbers import Real

from gateware.parameters import integer

__all__ = ["FORMATS", "check_stochastic_weights", "encode_inputs", "encode_weights", "weight_range", "weight_rows"]

FORMATS = ("sign-magnitude", "bipolar")


def check_format(name, format):
    """A format of weights, refused unless it is one of ``FORMATS``."""
    if format not in FORMATS:
        raise ValueError(f"{name} must be 'sign-magnitude' or 'bipolar', not {format!r}")
    return format


def check_width(name, width):
    """Bits of the random numbers."""
    width = integer(name, width)
    if not 1 <= width <= 16:
        raise ValueError(f"{name} must be between 1 and 16, not {width}")
    return width


def weight_range(width, format="sign-magnitude"):
    """The least and the greatest integer that stands for a weight."""
    return (-(1 << width) if format == "sign-magnitude" else 0), 1 << width


def check_stochastic_weights(name, weights, width, format="sign-magnitude"):
    """A matrix of encoded weights as nested tuples, one row per neuron.

    Raises
    ------
    TypeError, ValueError
        If it is no such matrix, or a weight is out of range.
    """
    rows = _matrix(name, weights, lambda weight: integer(name, weight))
    lo, hi = weight_range(width, format)
    for neuron, row in enumerate(rows):
        for weight in row:
            if not lo <= weight <= hi:
                raise ValueError(f"{name} must lie between {lo} and {hi}, not {weight} (neuron {neuron})")
    return rows


def encode_weights(weights, width, *, format="sign-magnitude"):
    r"""Real weights as the integers of :class:`~gateware.layers.stochastic_dense.StochasticDense`.

    .. math:: W = \mathrm{round}(2^n w) \text{ (sign and magnitude)}, \qquad
              W = \mathrm{round}(2^n (w + 1) / 2) \text{ (bipolar)}

    Parameters
    ----------
    weights : sequence of sequence of float
        One row per neuron, each weight between -1 and 1.
    width : int
        Bits n of the random numbers, 1 to 16.
    format : {"sign-magnitude", "bipolar"}

    Returns
    -------
    tuple of tuple of int

    Raises
    ------
    TypeError, ValueError
        If a weight is no real number, is NaN or lies outside [-1, 1]; nothing is clipped.
    """
    width, format = check_width("width", width), check_format("format", format)
    return _matrix("weights", weights, lambda weight: _encode("weights", weight, width, format))


def encode_inputs(values, width, *, format="sign-magnitude"):
    """Real inputs as integers, 0 to ``2**width``.

    Parameters
    ----------
    values : sequence of float
        Between 0 and 1 for a layer of the format sign-magnitude, whose inputs are unipolar; between -1 and 1 for bipolar.
    width : int
        Bits n of the random numbers, 1 to 16.
    format : {"sign-magnitude", "bipolar"}
        Of the layer's weights.

    Returns
    -------
    tuple of int

    Raises
    ------
    TypeError, ValueError
        If a value is no real number, is NaN or out of range.
    """
    width, format = check_width("width", width), check_format("format", format)
    return tuple(_encode("values", value, width, "unipolar" if format == "sign-magnitude" else format) for value in values)


def weight_rows(weights, width, weight_bits, lanes):
    """The rows of a weight memory, lane 0 in the low bits: for each group of ``lanes`` neurons a row per input.

    A weight is its magnitude, ``width + 1`` bits, and above it its sign; neurons past the last have zeros.
    """
    for first in range(0, len(weights), lanes):
        group = weights[first:first + lanes]
        for column in range(len(weights[0])):
            yield sum((abs(row[column]) | (row[column] < 0) << (width + 1)) << (weight_bits * lane)
                      for lane, row in enumerate(group))


def _encode(name, value, width, format):
    if not isinstance(value, Real):
        raise TypeError(f"{name} must be real numbers, not {value!r}")
    lo = 0 if format == "unipolar" else -1
    # NaN is in no interval.
    if not lo <= value <= 1:
        raise ValueError(f"{name} must lie between {lo} and 1, not {value!r}")
    real, size = float(value), 1 << width
    if format == "bipolar":
        return math.floor(math.ldexp(real + 1, width - 1) + 0.5)
    magnitude = math.floor(abs(real) * size + 0.5)
    return -magnitude if real < 0 else magnitude


def _matrix(name, weights, convert):
    rows = tuple(tuple(convert(weight) for weight in row) for row in weights)
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError(f"{name} must be a matrix with one row per neuron and at least one column")
    return rows
