"""Components found by name: what the command lines accept instead of an object."""

from __future__ import annotations

from fnmatch import fnmatchcase


__all__ = ["select"]


def select(patterns) -> dict:
    """Find components by shell patterns.

    Parameters
    ----------
    patterns : iterable of str
        Each ``all``, or a pattern for a full name (``gateware.neurons.lif.LIF:default``), a class and configuration
        (``LIF:default``), a class (``LIF``), or a module (``gateware.neurons.*``).

    Returns
    -------
    dict of str to amaranth.lib.wiring.Component
        By full name, in the order of the names.

    Raises
    ------
    ValueError
        If a pattern finds nothing.
    """
    from gateware.step import discover
    every = dict(discover())
    found = set()
    for pattern in patterns:
        names = {name for name in every if pattern == "all" or any(fnmatchcase(alias, pattern) for alias in _aliases(name))}
        if not names:
            classes = sorted({name.split(":")[0].rsplit(".", 1)[1] for name in every})
            raise ValueError(f"component must be all or match one of {', '.join(classes)}, not {pattern!r}")
        found |= names
    return {name: component for name, component in every.items() if name in found}


def _aliases(name):
    path, configuration = name.split(":", 1)
    module, cls = path.rsplit(".", 1)
    return name, path, module, cls, f"{cls}:{configuration}"
