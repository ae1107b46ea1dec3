import pytest

from platforms.errors import DifferenceError
from platforms.unpack.ice40.compare import Comparison
from platforms.unpack.netlist import Cell, Netlist

from .test_fabric import CARRY_ENABLE, PASS, A, B, part  # noqa: F401 (a fixture)

LUT, ONE, CARRY = (1, 1, 4), (2, 1, 0), (1, 1, 0)


def wire(place, end="out"):
    return f"X{place[0]}/Y{place[1]}/lutff_{place[2]}:{end}"


def compare(part, table):  # noqa: F811
    """A LUT of two flip-flops, and a carry that a constant 1 makes pass it on."""
    part.cell(LUT, PASS[0] & PASS[1])
    part.connect(A, (*LUT, 0))
    part.connect(B, (*LUT, 1))
    part.cell(ONE, 0xFFFF)
    part.cell(CARRY, 0, CARRY_ENABLE)
    part.connect(LUT, (*CARRY, 1))
    part.connect(ONE, (*CARRY, 2))
    cells = [Cell("a", "SB_DFF", {}, {"Q": [11]}, frozenset("Q")), Cell("b", "SB_DFF", {}, {"Q": [12]}, frozenset("Q")),
             Cell("and", "SB_LUT4", {"LUT_INIT": f"{table:016b}"}, {"I0": [11], "I1": [12], "I2": [False], "I3": [False], "O": [13]}, frozenset("O")),
             Cell("pass", "SB_CARRY", {}, {"I0": [13], "I1": [True], "CI": [False], "CO": [14]}, frozenset(("CO",)))]
    names = {11: ["a"], 12: ["b"], 13: ["and"], 14: ["pass"]}
    begins = {"a": wire(A), "b": wire(B), "and": wire(LUT), "pass": wire(CARRY, "cout")}
    comparison = Comparison(Netlist(cells, names, {}), {}, begins, part.fabric(), {}, "")
    comparison._match({})
    comparison._compare_function(cells[2], "O", table, ["I0", "I1", "I2", "I3"])
    comparison._compare_function(cells[3], "CO", 0b11101000, ["I0", "I1", "CI"])


def test_carry_that_passes_a_lut_on_is_that_lut(part):  # noqa: F811
    compare(part, 0b1000)


def test_another_function_is_a_difference(part):  # noqa: F811
    with pytest.raises(DifferenceError, match="^the SB_LUT4 and computes the function 0xe of .*, in the bitstream the function 0x8 of "):
        compare(part, 0b1110)
