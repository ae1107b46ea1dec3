"""From a file, a text or a dictionary to a checked table."""

import tomllib
from pathlib import Path

from .checked import Equations
from .document import Reader, read_aliases, read_parameters, read_protocol, read_variables
from .errors import EquationError
from .expression import number
from .table import METHODS, Table

__all__ = ["load", "read_document"]

_TOP = {"name", "year", "category", "source", "origin", "aliases", "summary", "notes", "base", "parameters", "state", "inputs",
        "definitions", "currents", "equations", "spike", "events", "outputs", "integration", "fixed_point", "protocol"}


def load(source, *, parameters=None, folder=None):
    """The table of a file or a text.

    Parameters
    ----------
    source : path_like or str
        A ``.toml`` file, or TOML text (recognised by a line break).
    parameters : mapping of str to float, optional
        Other values of parameters.
    folder : path_like, optional
        Where ``base`` tables lie (the file's own folder, or the catalogue's).

    Returns
    -------
    Table

    Raises
    ------
    EquationError
        If anything in it is wrong: with file, key and reason.
    """
    catalogue = Path(__file__).parents[2] / "tables" / "neurons"
    if isinstance(source, str) and "\n" in source:
        return read_document(_toml(source, "<text>"), "neuron", "<text>", parameters, Path(folder or catalogue))
    path = Path(source)
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EquationError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return read_document(_toml(content, path.name), path.stem, path.name, parameters, Path(folder) if folder else path.parent)


def _toml(content, file):
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise EquationError(f"{file}: is no TOML: {error}") from None


def _merged(document, file, folder, seen=()):
    """A document over its base: sections key by key, an empty text removing what it inherits."""
    if "base" not in document:
        return document
    base = document["base"]
    path = folder / f"{base}.toml"
    if base in seen or not isinstance(base, str) or not path.is_file():
        raise EquationError(f"{file}: base must be the name of another table in {folder.name}, not {base!r}")
    inherited = _merged(_toml(path.read_text(encoding="utf-8"), path.name), path.name, folder, (*seen, base))
    result = {key: value for key, value in inherited.items() if key not in ("aliases", "notes", "summary", "year", "origin", "base")}
    for key, value in document.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict) and key not in ("aliases", "protocol", "spike"):
            value = {name: each for name, each in (result[key] | value).items() if each != ""}
        result[key] = value
    return result


def read_document(document, identifier, file, parameters=None, folder=None, *, units=True):
    """The table of a document that is read already: a dictionary of the sections.

    Parameters
    ----------
    document : dict
    identifier : str
        What the neuron is called.
    file : str
        What errors call the document.
    parameters, folder
        As for :func:`load`.
    units : bool
        Whether units are checked.

    Returns
    -------
    Table
    """
    r = Reader(file)
    document = _merged(document, file, folder)
    r.keys("", document, _TOP)
    integration = r.section(document, "integration")
    r.keys("integration.", integration, {"method", "euler", "substeps", "dt", "unit"})
    method = integration.get("method")
    if method not in METHODS:
        r.refuse("integration.method", f"must be one of {', '.join(METHODS)}, not {method!r}")
    dt = r.number("integration.dt", integration.get("dt", 1.0 if method == "map" else None))
    if not dt > 0:
        r.refuse("integration.dt", f"must be positive, not {dt!r}")
    time_unit = integration.get("unit", "1" if method == "map" else "ms")
    r.unit("integration.unit", time_unit)
    substeps = integration.get("substeps", 1)
    if type(substeps) is not int or not 1 <= substeps <= 64:
        r.refuse("integration.substeps", f"must be an integer from 1 to 64, not {substeps!r}")

    constants = read_parameters(r, document, dict(parameters or {}), dt)
    known = {name: number(each.value) for name, each in constants.items()} | {"dt": number(dt)}
    states, sizes = read_variables(r, document, "state", known)
    inputs, input_sizes = read_variables(r, document, "inputs", known)
    sizes |= input_sizes
    for name in (*states, *inputs):
        if name in constants or (name in inputs and name in states):
            r.refuse(name, "is the name of two things")

    known_units = {name: r.unit(name, each.unit) for part in (constants, states, inputs) for name, each in part.items()}
    known_units["dt"] = r.unit("integration.unit", time_unit)
    values = Equations(r, document, constants, states, inputs, sizes, known_units if units else None, known)
    outputs, output_units = values.outputs(list(states))
    euler = integration.get("euler", [])
    for name in euler if isinstance(euler, list) else [euler]:
        if name not in states and name not in sizes:
            r.refuse("integration.euler", f"must be a list of states, not with {name!r}")
    if euler and method != "exponential_euler":
        r.refuse("integration.euler", "is for the method exponential_euler")
    if method == "map" and values.derivatives:
        r.refuse("integration.method", f"is map, and {next(iter(values.derivatives))} has a differential equation")
    if method != "map" and not values.derivatives and states:
        r.refuse("integration.method", "must be map where there is no differential equation")
    euler = frozenset(name for name in states for each in euler if name == each or states[name].vector == each)

    fixed = r.section(document, "fixed_point")
    r.keys("fixed_point.", fixed, {"precision", "table_error"})
    precision = fixed.get("precision", 20)
    if type(precision) is not int or not 8 <= precision <= 27:
        r.refuse("fixed_point.precision", f"must be an integer from 8 to 27, not {precision!r}")
    table_error = fixed.get("table_error")
    if table_error is not None and not 0 < r.number("fixed_point.table_error", table_error) < 1:
        r.refuse("fixed_point.table_error", f"must lie between 0 and 1, not {table_error!r}")
    year = document.get("year")
    if year is not None and (type(year) is not int or not 1600 <= year <= 2100):
        r.refuse("year", f"must be a year, not {year!r}")
    origin = document.get("origin", "published")
    if origin not in ("published", "reference-defined"):
        r.refuse("origin", f"must be published or reference-defined, not {origin!r}")
    return Table(
        identifier=identifier, name=r.text(document, "name"), year=year, category=r.text(document, "category", "Uncategorised"),
        source=r.text(document, "source", ""), origin=origin, aliases=read_aliases(r, document), summary=r.text(document, "summary", ""),
        notes=r.text(document, "notes", ""), parameters=constants, states=states, inputs=inputs, definitions=values.definitions,
        inlined=values.inlined, equations=values.texts, derivatives=values.derivatives, maps=values.maps, events=values.events(dt), outputs=outputs,
        output_units=output_units, method=method, euler=euler, substeps=substeps, dt=float(dt), time_unit=time_unit,
        precision=precision, table_error=table_error, protocol=read_protocol(r, document, inputs), generators=tuple(r.generators),
        document=document)
