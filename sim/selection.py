"""Components found by name: what the command lines accept instead of an object."""

from __future__ import annotations

from fnmatch import fnmatchcase


__all__ = ["CATALOGUE", "select"]

CATALOGUE = "gateware.neurons.catalogue"


def select(patterns) -> dict:
    """Find components by shell patterns.

    Parameters
    ----------
    patterns : iterable of str
        Each ``all``, or a pattern for a full name (``gateware.neurons.lif.LIF:default``), a class and configuration
        (``LIF:default``), a class (``LIF``), or a module (``gateware.neurons.*``). Neurons of the catalogue are called
        ``gateware.neurons.catalogue:izhikevich``, or ``izhikevich``; ``catalogue`` is all of them.

    Returns
    -------
    dict of str to amaranth.lib.wiring.Component
        By full name, in the order of the names.

    Raises
    ------
    ValueError
        If a pattern finds nothing.
    """
    from gateware.neurons import catalogue
    from gateware.step import discover
    patterns = list(patterns)
    neurons = {f"{CATALOGUE}:{name}": name for name in catalogue.names()}
    # Neither is made where the other is asked for by name: a neuron is compiled, and there are hundreds of components.
    named = neurons.keys() | neurons.values() | {"catalogue", *(f"catalogue:{name}" for name in neurons.values())}
    every = {} if named.issuperset(patterns) else dict(discover())
    found = set()
    for pattern in patterns:
        names = {name for name in (*every, *neurons)
                 if pattern == "all" or any(fnmatchcase(alias, pattern) for alias in _aliases(name))}
        if not names:
            classes = sorted({name.split(":")[0].rsplit(".", 1)[1] for name in every})
            raise ValueError(f"component must be all, catalogue, a neuron of the catalogue or match one of {', '.join(classes)}, "
                             f"not {pattern!r}")
        found |= names
    components = {name: component for name, component in every.items() if name in found}
    return components | {name: catalogue.neuron(neuron) for name, neuron in neurons.items() if name in found}


def _aliases(name):
    path, configuration = name.split(":", 1)
    module, cls = path.rsplit(".", 1)
    return name, path, module, cls, f"{cls}:{configuration}", *([configuration] if path == CATALOGUE else [])
