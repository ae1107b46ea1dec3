"""Golden models of structures: composed of their parts' golden models, at the level of transactions.

A structure schedules step components over many clocks. Its model takes what its input stream takes and gives what its
output stream gives, in order; when each transfer happens is not its concern.
"""

import importlib
import pkgutil
from functools import singledispatch

__all__ = ["model_of"]


@singledispatch
def model_of(component):
    """The model of a structural component; each file of this folder registers those of one concept."""
    raise TypeError(f"golden takes a component of gateware that has a model, not {component!r}")


for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
