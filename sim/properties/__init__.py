"""Properties of step components beyond equality: conservation, permutations, bounds; one file for each family."""

import functools
import importlib
import pkgutil

__all__ = ["load"]


@functools.cache
def load():
    """Import every file of this folder, each of which registers its properties."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
