"""The sections of a neuron's document, read one by one: parameters, states, inputs, protocol."""

import math
import re

from gateware.step.shapes import Q

from .errors import EquationError
from .expression import number, substitute
from .grammar import parse
from .table import Parameter, Variable
from .units import parse_unit

__all__ = ["IDENTIFIER", "Reader", "check_name", "read_aliases", "read_parameters", "read_protocol", "read_variables"]

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_RESERVED = {"spike", "dt", "pi", "size", "currents", "refractory", "clk", "rst", "state", "inputs", "params", "step", "State", "Outputs", "math"}


class Reader:
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


def read_aliases(r, document):
    aliases = r.section(document, "aliases")
    for key, value in aliases.items():
        if not isinstance(value, (str, list)):
            r.refuse(f"aliases.{key}", f"must be a name or a list of names, not {value!r}")
    return aliases


def read_parameters(r, document, overrides, dt):
    constants, known = {}, {"dt": number(dt)}
    section = r.section(document, "parameters")
    for name in overrides:
        if name not in section:
            r.refuse(f"parameters.{name}", f"is no parameter; there are {', '.join(section) or 'none'}")
    for name, entry in section.items():
        key = f"parameters.{name}"
        check_name(r, key, name)
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


def check_name(r, key, name):
    if not IDENTIFIER.match(name) or name in _RESERVED:
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


def read_variables(r, document, section, known):
    variables, sizes = {}, {}
    allowed = {"unit", "range", "meaning", "format", "integer", "size"} | ({"init", "overflow"} if section == "state" else set())
    for name, entry in r.section(document, section).items():
        key = f"{section}.{name}"
        check_name(r, key, name)
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


def read_protocol(r, document, inputs):
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
            limits = inputs.get(name) or next(each for each in inputs.values() if each.vector == name)
            if key in ("value", "mean") and not limits.lo <= value <= limits.hi:
                r.refuse(f"protocol.inputs.{name}", f"{value:g} lies outside the range {limits.lo:g} to {limits.hi:g}")
    sweep = r.section(protocol, "fi")
    if sweep and (set(sweep) != {"input", "from", "to"} or sweep["input"] not in inputs):
        r.refuse("protocol.fi", "must have the keys input (one of the inputs), from, to")
    return protocol
