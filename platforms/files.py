"""Files written whole or not at all, and their digests."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

__all__ = ["check_folder", "sha256_of", "write_set", "write_whole"]


def check_folder(folder):
    """Refuse a folder that could not be written later; nothing is made.

    Parameters
    ----------
    folder : path-like
        There or not.

    Raises
    ------
    ValueError
        If it is a file, lies in one, or may not be written.
    """
    whole = Path(folder).absolute()
    there = next(each for each in (whole, *whole.parents) if each.exists())
    if not there.is_dir():
        raise ValueError(f"folder must be one that files can be written to, not {folder}: {there} is a file")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ValueError(f"folder must be one that files can be written to, not {folder}: {there} may not be written")


def write_whole(path, content):
    """Write a file so that a reader, an interruption or a full disk never sees half of it.

    Parameters
    ----------
    path : Path
        The file; its folder is made.
    content : str or bytes
        All of it; text is written as UTF-8.
    """
    path = Path(path)
    write_set(path.parent, {path.name: content})


def write_set(folder, files):
    """Write files that belong together: none of them is touched before all are on the disk.

    Parameters
    ----------
    folder : Path
        Where to; it is made.
    files : dict of str to str or bytes
        Contents by name.

    Raises
    ------
    OSError
        If the folder cannot be written; it names the file.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    staged = {}
    try:
        for name, content in files.items():
            handle, staged[name] = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content.encode("utf-8") if isinstance(content, str) else content)
                os.chmod(staged[name], 0o644)  # mkstemp makes files that only their owner may read
            except OSError as error:
                error.filename = str(folder / name)
                raise
        for name, temporary in staged.items():
            os.replace(temporary, folder / name)
    finally:
        for temporary in staged.values():
            if os.path.exists(temporary):
                os.unlink(temporary)


def sha256_of(content):
    """SHA-256 of bytes or text, in hexadecimal."""
    return hashlib.sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()
