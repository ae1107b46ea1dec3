import pytest

from platforms.errors import BuildError
from platforms.unpack.netlist import Cell, read_netlist, read_places

CELL = {"type": "SB_LUT4", "parameters": {"LUT_INIT": "0110"}, "port_directions": {"I0": "input", "I1": "input", "O": "output"},
        "connections": {"I0": [2], "I1": ["1"], "O": [3]}}


def _document(cell=CELL, ports=None):
    return {"modules": {"top": {"ports": ports or {"a": {"direction": "input", "bits": [2]}},
                                "cells": {"u": cell, "scope": CELL | {"type": "$scopeinfo"}},
                                "netnames": {"a": {"bits": [2]}, "word": {"bits": [3, 2], "offset": 4}}}}}


def test_netlist_of_yosys():
    netlist = read_netlist(_document())
    cell, = netlist.cells
    assert (cell.name, cell.kind, cell.ports, cell.outputs) == ("u", "SB_LUT4", {"I0": [2], "I1": [True], "O": [3]}, {"O"})
    assert cell.number("LUT_INIT") == 6 and cell.number("OTHER", 5) == 5 and cell.bit("I0") == 2 and cell.bit("I2") is None
    assert netlist.names == {2: ["a", "word[5]"], 3: ["word[4]"]} and netlist.name(3) == "word[4]" and netlist.ports == {"a": ("input", 2)}


def test_what_is_no_number_or_no_single_bit_is_refused():
    with pytest.raises(BuildError, match=r"^the parameter MODE of u is 'FAST', not a number$"):
        Cell("u", "X", {"MODE": "FAST"}, {}, frozenset()).number("MODE")
    with pytest.raises(BuildError, match="one bit each"):
        read_netlist(_document(ports={"a": {"direction": "input", "bits": [2, 3]}}))


def test_places_of_nextpnr():
    route = "X1/Y1/local_g0_0;X1/Y1/some.->.pip;1;X2/Y3/lutff_4:out;;1"
    document = {"modules": {"top": {
        "cells": {"u_LC": {"attributes": {"NEXTPNR_BEL": "X2/Y3/lc4"}}, "v": {"attributes": {}}},
        "netnames": {"n": {"attributes": {"ROUTING": route}}, "local": {"attributes": {}}}}}}
    assert read_places(document) == ({"u_LC": "X2/Y3/lc4"}, {"n": "X2/Y3/lutff_4:out"})
