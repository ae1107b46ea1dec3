"""A neuron's page, from its table: equations, parameters, source, activity in floats and in fixed point."""

from pathlib import Path

from gateware.neurons.equation_neuron import EquationNeuron
from gateware.step.equations.latex import equation_latex, latex, name_latex

from .labels import unit_label
from .simulation import simulate

__all__ = ["page_text", "write_page"]

_METHODS = {"euler": "forward Euler", "exponential_euler": "exponential Euler", "heun": "Heun's method", "rk4": "the classical Runge-Kutta method",
            "exact": "the exact solution of the linear equations", "map": "one update per step"}
# A formula that is longer is easier to read as the table's text.
_LONGEST, _ELEMENTS = 500, 8


def write_page(table, folder, *, hardware=""):
    """Write ``<name>.md`` and ``images/<name>.png``.

    Parameters
    ----------
    table : Table
    folder : path_like
    hardware : str
        Markdown of a section on the hardware's cost.

    Returns
    -------
    (Path, Trace, Trace)
        The page, and its protocol in floats and in fixed point.
    """
    from .plots import plot_activity
    folder = Path(folder)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    exact, fixed, neuron = plot_activity(table, folder / "images" / f"{table.identifier}.png", dpi=80, colours=24)
    page = folder / f"{table.identifier}.md"
    part = page.with_suffix(".md.part")
    part.write_text(page_text(table, neuron, exact, fixed, hardware=hardware), encoding="utf-8")
    part.replace(page)
    return page, exact, fixed


def page_text(table, neuron=None, exact=None, fixed=None, *, hardware=""):
    """The text of a neuron's page.

    Parameters
    ----------
    table : Table
    neuron : EquationNeuron, optional
    exact, fixed : Trace, optional
        Of its protocol, in both arithmetics (simulated here where not given).
    hardware : str

    Returns
    -------
    str
    """
    neuron = neuron or EquationNeuron(table)
    exact = exact or simulate(table)
    fixed = fixed or simulate(neuron, arithmetic="fixed")
    kind = table.category + (f", {table.year}" if table.year else "") + (", defined by SC-NeuroCore" if table.origin == "reference-defined" else "")
    head = [f"# {table.name} (`{table.identifier}`)", "", f"{kind}.", ""]
    for text in (table.summary, f"Source: {table.source}" if table.source else "", table.notes):
        head += [_plain(text), ""] if text else []
    lines = [*head, *_activity(table, exact, fixed), *_equations(table), *_parameters(table), *_variables(table, neuron),
             *_fixed_point(table, neuron)]
    if hardware:
        lines += ["## Hardware", "", hardware, ""]
    return "\n".join(lines).rstrip() + "\n"


def _plain(text):
    """A table's text with what Markdown would take for emphasis kept as it is, but for code."""
    return "`".join(part.replace("*", "\\*") if k % 2 == 0 else part for k, part in enumerate(text.split("`")))


def _formulas(entries, lead=""):
    """Formulas under one another, aligned; what is long as text."""
    short = [formula for formula, _ in entries if len(formula) <= _LONGEST]
    if len(short) == 1:
        lines = ["```math", short[0].replace("&", "", 1), "```", ""]
    else:
        lines = ["```math", r"\begin{aligned}", " \\\\\n".join(short), r"\end{aligned}", "```", ""] if short else []
    for formula, text in entries:
        if len(formula) > _LONGEST:
            lines += ["```", text, "```", ""]
    return [lead, "", *lines] if lead and lines else lines


def _equations(table):
    document = table.document
    lines = ["## Equations", "", *_formulas([(equation_latex(text), text) for text in table.equations.values()])]
    named = []
    for name, entry in (document.get("definitions", {}) | document.get("currents", {})).items():
        vector, text = isinstance(entry, dict), entry["value"] if isinstance(entry, dict) else entry
        named.append((f"{name_latex(name)}{'_{i}' if vector else ''} &= {latex(text)}", f"{name}{'[i]' if vector else ''} = {text}"))
    if document.get("currents"):
        named.append((f"{name_latex('currents')} &= {' + '.join(name_latex(name) for name in document['currents'])}", ""))
    lines += _formulas(named, "where")
    for section, event in ({"spike": document.get("spike")} | document.get("events", {})).items():
        if event:
            lines += _event(table, section, event)
    method = _METHODS[table.method] + (f" ({', '.join(f'`{name}`' for name in sorted(_bases(table)))} by forward Euler)" if table.euler else "")
    parts = [] if table.method == "map" and table.time_unit == "1" else [f"in steps of {table.dt:g} {unit_label(table.time_unit)}".rstrip()]
    parts += [f"{table.substeps} substeps each"] if table.substeps > 1 else []
    return [*lines, f"Integrated by {', '.join([method, *parts])}.", ""]


def _bases(table):
    return {table.states[name].vector or name for name in table.euler}


def _event(table, section, event):
    vectors = {each.vector for each in table.states.values()}
    condition, text = latex(event["when"]), str(event["when"])
    resets = [(f"{name_latex(state)}{'_{i}' if state in vectors else ''} \\leftarrow {latex(value)}", f"{state} = {value}")
              for state, value in event.get("reset", {}).items()]
    formula = r",\quad ".join(each for each, _ in resets)
    word = "becomes true" if event.get("crossing") else "is true"
    lines = [f"`{section}` where this {word}" + (", and what it then sets:" if resets else ":"), "",
             *_formulas([(condition + (rf" \quad\Rightarrow\quad {formula}" if resets else ""),
                          text + "".join(f"; {each}" for _, each in resets))])]
    refractory = event.get("refractory")
    if refractory:
        unit = "" if isinstance(refractory["time"], str) else f" {unit_label(table.time_unit)}".rstrip()
        held = f", and {', '.join(f'`{name}`' for name in refractory['hold'])} stand still" if refractory.get("hold") else ""
        lines += [f"For `{refractory['time']}`{unit} after it there is none{held}.", ""]
    return lines


