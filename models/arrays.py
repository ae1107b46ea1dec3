"""Arrays in and out of golden models: the narrowest dtype of a shape, and values refused outside it."""

import numpy as np

__all__ = ["as_input", "dtype_of"]

_SIGNED, _UNSIGNED = (np.int8, np.int16, np.int32, np.int64), (np.uint8, np.uint16, np.uint32, np.int64)


def dtype_of(shape):
    """The NumPy dtype that stores values of a shape: bool, uint64, or the narrowest integer."""
    if shape.kind == "bit":
        return np.dtype(np.bool_)
    if shape.kind == "vector":
        return np.dtype(np.uint64)
    for candidate in _SIGNED if shape.lo < 0 else _UNSIGNED:
        limits = np.iinfo(candidate)
        if limits.min <= shape.lo and shape.hi <= limits.max:
            return np.dtype(candidate)
    raise ValueError(f"{shape!r} lies outside int64")


def as_input(name, shape, values):
    """``values`` as a contiguous array of the shape's dtype.

    Raises
    ------
    TypeError
        If the values are no integers (or booleans).
    ValueError
        If one lies outside the shape.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "biu":
        raise TypeError(f"{name} must be integers in {shape!r}, not {array.dtype}")
    if array.size:
        lo, hi = int(array.min()), int(array.max())
        if lo < shape.lo or hi > shape.hi:
            raise ValueError(f"{name} must lie in {shape!r}, not reach {lo if lo < shape.lo else hi}")
    return np.asarray(array, dtype_of(shape), order="C")
