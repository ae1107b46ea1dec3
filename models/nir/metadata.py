"""What a graph's metadata say of its conversion, as :func:`from_network` and the project's training write them."""

import unicodedata

from gateware.chip.network import READOUTS

from .conventions import CHOICES, check_dt

__all__ = ["ENCODERS", "conversion_options", "network_name"]

ENCODERS = ("current", "events")
WORDS = {"encoder": ENCODERS, "readout": READOUTS, **CHOICES}
COUNTS = ("levels", "time_steps")


def conversion_options(graph, *, conventions=None, **given):
    """Options of :func:`models.nir.to_network`: those that are given, and else what a graph's metadata say.

    NIR's metadata are free; these mean something here: ``dt``, ``levels`` (the graph takes the integers 0 to this), ``time_steps``,
    ``encoder``, ``readout``, and each single convention, such as ``reset`` and ``comparison``.

    Parameters
    ----------
    graph : Graph
    conventions : str or Conventions, optional
        Of the tool that made the graph, in place of all conventions of the metadata.
    **given
        Other options; None is one that is not given.

    Returns
    -------
    dict
        ``conventions``, and what is given or said.

    Raises
    ------
    ValueError
        If the metadata say what is none of the accepted values; the message names it.
    """
    said = {name: _checked(name, graph.metadata[name]) for name in ("dt", *COUNTS, *WORDS) if name in graph.metadata}
    if "levels" in said:
        said["input_range"] = (0.0, float(said["levels"]))
    if conventions:
        said = {name: value for name, value in said.items() if name not in CHOICES}
    return {"conventions": conventions or "nir", **said, **{name: value for name, value in given.items() if value is not None}}


def _checked(name, value):
    """A value of the metadata as a word or a number of Python's: files have NumPy's."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, bool):
        raise ValueError(f"NIR metadata {name} must be a number or a word, not {value!r}")
    if name in WORDS:
        if value not in WORDS[name]:
            raise ValueError(f"NIR metadata {name} must be one of {', '.join(map(repr, WORDS[name]))}, not {value!r}")
    elif name == "dt":
        check_dt("NIR metadata dt", value)
    elif value not in range(1, 256):
        raise ValueError(f"NIR metadata {name} must be an integer from 1 to 255, not {value!r}")
    return int(value) if name in COUNTS else value


def network_name(path):
    """A network's name from that of a file: ASCII, at most 32 characters; accents are left out, other letters become ``_``."""
    letters = (each for each in unicodedata.normalize("NFKD", path.stem) if not unicodedata.combining(each))
    return "".join(each if each.isascii() and each.isprintable() else "_" for each in letters)[:32] or "nir"
