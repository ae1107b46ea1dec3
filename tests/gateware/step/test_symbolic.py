import pytest

from gateware.step import BIT, Range, StepError, Vector

from .written import written

REFUSED = [
    # kinds
    ("inputs.a + 1", "does arithmetic on a bit: use to_int first"),
    ("1 + inputs.a", "does arithmetic on a bit: use to_int first"),
    ("inputs.a + inputs.b", "does arithmetic on a bit: use to_int first"),
    ("inputs.a - inputs.b", "does arithmetic on a bit: use to_int first"),
    ("inputs.a * inputs.x", "does arithmetic on a bit: use to_int first"),
    ("inputs.x + inputs.a", "mixes an int with a bit: use to_int first"),
    ("inputs.x - inputs.a", "mixes an int with a bit: use to_int first"),
    ("inputs.x < inputs.a", "mixes an int with a bit: use to_int first"),
    ("-inputs.a", "does arithmetic on a bit: use to_int first"),
    ("inputs.a << 1", "does arithmetic on a bit: use to_int first"),
    ("inputs.a < inputs.b", "does arithmetic on a bit: use to_int first"),
    ("inputs.v + 1", "does arithmetic on a vector: use to_int first"),
    ("inputs.v >> 1", "does arithmetic on a vector: use to_int first"),
    ("sum_tree((inputs.a, inputs.b))", "gives sum_tree a bit: it takes an int"),
    ("inputs.a == inputs.b", r"compares a bit: use \^ and not_, or to_int first"),
    ("inputs.a != inputs.b", r"compares a bit: use \^ and not_, or to_int first"),
    ("inputs.v == inputs.v", r"compares a vector: use \^ and not_, or to_int first"),
    ("inputs.x & inputs.y", "uses a bitwise operator on an int"),
    ("inputs.x | 1", "uses a bitwise operator on an int"),
    ("1 ^ inputs.x", "uses a bitwise operator on an int"),
    ("inputs.x & inputs.a", "uses a bitwise operator on an int"),
    ("inputs.a & inputs.x", r"combines BIT with Range\(lo=-32768, hi=32767\): both must be Bits, or Vectors of one width"),
    ("inputs.a & 1", "combines BIT with 1: both must be Bits, or Vectors of one width"),
    ("inputs.v & inputs.w", r"combines Vector\(width=64\) with Vector\(width=8\): both must be Bits, or Vectors of one width"),
    ("inputs.v & 255", r"combines Vector\(width=64\) with 255: both must be Bits, or Vectors of one width"),
    ("mux(inputs.a, inputs.v, 0)", r"muxes Vector\(width=64\) with Range\(lo=0, hi=0\): both must be of one kind and width"),
    ("mux(inputs.a, 0, inputs.v)", r"muxes Range\(lo=0, hi=0\) with Vector\(width=64\): both must be of one kind and width"),
    ("mux(inputs.a, inputs.v, inputs.w)", r"muxes Vector\(width=64\) with Vector\(width=8\): both must be of one kind and width"),
    ("mux(inputs.a, inputs.b, 0)", r"muxes BIT with Range\(lo=0, hi=0\): both must be of one kind and width"),
    ("mux(inputs.x, 1, 2)", "gives mux an int: it takes a bit"),
    ("mux(1, 1, 2)", "gives mux an int: it takes a bit"),
    ("not_(inputs.x)", "gives not_ an int: it takes a bit"),
    ("to_int(inputs.x)", "gives to_int an int: it takes a bit or a vector"),
    ("to_int(inputs.v)", "makes an Int of a Vector of 64 bits: at most 62"),
    ("to_vector(inputs.a, 1)", "gives to_vector a bit: it takes an int"),
    ("to_vector(inputs.y, 10)", "makes a Vector of 10 bits of an Int from -5 to 1000: wrap it first"),
    ("to_vector(inputs.i, 1)", "makes a Vector of 1 bits of an Int from 0 to 3: wrap it first"),
    ("popcount(inputs.x)", "gives popcount an int: it takes a vector"),
    ("parity(inputs.a)", "gives parity a bit: it takes a vector"),
    ("minimum(inputs.a, 1)", "gives minimum a bit: it takes an int"),
    ("saturate(inputs.a, params.fmt)", "gives saturate a bit: it takes an int"),
    ("with_bit(inputs.w, 1, 1)", "gives with_bit an int: it takes a bit"),
    ("shift_in(inputs.w, 1, 8)", "gives shift_in an int: it takes a bit"),
    # constants
    ("bit(2)", "makes a Bit of 2: it is 0 or 1"),
    ("vector(256, 8)", "makes a Vector of 8 bits of 256"),
    ("vector(-1, 8)", "makes a Vector of 8 bits of -1"),
    ("inputs.x + HALF", "uses 0.5 as a value: only integers, Bits and Vectors are values"),
    ("inputs.x + ARRAY", r"uses (np.int64\()?3\)? as a value: only integers, Bits and Vectors are values"),
    ("mux(params.n > 2, 1, 2)", "uses True as a value: only integers, Bits and Vectors are values"),
    # shifts
    ("inputs.x >> inputs.i", "shifts by a value: a shift is by a constant integer"),
    ("inputs.x << inputs.i", "shifts by a value: a shift is by a constant integer"),
    ("scale(inputs.x, inputs.i)", "shifts by a value: a shift is by a constant integer"),
    ("inputs.x >> 63", "shifts by 63: a shift is by a constant integer from 0 to 62"),
    ("inputs.x >> 64", "shifts by 64: a shift is by a constant integer from 0 to 62"),
    ("inputs.x << 63", "shifts by 63: a shift is by a constant integer from 0 to 62"),
    ("inputs.x >> (0 - 1)", "shifts by -1: a shift is by a constant integer from 0 to 62"),
    ("scale(inputs.x, 64)", "shifts by 64: a shift is by a constant integer from 0 to 62"),
    ("scale_round(inputs.x, 63)", "shifts by 63: a shift is by a constant integer from 0 to 62"),
    ("scale(inputs.x, 0 - 63)", "shifts by 63: a shift is by a constant integer from 0 to 62"),
    ("inputs.x >> ARRAY", "shifts by (np.int64\\()?3\\)?: a shift is by a constant integer from 0 to 62"),
    # ranges
    ("lookup(params.table, inputs.y)", "looks up index -5 to 1000 in a table of 4 entries"),
    ("lookup(params.table, inputs.i + 1)", "looks up index 1 to 4 in a table of 4 entries"),
    ("lookup(params.n, inputs.i)", "looks up in something that is no tuple of integers"),
    ("lookup((1, HALF, 2, 3), inputs.i)", "looks up in something that is no tuple of integers"),
    ("lookup((), inputs.i)", "looks up in something that is no tuple of integers"),
    ("bit_at(inputs.w, inputs.y)", "gives bit_at bit -5 to 1000 of a Vector of 8 bits"),
    ("bit_at(inputs.w, 8)", "gives bit_at bit 8 to 8 of a Vector of 8 bits"),
    ("with_bit(inputs.v, 64, inputs.a)", "gives with_bit bit 64 to 64 of a Vector of 64 bits"),
    ("shift_in(inputs.w, inputs.a, 9)", "gives shift_in the width 9 for a Vector of 8 bits"),
    ("reverse(inputs.w, 7)", "gives reverse the width 7 for a Vector of 8 bits"),
    ("invert(inputs.w, 64)", "gives invert the width 64 for a Vector of 8 bits"),
    ("linear((1, 2), inputs.v)", "multiplies a Vector of 64 bits by a matrix: at most 62"),
    ("linear((1, 256), inputs.w)", "gives linear rows that are no tuple of masks of 8 bits"),
    ("lowest_one(inputs.w, 7)", "gives lowest_one the width 7 for a Vector of 8 bits"),
    ("trailing_zeros(inputs.v, 63)", "gives trailing_zeros the width 63 for a Vector of 64 bits"),
    ("count_to(inputs.y, 8)", "counts -5 to 1000 modulo 8: the range must lie within it"),
    ("count_to(inputs.i, 3)", "counts 0 to 3 modulo 3: the range must lie within it"),
    ("sum_tree(())", "sums nothing"),
    ("saturate(inputs.x, 3)", "gives saturate the format 3: it is a Q or a Range"),
    ("wrap(inputs.x, BIT)", "gives wrap the format BIT: it is a Q or a Range"),
    ("wrap(inputs.x, ODD)", r"wraps into Range\(lo=0, hi=9\): its limits must be those of a signed or unsigned number of bits"),
    ("wrap(inputs.x, SHIFTED)", r"wraps into Range\(lo=1, hi=8\): its limits must be those of a signed or unsigned number of bits"),
    # int64
    ("(inputs.x << 62)", r"gives a value outside int64 \(-151115727451828646838272 to 151111115765810219450368\): saturate or scale earlier"),
    ("inputs.x * BIG", "gives a value outside int64"),
    ("inputs.x + LAST", "gives a value outside int64"),
    ("inputs.x - LAST - LAST", "gives a value outside int64"),
    ("LAST + 1 + inputs.x", "computes the constant 9223372036854775808, which is outside int64"),
    ("(BIG * BIG >> 100) + inputs.x", r"computes the constant \d+, which is outside int64"),
    ("(1 << params.n << 61) + inputs.x", r"computes the constant \d+, which is outside int64"),
    ("inputs.x + 9223372036854775808", "uses the constant 9223372036854775808, which is outside int64"),
    ("scale_round(inputs.x + (LAST - 40000), 62)", "gives a value outside int64"),
    ("absolute(FIRST + to_int(inputs.a))", "gives a value outside int64"),
]
BEFORE = """\
import numpy
HALF, ARRAY = 0.5, numpy.int64(3)
ODD, SHIFTED = Range(0, 9), Range(1, 8)
BIG, LAST, FIRST = 2**60, 2**63 - 1, -2**63
"""


