"""The catalogue: every neuron of ``gateware/tables/neurons``, by name."""

import functools
from pathlib import Path

from gateware.step.equations import load

__all__ = ["names", "neuron", "search", "table"]

_FOLDER = Path(__file__).parents[1] / "tables" / "neurons"


@functools.cache
def names():
    """The names of all neurons, in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def table(name, **parameters):
    """The table of a neuron.

    Parameters
    ----------
    name : str
        One of :func:`names`.
    **parameters : float
        Other values of its parameters.

    Returns
    -------
    gateware.step.equations.Table

    Raises
    ------
    ValueError
        If there is no such neuron or parameter.
    """
    if name not in names():
        import difflib
        close = difflib.get_close_matches(str(name), names(), 3)
        raise ValueError(f"neuron must be one of the catalogue's {len(names())} names, not {name!r}"
                         + (f"; near it: {', '.join(close)}" if close else ""))
    return load(_FOLDER / f"{name}.toml", parameters=parameters)


def neuron(name, **parameters):
    """The neuron as a component; see :func:`table`.

    Returns
    -------
    gateware.neurons.equation_neuron.EquationNeuron
    """
    from .equation_neuron import EquationNeuron
    return EquationNeuron(table(name, **parameters))


def search(text="", *, category="", year=None):
    """The tables of neurons that match.

    Parameters
    ----------
    text : str
        Words that must all stand in the name, summary, source or aliases, in either case.
    category : str
        The category, or the beginning of it.
    year : int or (int, int), optional
        Of publication, or the first and the last of a range.

    Returns
    -------
    list of gateware.step.equations.Table
    """
    first, last = (year, year) if isinstance(year, int) else year or (None, None)
    found = []
    for name in names():
        each = table(name)
        aliases = " ".join(str(alias) for alias in each.aliases.values())
        where = f"{name} {each.name} {each.summary} {each.source} {aliases}".lower()
        if (all(word in where for word in text.lower().split()) and each.category.lower().startswith(category.lower())
                and (first is None or (each.year is not None and first <= each.year <= last))):
            found.append(each)
    return found
