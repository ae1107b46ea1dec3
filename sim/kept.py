"""Results that are kept in git, each under a digest of all that it depends on, so that only what changed is shown again."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import inspect
import json
import re
import sys
from pathlib import Path

from gateware.component import Component
from gateware.rtlil import to_rtlil
from gateware.step import StepComponent
from gateware.step.bind import helpers
from gateware.yosys import find_yosys

from .files import write_whole
from .properties.property import properties_of
from .selection import CATALOGUE


__all__ = ["KeptResults", "evidence_digest"]

_HERE = Path(__file__).parent
_MODELS = _HERE.parent / "models"
# The files that decide what a rung means: a change of them asks for its evidence again.
_STEP = {
    "rtl": lambda: [_HERE / "compare.py", _HERE / "cxxrtl.py", _HERE / "driver.h",
                    *(_MODELS / f"{name}.py" for name in ("arrays", "generated", "numba_domain", "step_model"))],
    "proof": lambda: [_HERE / "proof.py", _HERE / "proof_domain.py", _HERE / "properties" / "property.py"],
    "netlist": lambda: [_HERE / "netlist.py"],
}
# A neuron from equations is proven node by node.
_EQUATIONS = {
    "rtl": _STEP["rtl"],
    "proof": lambda: [_HERE / "node_proof.py", _HERE / "wires.py", _HERE / "proof_domain.py"],
    "netlist": lambda: [_HERE / "netlist.py", _HERE / "capacity.py"],
}
# A structure's evidence stands on the models of its parts and on its contract as well, of which more below.
_STRUCTURE = {
    "rtl": lambda: [*_STEP["rtl"](), _HERE / "transactions.py"],
    "proof": lambda: [_HERE / "proof.py", _HERE / "induction.py", _HERE / "contracts.py"],
    "netlist": lambda: [_HERE / "netlist.py", _HERE / "structure_netlist.py"],
}
_PIPELINE = _STRUCTURE | {"proof": lambda: [_HERE / "proof.py", _HERE / "proof_domain.py", _HERE / "pipeline_proof.py"]}
# A compiler that a user happens to have is not among the tools: it would void every result on every other machine.
_TOOLS = {"rtl": ["numba"], "proof": ["z3-solver"], "netlist": []}


def _versions(level):
    """The versions (major.minor) of a rung's own tools, as far as they are installed."""
    versions = {}
    for tool in _TOOLS[level]:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[tool] = ".".join(importlib.metadata.version(tool).split(".")[:2])
    return versions