@pytest.mark.parametrize("expression, message", REFUSED, ids=[expression for expression, _ in REFUSED])
def test_kinds_and_ranges_are_refused_where_the_component_is_constructed(tmp_path, expression, message):
    with pytest.raises(StepError, match=rf"module\d+\.py:\d+: step {message}"):
        written(tmp_path, expression, before=BEFORE)


def test_the_error_shows_the_expression(tmp_path):
    with pytest.raises(StepError, match=r"\n    y = inputs.a \+ 1$"):
        written(tmp_path, "y = inputs.a + 1\nreturn (), Outputs(y)")


def test_a_value_is_no_truth_value_and_no_index(tmp_path):
    from gateware.step.symbolic import SymbolicInt
    value = SymbolicInt(None, Range(0, 1), None)
    with pytest.raises(StepError, match="takes an int as a Python truth value: use mux, & and |"):
        bool(value)
    with pytest.raises(StepError, match="uses a value where a constant is needed"):
        [0, 1][value]


RANGES = [
    ("inputs.x + inputs.y", Range(-32773, 33767)),
    ("inputs.x - inputs.y", Range(-33768, 32772)),
    ("-inputs.y", Range(-1000, 5)),
    ("inputs.x * inputs.y", Range(-32768000, 32767000)),
    ("inputs.y * inputs.y", Range(0, 1000000)),
    ("inputs.y << 3", Range(-40, 8000)),
    ("inputs.y >> 3", Range(-1, 125)),
    ("scale(inputs.y, 0 - 3)", Range(-40, 8000)),
    ("scale_round(inputs.y, 3)", Range(-1, 125)),
    ("scale_round(inputs.y, 0)", Range(-5, 1000)),
    ("inputs.x < inputs.y", BIT),
    ("mux(inputs.a, inputs.y, 2000)", Range(-5, 2000)),
    ("saturate(inputs.x, params.fmt)", Range(-128, 127)),
    ("saturate(inputs.y, params.fmt)", Range(-5, 127)),
    ("saturate(inputs.i, params.fmt)", Range(0, 3)),
    ("wrap(inputs.x, params.fmt)", Range(-128, 127)),
    ("wrap(inputs.i, params.fmt)", Range(0, 3)),
    ("lookup(params.table, inputs.i)", Range(1, 4)),
    ("minimum(inputs.x, inputs.y)", Range(-32768, 1000)),
    ("maximum(inputs.x, inputs.y)", Range(-5, 32767)),
    ("absolute(inputs.x)", Range(0, 32768)),
    ("absolute(inputs.i)", Range(0, 3)),
    ("absolute(-inputs.i - 1)", Range(1, 4)),
    ("count_to(inputs.i, 10)", Range(0, 9)),
    ("sum_tree((inputs.x, inputs.y, 5))", Range(-32768, 33772)),
    ("to_int(inputs.a)", Range(0, 1)),
    ("to_int(inputs.w)", Range(0, 255)),
    ("to_vector(inputs.i, 5)", Vector(5)),
    ("popcount(inputs.v)", Range(0, 64)),
    ("trailing_zeros(inputs.w, 8)", Range(0, 8)),
    ("lowest_one(inputs.w, 8)", Vector(8)),
    ("linear((1, 3, 255), inputs.w)", Vector(3)),
    ("parity(inputs.w)", BIT),
    ("bit_at(inputs.v, 63)", BIT),
    ("vector(params.n, 9)", Vector(9)),
    ("bit(params.flag)", BIT),
    ("7", Range(7, 7)),
]


@pytest.mark.parametrize("expression, shape", RANGES, ids=[expression for expression, _ in RANGES])
def test_the_range_of_a_result(tmp_path, expression, shape):
    output = written(tmp_path, expression).outputs.o
    assert output == shape and type(output) is type(shape)


def test_a_chain_of_64_sixteen_bit_additions_is_22_bits_wide(tmp_path):
    lines = ["t0 = inputs.x"] + [f"t{k} = t{k - 1} + inputs.x" for k in range(1, 64)] + ["return (), Outputs(t63)"]
    component = written(tmp_path, "\n".join(lines))
    assert component.outputs.o == Range(64 * -32768, 64 * 32767)
    assert len(component.o) == 22
    assert len(written(tmp_path, f"sum_tree(({', '.join(['inputs.x'] * 64)}))").o) == 22


def test_a_table_may_be_longer_than_its_index_can_reach(tmp_path):
    component = written(tmp_path, "lookup(LONG, inputs.i)", before="LONG = (5, -6, 7, -8, 100, 200)\n")
    assert component.outputs.o.lo <= -8
