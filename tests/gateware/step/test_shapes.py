import math

import numpy as np
import pytest
from amaranth.hdl import signed, unsigned

from gateware.step import BIT, Q, Range, Vector


@pytest.mark.parametrize("lo, hi, shape", [
    (0, 0, unsigned(0)), (0, 1, unsigned(1)), (0, 255, unsigned(8)), (0, 256, unsigned(9)), (3, 4, unsigned(3)),
    (-1, 0, signed(1)), (-1, -1, signed(1)), (-1, 1, signed(2)), (-128, 127, signed(8)), (-129, 0, signed(9)), (-1, 128, signed(9)),
    (-(2**63), 2**63 - 1, signed(64)), (0, 2**63 - 1, unsigned(63)),
])
def test_a_range_is_as_wide_as_it_needs(lo, hi, shape):
    each = Range(lo, hi)
    assert (each.shape, each.width, each.signed, each.kind) == (shape, shape.width, shape.signed, "int")
    assert lo in each and hi in each and lo - 1 not in each and hi + 1 not in each


def test_the_limits_of_the_formats():
    assert (Q(8, 8).lo, Q(8, 8).hi, Q(8, 8).shape, Q(8, 8).resolution) == (-32768, 32767, signed(16), 2**-8)
    assert (Q(1, 0).lo, Q(1, 0).hi) == (-1, 0)
    assert Q(1, 62).hi == 2**62 - 1
    assert (Vector(5).hi, Vector(5).shape, Vector(5).kind) == (31, unsigned(5), "vector")
    assert (BIT.shape, BIT.kind, repr(BIT), 1 in BIT, 2 in BIT) == (unsigned(1), "bit", "BIT", True, False)
    assert Range.unsigned(5) == Range(0, 31) and Range.unsigned(0) == Range(0, 0)
    assert repr(Q(8, 8)) == "Q(8, 8)"


def test_numpy_integers_are_accepted_as_parameters():
    for each in (Q(np.int64(8), np.uint8(8)), Range(np.int16(-3), np.int64(9)), Vector(np.int32(4)), Range.unsigned(np.int8(4))):
        assert all(type(field) is int for field in each)


@pytest.mark.parametrize("make, error, message", [
    (lambda: Q(0, 8), ValueError, "Q integer_bits must be at least 1, not 0"),
    (lambda: Q(8, -1), ValueError, "Q fraction_bits must be at least 0, not -1"),
    (lambda: Q(32, 32), ValueError, "Q must have at most 63 bits, not 64"),
    (lambda: Q(8.0, 8), TypeError, "Q integer_bits must be an integer, not 8.0"),
    (lambda: Q(8, "8"), TypeError, "Q fraction_bits must be an integer, not '8'"),
    (lambda: Range(3, 2), ValueError, "Range lo must be at most hi, not 3 with hi 2"),
    (lambda: Range(0, 2**63), ValueError, "Range must lie within int64, not 0 to 9223372036854775808"),
    (lambda: Range(-(2**63) - 1, 0), ValueError, "Range must lie within int64, not -9223372036854775809 to 0"),
    (lambda: Range(0.5, 2), TypeError, "Range lo must be an integer, not 0.5"),
    (lambda: Range(0, None), TypeError, "Range hi must be an integer, not None"),
    (lambda: Range.unsigned(64), ValueError, "Range must lie within int64, not 0 to 18446744073709551615"),
    (lambda: Vector(0), ValueError, "Vector width must be at least 1, not 0"),
    (lambda: Vector(2.0), TypeError, "Vector width must be an integer, not 2.0"),
    (lambda: Q(8, 8).encode(math.nan), ValueError, "value must be finite, not nan"),
    (lambda: Q(8, 8).encode(math.inf, "tau"), ValueError, "tau must be finite, not inf"),
    (lambda: Q(8, 8).encode(-math.inf), ValueError, "value must be finite, not -inf"),
    (lambda: Q(8, 8).encode(128.0, "v"), ValueError, r"v must lie between -128.0 and 127.99609375 to fit Q\(8, 8\), not 128.0"),
    (lambda: Q(8, 8).encode(127.999), ValueError, r"must lie between -128.0 and 127.99609375"),
    (lambda: Q(8, 8).encode(-128.002), ValueError, "must lie between -128.0"),
    (lambda: Q(8, 8).encode(-1e308), ValueError, "must lie between -128.0"),
    (lambda: Q(1, 62).encode(1e300), ValueError, "must lie between -1.0 and 1.0 to fit"),
])
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_encode_rounds_to_nearest_with_ties_upwards():
    fmt = Q(8, 2)
    for real, integer in [(0, 0), (0.125, 1), (-0.125, 0), (0.124, 0), (-0.126, -1), (0.375, 2), (-0.375, -1), (1, 4), (-128, -512),
                          (127.75, 511), (127.87, 511),
                          (0.125 - 2**-56, 0)]:
        assert fmt.encode(real) == integer
    assert type(fmt.encode(np.float32(0.5))) is int
    for integer in (-512, -1, 0, 3, 511):
        assert fmt.encode(fmt.decode(integer)) == integer
    assert list(fmt.decode(np.array([4, -2]))) == [1.0, -0.5]
