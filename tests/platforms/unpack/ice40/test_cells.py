import pytest

from platforms.unpack.ice40.cells import LARGE, expected_options
from platforms.unpack.netlist import Cell


def _options(kind, **parameters):
    return expected_options(Cell("u", kind, parameters, {}, frozenset()))


def test_options_of_a_pll():
    options, unknown = _options("SB_PLL40_PAD", DIVF="0111111", DIVQ="101", DIVR="0000", FEEDBACK_PATH="SIMPLE", FILTER_RANGE="001")
    assert unknown == [] and len(options) == 42
    on = {name for name, value in options.items() if value}
    assert on == {*(f"DIVF_{k}" for k in range(6)), "DIVQ_0", "DIVQ_2", "FEEDBACK_PATH_0", "FILTER_RANGE_0", "PLLTYPE_1"}
    assert _options("SB_PLL40_CORE")[0]["PLLTYPE_0"] and _options("SB_PLL40_CORE", TEST_MODE="1")[1] == ["TEST_MODE"]


def test_options_of_the_others():
    assert _options("SB_HFOSC", CLKHF_DIV="0b10") == ({"CLKHF_DIV_0": False, "CLKHF_DIV_1": True, "TRIM_EN": False}, [])
    assert _options("SB_SPRAM256KA") == ({"SPRAM_EN": True}, [])
    multiplier, unknown = _options("SB_MAC16", A_SIGNED="00000001", TOPOUTPUT_SELECT="10", NEG_TRIGGER="0")
    assert {name for name, value in multiplier.items() if value} == {"A_SIGNED", "TOPOUTPUT_SELECT_1"} and unknown == []
    assert _options("SB_IO", PIN_TYPE="101001", IO_STANDARD="SB_LVCMOS") == ({}, [])


@pytest.mark.parametrize("kind, parameters", [("SB_MAC16", {"NEG_TRIGGER": "1"}), ("SB_IO", {"IO_STANDARD": "SB_LVDS_INPUT"}),
                                              ("SB_RAM40_4K", {"OTHER": "1"}), ("SB_SPRAM256KA", {"OTHER": "1"})])
def test_what_has_no_rule_is_said(kind, parameters):
    assert _options(kind, **parameters)[1] == list(parameters)


def test_ports_as_the_part_names_them():
    assert LARGE["SB_RAM40_4K"].port("RADDR", 3, 11) == "RADDR_3" and LARGE["SB_RAM40_4KNW"].port("WCLKN", 0, 1) == "WCLK"
    assert LARGE["SB_PLL40_CORE"].port("PLLOUTGLOBAL", 0, 1) == "PLLOUT_A"
