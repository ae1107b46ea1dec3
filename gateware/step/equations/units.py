"""Units of expressions: names carry theirs, numbers written in an equation take the one they need."""

import functools
from typing import NamedTuple

from .errors import EquationError
from .expression import text, walk

__all__ = ["check_units", "parse_unit", "per"]

# What a number may still become: any unit.
_ANY = None
_SAME = {"abs", "min", "max", "clip", "floor", "neg"}


class Unit(NamedTuple):
    """A unit: its size in base units, its dimensions, and how it is written."""

    factor: float
    dimensions: frozenset
    text: str


PURE = Unit(1.0, frozenset(), "1")


@functools.cache
def _registry():
    # A third of a second to import: only who checks units waits for it.
    import pint
    return pint.UnitRegistry(cache_folder=None)


@functools.lru_cache(maxsize=4096)
def parse_unit(unit, where="unit"):
    """The :class:`Unit` of a text.

    Raises
    ------
    EquationError
        If it is no unit.
    """
    import pint
    try:
        if not isinstance(unit, str) or not unit.strip():
            raise ValueError
        if unit.strip() == "1":
            return PURE
        quantity = _registry().Quantity(1, unit.replace("Ohm", "ohm")).to_base_units()
        return Unit(float(quantity.magnitude), frozenset(quantity.dimensionality.items()), unit.strip())
    except (pint.errors.PintError, ValueError, TypeError, AttributeError, AssertionError):
        raise EquationError(f"{where} must be a unit like mV, 1/ms, nS, uF/cm**2 or 1, not {unit!r}") from None


def _product(a, b, sign=1):
    exponents = dict(a.dimensions)
    for name, power in b.dimensions:
        exponents[name] = exponents.get(name, 0) + sign * power
    if b.text == "1" or (a.text == "1" and sign > 0):
        text = a.text if b.text == "1" else b.text
    else:
        text = f"{a.text}*{_bracketed(b.text)}" if sign > 0 else f"{a.text}/{_bracketed(b.text)}"
    return Unit(a.factor * b.factor**sign, frozenset((name, power) for name, power in exponents.items() if abs(power) > 1e-9), text)


def _bracketed(text):
    return f"({text})" if "/" in text or "*" in text.replace("**", "") else text


def per(unit, other):
    """The unit of a quotient."""
    return _product(unit, other, -1)


def _power(a, n):
    return Unit(a.factor**n, frozenset((name, power * n) for name, power in a.dimensions if power * n), f"({a.text})**{n:g}")


def _equal(a, b):
    return a.dimensions == b.dimensions and abs(a.factor / b.factor - 1) < 1e-6


def _differ(a, b):
    """How two units differ, for an error."""
    scale = f", {a.factor / b.factor:g} times {b.text}" if a.dimensions == b.dimensions else ""
    return f"{a.text}{scale}"


def check_units(root, units, *, expected=None, where="expression"):
    """The unit of an expression, by the units of its variables.

    Parameters
    ----------
    root : Expression
    units : mapping of str to Unit
        Of variables; others than these take the unit they need.
    expected : Unit, optional
        What it must be.
    where : str

    Returns
    -------
    Unit or None
        None where only numbers decide it.

    Raises
    ------
    EquationError
        If units of one sum, comparison or conditional differ, a function is given something with a unit, or the result
        is not what is expected; naming the sub-expression.
    """
    known = {}

    def refuse(each, why):
        raise EquationError(f"{where}: {text(each)!r} {why}")

    def same(each, parts):
        found = _ANY
        for part in parts:
            unit = known[part]
            if unit is _ANY:
                continue
            if found is not _ANY and not _equal(found, unit):
                refuse(each, f"puts together {found.text} and {_differ(unit, found)}")
            found = unit
        return found

    def pure(each, part):
        unit = known[part]
        if unit is not _ANY and not _equal(unit, PURE):
            refuse(each, f"is a function of something in {unit.text}: divide by a scale first")

    for each in walk(root):
        op, args = each.op, each.args
        if op == "number":
            known[each] = _ANY
        elif op == "variable":
            known[each] = units.get(args[0], _ANY)
        elif op in ("+", "-"):
            known[each] = same(each, args)
        elif op in ("*", "/"):
            a, b = known[args[0]], known[args[1]]
            known[each] = _ANY if a is _ANY or b is _ANY else _product(a, b, 1 if op == "*" else -1)
        elif op == "**":
            pure(each, args[1])
            base, exponent = known[args[0]], args[1]
            if not exponent.is_number and base is not _ANY:
                pure(each, args[0])
            known[each] = _ANY if base is _ANY else _power(base, exponent.value) if exponent.is_number else base
        elif op in ("<", "<=", "=="):
            same(each, args)
            known[each] = PURE
        elif op == "if":
            known[each] = same(each, args[1:])
        elif op in ("and", "or", "not", "heaviside", "sign"):
            known[each] = _ANY
        elif op in _SAME:
            known[each] = same(each, args)
        elif op in (">>", "<<", "%"):
            known[each] = known[args[0]]
        elif op == "sqrt":
            known[each] = _ANY if known[args[0]] is _ANY else _power(known[args[0]], 0.5)
        else:
            pure(each, args[0])
            known[each] = PURE
    unit = known[root]
    if expected is not None and unit is not _ANY and not _equal(unit, expected):
        refuse(root, f"has the unit {_differ(unit, expected)}, and must have {expected.text}")
    return unit
