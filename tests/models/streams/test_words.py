import numpy as np
import pytest

from models.streams import pack, unpack, words_of

LENGTHS = [0, 1, 7, 31, 32, 63, 64, 65, 127, 128, 129, 1000]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("batch", [(), (3,), (2, 3), (0,)])
def test_what_is_packed_is_unpacked(length, batch):
    bits = np.random.default_rng(length).random((*batch, length)) < 0.5
    words = pack(bits)
    assert words.dtype == np.uint64 and words.shape == (*batch, words_of(length))
    back = unpack(words, length)
    assert back.dtype == np.bool_ and np.array_equal(back, bits)


@pytest.mark.parametrize("length", LENGTHS)
def test_words_are_the_bits_of_a_number(length):
    bits = np.random.default_rng(length).integers(0, 2, length)
    number = int("0" + "".join(map(str, bits[::-1])), 2)
    assert [number >> 64 * k & 2**64 - 1 for k in range(words_of(length))] == pack(bits).tolist()


def test_clock_k_is_bit_k():
    assert pack([0, 1] + [0] * 61 + [1, 1]).tolist() == [(1 << 63) + 2, 1]
    assert pack([True, True, False]).tolist() == [3]
    # The transpose's rows are not contiguous.
    assert pack(np.array([[1, 0], [0, 1]]).T).tolist() == [[1], [2]]
    assert unpack(np.array([[1, 2], [3, 4]], np.uint64).T, 2).tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int16, np.uint64, np.int64, np.bool_])
def test_bits_of_every_dtype(kind):
    bits = np.random.default_rng(0).integers(0, 2, (2, 100)).astype(kind)
    assert np.array_equal(unpack(pack(bits), 100), bits)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int64])
@pytest.mark.parametrize("place", [0, 63, 64, 99, 150, 199])
def test_what_is_no_bit_is_refused_wherever_it_is(kind, place):
    bits = np.zeros((2, 100), kind)
    bits.flat[place] = 2
    with pytest.raises(ValueError, match="^bits must be 0 and 1, not 2$"):
        pack(bits)
    if kind != np.uint8:
        bits.flat[place] = -1
        with pytest.raises(ValueError, match="^bits must be 0 and 1, not -1$"):
            pack(bits)


def test_a_bool_that_holds_another_byte_is_refused():
    with pytest.raises(ValueError, match="^bits must be 0 and 1, not 255$"):
        pack(np.array([0, 1, 255], np.uint8).view(np.bool_))


@pytest.mark.parametrize("bits, kind, shape", [([0.0, 1.0], "float64", r"\(2,\)"), (1, "int64", r"\(\)")])
def test_only_arrays_of_integers_are_packed(bits, kind, shape):
    with pytest.raises(ValueError, match=rf"^bits must be an array of 0 and 1, not {kind} of the shape {shape}$"):
        pack(bits)


def test_only_words_are_unpacked():
    with pytest.raises(TypeError, match=r"^words must be an array of uint64, not int64 of the shape \(2,\)$"):
        unpack([1, 2], 3)
    with pytest.raises(TypeError, match=r"^words must be an array of uint64, not uint64 of the shape \(\)$"):
        unpack(np.uint64(1), 3)
    with pytest.raises(ValueError, match="^length must be between 0 and 64, not 65$"):
        unpack(np.zeros(1, np.uint64), 65)
    with pytest.raises(ValueError, match="^length must be at least 0, not -1$"):
        unpack(np.zeros(1, np.uint64), -1)
    with pytest.raises(TypeError, match="^length must be an integer, not 1.5$"):
        words_of(1.5)
