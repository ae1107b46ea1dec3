import numpy as np
import pytest

from models.streams import and_, mux, not_, or_, pack, popcount, unpack, xnor, xor

LENGTHS = [0, 1, 63, 64, 65, 100, 128, 1000]
TWO = {and_: np.logical_and, or_: np.logical_or, xor: np.not_equal, xnor: np.equal}


def streams(count, *shape):
    return np.random.default_rng(shape[-1]).random((count, *shape)) < 0.5


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("gate", TWO, ids=lambda gate: gate.__name__)
def test_gates_of_two_streams(gate, length):
    a, b = streams(2, 3, length)
    words = gate(pack(a), pack(b), length)
    assert np.array_equal(unpack(words, length), TWO[gate](a, b))
    assert np.array_equal(words, pack(TWO[gate](a, b)))             # zeros past the end
    assert np.array_equal(unpack(gate(pack(a), pack(b[0]), length), length), TWO[gate](a, b[0]))
    assert np.array_equal(unpack(gate(pack(a[0]), pack(b[0]), length), length), TWO[gate](a[0], b[0]))


@pytest.mark.parametrize("length", LENGTHS)
def test_not_and_mux(length):
    s, a, b = streams(3, 2, length)
    assert np.array_equal(not_(pack(a), length), pack(~a))
    assert np.array_equal(mux(pack(s), pack(a), pack(b), length), pack(np.where(s, a, b)))
    assert np.array_equal(mux(pack(s[0]), pack(a), pack(b[0]), length), pack(np.where(s[0], a, b[0])))


def test_padding_is_never_counted():
    ones = pack(np.ones(100, bool))
    assert popcount(not_(ones, 100), 100) == 0 and popcount(xnor(ones, ones, 100), 100) == 100


def test_streams_are_not_written_to():
    a, b = pack(streams(2, 100))
    kept = a.copy(), b.copy()
    xnor(a, b, 100), not_(a, 100), mux(a, a, b, 100)
    assert np.array_equal(a, kept[0]) and np.array_equal(b, kept[1])


def test_streams_are_checked():
    word = np.zeros(1, np.uint64)
    with pytest.raises(TypeError, match=r"^b must be an array of uint64, not int64 of the shape \(1,\)$"):
        and_(word, [1], 64)
    with pytest.raises(ValueError, match="^a must have 2 words per stream for the length 65, not 1$"):
        or_(word, word, 65)
    with pytest.raises(ValueError, match="^b must have 1 words per stream for the length 64, not 2$"):
        xor(word, np.zeros(2, np.uint64), 64)
    with pytest.raises(ValueError, match=r"^b must be 0 past the length 60, and has ones there: is it longer\?$"):
        xnor(word, ~word, 60)
    with pytest.raises(ValueError, match=r"^streams must be single or of one batch, not a \(2,\) and b \(3,\)$"):
        and_(np.zeros((2, 1), np.uint64), np.zeros((3, 1), np.uint64), 64)
    with pytest.raises(ValueError, match="^length must be at least 0, not -1$"):
        not_(word, -1)
    with pytest.raises(TypeError, match="^length must be an integer, not 64.0$"):
        mux(word, word, word, 64.0)
