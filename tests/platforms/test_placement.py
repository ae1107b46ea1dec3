from platforms.placement import read_placement, tally


def _cell(kind, bel, **parameters):
    return {"type": kind, "attributes": {"NEXTPNR_BEL": bel}, "parameters": parameters, "connections": {"O": [1]}}


PLACED = {"modules": {"top": {"cells": {
    "a.x_SB_LUT4_O_LC": _cell("ICESTORM_LC", "X3/Y4/lc2", DFF_ENABLE="1", CARRY_ENABLE="0"),
    "a.b.y_SB_DFF_Q_DFFLC": _cell("ICESTORM_LC", "X3/Y4/lc1", DFF_ENABLE="1", CARRY_ENABLE="0"),
    "a.x_SB_CARRY_CI$CARRY": _cell("ICESTORM_LC", "X1/Y4/lc0", DFF_ENABLE="0", CARRY_ENABLE="1"),
    "a.b.mem.0.0_RAM": _cell("ICESTORM_RAM", "X6/Y9/ram"),
    "$nextpnr_ICESTORM_LC_0": _cell("ICESTORM_LC", "X1/Y1/lc7", DFF_ENABLE="0", CARRY_ENABLE="1"),
    "unplaced": {"type": "ICESTORM_LC", "attributes": {}, "parameters": {}, "connections": {}},
}}}}
OWNERS = {"a.x_SB_LUT4_O": "a", "a.b.y_SB_DFF_Q": "a.b", "a.x_SB_CARRY_CI": "a", "a.b.mem.0.0": "a.b"}


def test_cells_are_read_in_order_with_their_components():
    cells = read_placement(PLACED, OWNERS)
    assert [(cell["x"], cell["y"], cell["slot"], cell["component"]) for cell in cells] == [
        (1, 1, "lc7", ""), (1, 4, "lc0", "a"), (3, 4, "lc1", "a.b"), (3, 4, "lc2", "a"), (6, 9, "ram", "a.b")]
    used = [{key for key in ("lut", "ff", "carry") if key in cell} for cell in cells]
    assert used == [{"carry"}, {"carry"}, {"ff"}, {"lut", "ff"}, set()]


def test_tally_adds_up_the_hierarchy():
    rows = {row["path"]: row for row in tally(read_placement(PLACED, OWNERS))}
    assert list(rows) == ["", "a", "a.b"]
    assert rows["a"]["own"] == {"logic": 2, "lut": 1, "ff": 1, "carry": 1, "ram": 0, "dsp": 0, "spram": 0}
    assert rows["a"]["total"] == {"logic": 3, "lut": 1, "ff": 2, "carry": 1, "ram": 1, "dsp": 0, "spram": 0}
    assert rows[""]["total"]["logic"] == 4
