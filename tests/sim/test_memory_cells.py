import pytest

from sim import memory_cells
from sim.memory_cells import prove_memory_cells


@pytest.mark.parametrize("rows, width", [(16384, 16), (10_000, 24)])
def test_large_memory_of_cells_is_the_described_memory(rows, width):
    result = prove_memory_cells(rows, width)
    assert result.ok and len(result.goals) == 2, str(result)


@pytest.mark.parametrize("old, new, broken", [
    ("<= DATAIN[ 7: 4]", "<= DATAIN[ 3: 0]", "contents stay equal"),
    ("DATAOUT <= mem[ADDRESS]", "DATAOUT <= mem[DATAIN]", "data are equal")])
def test_another_cell_is_not(monkeypatch, old, new, broken):
    text = memory_cells._cell()
    assert text.count(old) == 1
    monkeypatch.setattr(memory_cells, "_cell", lambda: text.replace(old, new))
    result = prove_memory_cells(16384, 16)
    assert [goal.holds for goal in result.goals if goal.name.startswith(broken)] == [False], str(result)


def test_a_library_whose_cell_is_written_differently_is_refused(monkeypatch, tmp_path):
    (tmp_path / "ice40").mkdir()
    (tmp_path / "ice40" / "cells_sim.v").write_text("module SB_SPRAM256KA (\n);\nendmodule\n")
    monkeypatch.setattr(memory_cells, "find_yosys", lambda: type("Yosys", (), {"share": tmp_path}))
    with pytest.raises(ValueError, match="^SB_SPRAM256KA of Yosys must have one .*POWEROFF.*, not 0$"):
        memory_cells._cell()
