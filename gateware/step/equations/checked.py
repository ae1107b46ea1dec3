"""The equations of a document: every name known, every unit right, every condition possible."""

import math
import re

from .arrays import interval
from .document import IDENTIFIER, check_name
from .expression import call, substitute, text as shown_text, variable, walk
from .singularities import without_singularities
from .table import Event
from .units import check_units, per

__all__ = ["Equations"]

_MOST_POWER = 64
_EVENT = {"when", "crossing", "reset", "refractory"}


class Equations:
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
        check_name(self._r, key, name)
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

    def _check_numbers(self, key, root):
        """No part of it without a value: a divisor that these parameters make 0, the logarithm of a negative number, an overflow."""
        for each in walk(substitute(root, self._known)):
            if each.is_number and not math.isfinite(each.value):
                self._r.refuse(key, f"{shown_text(root)!r} has a part without a finite value with these parameters")
            if each.op == "/" and each.args[1].is_number and each.args[1].value == 0:
                self._r.refuse(key, f"{shown_text(root)!r} divides by 0 with these parameters")
            if each.op == "**" and each.args[1].is_number and abs(each.args[1].value) > _MOST_POWER:
                self._r.refuse(key, f"{shown_text(each)!r} must have an exponent of at most {_MOST_POWER}")

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
                root, {f"old({each})": variable(each) for each in self._states})
            self._check_numbers(key, root)

    def _updated(self, key, text, extra=(), form="next", index=None):
        """An expression after the update: names of states mean the new values."""
        root = self._r.parse(key, text, index=index, draws=form == "next")
        self._check_names(key, root, extra)
        units = self._wide_units()
        inlined = substitute(root, self.inlined)
        after = substitute(inlined, {name: variable(f"{form}({name})") for name in self._states})
        after = substitute(after, {f"old({name})": variable(name) for name in self._states})
        self._check_numbers(key, after)
        return root, units, after

    def events(self, dt):
        r, found = self._r, {}
        sections = {"spike": self._document["spike"]} if "spike" in self._document else {}
        for name, entry in (sections | r.section(self._document, "events")).items():
            key = name if name == "spike" else f"events.{name}"
            if not isinstance(entry, dict) or "when" not in entry:
                r.refuse(key, "must have a condition: when")
            r.keys(f"{key}.", entry, _EVENT)
            if name != "spike":
                check_name(r, key, name)
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
                    limits = self._states[full]
                    if fixed.is_number and not limits.lo <= fixed.value <= limits.hi:
                        r.refuse(f"{key}.reset.{state}", f"{fixed.value:g} lies outside the range {limits.lo:g} to {limits.hi:g}")
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
            if not IDENTIFIER.match(name) or name in ("clk", "rst", "spike"):
                r.refuse(key, "is no name that can be used")
            root, known, value = self._updated(f"{key}.value", entry.get("value"), form="final")
            unit = entry.get("unit")
            expected = None if unit is None else r.unit(f"{key}.unit", unit)
            self._check_units(root, known, expected, key=f"{key}.value")
            found[name], units[name] = value, unit or "1"
        if not section:
            if not states:
                r.refuse("outputs", "must be given where there is no state")
            found, units = {states[0]: variable(f"final({states[0]})")}, {states[0]: self._states[states[0]].unit}
        return found, units
