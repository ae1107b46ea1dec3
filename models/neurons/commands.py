"""``python -m models neuron``: the catalogue for people who do not write code."""

import json
from pathlib import Path

__all__ = ["add_commands"]

EXAMPLES = """\
examples:
  python -m models neuron list --category bursting
  python -m models neuron list adaptation --year 2000-2010
  python -m models neuron show izhikevich
  python -m models neuron show hodgkin_huxley --step fixed          its step in integers, as Python
  python -m models neuron compile adex --set b=60 --duration 500    formats, tables, error, spikes in floats and integers
  python -m models neuron compile mine.toml                         a table of one's own
  python -m models neuron plot izhikevich -o izhikevich.png
  python -m models neuron page mine.toml -o pages
"""


def add_commands(commands):
    """Add ``neuron`` to the subcommands of a parser."""
    import argparse
    neuron = commands.add_parser("neuron", help="list, show, plot and compile neurons of the catalogue, or of one's own tables",
                                 formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EXAMPLES)
    actions = neuron.add_subparsers(required=True, metavar="ACTION")

    def action(name, help, run):
        parser = actions.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".",
                                    formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EXAMPLES)
        parser.set_defaults(run=run)
        return parser

    each = action("list", "list the neurons that match", _list)
    each.add_argument("text", nargs="*", help="words that must all occur in name, summary, source or aliases")
    each.add_argument("--category", default="", help="of this category (or the beginning of one)")
    each.add_argument("--year", help="of this year, or of a range: 1990-2000")
    each.add_argument("--json", action="store_true", help="as JSON")
    each = action("show", "show a neuron: equations, parameters, source", _show)
    _neuron_arguments(each)
    each.add_argument("--step", choices=["float", "fixed"], help="print the generated step instead, as Python")
    each.add_argument("--json", action="store_true", help="as JSON")
    each = action("compile", "compile a neuron to fixed point and compare it with floats", _compile)
    _neuron_arguments(each)
    each.add_argument("--duration", type=float, help="of the comparison, in the neuron's unit of time (that of its protocol)")
    each.add_argument("--input", action="append", default=[], metavar="NAME=VALUE", help="a constant input (those of its protocol)")
    each.add_argument("--json", action="store_true", help="as JSON")
    each = action("plot", "draw a neuron's activity, float beside fixed point, as a picture", _plot)
    _neuron_arguments(each)
    each.add_argument("--duration", type=float, help="in the neuron's unit of time (that of its protocol)")
    each.add_argument("--input", action="append", default=[], metavar="NAME=VALUE", help="a constant input (those of its protocol)")
    each.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="PNG, SVG or PDF to write")
    each = action("page", "write a neuron's page (Markdown and a picture) from its table", _page)
    _neuron_arguments(each)
    each.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="folder to write NAME.md and images/NAME.png into")


def _neuron_arguments(parser):
    parser.add_argument("neuron", metavar="NEURON", help="a name of the catalogue, or a .toml file")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings", help="another value of a parameter")


