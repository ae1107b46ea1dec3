import numpy as np
import pytest

from models.streams import dot, mean, pack, popcount

LENGTHS = [1, 63, 64, 65, 257, 1000, 4096 + 256 + 64 + 5]


def streams(*shape):
    return np.random.default_rng(shape[-1]).random(shape) < 0.5


@pytest.mark.parametrize("length", [0, *LENGTHS, 64 * 131])
def test_ones_are_counted(length):
    bits = streams(2, 3, length)
    assert np.array_equal(popcount(pack(bits), length), bits.sum(-1))
    assert popcount(pack(bits[0, 0]), length) == bits[0, 0].sum()
    assert popcount(pack(np.ones(length, bool)), length) == length


def test_the_mean_is_ones_by_length():
    assert mean(pack([[1, 1, 0], [0, 0, 1]]), 3).tolist() == [2 / 3, 1 / 3]
    with pytest.raises(ValueError, match="^length must be at least 1 for a mean, not 0$"):
        mean(pack(np.zeros(0, bool)), 0)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("m, n, b", [(1, 1, 1), (3, 5, 2), (2, 40, 17)])
def test_products_are_counted(length, m, n, b):
    weights, inputs = streams(m, n, length), streams(b, n, length)[:, :, ::-1]
    both = np.einsum("mnt,bnt->bm", weights.astype(np.float32), inputs.astype(np.float32)).astype(int)
    none = np.einsum("mnt,bnt->bm", (~weights).astype(np.float32), (~inputs).astype(np.float32)).astype(int)
    assert np.array_equal(dot(pack(weights), pack(inputs), length), both)
    assert np.array_equal(dot(pack(weights), pack(inputs), length, gate="xnor"), both + none)
    assert np.array_equal(dot(pack(weights), pack(inputs[0]), length), both[0])
    assert np.array_equal(dot(pack(weights), pack(inputs[0]), length, gate="xnor"), both[0] + none[0])


def test_arguments_are_checked():
    weights, inputs = np.zeros((2, 3, 1), np.uint64), np.zeros((3, 1), np.uint64)
    assert dot(weights, inputs, 64).tolist() == [0, 0] and dot(weights, inputs, 63, gate="xnor").tolist() == [189, 189]
    assert dot(weights, np.zeros((0, 3, 1), np.uint64), 64).shape == (0, 2)
    with pytest.raises(ValueError, match="^gate must be 'and' or 'xnor', not 'or'$"):
        dot(weights, inputs, 64, gate="or")
    with pytest.raises(ValueError, match=r"^weights must have the shape \(M, N, words\), not \(3, 1\)$"):
        dot(inputs, inputs, 64)
    with pytest.raises(ValueError, match=r"^inputs must have the shape \(N, words\) or \(B, N, words\), not \(1,\)$"):
        dot(weights, inputs[0], 64)
    with pytest.raises(ValueError, match="^inputs must be 3 streams like a row of weights, not 2$"):
        dot(weights, inputs[:2], 64)
    with pytest.raises(ValueError, match="^inputs must have 2 words per stream for the length 65, not 1$"):
        dot(np.zeros((2, 3, 2), np.uint64), inputs, 65)
    with pytest.raises(ValueError, match=r"^weights must be 0 past the length 10, and has ones there: is it longer\?$"):
        dot(~weights, inputs, 10)
    with pytest.raises(TypeError, match=r"^words must be an array of uint64, not bool of the shape \(64,\)$"):
        popcount(np.zeros(64, bool), 64)
