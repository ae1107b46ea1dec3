"""Parameter tables: data that hardware and models read alike."""

import tomllib
from functools import cache
from importlib.resources import files

__all__ = ["table"]


@cache
def table(name):
    """The table ``name`` (a TOML file of this folder) as a dictionary.

    Raises
    ------
    ValueError
        If there is no such table.
    """
    file = files(__package__) / f"{name}.toml"
    if not file.is_file():
        known = sorted(each.name.removesuffix(".toml") for each in files(__package__).iterdir()
                       if each.name.endswith(".toml"))
        raise ValueError(f"there is no table {name!r}; the tables are {', '.join(known)}")
    return tomllib.loads(file.read_text(encoding="utf-8"))
