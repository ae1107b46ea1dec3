import numpy as np
import pytest

from gateware.sc.sources.gf2 import identity, power, product, transpose


def dense(rows, width):
    return np.array([[row >> k & 1 for k in range(width)] for row in rows])


@pytest.mark.parametrize("size", [1, 5, 16])
def test_against_integer_matrices_modulo_two(size):
    rng = np.random.default_rng(size)
    a, b = (tuple(rng.integers(0, 1 << size, size).tolist()) for _ in range(2))
    assert (dense(product(a, b), size) == dense(a, size) @ dense(b, size) % 2).all()
    assert (dense(transpose(a, size), size) == dense(a, size).T).all()
    assert (dense(identity(size), size) == np.eye(size, dtype=int)).all()
    expected = np.eye(size, dtype=int)
    for exponent in range(12):
        assert (dense(power(a, exponent), size) == expected).all()
        expected = expected @ dense(a, size) % 2


def test_what_is_not_square_is_transposed():
    assert transpose((0b01, 0b11, 0b10), 2) == (0b011, 0b110)
