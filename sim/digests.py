"""The digests of the evidence of every example of a class, remembered in the user's cache as long as no source changes.

To know them every example has to be made and written as RTLIL, which takes a chip's ten seconds. They are remembered under a digest
of all sources and of the tools. A process may have loaded a source before it was changed: so another one, begun after the sources
were read, finds what is remembered, and it is dropped if they are not the same any more when it is done.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import json
import os
import subprocess
import sys

from gateware.cache import cache_folder
from gateware.yosys import find_yosys

from .files import sources_digest, write_whole


__all__ = ["example_digests"]

# What decides them besides the project's own sources.
_PACKAGES = ("amaranth", "numba", "numpy", "pint", "scipy", "z3-solver")
# Not the results themselves, which change whenever one is kept.
_RESULTS = ("results.json", "catalogue_results.json")


def example_digests(classes) -> dict:
    """What `sim.kept.evidence_digest` says of every example of some classes, at every rung.

    Parameters
    ----------
    classes : iterable of type
        Components of gateware that have ``examples()``.

    Returns
    -------
    dict of type to dict
        For each class, for each example by its full name (``"gateware.neurons.lif.LIF:default"``), the digest by rung.

    Raises
    ------
    RuntimeError
        If the digests of a class cannot be made.
    """
    classes, key = list(classes), _key()
    found = {cls: _load(cls, key) for cls in classes}
    missing = [cls for cls in classes if found[cls] is None]
    return found | (_make(missing, key) if missing else {})


def _key():
    """Digest of everything that decides the digests."""
    parts = [sources_digest("gateware", "models", "sim", without=_RESULTS), find_yosys().version, sys.version]
    for package in _PACKAGES:
        try:
            parts.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            parts.append(f"no {package}")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _name(cls):
    return f"{cls.__module__}.{cls.__qualname__}"


def _file(cls):
    return cache_folder() / "digests" / f"{_name(cls)}.json"


def _load(cls, key):
    try:
        kept = json.loads(_file(cls).read_text(encoding="utf-8"))
        return kept["digests"] if kept["key"] == key else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _make(classes, key):
    """Have another process find the digests, and remember those of each class as they come."""
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)
    made = {}
    with subprocess.Popen([sys.executable, "-m", __name__, *map(_name, classes)], stdout=subprocess.PIPE, text=True, encoding="utf-8",
                          env=os.environ | {"PYTHONPATH": path}) as process:
        try:
            for cls, line in zip(classes, process.stdout):
                made[cls] = json.loads(line)
                if _key() == key:
                    write_whole(_file(cls), json.dumps({"key": key, "digests": made[cls]}))
        except BaseException:
            process.kill()
            raise
    if len(made) < len(classes):
        raise RuntimeError(f"the digests of {_name(classes[len(made)])} cannot be made: its process ended with {process.returncode}")
    return made


def _tell(names):
    """In the other process: print a line for every class."""
    from gateware.step.component import examples_of

    from .kept import evidence_digest
    from .ladder import LEVELS
    for name in names:
        module, _, cls = name.rpartition(".")
        examples = examples_of(getattr(importlib.import_module(module), cls))
        print(json.dumps({example: {level: evidence_digest(component, level) for level in LEVELS}
                          for example, component in examples.items()}), flush=True)


if __name__ == "__main__":
    _tell(sys.argv[1:])
