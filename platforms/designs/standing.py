"""Which evidence of a design's components stands, as far as it is kept: nothing is proven again here."""

from __future__ import annotations

import importlib.metadata

from amaranth.lib import wiring

__all__ = ["CLOCKS_PER_BIT", "LEVELS", "components_of", "solver_version", "standing"]

LEVELS = ("rtl", "proof", "netlist")
# Of the UART of a design as evidence is about it, which no board's clock changes.
CLOCKS_PER_BIT = 24


def components_of(top):
    """Every component of gateware that a design is made of, itself included.

    Parameters
    ----------
    top : amaranth.lib.wiring.Component
        The design; what it holds as attributes, in tuples, lists and dicts is followed.

    Returns
    -------
    dict of type to list of Component
        The instances of each class, in the order of the classes' names.
    """
    found, seen, pending = {}, set(), [top]
    while pending:
        value = pending.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, (tuple, list)):
            pending += value
        elif isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, wiring.Component) and type(value).__module__.startswith("gateware."):
            found.setdefault(type(value), []).append(value)
            pending += vars(value).values()
    return dict(sorted(found.items(), key=lambda item: f"{item[0].__module__}.{item[0].__name__}"))


def solver_version():
    """The version of the solver, on which it depends whether kept proofs stand; None without one."""
    try:
        return importlib.metadata.version("z3-solver")
    except importlib.metadata.PackageNotFoundError:
        return None


def standing(top):
    """How much of the kept evidence stands for each kind of component in a design.

    Parameters
    ----------
    top : amaranth.lib.wiring.Component
        The design.

    Returns
    -------
    list of dict
        ``component`` (module and class), ``examples`` (configurations that evidence is kept for), and for each of `LEVELS` in how
        many of them it stands; a rung that was left out does not.
    """
    from sim.capacity import LEFT_OUT
    from sim.digests import example_digests
    from sim.kept import KeptResults

    kept, examples = KeptResults(), example_digests([cls for cls in components_of(top) if "examples" in vars(cls)])

    def stands(cls, level):
        says = (kept.find(name, level, digests[level]) for name, digests in examples[cls].items())
        return sum(each is not None and not each.startswith(LEFT_OUT) for each in says)

    return [{"component": f"{cls.__module__}.{cls.__name__}", "examples": len(each), **{level: stands(cls, level) for level in LEVELS}}
            for cls, each in examples.items()]
