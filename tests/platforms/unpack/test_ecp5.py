# amaranth: UnusedElaboratable=no
import json
import re
from collections import defaultdict

import pytest

from platforms.errors import DifferenceError
from platforms.progress import Steps
from platforms.unpack import ecp5
from platforms.unpack.check import compare_bitstream, compare_unpacked, summary

from .design import ROWS, Everything, build, run


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("everything")
    board = build(folder, "ulx3s-25f", Everything(large=False))
    with Steps()("compare") as step:
        return folder, board, compare_bitstream(folder, board, step=step)


def _break(built, change):
    folder, board, _ = built
    text = (folder / "unpacked").read_text()
    assert change(text) != text
    with pytest.raises(DifferenceError) as error:
        compare_unpacked(change(text), folder, board)
    return str(error.value)


def test_contents_tables_and_initial_values_are_the_netlists(built):
    made = json.loads((built[0] / "stat.json").read_text())["design"]["num_cells_by_type"]
    unpacked = built[2]
    assert unpacked == {"cells": {kind: made[kind] for kind in ("DP16KD", "LUT4", "TRELLIS_FF")}, "memory_bits": 18432}
    assert summary(unpacked).endswith(" flip-flops' initial values and 18,432 memory bits; connections not compared")


def test_one_bit_of_memory_in_a_packed_bitstream(built, tmp_path):
    folder, board, _ = built
    text = (folder / "top.config").read_text()
    first = f"{ROWS[1] & 0x1FF:03x}"
    broken = text.replace(f" {first} ", f" {int(first, 16) ^ 4:03x} ", 1)
    assert broken != text
    (tmp_path / "broken.config").write_text(broken)
    run("ecppack", ["--input", "broken.config", "--bit", "top.bit"], tmp_path)
    for name in ("top.json", "placed.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with Steps()("compare") as step, pytest.raises(DifferenceError, match=r"^the DP16KD design\.rom\S* has 0x0\w+ in row 1, in the bitstream 0x"):
        compare_bitstream(tmp_path, board, step=step)


def test_one_bit_of_a_lut_and_of_a_flip_flop(built):
    cells = json.loads((built[0] / "placed.json").read_text())["modules"]["top"]["cells"]
    x, y, place = next(cell["attributes"]["NEXTPNR_BEL"] for cell in cells.values()
                       if cell["type"] == "TRELLIS_COMB" and cell["parameters"]["INITVAL"] == "0000000011111111").split("/")
    table = f"{place}.INIT"
    tile = rf"(\.tile R{y[1:]}C{x[1:]}:PLC2\n(?:.+\n)*?word: {re.escape(table)} )(\d)"
    message = _break(built, lambda text: re.sub(tile, lambda match: match[1] + "10"[int(match[2])], text))
    assert re.match(r"the LUT4 \S+ has the table 0x00ff, in the bitstream 0x\w+: no order of inputs makes them one$", message)
    reset = re.compile(r"enum: SLICE\w\.REG\d\.REGSET RESET\n")
    assert "initial value RESET, in the bitstream SET" in _break(built, lambda text: reset.sub("", text, count=1))


def test_contents_of_a_memory_that_is_not_there(built):
    assert _break(built, lambda text: text + "\n.bram_init 9\n" + "000 " * 2048) == "the bitstream has contents of 1 more block RAMs than the netlist"
    assert _break(built, lambda text: text.replace(".bram_init 3", ".bram_init 5")).endswith("has no contents in the bitstream")


@pytest.mark.parametrize("part, tiles, number", [
    ("EBR0", {1: "001100000"}, 12), ("EBR2", {}, 0), ("EBR3", {1: "011111111", 2: "111110000"}, 30),
    ("EBR3", {2: "111111000"}, 48), ("EBR3", {1: "101011111"}, 5), ("EBR3", {}, 0)])
def test_the_number_of_a_block_s_contents_stands_in_one_tile_or_two(part, tiles, number):
    settings = defaultdict(dict) | {(25, 10 + k): {f"{part}.WID": word} for k, word in tiles.items()}
    assert ecp5._contents_number(settings, 10, 25, part) == number
