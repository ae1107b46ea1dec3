"""The table of a neuron: TOML, read and checked, as typed values."""

import math
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from gateware.step.shapes import Q

from .arrays import interval
from .errors import EquationError
from .expression import Expression, call, number, substitute
from .grammar import parse
from .singularities import without_singularities
from .units import check_units, parse_unit, per

__all__ = ["METHODS", "Event", "Parameter", "Table", "Variable", "load", "read_document"]

METHODS = ("euler", "exponential_euler", "heun", "rk4", "exact", "map")
_TOP = {"name", "year", "category", "source", "origin", "aliases", "summary", "notes", "base", "parameters", "state", "inputs",
        "definitions", "currents", "equations", "spike", "events", "outputs", "integration", "fixed_point", "protocol"}
_EVENT = {"when", "crossing", "reset", "refractory"}
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_RESERVED = {"spike", "dt", "pi", "size", "currents", "refractory", "clk", "rst", "state", "inputs", "params", "step"}


@dataclass(frozen=True)
class Parameter:
    """A constant: its value, unit and meaning."""

    name: str
    value: float
    unit: str
    meaning: str


@dataclass(frozen=True)
class Variable:
    """A state or an input: one element of it, where it is a vector.

    Attributes
    ----------
    name : str
    unit, meaning : str
    lo, hi : float
        The closed interval it is held in.
    init : float
    integer : bool
    format : Q or None
    wraps : bool
        Whether an integer state wraps rather than saturates.
    vector : str or None
        The vector's name.
    """

    name: str
    unit: str
    meaning: str
    lo: float
    hi: float
    init: float
    integer: bool
    format: Q | None
    wraps: bool
    vector: str | None


@dataclass(frozen=True)
class Event:
    """A condition on the updated state, and what it resets.

    Attributes
    ----------
    name : str
    when : Expression
        Of ``next(x)`` (updated) and ``x`` (before the step).
    crossing : bool
    resets : dict of str to Expression
    refractory : int
        Steps without this event after one.
    hold : tuple of str
        States that stand still for as long.
    """

    name: str
    when: Expression
    crossing: bool
    resets: dict
    refractory: int
    hold: tuple


@dataclass(frozen=True)
class Table:
    """A neuron as its table says it, checked.

    Attributes
    ----------
    identifier : str
        The file's name.
    parameters : dict of str to Parameter
    states, inputs : dict of str to Variable
        Vectors element by element, ``u_0``, ``u_1``, ...
    derivatives, maps : dict of str to Expression
        Right-hand sides by state.
    definitions, inlined : dict of str to Expression
        Named intermediates and currents: as written, and in terms of states, inputs and parameters alone.
    """

    identifier: str
    name: str
    year: int | None
    category: str
    source: str
    origin: str
    aliases: dict
    summary: str
    notes: str
    parameters: dict
    states: dict
    inputs: dict
    definitions: dict
    inlined: dict
    equations: dict
    derivatives: dict
    maps: dict
    events: dict
    outputs: dict
    output_units: dict
    method: str
    euler: frozenset
    substeps: int
    dt: float
    time_unit: str
    precision: int
    table_error: float | None
    protocol: dict
    generators: tuple
    document: dict = field(repr=False, default_factory=dict)

    def values(self):
        """The parameters as numbers, and ``dt``."""
        return {name: number(each.value) for name, each in self.parameters.items()} | {"dt": number(self.dt)}


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


