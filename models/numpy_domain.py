"""The NumPy domain: Ints are int64 arrays, Bits boolean arrays, Vectors of at most 64 bits uint64 arrays."""

import numpy as np

from gateware.step.bind import bind
from gateware.step.operations import OPERATIONS

__all__ = ["evaluate"]


def _unsigned(value):
    return np.asarray(value).astype(np.uint64)


def _mask(width):
    return np.uint64((1 << width) - 1)


def _to_int(x):
    return np.asarray(x).astype(np.int64)


def _select(c, a, b):
    # np.where of a uint64 array and an int64 one would be float64; the kinds are equal, so the types are.
    return np.where(c, a, b)


def _wrap(x, fmt):
    # Unsigned, for a format of 63 bits or more has no size within int64.
    lo = np.uint64(fmt.lo % 2**64)
    return (((_unsigned(x) - lo) & np.uint64(fmt.hi - fmt.lo)) + lo).astype(np.int64)


def _bit_at(v, i):
    return (v >> _unsigned(i)) & np.uint64(1) != 0


def _with_bit(v, i, b):
    return v & ~(np.uint64(1) << _unsigned(i)) | _unsigned(b) << _unsigned(i)


def _reverse(v, width):
    result = np.zeros_like(v)
    for k in range(width):
        result |= ((v >> np.uint64(k)) & np.uint64(1)) << np.uint64(width - 1 - k)
    return result


def _trailing_zeros(v, width):
    lowest = v & (~v + np.uint64(1))
    return np.where(v == 0, width, np.bitwise_count(lowest - np.uint64(1)).astype(np.int64))


def _linear(rows, v):
    result = np.zeros_like(np.asarray(v))
    for i, row in enumerate(rows):
        result |= _unsigned(np.bitwise_count(v & np.uint64(row)) & 1) << np.uint64(i)
    return result


_OWN = {
    "bit": np.bool_,
    "vector": lambda value, width: np.uint64(value),
    "not_": np.logical_not,
    "to_int": _to_int,
    "to_vector": lambda x, width: _unsigned(x),
    "mux": _select,
    "saturate": lambda x, fmt: np.clip(x, fmt.lo, fmt.hi),
    "wrap": _wrap,
    "lookup": lambda table, i: np.asarray(table, np.int64)[i],
    "minimum": np.minimum,
    "maximum": np.maximum,
    "absolute": np.abs,
    "count_to": lambda x, modulus: np.where(x == modulus - 1, 0, x + 1),
    "invert": lambda v, width: v ^ _mask(width),
    "popcount": lambda v: np.bitwise_count(v).astype(np.int64),
    "parity": lambda v: np.bitwise_count(v) & 1 != 0,
    "bit_at": _bit_at,
    "with_bit": _with_bit,
    "shift_in": lambda v, b, width: (v << np.uint64(1) | _unsigned(b)) & _mask(width),
    "reverse": _reverse,
    "lowest_one": lambda v, width: v & (~v + np.uint64(1)),
    "linear": _linear,
    "trailing_zeros": _trailing_zeros,
}
NUMPY = OPERATIONS | _OWN


def evaluate(step, params, state, inputs):
    """One step over NumPy arrays (int64, bool or uint64 by kind) in NamedTuples of one broadcast shape."""
    # Vectors are numbers modulo 2**64, of which NumPy warns where they are scalars.
    with np.errstate(over="ignore"):
        return bind(step, NUMPY)(params, state, inputs)
