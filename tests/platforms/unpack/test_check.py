# amaranth: UnusedElaboratable=no
import json
import random
import re

import numpy as np
import pytest

from platforms.errors import DifferenceError
from platforms.progress import Steps
from platforms.unpack.check import compare_bitstream, compare_unpacked, summary
from platforms.unpack.ice40.bits import read_bits
from platforms.unpack.ice40.database import load_database
from platforms.unpack.ice40.fabric import TABLE_BITS, Fabric

from .design import Everything, build, flip, run


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("everything")
    board = build(folder, "icebreaker", Everything(large=True))
    run("iceunpack", ["top.bin", "whole.asc"], folder)
    return folder, board


def _compare(folder, board):
    with Steps()("compare") as step:
        return compare_bitstream(folder, board, step=step)


def _break(built, *where):
    """The message of the comparison after one bit of the unpacked text was changed."""
    folder, board = built
    with pytest.raises(DifferenceError) as error:
        compare_unpacked(flip((folder / "whole.asc").read_text(), *where), folder, board)
    return str(error.value)


def _bel(built, kind):
    """Where nextpnr put the only cell of a kind."""
    cells = json.loads((built[0] / "placed.json").read_text())["modules"]["top"]["cells"]
    place, = (cell["attributes"]["NEXTPNR_BEL"] for cell in cells.values() if cell["type"] == kind)
    x, y, slot = place.split("/")
    return int(x[1:]), int(y[1:]), slot


def test_bitstream_is_its_netlist(built):
    unpacked = _compare(*built)
    synthesised = json.loads((built[0] / "stat.json").read_text())["design"]["num_cells_by_type"]
    cells = {kind: count for kind, count in synthesised.items() if not kind.startswith("$")}
    assert unpacked["cells"] == cells
    assert {"SB_RAM40_4K", "SB_SPRAM256KA", "SB_MAC16", "SB_PLL40_PAD", "SB_IO", "SB_LUT4", "SB_CARRY"} <= cells.keys()
    assert unpacked["memory_bits"] == 4096 * cells["SB_RAM40_4K"]
    # Every bit that is set, counted in the text itself.
    whole = (built[0] / "whole.asc").read_text()
    tiles = [section for section in whole.split("\n.") if "_tile " in section.split("\n")[0]]
    assert unpacked["bits"] == sum(section.split("\n", 1)[1].count("1") for section in tiles) + whole.count(".extra_bit")
    assert summary(unpacked).startswith(f"equals its netlist: {sum(cells.values()):,} cells, ")


