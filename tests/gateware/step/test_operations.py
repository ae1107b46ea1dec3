"""The meaning of each operation on Python integers, by values worked out by hand."""

import pytest

from gateware.step import (
    Q, Range, absolute, bit, bit_at, count_to, invert, lookup, maximum, minimum, mux, not_, parity, popcount, reverse, saturate, scale,
    scale_round, shift_in, sum_tree, to_int, to_vector, trailing_zeros, vector, with_bit, wrap,
)

FULL = (1 << 64) - 1


@pytest.mark.parametrize("value, expected", [
    (mux(bit(1), 3, 4), 3), (mux(bit(0), 3, 4), 4),
    (not_(bit(1)), False), (to_int(bit(1)), 1), (to_int(True) + to_int(True), 2), (to_int(vector(200, 8)), 200),
    (to_vector(9, 4), 9),
    (saturate(200, Q(4, 4)), 127), (saturate(-200, Q(4, 4)), -128), (saturate(5, Q(4, 4)), 5), (saturate(-3, Range(2, 9)), 2),
    (wrap(128, Q(4, 4)), -128), (wrap(-129, Q(4, 4)), 127), (wrap(-1, Range(0, 255)), 255), (wrap(511, Range(0, 255)), 255),
    (wrap(2**63, Range(-(2**63), 2**63 - 1)), -(2**63)), (wrap(7, Range(0, 0)), 0),
    (scale(-1, 1), -1), (scale(-3, 1), -2), (scale(3, 1), 1), (scale(3, -2), 12), (scale(-5, 0), -5),
    (scale_round(3, 1), 2), (scale_round(-3, 1), -1), (scale_round(-1, 1), 0), (scale_round(1, 1), 1), (scale_round(-5, 2), -1),
    (scale_round(-6, 2), -1), (scale_round(-7, 2), -2), (scale_round(3, -2), 12), (scale_round(3, 0), 3),
    (lookup((5, 6, -7), 2), -7), (minimum(-3, 2), -3), (maximum(-3, 2), 2), (absolute(-3), 3), (absolute(3), 3),
    (count_to(8, 10), 9), (count_to(9, 10), 0), (count_to(0, 1), 0), (sum_tree((1, -2, 30)), 29),
    (invert(0, 64), FULL), (invert(0b1010, 4), 0b0101), (popcount(FULL), 64), (popcount(0), 0),
    (parity(0b111), True), (parity(FULL), False), (bit_at(1 << 63, 63), True), (bit_at(1 << 63, 62), False),
    (with_bit(0, 63, bit(1)), 1 << 63), (with_bit(FULL, 63, bit(0)), FULL >> 1), (with_bit(FULL, 63, bit(1)), FULL),
    (shift_in(FULL, bit(0), 64), FULL - 1), (shift_in(0b1001, bit(1), 4), 0b0011), (shift_in(1, bit(0), 1), 0),
    (reverse(1, 64), 1 << 63), (reverse(0b0011, 4), 0b1100), (trailing_zeros(0, 64), 64), (trailing_zeros(1 << 63, 64), 63),
    (trailing_zeros(0b1100, 4), 2), (trailing_zeros(0, 1), 1),
])
def test_values(value, expected):
    assert value == expected and type(value) is type(expected)
