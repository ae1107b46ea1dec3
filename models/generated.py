"""Generated kernels: one file each in the user's cache, named by a digest of all that it depends on."""

import hashlib
import importlib.util
import os
import sys
import tempfile
from types import FunctionType

from gateware.cache import cache_folder
from gateware.step.bind import helpers, references

__all__ = ["cache_folder", "fingerprint", "load_generated"]


def fingerprint(function):
    """What a step function and its helpers compute, as text: their code and the constants they name."""
    parts = []
    for each in [function, *helpers(function)]:
        code = each.__code__
        constants = {name: getattr(value, "_fields", value) if isinstance(value, type) else value
                     for name, value in references(each).items() if not isinstance(value, FunctionType)}
        parts.append(f"{each.__qualname__} {code.co_code.hex()} {code.co_consts!r} {code.co_names!r} "
                     f"{code.co_varnames!r} {sorted(constants.items())!r}")
    return "\n".join(parts)


def load_generated(name, source, dependencies, **injected):
    """The module of a generated source, compiled by Numba at its first call and kept on disk after it.

    Parameters
    ----------
    name : str
        Of the component, for a person who looks into the cache.
    source : str
        Python text whose kernels are ``njit(cache=True)``.
    dependencies : str
        All that the kernels depend on besides their text; a change of it makes another file.
    **injected
        Globals that the source uses.
    """
    import numba
    import numpy
    key = "\0".join([source, dependencies, numba.__version__, numpy.__version__, sys.version])
    digest = hashlib.sha256(key.encode()).hexdigest()[:20]
    file = cache_folder() / "golden" / f"{name}_{digest}.py"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, suffix=".tmp", delete=False, encoding="utf-8") as part:
            part.write(source)
        # Numba's index goes by the time of the file: the first to arrive stays.
        try:
            os.link(part.name, file)
        except FileExistsError:
            pass
        os.unlink(part.name)
    spec = importlib.util.spec_from_file_location(f"spikeloom_golden_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    vars(module).update(injected)
    sys.modules[spec.name] = module  # Numba finds a cached kernel's module by its name
    spec.loader.exec_module(module)
    return module
