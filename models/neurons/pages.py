"""A neuron's page, from its table: equations, parameters, source, activity in floats and in fixed point."""

from pathlib import Path

from gateware.neurons.equation_neuron import EquationNeuron
from gateware.step.equations.grammar import parse
from gateware.step.equations.latex import equation_latex, latex, name_latex

from .simulation import simulate

__all__ = ["page_text", "write_page"]


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
    Path
        Of the page.
    """
    from .plots import plot_activity
    folder = Path(folder)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    exact, fixed, neuron = plot_activity(table, folder / "images" / f"{table.identifier}.png", dpi=72)
    page = folder / f"{table.identifier}.md"
    part = page.with_suffix(".md.part")
    part.write_text(page_text(table, neuron, exact, fixed, hardware=hardware), encoding="utf-8")
    part.replace(page)
    return page


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
    head = [f"# {table.name} (`{table.identifier}`)", "", f"{kind}.", "", table.summary, "", f"Source: {table.source}", ""]
    if table.notes:
        head += [table.notes, ""]
    lines = [*head, *_equations(table), *_parameters(table), *_variables(table, neuron), *_activity(table, neuron, exact, fixed)]
    if hardware:
        lines += ["## Hardware", "", hardware, ""]
    return "\n".join(lines).rstrip() + "\n"


def _math(text):
    return ["```math", text, "```", ""]


def _equations(table):
    lines = ["## Equations", ""]
    for name, text in table.equations.items():
        if f"{name}[i]" in text.split("=")[0]:
            lines += [f"    {text}", ""]
        else:
            differential = "/dt" in text.split("=")[0]
            lines += _math(equation_latex(name, parse(text.split("=", 1)[1], generators=[]), differential=differential))
    scalars = {name: root for name, root in table.definitions.items() if name in table.document.get("definitions", {})
               or name in table.document.get("currents", {})}
    for name, root in scalars.items():
        lines += _math(f"{name_latex(name)} = {latex(root)}")
    for section, event in ({"spike": table.document.get("spike")} | table.document.get("events", {})).items():
        if not event:
            continue
        resets = ", ".join(f"`{state} = {value}`" for state, value in event.get("reset", {}).items())
        where = "where it becomes true that" if event.get("crossing") else "where"
        text = f"`{section}` {where} `{event['when']}`" + (f"; then {resets}" if resets else "") + "."
        refractory = event.get("refractory")
        if refractory:
            held = f", and {', '.join(refractory['hold'])} stand still" if refractory.get("hold") else ""
            text += f" For `{refractory['time']}` after it there is none{held}."
        lines += [text, ""]
    method = {"euler": "forward Euler", "exponential_euler": "exponential Euler", "heun": "Heun's method", "rk4": "the classical Runge-Kutta method",
              "exact": "the exact solution of the linear equations", "map": "one update per step"}[table.method]
    euler = f" ({', '.join(sorted(table.euler))} by forward Euler)" if table.euler else ""
    step = "." if table.method == "map" and table.time_unit == "1" else f", dt = {table.dt:g} {table.time_unit}."
    return [*lines, f"Integrated by {method}{euler}{step}", ""]


def _row(*cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _parameters(table):
    if not table.parameters:
        return []
    lines = ["## Parameters", "", _row("", "value", "unit", "meaning"), "|---|---|---|---|"]
    return [*lines, *(_row(f"`{each.name}`", f"{each.value:.6g}", each.unit, each.meaning) for each in table.parameters.values()), ""]


def _variables(table, neuron):
    lines = ["## States, inputs, outputs", "", _row("", "", "range", "unit", "bits", "after the point", "meaning"), "|---|---|---|---|---|---|---|"]
    for kind, part, shapes in (("state", table.states, neuron.state), ("input", table.inputs, neuron.inputs)):
        for each in part.values():
            lines.append(_row(f"`{each.name}`", kind, f"{each.lo:g} ... {each.hi:g}", each.unit, getattr(shapes, each.name).width,
                              neuron.fractions[each.name], each.meaning))
    for name in table.events:
        lines.append(_row(f"`{name}`", "event", "", "", 1, "", ""))
    for name in table.outputs:
        lines.append(_row(f"`{name}`", "output", "", table.output_units[name], getattr(neuron.outputs, name).width,
                          neuron.fractions[f"output {name}"], ""))
    return [*lines, ""]


def _activity(table, neuron, exact, fixed):
    primitives = [node.primitive for node in neuron.graph.nodes]
    lines = ["## Activity", "", f"![{table.name}: its protocol in floats and in fixed point](images/{table.identifier}.png)", ""]
    for name in exact.events:
        a, b = int(exact.events[name].sum()), int(fixed.events[name].sum())
        lines += [f"`{name}` in {exact.time[-1]:g} {table.time_unit if table.time_unit != '1' else 'steps'}: {a} in float64, {b} in fixed point.", ""]
    tables = f", {len(neuron.fits)} interpolated tables" if neuron.fits else ""
    bounds = ", ".join(f"{name} {error:.2g}" for name, error in list(neuron.step_errors.items())[:6])
    lines += [f"The fixed-point step has {primitives.count('mul')} products{tables}; {table.precision} significant bits."
              + (f" One step adds at most: {bounds}." if bounds else ""), "",
              "```python", "from gateware.neurons import catalogue", "", f'neuron = catalogue.neuron("{table.identifier}")', "```", ""]
    return lines
