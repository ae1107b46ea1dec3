import pytest

from platforms.boards import find_board
from platforms.errors import BuildError, ToolError
from platforms.files import sha256_of
from platforms.program import program


@pytest.fixture
def built(tmp_path):
    path = tmp_path / "digits.bin"
    path.write_bytes(b"bits")
    return path, {"board": {"name": "icebreaker"}, "bitstream": {"sha256": sha256_of(b"bits")}}


def _programmer(tmp_path, monkeypatch, name, text):
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/bin")


def test_bitstream_is_loaded(built, tmp_path, monkeypatch):
    path, report = built
    _programmer(tmp_path, monkeypatch, "openFPGALoader", f'echo "$@" > {tmp_path}/said')
    assert program(find_board("icebreaker"), path, report) == "openFPGALoader"
    assert (tmp_path / "said").read_text() == f"-b ice40_generic {path}\n"


def test_missing_programmer_is_one_sentence(built, tmp_path, monkeypatch):
    path, report = built
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match=rf"^no programmer for icebreaker is installed: install iceprog or openFPGALoader, or load {path} "
                                        r"with a tool of your own$"):
        program(find_board("icebreaker"), path, report)


def test_failing_programmer_is_one_sentence(built, tmp_path, monkeypatch):
    path, report = built
    _programmer(tmp_path, monkeypatch, "iceprog", "exit 2")
    with pytest.raises(ToolError, match=r"^iceprog failed with exit status 2: is the board connected, and are you allowed to use it\?$"):
        program(find_board("icebreaker"), path, report)


def test_only_what_was_built_for_this_board_is_loaded(built):
    path, report = built
    with pytest.raises(BuildError, match=r"holds a build for icebreaker, not for icestick$"):
        program(find_board("icestick"), path, report)
    path.write_bytes(b"other")
    with pytest.raises(BuildError, match=r"is not the bitstream that its report describes: build it again$"):
        program(find_board("icebreaker"), path, report)
    path.unlink()
    with pytest.raises(BuildError, match=r"^there is no bitstream .*: build it first$"):
        program(find_board("icebreaker"), path, report)