def test_one_bit_of_memory_in_a_packed_bitstream(built, tmp_path):
    folder, board = built
    x, y, _ = _bel(built, "ICESTORM_RAM")
    (tmp_path / "broken.asc").write_text(flip((folder / "whole.asc").read_text(), f"ram_data {x} {y}", 6, 35))
    run("icepack", ["broken.asc", "top.bin"], tmp_path)
    assert len((tmp_path / "top.bin").read_bytes()) == len((folder / "top.bin").read_bytes())
    for name in ("top.json", "placed.json", "top.pcf"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(DifferenceError, match=r"^the SB_RAM40_4K design\.rom\S*: bit 35 of INIT_6 differs in the bitstream$"):
        _compare(tmp_path, board)


def test_one_bit_of_a_lut(built):
    cells = json.loads((built[0] / "placed.json").read_text())["modules"]["top"]["cells"]
    place = next(cell["attributes"]["NEXTPNR_BEL"] for name, cell in sorted(cells.items()) if cell["type"] == "ICESTORM_LC" and
                 all(cell["connections"].get(f"I{k}") for k in range(4)))
    x, y, z = (int(part.lstrip("XYlc")) for part in place.split("/"))
    for bit in (0, 7, 17):  # three rows of the table
        message = _break(built, f"logic_tile {x} {y}", *load_database("5k").entries["logic"][f"LC_{z}"][bit])
        assert re.search(r" computes the function 0x\w+ of .*, in the bitstream the function 0x\w+ of |: its input is ", message)


def test_one_bit_of_a_connection(built):
    database, text = load_database("5k"), (built[0] / "whole.asc").read_text()
    named = {place for entry in database.entries["logic"].values() for place in entry}
    for x, y in [place for place, kind in database.grid.items() if kind == "logic"]:
        rows = text.split(f".logic_tile {x} {y}\n")[1].split("\n.")[0].split("\n")
        ones = [(row, column) for row in range(16) for column in range(54) if rows[row][column] == "1" and (row, column) not in named]
        if len(ones) > 30:
            break
    assert any(["in the bitstream" in _break(built, f"logic_tile {x} {y}", *place) for place in ones[::8]])
    # And one that was not there: two drivers of a wire, or a bit that nothing asks for.
    zeros = [(row, column) for row in range(16) for column in range(36) if rows[row][column] == "0" and (row, column) not in named]
    for place in zeros[::60]:
        assert re.search("has two drivers|that the netlist does not ask for|in the bitstream", _break(built, f"logic_tile {x} {y}", *place))


def _flip_flop(built):
    cells = json.loads((built[0] / "placed.json").read_text())["modules"]["top"]["cells"]
    place = next(cell["attributes"]["NEXTPNR_BEL"] for name, cell in sorted(cells.items())
                 if cell["type"] == "ICESTORM_LC" and int(cell["parameters"]["DFF_ENABLE"], 2))
    return (int(part.lstrip("XYlc")) for part in place.split("/"))


@pytest.mark.parametrize("name, bit, message", [
    ("NegClk", 0, "its clock's edge is 0 in the netlist and 1 in the bitstream"),
    ("LC", 9, "in the bitstream|is not in"), ("LC", 18, "that it is set is 0"),
    ("LC", 19, "that its reset is asynchronous is 1 in the netlist and 0 in")])
def test_one_bit_of_a_flip_flop(built, name, bit, message):
    x, y, z = _flip_flop(built)
    place = load_database("5k").entries["logic"][f"LC_{z}" if name == "LC" else name][bit]
    assert re.search(message, _break(built, f"logic_tile {x} {y}", *place))


def test_any_bit_is_noticed_but_a_row_of_a_table_that_never_comes(built):
    folder, board = built
    database, text = load_database("5k"), (folder / "whole.asc").read_text()
    bits = read_bits(text, database)
    fabric = Fabric(database, bits)
    cells = {place: bits.entry(place[:2], f"LC_{place[2]}") for place in database.cells}
    rows = {positions[at]: (place, row) for place, positions in cells.items() for row, at in enumerate(TABLE_BITS)}
    tiles = [(bits.index(place, 0, 0), f"{kind}_tile {place[0]} {place[1]}", database.shapes[kind][1]) for place, kind in database.grid.items()]
    choose, noticed, ones = random.Random(20), 0, np.flatnonzero(bits.values).tolist()
    while noticed < 16:
        position = choose.choice(ones) if noticed % 4 else choose.randrange(len(bits.values))
        start, section, width = max(tile for tile in tiles if tile[0] <= position)
        row, column = divmod(position - start, width)
        try:
            compare_unpacked(flip(text, section, row, column), folder, board)
        except DifferenceError:
            noticed += 1
            continue
        (place, number) = rows[position]
        idle = [k for k, wire in enumerate(database.lut_inputs[place]) if fabric.wire(wire) in (None, False)]
        assert any(number >> k & 1 for k in idle)


def test_one_bit_of_a_column_buffer(built):
    place, = load_database("5k").entries["logic"]["ColBufCtrl.glb_netwk_2"]
    assert _break(built, "logic_tile 1 4", *place) == "tile (1, 4): its column buffer 2 is 1 in the netlist and 0 in the bitstream"


def test_pin_and_large_cells(built):
    database = load_database("5k")
    x, y, slot = _bel(built, "ICESTORM_DSP")
    dsp = next(bel for bel in database.bels if (bel.x, bel.y, bel.kind) == (x, y, "mac16"))
    for name in ("A_SIGNED", "TOPOUTPUT_SELECT_0"):
        (tx, ty), entry = dsp.options[name]
        kind = database.grid[tx, ty]
        place, = database.entries[kind][f"IpConfig.{entry}"]
        assert f"its {name} is" in _break(built, f"{kind}_tile {tx} {ty}", *place)
    pin = next(bel for bel in database.bels if (bel.x, bel.y, bel.kind, bel.z) == (15, 0, "io", 0))  # tx, pin 9 of the package
    assert database.bels[database.packages["sg48"]["9"]] is pin
    place, = database.entries["io"]["IOB_0.PINTYPE_3"]
    assert "its PIN_TYPE[3] is" in _break(built, "io_tile 15 0", *place)


def test_cell_without_a_rule_is_left_out_and_said(built, tmp_path):
    folder, board = built
    document = json.loads((folder / "top.json").read_text())
    cells = document["modules"]["top"]["cells"]
    cells["light"] = {"type": "SB_RGBA_DRV", "parameters": {}, "port_directions": {}, "connections": {}}
    for name in ("placed.json", "top.pcf"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "top.json").write_text(json.dumps(document))
    unpacked = compare_unpacked((folder / "whole.asc").read_text(), tmp_path, board)
    assert summary(unpacked) == "not compared: no rule is known for light, a SB_RGBA_DRV"
    del cells["light"]
    dsp = next(cell for cell in cells.values() if cell["type"] == "SB_MAC16")
    dsp["parameters"]["NEG_TRIGGER"] = "1"
    (tmp_path / "top.json").write_text(json.dumps(document))
    assert "the parameter NEG_TRIGGER of " in summary(compare_unpacked((folder / "whole.asc").read_text(), tmp_path, board))