class _Reader:
    """What reading one document needs: its file's name, for errors."""

    def __init__(self, file):
        self.file, self.generators = file, []

    def refuse(self, key, reason):
        raise EquationError(f"{self.file}: {key}: {reason}")

    def text(self, document, key, default=None):
        value = document.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.refuse(key, f"must be a text, not {value!r}")
        return value

    def section(self, document, key):
        value = document.get(key, {})
        if not isinstance(value, dict):
            self.refuse(key, f"must be a section, not {value!r}")
        return value

    def keys(self, where, given, allowed):
        for key in given:
            if key not in allowed:
                self.refuse(f"{where}{key}", f"is unknown; known are {', '.join(sorted(allowed))}")

    def number(self, key, value):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            self.refuse(key, f"must be a finite number, not {value!r}")
        return value

    def parse(self, key, value, *, index=None, draws=False):
        return parse(value, index=index, generators=self.generators if draws else None, where=f"{self.file}: {key}")

    def unit(self, key, value):
        return parse_unit(value, f"{self.file}: {key}")

    def constant(self, key, value, known):
        """A number, or the value of an expression of parameters."""
        if not isinstance(value, str):
            return self.number(key, value)
        root = substitute(self.parse(key, value), known)
        if not root.is_number:
            self.refuse(key, f"must be a number or an expression of parameters, not of {', '.join(sorted(root.variables))}")
        return self.number(key, root.value)


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
    r = _Reader(file)
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

    constants = _parameters(r, document, dict(parameters or {}), dt)
    known = {name: number(each.value) for name, each in constants.items()} | {"dt": number(dt)}
    states, sizes = _variables(r, document, "state", known)
    inputs, input_sizes = _variables(r, document, "inputs", known)
    sizes |= input_sizes
    for name in (*states, *inputs):
        if name in constants or (name in inputs and name in states):
            r.refuse(name, "is the name of two things")

    known_units = {name: r.unit(name, each.unit) for part in (constants, states, inputs) for name, each in part.items()}
    known_units["dt"] = r.unit("integration.unit", time_unit)
    values = _Equations(r, document, constants, states, inputs, sizes, known_units if units else None, known)
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
        source=r.text(document, "source", ""), origin=origin, aliases=_aliases(r, document), summary=r.text(document, "summary", ""),
        notes=r.text(document, "notes", ""), parameters=constants, states=states, inputs=inputs, definitions=values.definitions, inlined=values.inlined,
        equations=values.texts, derivatives=values.derivatives, maps=values.maps, events=values.events(dt), outputs=outputs,
        output_units=output_units, method=method, euler=euler, substeps=substeps, dt=float(dt), time_unit=time_unit,
        precision=precision, table_error=table_error, protocol=_protocol(r, document, inputs), generators=tuple(r.generators),
        document=document)


def _aliases(r, document):
    aliases = r.section(document, "aliases")
    for key, value in aliases.items():
        if not isinstance(value, (str, list)):
            r.refuse(f"aliases.{key}", f"must be a name or a list of names, not {value!r}")
    return aliases


def _parameters(r, document, overrides, dt):
    constants, known = {}, {"dt": number(dt)}
    section = r.section(document, "parameters")
    for name in overrides:
        if name not in section:
            r.refuse(f"parameters.{name}", f"is no parameter; there are {', '.join(section) or 'none'}")
    for name, entry in section.items():
        key = f"parameters.{name}"
        _check_name(r, key, name)
        entry = entry if isinstance(entry, dict) else {"value": entry}
        r.keys(f"{key}.", entry, {"value", "unit", "meaning"})
        value = overrides.get(name, entry.get("value"))
        unit, meaning = entry.get("unit", "1"), r.text(entry, "meaning", "")
        r.unit(f"{key}.unit", unit)
        elements = {f"{name}_{k}": each for k, each in enumerate(value)} if isinstance(value, (list, tuple)) else {name: value}
        for each, content in elements.items():
            constants[each] = Parameter(each, r.constant(f"{key}.value", content, known), unit, meaning)
            known[each] = number(constants[each].value)
    return constants


def _check_name(r, key, name):
    if not _IDENTIFIER.match(name) or name in _RESERVED:
        r.refuse(key, "is no name that can be used: letters, digits and _, beginning with a letter, and none of "
                 + ", ".join(sorted(_RESERVED)))


def _format(r, key, value):
    if value is None:
        return None
    match = re.match(r"Q(\d+)\.(\d+)\Z", value) if isinstance(value, str) else None
    if not match:
        r.refuse(key, f"must be a format like Q8.8, not {value!r}")
    try:
        return Q(int(match[1]), int(match[2]))
    except ValueError as error:
        r.refuse(key, str(error))


