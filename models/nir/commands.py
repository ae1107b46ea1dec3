"""Command line: python -m models nir."""

import json
from dataclasses import asdict
from pathlib import Path

__all__ = ["add_nir_commands"]


def add_nir_commands(commands):
    """Add ``nir`` to the commands of ``python -m models``."""
    parser = commands.add_parser("nir", help="NIR files: networks of snnTorch, Norse, SpikingJelly and other tools")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    show = actions.add_parser("show", help="nodes, shapes, and what hardware holds of them exactly",
                              description="A table of a NIR file's nodes, their shapes, and what hardware holds of each field, with its error.")
    show.add_argument("file", type=Path, metavar="FILE")
    show.add_argument("--dt", type=float, default=1e-4, metavar="SECONDS", help="the time step, which the file does not say (default 1e-4)")
    show.add_argument("--weight-bits", type=int, default=8, metavar="BITS", help="of a weight, 2 to 8 (default 8)")
    show.add_argument("--conventions", default="nir", metavar="TOOL", help="nir (default), snntorch, norse or spikingjelly: whose time steps")
    show.add_argument("--json", action="store_true", help="the same as JSON")
    show.set_defaults(run=_show)


def _show(options):
    from .files import read
    from .hardware import describe
    report = describe(read(options.file), options.dt, weight_bits=options.weight_bits, conventions=options.conventions)
    if options.json:
        print(json.dumps(asdict(report), indent=1))
        return 0
    from rich.console import Console
    from rich.table import Table
    console = Console()
    table = Table("node", "type", "shape", "field", "exact", "in hardware", title=f"{options.file.name}, dt {options.dt:g} s", title_justify="left")
    for node in report.nodes:
        shape = _shape(node.output) if node.input == node.output else f"{_shape(node.input)} to {_shape(node.output)}"
        rows = [(fact.field, "yes" if fact.exact else "no", fact.text) for fact in node.facts] or [("", "yes", "")]
        for number, row in enumerate(rows):
            table.add_row(*((node.name, node.kind, shape) if number == 0 else ("", "", "")), *row, end_section=number == len(rows) - 1)
    console.print(table)
    for source, target in report.late:
        console.print(f"late by one time step: {source} -> {target}", markup=False)
    for message in report.warnings:
        console.print(f"warning: {message}", markup=False)
    console.print("as a whole: fits a chip's chain of layers" if report.refusal is None else f"as a whole: no chip: {report.refusal}", markup=False)
    return 0


def _shape(shape):
    return " x ".join(map(str, shape))
