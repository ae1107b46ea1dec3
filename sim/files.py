"""Files written whole or not at all, and the digest of a package's sources."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tempfile
from pathlib import Path


__all__ = ["sources_digest", "write_whole"]


def write_whole(path, text) -> None:
    """Write a file so that neither a reader nor an interruption sees half of it.

    Parameters
    ----------
    path : Path
        The file; its folder is made.
    text : str
        All of it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def sources_digest(*packages, without=()) -> str:
    """SHA-256 of every source, table and data file of some packages, by name and content.

    Parameters
    ----------
    packages : str
        Their names, such as ``"gateware"``.
    without : collection of str
        Names of files that are left out.

    Returns
    -------
    str
    """
    digest = hashlib.sha256()
    for package in packages:
        root = Path(importlib.util.find_spec(package).submodule_search_locations[0])
        for path in sorted(root.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".") and path.name not in without:
                digest.update(f"{package}/{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