def _variables(r, document, section, known):
    variables, sizes = {}, {}
    allowed = {"unit", "range", "meaning", "format", "integer", "size"} | ({"init", "overflow"} if section == "state" else set())
    for name, entry in r.section(document, section).items():
        key = f"{section}.{name}"
        _check_name(r, key, name)
        if not isinstance(entry, dict):
            r.refuse(key, f"must be a table with unit and range, not {entry!r}")
        r.keys(f"{key}.", entry, allowed)
        limits = entry.get("range")
        if not isinstance(limits, list) or len(limits) != 2:
            r.refuse(f"{key}.range", f"must be [lowest, highest], not {limits!r}")
        lo, hi = (float(r.constant(f"{key}.range", each, known)) for each in limits)
        if not lo < hi:
            r.refuse(f"{key}.range", f"must rise, not {limits!r}")
        fmt, unit = _format(r, f"{key}.format", entry.get("format")), entry.get("unit", "1")
        r.unit(f"{key}.unit", unit)
        integer = entry.get("integer", False)
        if integer and (lo != int(lo) or hi != int(hi) or fmt is not None):
            r.refuse(f"{key}.range", f"must be integers without a format for an integer, not {limits!r}")
        if fmt is not None and not (fmt.decode(fmt.lo) <= lo and hi <= fmt.decode(fmt.hi) + fmt.resolution):
            r.refuse(f"{key}.format", f"{entry['format']} holds {fmt.decode(fmt.lo)} to {fmt.decode(fmt.hi)}, not the range {limits!r}")
        overflow = entry.get("overflow", "saturate")
        if overflow not in ("saturate", "wrap") or (overflow == "wrap" and not integer):
            r.refuse(f"{key}.overflow", f"must be saturate, or wrap of an integer, not {overflow!r}")
        size = entry.get("size")
        if size is not None and (type(size) is not int or not 1 <= size <= 128):
            r.refuse(f"{key}.size", f"must be an integer from 1 to 128, not {size!r}")
        inits = entry.get("init", 0)
        inits = list(inits) if isinstance(inits, list) else [inits] * (size or 1)
        if len(inits) != (size or 1):
            r.refuse(f"{key}.init", f"must have {size or 1} elements, not {len(inits)}")
        if size is not None:
            sizes[name] = size
        for k, each in enumerate(inits):
            init = float(r.constant(f"{key}.init", each, known)) if section == "state" else 0.0
            if section == "state" and not lo <= init <= hi:
                r.refuse(f"{key}.init", f"{init:g} lies outside the range {lo:g} to {hi:g}")
            full = name if size is None else f"{name}_{k}"
            variables[full] = Variable(full, unit, r.text(entry, "meaning", ""), lo, hi, init, bool(integer), fmt,
                                       overflow == "wrap", None if size is None else name)
    return variables, sizes


