"""Files written whole or not at all, and their digests."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tempfile
from pathlib import Path

__all__ = ["sha256_of", "sources_digest", "write_whole"]


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
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        content = content.encode("utf-8")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)  # mkstemp makes files that only their owner may read
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def sha256_of(content):
    """SHA-256 of bytes or text, in hexadecimal."""
    return hashlib.sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()


def sources_digest(*packages):
    """SHA-256 of every source, table and data file of some packages, by name and content.

    Parameters
    ----------
    packages : str
        Their names, such as ``"gateware"``.

    Returns
    -------
    str
    """
    digest = hashlib.sha256()
    for package in packages:
        root = Path(importlib.util.find_spec(package).submodule_search_locations[0])
        for path in sorted(root.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
                digest.update(f"{package}/{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