def _row(*cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _numbers(values):
    """Values in words: one, a few, or the first of many."""
    texts = [f"{value:.6g}" for value in values]
    if len(set(texts)) == 1:
        return texts[0]
    return ", ".join(texts if len(texts) <= _ELEMENTS else [*texts[:_ELEMENTS - 1], "..."])


def _parameters(table):
    if not table.parameters:
        return []
    lines = ["## Parameters", "", _row("", "name", "value", "unit", "meaning"), "|---|---|---|---|---|"]
    for name, entry in table.document["parameters"].items():
        given = entry.get("value") if isinstance(entry, dict) else entry
        vector = isinstance(given, (list, tuple))
        parts = [table.parameters[f"{name}_{k}"] for k in range(len(given))] if vector else [table.parameters[name]]
        formula = f" = `{given}`" if isinstance(given, str) and parts[0].value == parts[0].value else ""
        shown = f"`{name}[0 ... {len(given) - 1}]`" if vector else f"`{name}`"
        lines.append(_row(f"${name_latex(name)}$", shown, _numbers([each.value for each in parts]) + formula, unit_label(parts[0].unit),
                          _plain(parts[0].meaning)))
    return [*lines, ""]


def _span(numbers):
    lo, hi = min(numbers), max(numbers)
    return str(lo) if lo == hi else f"{lo} to {hi}"


def _variables(table, neuron):
    lines = ["## States, inputs, outputs", "", _row("", "name", "", "range", "unit", "bits", "after the point", "meaning"),
             "|---|---|---|---|---|---:|---:|---|"]
    for kind, part, shapes in (("state", table.states, neuron.state), ("input", table.inputs, neuron.inputs)):
        groups = {}
        for each in part.values():
            groups.setdefault(each.vector or each.name, []).append(each)
        for name, group in groups.items():
            first = group[0]
            shown = f"`{name}[0 ... {len(group) - 1}]`" if first.vector else f"`{name}`"
            start = f", from {_numbers([each.init for each in group])}" if kind == "state" else ""
            lines.append(_row(f"${name_latex(name)}$", shown, kind, f"{first.lo:g} to {first.hi:g}{start}", unit_label(first.unit),
                              _span([getattr(shapes, each.name).width for each in group]), _span([neuron.fractions[each.name] for each in group]),
                              _plain(first.meaning)))
    for name in table.events:
        lines.append(_row("", f"`{name}`", "event", "", "", 1, 0, ""))
    meanings = {name: entry.get("meaning", "") for name, entry in table.document.get("outputs", {}).items() if isinstance(entry, dict)}
    for name in table.outputs:
        same = name in table.states
        lines.append(_row("" if same else f"${name_latex(name)}$", f"`{name}`", "output", "", unit_label(table.output_units[name]),
                          getattr(neuron.outputs, name).width, neuron.fractions[f"output {name}"],
                          _plain(meanings.get(name, "")) or ("the state" if same else "")))
    return [*lines, ""]


def _activity(table, exact, fixed):
    lines = [f"![{table.name}: its protocol in floats and in fixed point](images/{table.identifier}.png)", ""]
    given = ", ".join(f"`{name}` {_input(entry, table, name)}" for name, entry in table.protocol.get("inputs", {}).items())
    time = f"{exact.time[-1]:g} " + (unit_label(table.time_unit) or "steps")
    counts = [f"{int(exact.events[name].sum())} of `{name}` in float64 and {int(fixed.events[name].sum())} in fixed point" for name in exact.events]
    return [*lines, f"In {time}" + (f" with {given}" if given else "") + (": " + "; ".join(counts) if counts else "") + ".", ""]


def _input(entry, table, name):
    unit = unit_label(next(each.unit for each in table.inputs.values() if name in (each.name, each.vector)))
    time = unit_label(table.time_unit) or "steps"
    unit = f" {unit}" if unit else ""
    if not isinstance(entry, dict):
        return f"{entry:g}{unit}"
    if "every" in entry:
        return f"{entry['value']:g}{unit} for one step every {entry['every']:g} {time}"
    if "amplitude" in entry:
        return f"a sine of {entry['mean']:g} ± {entry['amplitude']:g}{unit}, period {entry['period']:g} {time}"
    return f"noise of mean {entry['mean']:g}{unit} and deviation {entry['sd']:g}{unit}, anew every {entry['hold']:g} {time}"


def _fixed_point(table, neuron):
    primitives = [node.primitive for node in neuron.graph.nodes]
    made = [f"{count} {what if count > 1 else what.removesuffix('s')}" for count, what in (
        (primitives.count("mul"), "products"), (len(neuron.fits), "interpolated tables")) if count]
    lines = ["## Fixed point", "", f"{table.precision} significant bits; the step has {' and '.join(made) or 'neither products nor tables'}."]
    bounds = {}
    for name, error in neuron.step_errors.items():
        base = table.states[name].vector or name
        bounds[base] = max(error, bounds.get(base, 0.0))
    bounds = {name: error for name, error in bounds.items() if error > 0}
    if bounds:
        lines += ["What rounding and tables add in one step is at most "
                  + ", ".join(f"{error:.2g} to `{name}`" for name, error in bounds.items()) + "."]
    return [*lines, "", f"In Python it is `gateware.neurons.catalogue.neuron(\"{table.identifier}\")`; as Verilog", "",
            f"    python -m gateware neuron {table.identifier} -o {table.identifier}.v", ""]