class _Equations:
    """The expressions of a document, every name known and every unit right."""

    def __init__(self, r, document, constants, states, inputs, sizes, units, known):
        self._r, self._document, self._states, self._inputs, self._sizes = r, document, states, inputs, sizes
        self._checked, self._units, self._known = units is not None, units or {"dt": None}, known
        self._names = {*constants, *states, *inputs, "dt"}
        self.inlined, self.definitions = {}, {}
        self.derivatives, self.maps, self.texts = {}, {}, {}
        for section in ("definitions", "currents"):
            for name, entry in r.section(document, section).items():
                self._define(f"{section}.{name}", name, entry)
        currents = r.section(document, "currents")
        if currents:
            total = self.inlined[next(iter(currents))]
            for name in list(currents)[1:]:
                total = call("+", total, self.inlined[name])
            self.inlined["currents"] = total
            self._units = self._units | {"currents": self._units.get(next(iter(currents)))}
        for name, text in r.section(document, "equations").items():
            self._equation(name, text)
        missing = [name for name in states if name not in self.derivatives and name not in self.maps]
        if missing:
            r.refuse("equations", f"has none for the state {missing[0]}")

    def _define(self, key, name, entry):
        _check_name(self._r, key, name)
        if name in self._names or name in self.inlined:
            self._r.refuse(key, "is the name of two things")
        size = entry.get("size") if isinstance(entry, dict) else None
        text = entry.get("value") if isinstance(entry, dict) else entry
        for k in range(size or 1):
            full = name if size is None else f"{name}_{k}"
            index = {} if size is None else {"i": k, "size": size}
            root = self._r.parse(key, text, index=index, draws=True)
            self._check_names(key, root)
            unit = self._check_units(root, self._units, key=key)
            if unit is not None:
                self._units[full] = unit
            self.definitions[full] = root
            self.inlined[full] = without_singularities(substitute(root, self.inlined), self._known)

    def _check_names(self, key, root, extra=()):
        for name in sorted(root.variables):
            inner = re.match(r"(old|next|final)\((.+)\)\Z", name)
            if inner and inner[2] not in self._states:
                self._r.refuse(key, f"{name}: {inner[2]} is no state")
            if not inner and name not in self._names and name not in self.inlined and name not in self._r.generators and name not in extra:
                self._r.refuse(key, f"{name} is unknown; known are {', '.join(sorted(self._names | self.inlined.keys()))}")

    def _check_units(self, root, units, expected=None, *, key):
        return check_units(root, units, expected=expected, where=f"{self._r.file}: {key}") if self._checked else None

    def _unit_of(self, name):
        return self._r.unit(name, self._states[name].unit)

    def _wide_units(self):
        return self._units | {f"{form}({name})": self._unit_of(name) for name in self._states for form in ("old", "next", "final")}

    def _equation(self, name, text):
        key = f"equations.{name}"
        if not isinstance(text, str) or "=" not in text:
            self._r.refuse(key, f'must be "d{name}/dt = ..." or "{name}[t+1] = ...", not {text!r}')
        left, right = (part.strip() for part in text.split("=", 1))
        element = "[i]" if name in self._sizes else ""
        kind = {f"d{name}{element}/dt": "derivative", f"{name}{element}[t+1]": "map"}.get(re.sub(r"\s", "", left))
        if kind is None:
            self._r.refuse(key, f"must begin with d{name}{element}/dt = or {name}{element}[t+1] =, not {left!r}")
        size = self._sizes.get(name)
        if size is None and name not in self._states:
            self._r.refuse(key, "is the equation of something that is no state")
        self.texts[name] = text
        for k in range(size or 1):
            full = name if size is None else f"{name}_{k}"
            root = self._r.parse(key, right, index={} if size is None else {"i": k, "size": size}, draws=True)
            self._check_names(key, root)
            unit = self._unit_of(full)
            if kind == "derivative":
                unit = per(unit, self._units["dt"]) if self._checked else None
                if any(each.startswith("next(") for each in root.variables):
                    self._r.refuse(key, "uses next(), which a differential equation does not have")
            self._check_units(root, self._wide_units(), unit, key=key)
            root = without_singularities(substitute(root, self.inlined), self._known)
            (self.derivatives if kind == "derivative" else self.maps)[full] = substitute(
                root, {f"old({each})": parse(each) for each in self._states})

    def _updated(self, key, text, extra=(), form="next", index=None):
        """An expression after the update: names of states mean the new values."""
        root = self._r.parse(key, text, index=index, draws=form == "next")
        self._check_names(key, root, extra)
        units = self._wide_units()
        inlined = substitute(root, self.inlined)
        after = substitute(inlined, {name: parse_name(f"{form}({name})") for name in self._states})
        return root, units, substitute(after, {f"old({name})": parse_name(name) for name in self._states})

    def events(self, dt):
        r, found = self._r, {}
        sections = {"spike": self._document["spike"]} if "spike" in self._document else {}
        for name, entry in (sections | r.section(self._document, "events")).items():
            key = name if name == "spike" else f"events.{name}"
            if not isinstance(entry, dict) or "when" not in entry:
                r.refuse(key, "must have a condition: when")
            r.keys(f"{key}.", entry, _EVENT)
            if name != "spike":
                _check_name(r, key, name)
            root, units, when = self._updated(f"{key}.when", entry["when"])
            self._check_units(root, units, key=f"{key}.when")
            if when.op not in ("<", "<=", "==", "and", "or", "not"):
                r.refuse(f"{key}.when", f"must be a condition, not {entry['when']!r}")
            self._check_reachable(f"{key}.when", entry["when"], when)
            resets = {}
            for state, text in r.section(entry, "reset").items():
                size = self._sizes.get(state)
                if state not in self._states and size is None:
                    r.refuse(f"{key}.reset.{state}", "is no state")
                for k in range(size or 1):
                    full = state if size is None else f"{state}_{k}"
                    root, units, value = self._updated(f"{key}.reset.{state}", text,
                                                       index={} if size is None else {"i": k, "size": size})
                    self._check_units(root, units, self._unit_of(full), key=f"{key}.reset.{state}")
                    fixed = substitute(value, self._known)
                    variable = self._states[full]
                    if fixed.is_number and not variable.lo <= fixed.value <= variable.hi:
                        r.refuse(f"{key}.reset.{state}", f"{fixed.value:g} lies outside the range {variable.lo:g} to {variable.hi:g}")
                    resets[full] = value
            steps, hold = self._refractory(key, entry, dt)
            crossing = entry.get("crossing", False)
            if not isinstance(crossing, bool):
                r.refuse(f"{key}.crossing", f"must be true or false, not {crossing!r}")
            found[name] = Event(name, when, crossing, resets, steps, hold)
        return found

    def _check_reachable(self, key, shown, when):
        root, ranges = substitute(when, self._known), {}
        for name in root.variables:
            plain = name.removeprefix("next(").removesuffix(")") if name.startswith("next(") else name
            limits = self._states.get(plain) or self._inputs.get(plain)
            ranges[name] = (limits.lo, limits.hi) if limits else (0.0, 1.0) if name.startswith("random") else (-3.47, 3.47)
        if interval(root, ranges)[1] == 0.0:
            among = ", ".join(f"{name} between {lo:g} and {hi:g}" for name, (lo, hi) in sorted(ranges.items()))
            self._r.refuse(key, f"{shown!r} is never so: {among}")

    def _refractory(self, key, entry, dt):
        r = self._r
        part = r.section(entry, "refractory")
        if not part:
            return 0, ()
        r.keys(f"{key}.refractory.", part, {"time", "hold"})
        time = r.constant(f"{key}.refractory.time", part.get("time"), self._known)
        steps = round(time / dt)
        if not 0 <= steps <= 65535:
            r.refuse(f"{key}.refractory.time", f"must be 0 to 65535 steps of dt, not {time / dt:g}")
        hold = []
        for name in part.get("hold", []):
            if name not in self._states and name not in self._sizes:
                r.refuse(f"{key}.refractory.hold", f"must be a list of states, not with {name!r}")
            hold += [each for each in self._states if each == name or self._states[each].vector == name]
        return steps, tuple(hold)

    def outputs(self, states):
        r, found, units = self._r, {}, {}
        section = r.section(self._document, "outputs")
        for name, entry in section.items():
            key = f"outputs.{name}"
            entry = entry if isinstance(entry, dict) else {"value": entry}
            r.keys(f"{key}.", entry, {"value", "unit", "meaning"})
            if not _IDENTIFIER.match(name) or name in ("clk", "rst", "spike"):
                r.refuse(key, "is no name that can be used")
            root, known, value = self._updated(f"{key}.value", entry.get("value"), form="final")
            unit = entry.get("unit")
            expected = None if unit is None else r.unit(f"{key}.unit", unit)
            self._check_units(root, known, expected, key=f"{key}.value")
            found[name], units[name] = value, unit or "1"
        if not section:
            if not states:
                r.refuse("outputs", "must be given where there is no state")
            found, units = {states[0]: parse_name(f"final({states[0]})")}, {states[0]: self._states[states[0]].unit}
        return found, units


