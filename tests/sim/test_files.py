import os

import pytest

from sim import files
from sim.files import sources_digest, write_whole


def test_file_is_written_with_its_folder(tmp_path):
    write_whole(tmp_path / "a" / "b.txt", "é")
    assert (tmp_path / "a" / "b.txt").read_bytes() == "é".encode()
    assert os.listdir(tmp_path / "a") == ["b.txt"]


def test_failed_write_leaves_the_old_file_alone(tmp_path, monkeypatch):
    write_whole(tmp_path / "f", "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "f", "new")
    assert (tmp_path / "f").read_text() == "old" and os.listdir(tmp_path) == ["f"]


def test_sources_digest_covers_content_and_ignores_caches(tmp_path, monkeypatch):
    package = tmp_path / "somepackage"
    write_whole(package / "__init__.py", "")
    write_whole(package / "tables" / "a.toml", "x = 1")
    monkeypatch.syspath_prepend(tmp_path)
    before, without = sources_digest("somepackage"), sources_digest("somepackage", without=["a.toml"])
    write_whole(package / "__pycache__" / "a.nbi", "anything")
    assert sources_digest("somepackage") == before
    write_whole(package / "tables" / "a.toml", "x = 2")
    assert sources_digest("somepackage") != before
    assert sources_digest("somepackage", without=["a.toml"]) == without
