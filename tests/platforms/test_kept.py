import tomllib

import pytest

from platforms import kept
from platforms.boards import board_names, read_table
from platforms.errors import BuildError


def _report(board="icebreaker", sha256="ab" * 32, **tools):
    return {"board": {"name": board}, "bitstream": {"sha256": sha256}, "tools": {"yosys": "0.70 wasm"} | tools}


@pytest.fixture
def table(monkeypatch):
    rows = {}
    monkeypatch.setattr(kept, "read_table", lambda name: rows)
    return rows


def test_kept_digest_is_found_again(table, tmp_path, monkeypatch):
    board_names()  # the boards are read once, from where they are
    monkeypatch.setattr(kept.resources, "files", lambda package: tmp_path)
    kept.keep(_report("icestick"))
    table |= tomllib.loads((tmp_path / "tables" / "bitstreams.toml").read_text())
    kept.keep(_report("icebreaker", "cd" * 32))
    table |= tomllib.loads((tmp_path / "tables" / "bitstreams.toml").read_text())
    assert list(table) == ["icestick", "icebreaker"]
    kept.check_kept(_report("icestick"))
    kept.check_kept(_report("icebreaker", "cd" * 32))


def test_other_bits_are_told(table):
    table["icebreaker"] = {"sha256": "00" * 32, "tools": {"yosys": "0.70 wasm"}}
    with pytest.raises(BuildError, match=rf"^the bitstream of icebreaker has the sha256 {'ab' * 32}, the kept one {'00' * 32}"):
        kept.check_kept(_report())


def test_other_tools_are_told(table):
    table["icebreaker"] = {"sha256": "ab" * 32, "tools": {"yosys": "0.69 wasm", "icepack": "1"}}
    with pytest.raises(BuildError, match=r"cannot be compared: yosys 0.70 wasm instead of 0.69 wasm, icepack missing instead of 1$"):
        kept.check_kept(_report())


def test_nothing_kept_is_told(table):
    with pytest.raises(BuildError, match=r"^no digest is kept for icebreaker: write it with --keep$"):
        kept.check_kept(_report())


def test_what_the_project_keeps_is_well_formed():
    for board, row in read_table("bitstreams").items():
        assert board in board_names() and len(row["sha256"]) == 64 and row["tools"]