def parse_name(name):
    """The variable of a name, as an expression."""
    return Expression("variable", name)


def _protocol(r, document, inputs):
    protocol = r.section(document, "protocol")
    r.keys("protocol.", protocol, {"duration", "inputs", "fi"})
    if "duration" in protocol and not r.number("protocol.duration", protocol["duration"]) > 0:
        r.refuse("protocol.duration", f"must be positive, not {protocol['duration']!r}")
    for name, entry in r.section(protocol, "inputs").items():
        if name not in inputs and name not in {each.vector for each in inputs.values()}:
            r.refuse(f"protocol.inputs.{name}", "is no input")
        kinds = ({"value", "every"}, {"mean", "amplitude", "period"}, {"mean", "sd", "hold", "seed"})
        if isinstance(entry, dict) and set(entry) not in kinds:
            r.refuse(f"protocol.inputs.{name}", "must be a number, {value, every}, {mean, amplitude, period} or {mean, sd, hold, seed}")
        for key, value in entry.items() if isinstance(entry, dict) else [("value", entry)]:
            r.number(f"protocol.inputs.{name}.{key}", value)
    sweep = r.section(protocol, "fi")
    if sweep and (set(sweep) != {"input", "from", "to"} or sweep["input"] not in inputs):
        r.refuse("protocol.fi", "must have the keys input (one of the inputs), from, to")
    return protocol
