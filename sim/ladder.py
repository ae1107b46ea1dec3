"""Evidence that a component's hardware is its model: the rungs compared, proven and netlist, and how far they got."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from gateware.neurons.equation_neuron import EquationNeuron
from gateware.rtlil import component_ports, to_rtlil
from gateware.step import StepComponent
from gateware.step.pipeline import Pipeline

from .capacity import LEFT_OUT, beyond_capacity
from .kept import KeptResults, evidence_digest


__all__ = ["LEVELS", "Report", "Rung", "check", "check_each"]

LEVELS = ("rtl", "proof", "netlist")
_WORDS = {"rtl": "compared", "proof": "proven", "netlist": "netlist"}
_UNIT = 12              # components that share a C++ unit
_EXACT_SECONDS = 2.0    # for the exact integers of a neuron from equations: there are hundreds of these neurons


@dataclass(frozen=True)
class Rung:
    """What one rung showed.

    Parameters
    ----------
    level : str
        ``"rtl"``, ``"proof"`` or ``"netlist"``.
    ok : bool
        Whether it holds.
    says : str
        What was shown, the first difference, or why the rung was left out.
    seconds : float
        Wall time; 0 if the result was kept.
    kept : bool
        Whether the result comes from an earlier run of the same component with the same tools.
    """

    level: str
    ok: bool
    says: str
    seconds: float = 0.0
    kept: bool = False

    @property
    def left_out(self) -> bool:
        """Whether the rung does not apply: there is no netlist of what does not fit the part."""
        return self.says.startswith(LEFT_OUT)

    def __str__(self):
        how = "kept" if self.kept else f"{self.seconds:.1f} s"
        verdict = "left out" if self.left_out else _WORDS[self.level] if self.ok else f"NOT {_WORDS[self.level]}"
        return f"{verdict:>12}  {self.says.removeprefix(LEFT_OUT)} ({how})"


@dataclass(frozen=True)
class Report:
    """How far a component got.

    Parameters
    ----------
    name : str
        The component.
    rungs : list of Rung
        What was asked for, in order.
    """

    name: str
    rungs: list[Rung] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every rung that was asked for holds."""
        return bool(self.rungs) and all(rung.ok for rung in self.rungs)

    def __str__(self):
        return "\n".join([self.name, *(f"{rung}" for rung in self.rungs)])


def check(component, level: str = "rtl", *, name: str | None = None) -> Report:
    """Show that the hardware of a component does what its model says.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        A step component, or a structural one that ``models.golden`` knows.
    level : str
        ``"rtl"``: the RTL, simulated, equals the golden model, which equals the step on exact integers.
        ``"proof"``: the RTL equals the step for every state and input (z3); of a structural component its contract holds
        in every clock. ``"netlist"``: the mapped iCE40 netlist equals the RTL (or, with memories or products, the coarse netlist,
        see :mod:`sim.netlist`). ``"all"``: the three.
    name : str, optional
        What it is called in the report (its class).

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If ``level`` is unknown.
    TypeError
        If ``component`` is no component, or has no golden model.
    """
    component_ports(component)
    report, = check_each({name or type(component).__name__: component}, level)
    return report


def check_each(components: dict, level: str = "all", *, kept: KeptResults | None = None, fresh=lambda name, level: False, progress=None):
    """Check components one by one; those to be simulated share a library, some at a time.

    Parameters
    ----------
    components : dict of str to amaranth.lib.wiring.Component
        By name.
    level : str
        As for :func:`check`.
    kept : KeptResults, optional
        Earlier results; what succeeds is kept there (its ``save`` is left to the caller).
    fresh : function of (name, level)
        Whether to run a rung though its result is kept.
    progress : function of str, optional
        Told what comes next.

    Yields
    ------
    Report
    """
    if level not in (*LEVELS, "all"):
        raise ValueError(f"level must be one of {', '.join(LEVELS)}, all, not {level!r}")
    levels, tell = LEVELS if level == "all" else (level,), progress or (lambda what: None)
    digests = {(name, each): evidence_digest(component, each) for name, component in components.items() for each in levels if kept}
    known = {key: kept.find(*key, digest) for key, digest in digests.items() if not fresh(*key)}
    simulated = [name for name in components if "rtl" in levels and not known.get((name, "rtl"))]
    simulations = {}
    for name, component in components.items():
        rungs = []
        if name in simulated and name not in simulations:
            from . import cxxrtl
            unit = simulated[simulated.index(name):][:_UNIT]
            tell(f"compiling {len(unit)} component{'s' * (len(unit) > 1)}")
            simulations = cxxrtl.compile({each: components[each] for each in unit})
        for each in levels:
            if known.get((name, each)):
                rungs.append(Rung(each, True, known[name, each], kept=True))
                continue
            tell(f"{name}: {each}")
            start = time.monotonic()
            ok, says = _RUNGS[each](component, name, simulations.get(name))
            rungs.append(Rung(each, ok, says, time.monotonic() - start))
            if ok and kept:
                kept.keep(name, each, digests[name, each], says)
        yield Report(name, rungs)


def _rtl(component, name, simulation):
    from .compare import compare_exact, compare_rtl
    from .cxxrtl import SimulationError
    from .transactions import compare_transactions
    try:
        if isinstance(component, StepComponent):
            keywords = {"seconds": _EXACT_SECONDS} if isinstance(component, EquationNeuron) else {}
            results = [compare_rtl(component, simulation), compare_exact(component, **keywords)]
        else:
            results = [compare_transactions(component, simulation)]
    except SimulationError as error:
        return False, str(error)
    return all(result.ok for result in results), "; ".join(map(str, results))


def _proof(component, name, simulation):
    if isinstance(component, EquationNeuron):
        from .node_proof import prove_nodes
        result = prove_nodes(component)
    elif isinstance(component, StepComponent):
        from .proof import prove
        result = prove(component)
    elif isinstance(component, Pipeline):
        from .pipeline_proof import prove_pipeline
        result = prove_pipeline(component)
    else:
        from .contracts import prove_contracts
        result = prove_contracts(component)
    return result.ok, str(result)


def _netlist(component, name, simulation):
    from .netlist import check_netlist
    from .structure_netlist import check_structure_netlist
    left_out = isinstance(component, EquationNeuron) and beyond_capacity(component)
    if left_out:
        return True, left_out
    check_equal = check_netlist if isinstance(component, StepComponent) else check_structure_netlist
    # A product of two signals fits DSP cells; as sums of LUTs it is beyond what equivalence checks can do in time.
    result = check_equal(component, name, dsp=re.search(r"cell \$mul ", to_rtlil(component)) is not None)
    return result.ok, str(result).removeprefix("netlist: ")


_RUNGS = {"rtl": _rtl, "proof": _proof, "netlist": _netlist}
