import os

import pytest

from platforms import files
from platforms.files import check_folder, sha256_of, write_set, write_whole


def test_file_is_written_with_its_folder(tmp_path):
    write_whole(tmp_path / "a" / "b.txt", "é")
    assert (tmp_path / "a" / "b.txt").read_bytes() == "é".encode()
    assert os.listdir(tmp_path / "a") == ["b.txt"]


def test_failed_write_leaves_the_old_file_alone(tmp_path, monkeypatch):
    path = tmp_path / "f"
    write_whole(path, "old")

    def full(*_):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "new")
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["f"]


def test_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    check_folder(tmp_path)
    check_folder(tmp_path / "a" / "b")
    assert os.listdir(tmp_path) == []
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "a" / "b"):
        with pytest.raises(ValueError, match=rf"^folder must be one that files can be written to, not {folder}: {tmp_path}/file is a file$"):
            check_folder(folder)
    monkeypatch.setattr(files.os, "access", lambda path, mode: path != tmp_path)
    with pytest.raises(ValueError, match=rf"^folder must be one that files can be written to, not {tmp_path}/a: {tmp_path} may not be written$"):
        check_folder(tmp_path / "a")


def test_set_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    write_set(tmp_path, {"a": "1", "b": b"2"})
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]
    stage, made = files.tempfile.mkstemp, []

    def second_fails(**kwargs):
        made.append(kwargs)
        if len(made) == 2:
            return os.open("/dev/full", os.O_WRONLY), stage(**kwargs)[1]
        return stage(**kwargs)

    monkeypatch.setattr(files.tempfile, "mkstemp", second_fails)
    with pytest.raises(OSError, match=r"No space left on device: '.*/b'$"):
        write_set(tmp_path, {"a": "3", "b": "4"})
    assert (tmp_path / "a").read_text() == "1" and sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_sha256_is_the_published_one():
    assert sha256_of("abc") == sha256_of(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
