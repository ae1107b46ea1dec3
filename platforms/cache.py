"""Finished work kept in the user's cache folder under a digest of everything it was made from."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from .files import sha256_of, write_whole

__all__ = ["Cache"]

MANIFEST = "manifest.json"


class Cache:
    """A folder of entries, each a few files with their SHA-256.

    Parameters
    ----------
    kind : str
        Name of the folder under the user's cache folder, such as ``"builds"``.
    """

    def __init__(self, kind):
        # Imported here: `--help` does not need it.
        from models.generated import cache_folder

        self.folder = cache_folder() / kind

    def load(self, key):
        """The files of an entry whose every digest holds.

        Parameters
        ----------
        key : str
            Digest of what the entry was made from.

        Returns
        -------
        dict of str to bytes, or None
            None where there is no such entry, or where it was damaged: that one is removed.
        """
        entry = self.folder / key
        try:
            manifest = json.loads((entry / MANIFEST).read_text(encoding="utf-8"))
            files = {name: (entry / name).read_bytes() for name in manifest}
            sound = bool(files) and {name: sha256_of(content) for name, content in files.items()} == manifest
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, OSError):
            sound = False
        if not sound:
            shutil.rmtree(entry, ignore_errors=True)
            return None
        return files

    def store(self, key, files):
        """Keep files under a key, all of them or none.

        Parameters
        ----------
        key : str
            Digest of what they were made from.
        files : dict of str to bytes
            Contents by name.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=self.folder, prefix=".new-"))
        try:
            for name, content in files.items():
                (scratch / name).write_bytes(content)
            write_whole(scratch / MANIFEST, json.dumps({name: sha256_of(content) for name, content in files.items()}))
            shutil.rmtree(self.folder / key, ignore_errors=True)
            os.replace(scratch, self.folder / key)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