def evidence_digest(component, level: str) -> str:
    """Digest of what the evidence of one rung depends on.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        A component.
    level : str
        ``"rtl"``, ``"proof"`` or ``"netlist"``.

    Returns
    -------
    str
        Of the RTLIL, the step function with its helpers, the models and the specification of a structure, the rung's own source
        and the version of Yosys.
    """
    parts = [level, _rtlil(component), find_yosys().version]
    if isinstance(component, StepComponent):
        # The text, not the code: every version of Python compiles it to other code.
        parts += [inspect.getsource(each) for each in (component.step, *helpers(component.step))]
        if level == "proof":
            parts += [inspect.getsource(helper) for each in properties_of(component)
                      for helper in (each.claim, *helpers(each.claim))]
        parts.append(repr((component.params, component.state, component.init, component.inputs)))
    from gateware.chip.event_blocks import EventBlocks
    from gateware.neurons.equation_neuron import EquationNeuron
    from gateware.step.pipeline import Pipeline
    if isinstance(component, EquationNeuron):
        sources = _EQUATIONS
    elif isinstance(component, StepComponent):
        sources = _STEP
    else:
        sources = _PIPELINE if isinstance(component, Pipeline) else _STRUCTURE
    paths = set(sources[level]())
    if sources in (_STRUCTURE, _PIPELINE) and level == "rtl":
        paths |= _models_of(component)
        if isinstance(component, EventBlocks):
            paths.add(_HERE / "blocks.py")
    elif sources is _STRUCTURE and level == "proof":
        specification, more = _specification(component)
        parts.append(specification)
        paths |= more
    parts += [path.read_text(encoding="utf-8") for path in sorted(paths)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _models_of(component):
    """The files of the models of a structure and of its parts, with what they import from their folder."""
    from models.structures import model_of
    known = {model_of.dispatch(type(part)) for part in _parts(component)} - {model_of.dispatch(object)}
    paths, found = {Path(sys.modules[model.__module__].__file__) for model in known}, set()
    while paths:
        path = paths.pop()
        found.add(path)
        names = re.findall(r"^from \.(\w+) import", path.read_text(encoding="utf-8"), re.MULTILINE)
        paths |= {path.with_name(f"{name}.py") for name in names} - found
    return found


def _parts(value):
    """A component and the components among its attributes, all the way down."""
    if isinstance(value, Component):
        yield value
        if not isinstance(value, StepComponent):
            yield from _parts(tuple(vars(value).values()))
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _parts(each)


def _specification(component):
    """What is claimed of a structure, as text, and the files of claims that are no hardware."""
    from gateware.step.folded import FoldedStep

    from .specs import spec_for
    spec = spec_for(component)
    text = spec.rtlil()
    folder = _HERE / "specs"
    return "\0".join([text, *spec.claims]), {folder / "folded_program.py", folder / "transition.py"} if isinstance(component, FoldedStep) else set()


@functools.lru_cache(maxsize=8)
def _rtlil(component):
    # All rungs of a component ask for it in turn.
    return to_rtlil(component)


class KeptResults:
    """The results that succeeded, by component and rung.

    Parameters
    ----------
    path : path_like, optional
        The file (the one that belongs to the package). Those of the catalogue's neurons are in a file of their own beside it,
        whose name begins with ``catalogue_``.
    """

    def __init__(self, path=_HERE / "results.json"):
        path = Path(path)
        self._paths = [path, path.with_name(f"catalogue_{path.name}")]
        self._saved = [_read(each) for each in self._paths]
        self._entries = {name: dict(entry) for entries in self._saved for name, entry in entries.items()}

    def find(self, name: str, level: str, digest: str) -> str | None:
        """Return what a rung said of a component when it succeeded, or None if nothing is kept or something changed since.

        A tool in another version voids a result; one that is not installed does not.
        """
        entry = self._entries.get(name, {}).get(level)
        if not entry or entry["digest"] != digest or entry["tools"] != entry["tools"] | _versions(level):
            return None
        return entry["says"]

    def keep(self, name: str, level: str, digest: str, says: str) -> None:
        """Keep a result; :meth:`save` writes it."""
        self._entries.setdefault(name, {})[level] = {"digest": digest, "says": says, "tools": _versions(level)}

    def names(self) -> list:
        """The components of which something is kept."""
        return list(self._entries)

    def entry(self, name: str) -> dict:
        """All that is kept of a component, for :meth:`take` in another process."""
        return self._entries.get(name, {})

    def take(self, name: str, entry: dict) -> None:
        """Keep what another process found."""
        self._entries.setdefault(name, {}).update(entry)

    def save(self, names=None) -> None:
        """Write the files that changed, as a whole, without components other than ``names`` (if given).

        What another process has kept meanwhile stays.
        """
        if names is not None:
            self._entries = {name: entry for name, entry in self._entries.items() if name in set(names)}
        for k, path in enumerate(self._paths):
            entries = {name: dict(entry) for name, entry in self._entries.items() if name.startswith(f"{CATALOGUE}:") == (k == 1)}
            if entries != self._saved[k]:
                current = _read(path)
                changed = {name: current.get(name, {}) | {level: kept for level, kept in entry.items()
                                                          if self._saved[k].get(name, {}).get(level) != kept}
                           for name, entry in entries.items()}
                gone = self._saved[k].keys() - entries.keys()
                merged = {name: entry for name, entry in (current | changed).items() if name not in gone}
                write_whole(path, json.dumps(merged, indent=1, sort_keys=True) + "\n")
                self._saved[k] = entries


def _read(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ValueError(f"{path} must be JSON as `python -m sim check --keep` writes it: {error}") from None
