"""The error of a product of two encoded numbers, over a grid of them."""

import numpy as np

from gateware.sc.encode.comparator import ComparatorEncoder
from models import golden

_ENCODERS = {}


def product_rmse(first, second, width=8):
    """Root mean square error of the product over 33 x 33 numbers, the multiples of 1/32, of all the clocks given."""
    encoder = _ENCODERS.setdefault(width, golden(ComparatorEncoder(width)))
    value = np.tile(np.arange(33) << (width - 5), (len(first), 1))
    a, b = (encoder.run({"value": value, "random": np.asarray(r).astype(np.int64)}).stream.astype(float)
            for r in (first, second))
    return np.sqrt(np.mean((a.T @ b / len(first) - np.outer(np.arange(33), np.arange(33)) / 32**2)**2))
