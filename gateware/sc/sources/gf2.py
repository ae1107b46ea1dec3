"""Matrices over GF(2): what a linear register becomes after many clocks, and the wiring of digital sequences."""

__all__ = ["identity", "power", "product", "transpose"]


def identity(size):
    """The identity matrix.

    Parameters
    ----------
    size : int

    Returns
    -------
    tuple of int
        Rows as bit masks: bit j of row i is the entry (i, j).
    """
    return tuple(1 << k for k in range(size))


def product(a, b):
    """The product ``a b`` of two square matrices, given and returned by rows."""
    rows = []
    for row in a:
        total = 0
        for k, each in enumerate(b):
            total ^= each if row >> k & 1 else 0
        rows.append(total)
    return tuple(rows)


def power(matrix, exponent):
    """``matrix`` to the power of ``exponent``, at least 0."""
    result = identity(len(matrix))
    while exponent:
        if exponent & 1:
            result = product(matrix, result)
        matrix, exponent = product(matrix, matrix), exponent >> 1
    return result


def transpose(matrix, width):
    """The ``width`` rows of the transposed matrix: what was given by its columns, given by its rows."""
    return tuple(sum((each >> row & 1) << k for k, each in enumerate(matrix)) for row in range(width))
