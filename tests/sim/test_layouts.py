import re

import numpy as np
import pytest
from amaranth.hdl import signed, unsigned
from amaranth.lib import data

from sim.layouts import from_words, pack, to_words, unpack

from .designs import RECORD

INNER = data.StructLayout({"x": 3, "y": data.ArrayLayout(signed(40), 2), "z": data.StructLayout({"p": signed(2), "q": 1})})


def random_fields(rng, count):
    return {"a": rng.integers(0, 16, count), "b": rng.integers(-4, 4, count), "lanes": rng.integers(-16, 16, (count, 3)),
            "wide": np.stack([rng.integers(0, 2**64, count, dtype=np.uint64), rng.integers(0, 64, count, dtype=np.uint64)], 1)}


def test_pack_agrees_with_amaranth():
    fields = random_fields(np.random.default_rng(1), 20)
    words = pack(RECORD, fields)
    for row in range(20):
        expected = RECORD.const({"a": int(fields["a"][row]), "b": int(fields["b"][row]), "lanes": fields["lanes"][row].tolist(),
                                 "wide": int(fields["wide"][row, 0]) + (int(fields["wide"][row, 1]) << 64)}).as_bits()
        assert int(words[row, 0]) + (int(words[row, 1]) << 64) == expected


@pytest.mark.parametrize("layout, fields", [
    (RECORD, random_fields(np.random.default_rng(2), 50)),
    (INNER, {"x": np.arange(8), "y": np.arange(-8, 8).reshape(8, 2) << 35, "z": {"p": np.arange(8) % 4 - 2, "q": np.arange(8) % 2}}),
])
def test_unpack_is_the_inverse(layout, fields):
    back = unpack(layout, pack(layout, fields))
    for key in fields:
        if isinstance(fields[key], dict):
            assert all(np.array_equal(back[key][name], fields[key][name]) for name in fields[key])
        else:
            assert np.array_equal(back[key], fields[key])


def test_wide_integers_are_sign_extended():
    values = np.array([-1, 2**69 - 1, -2**69, 5], object)
    words = to_words(values, signed(70), "v")
    assert [int(low) + (int(high) << 64) for low, high in words] == [value % 2**128 for value in values]
    assert np.array_equal(to_words(words, signed(70), "v"), words)


def test_sixty_four_bits_keep_their_sign():
    top = np.array([2**64 - 1], np.uint64)
    assert from_words(to_words(top, unsigned(64), "v"), unsigned(64))[0] == 2**64 - 1
    assert from_words(to_words([-1], signed(64), "v"), signed(64))[0] == -1


def test_no_bits_hold_only_zero():
    assert to_words([0, 0], unsigned(0), "v").tolist() == [[0], [0]]
    with pytest.raises(ValueError, match="^v must be between 0 and 0, not 1$"):
        to_words([1], unsigned(0), "v")


@pytest.mark.parametrize("values, shape, message", [
    ([0, 256], unsigned(8), "v must be between 0 and 255, not 256"),
    ([-1], unsigned(8), "v must be between 0 and 255, not -1"),
    ([128], signed(8), "v must be between -128 and 127, not 128"),
    ([[1]], unsigned(8), "v must be an array shaped (T,), not (1, 1) of int64"),
    ([[1]], unsigned(80), "v must be an array shaped (T, 2) of uint64, or (T,) of Python integers, not (1, 1) of int64"),
    (np.array([[0, 0], [0, 64]], np.uint64), unsigned(70), "v must fit 70 bits: the highest word of item 1 does not"),
])
def test_values_that_do_not_fit_are_refused(values, shape, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        to_words(values, shape, "v")


def test_floats_are_refused():
    with pytest.raises(TypeError, match="^v must be integers, not float64$"):
        to_words([1.0], unsigned(8), "v")


def test_fields_are_checked():
    with pytest.raises(ValueError, match="^payload fields must be a, b, lanes, wide, not a$"):
        pack(RECORD, {"a": [1]})
    fields = random_fields(np.random.default_rng(3), 4)
    with pytest.raises(ValueError, match=r"^payload fields must have one length, not \[3, 4\]$"):
        pack(RECORD, fields | {"a": [1, 2, 3]})
    with pytest.raises(ValueError, match=r"^payload.lanes must be an array shaped \(T, 3\), not \(4, 2\)$"):
        pack(RECORD, fields | {"lanes": fields["lanes"][:, :2]})
    with pytest.raises(ValueError, match=r"^payload.lanes\[0\] must be between -16 and 15, not 16$"):
        pack(RECORD, fields | {"lanes": np.full((4, 3), 16)})