def _settings(what, texts):
    values = {}
    for text in texts:
        name, equals, value = text.partition("=")
        try:
            values[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise ValueError(f"{what} must be written NAME=NUMBER, not {text!r}")
    return values


def _table(options):
    from gateware.neurons import catalogue
    from gateware.step.equations import load
    parameters = _settings("--set", options.settings)
    if options.neuron.endswith(".toml") or "/" in options.neuron:
        return load(options.neuron, parameters=parameters)
    return catalogue.table(options.neuron, **parameters)


def _years(text):
    if text is None:
        return None
    first, _, last = text.partition("-")
    if not first.isdigit() or not (last or first).isdigit() or int(first) > int(last or first):
        raise ValueError(f"--year must be a year or a range like 1990-2000, not {text!r}")
    return int(first), int(last or first)


def _list(options):
    from rich.console import Console
    from rich.table import Table

    from gateware.neurons import catalogue
    categories = {each.category for each in catalogue.search()}
    if not any(each.lower().startswith(options.category.lower()) for each in categories):
        raise ValueError(f"--category must be one of {', '.join(sorted(categories))}, or the beginning of one, not {options.category!r}")
    found = catalogue.search(" ".join(options.text), category=options.category, year=_years(options.year))
    if options.json:
        print(json.dumps([{"name": each.identifier, "title": each.name, "category": each.category, "year": each.year,
                           "origin": each.origin, "summary": each.summary} for each in found], indent=1))
        return 0
    shown = Table("name", "year", "category", "what it is", box=None)
    for each in found:
        shown.add_row(each.identifier, str(each.year or ""), each.category, each.summary.split(". ")[0])
    Console().print(shown)
    print(f"{len(found)} of {len(catalogue.names())} neurons")
    return 0 if found else 1


def _show(options):
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from models.neurons.float_model import FloatModel
    table = _table(options)
    if options.step == "float":
        print(FloatModel(table).source, end="")
        return 0
    if options.step == "fixed":
        from gateware.neurons.equation_neuron import EquationNeuron
        print(EquationNeuron(table).source, end="")
        return 0
    if options.json:
        print(json.dumps({"name": table.identifier, **table.document}, indent=1))
        return 0
    console = Console()
    console.print(f"[bold]{escape(table.name)}[/bold] ({escape(table.category)}{f', {table.year}' if table.year else ''}; {table.origin})")
    for text in (table.summary, table.source, table.notes):
        if text:
            console.print(text, highlight=False, markup=False)
    console.print()
    for name, root in table.definitions.items():
        console.print(f"  {name} = {root!r}", highlight=False, markup=False)
    for text in table.equations.values():
        console.print(f"  {text}", highlight=False, markup=False)
    for section in ("spike", *table.document.get("events", {})):
        event = table.document.get("spike") if section == "spike" else table.document["events"][section]
        if event:
            resets = "; ".join(f"{name} = {value}" for name, value in event.get("reset", {}).items())
            crossing = " (rising)" if event.get("crossing") else ""
            console.print(f"  {section}: {event['when']}{crossing}" + (f" -> {resets}" if resets else ""), highlight=False, markup=False)
    console.print(f"  {table.method}, dt = {table.dt:g} {table.time_unit}", highlight=False)
    shown = Table("", "value", "unit", "meaning", box=None)
    for each in table.parameters.values():
        shown.add_row(each.name, f"{each.value:g}", each.unit, escape(each.meaning))
    for kind, part in (("state", table.states), ("input", table.inputs)):
        for each in part.values():
            shown.add_row(f"{each.name} ({kind})", f"{each.lo:g} ... {each.hi:g}", each.unit, escape(each.meaning))
    console.print(shown)
    return 0


def _compile(options):
    from gateware.neurons.equation_neuron import EquationNeuron
    from models.neurons import simulate
    table = _table(options)
    inputs = _settings("--input", options.input)
    neuron = EquationNeuron(table)
    exact = simulate(table, options.duration, inputs=inputs)
    fixed = simulate(neuron, options.duration, inputs=inputs, arithmetic="fixed")
    primitives = [node.primitive for node in neuron.graph.nodes]
    report = {
        "neuron": table.identifier,
        "fraction_bits": {name: neuron.fractions[name] for name in table.states},
        "bits": {name: shape.width for name, shape in neuron.state._asdict().items()} if neuron.state else {},
        "error_per_step": neuron.step_errors,
        "tables": {name: {"function": text, "segments": fit.segments, "order": fit.order, "error": fit.error}
                   for name, (text, fit) in neuron.fits.items()},
        "products": primitives.count("mul"), "values": len(primitives),
        "duration": float(exact.time[-1]), "unit": table.time_unit,
        "events": {name: {"float": int(exact.events[name].sum()), "fixed": int(fixed.events[name].sum())} for name in exact.events},
    }
    if options.json:
        print(json.dumps(report, indent=1))
        return 0
    print(f"{table.name}: {report['values']} values, {report['products']} products, {len(report['tables'])} tables")
    for name in table.states:
        print(f"  {name:<12} {report['bits'][name]:>2} bits, {report['fraction_bits'][name]:>2} after the point, "
              f"error of a step at most {report['error_per_step'][name]:.2g} {table.states[name].unit}")
    for name, each in report["tables"].items():
        shown = each["function"] if len(each["function"]) <= 70 else each["function"][:67] + "..."
        print(f"  {name:<12} {each['segments']:>3} segments, order {each['order']}, error {each['error']:.1e}: {shown}")
    for name, each in report["events"].items():
        print(f"{name}: {each['float']} in floats, {each['fixed']} in fixed point, in {report['duration']:g} {table.time_unit}")
    return 0


def _plot(options):
    from .plots import plot_activity
    table = _table(options)
    if not options.output.resolve().parent.is_dir():
        raise ValueError(f"--output must lie in a folder that exists, not in {options.output.parent}")
    plot_activity(table, options.output, duration=options.duration, inputs=_settings("--input", options.input))
    print(f"wrote {options.output}")
    return 0


def _page(options):
    from .pages import write_page
    print(f"wrote {write_page(_table(options), options.output)[0]}")
    return 0
