"""What the commands of ``python -m sim`` do."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

from gateware.step import StepComponent
from gateware.yosys import YosysError

from .capacity import LEFT_OUT
from .compilers import CompilerError
from .digests import example_digests
from .kept import KeptResults, evidence_digest
from .ladder import LEVELS, check_each
from .processes import check_in_processes
from .selection import select


__all__ = ["run_command"]


def run_command(options) -> int:
    """Run a parsed command.

    Parameters
    ----------
    options : argparse.Namespace
        From ``sim.__main__``.

    Returns
    -------
    int
        The exit status.
    """
    from .cxxrtl import SimulationError
    try:
        patterns = [options.component] if options.command == "trace" else options.components
        components = select(patterns)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    try:
        return {"list": _list, "check": _check, "trace": _trace}[options.command](options, components)
    except (YosysError, CompilerError, SimulationError, OSError, ImportError) as error:
        missing = getattr(error, "name", None) == "z3"
        print('error: proofs need z3: pip install "spikeloom[proof]"' if missing else f"error: {error}", file=sys.stderr)
        return 1


def _list(options, components):
    kept, rows = KeptResults(), []
    classes = {type(component) for component in components.values() if "examples" in vars(type(component))}
    remembered = {name: digests for each in example_digests(sorted(classes, key=str)).values() for name, digests in each.items()}
    for name, component in components.items():
        # A neuron of the catalogue is no example.
        digests = remembered.get(name) or {level: evidence_digest(component, level) for level in LEVELS}
        rows.append({"name": name, "kind": "step" if isinstance(component, StepComponent) else "structure",
                     "kept": [level for level in LEVELS if not _missing(kept.find(name, level, digests[level]))]})
    if options.json:
        print(json.dumps(rows, indent=1))
    else:
        width = max(len(row["name"]) for row in rows)
        for row in rows:
            print(f"{row['name']:<{width}}  {row['kind']:<9}  {', '.join(row['kept']) or '-'}")
    return 0


def _check(options, components):
    kept, reports = KeptResults(), []
    with _progress(len(components)) as (tell, done):
        for report in _reports(options, components, kept, tell):
            reports.append(report)
            done()
            # Every report is kept at once: an interrupted run has not worked for nothing.
            if options.keep:
                kept.save()
            if not options.json:
                print(report, flush=True)
    failed = [report.name for report in reports if not report.ok]
    if options.json:
        print(json.dumps([{"name": report.name, "ok": report.ok, "rungs": [vars(rung) for rung in report.rungs]} for report in reports],
                         indent=1))
    else:
        print(f"{len(reports) - len(failed)} of {len(reports)} components hold{': NOT ' + ', '.join(failed) if failed else ''}")
    return 1 if failed else 0


def _missing(says):
    return says is None or says.startswith(LEFT_OUT)


def _reports(options, components, kept, tell):
    if options.jobs > 1:
        return check_in_processes(list(components), options.level, options.jobs, kept=kept, fresh=options.fresh, progress=tell)
    return check_each(components, options.level, kept=kept, fresh=lambda name, level: options.fresh, progress=tell)


def _trace(options, components):
    if len(components) != 1:
        print(f"error: component must name one, not {len(components)}: {', '.join(components)}", file=sys.stderr)
        return 2
    (name, component), = components.items()
    output = Path(options.output or f"{name.rsplit('.', 1)[1].split(':')[0]}.vcd")
    if not output.parent.is_dir():
        print(f"error: output must lie in a folder that exists, not in {output.parent}", file=sys.stderr)
        return 2
    import numpy as np

    from . import cxxrtl
    from .compare import stimulus
    from .transactions import compare_transactions
    with _progress(1) as (tell, _):
        tell(f"compiling {name}")
        simulation = cxxrtl.compile({name: component}, trace=True)[name]
        tell(f"writing {output}")
        with simulation.vcd(output):
            if isinstance(component, StepComponent):
                inputs = stimulus(component.inputs, np.random.default_rng(options.seed), options.clocks)
                simulation.run({field: values[-options.clocks:] for field, values in inputs.items()}, cycles=options.clocks)
            else:
                compare_transactions(component, simulation, size=options.clocks, seed=options.seed)
    print(f"{output}: {output.stat().st_size:,} bytes")
    return 0


@contextlib.contextmanager
def _progress(total):
    """Show what is done while it is done, on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    console = Console(stderr=True)
    if not console.is_terminal:
        yield (lambda what: None), (lambda: None)
        return
    with Progress(SpinnerColumn(), BarColumn(24), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn(),
                  TextColumn("{task.description}"), console=console, transient=True) as bar:
        task = bar.add_task("reading the components", total=total)
        yield (lambda what: bar.update(task, description=what)), (lambda: bar.advance(task))
