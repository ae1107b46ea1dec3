"""Expressions over NumPy arrays, and the range of values that they take."""

import itertools

from .expression import walk

__all__ = ["HARD", "evaluate_array", "interval", "is_hard"]

# Functions that only a table computes; the others are made of comparisons, selections and shifts.
HARD = frozenset({"exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh", "erf", "erfcx", "exprel", "logistic"})
_SAMPLES = 1025


def is_hard(root):
    """Whether an expression has a part that is neither polynomial nor piecewise polynomial."""
    return any(each.op in HARD or (each.op == "/" and each.args[1].variables)
               or (each.op == "**" and not _whole(each.args[1])) for each in walk(root))


def _whole(exponent):
    return exponent.is_number and float(exponent.value).is_integer() and exponent.value >= 0


def _operations():
    import numpy as np
    from scipy import special
    return {
        "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "neg": np.negative, "%": np.mod,
        "**": lambda a, b: np.power(a, b), "<": np.less, "<=": np.less_equal, "==": np.equal, "and": np.logical_and,
        "or": np.logical_or, "not": np.logical_not, "if": np.where, ">>": lambda a, b: np.floor(a / 2.0**b), "<<": lambda a, b: a * 2.0**b,
        "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "tan": np.tan, "tanh": np.tanh,
        "sinh": np.sinh, "cosh": np.cosh, "erf": special.erf, "erfcx": special.erfcx, "exprel": special.exprel, "logistic": special.expit,
        "abs": np.abs, "floor": np.floor, "sign": np.sign, "heaviside": lambda x: (x >= 0) * 1.0, "min": np.minimum,
        "max": np.maximum, "clip": np.clip,
    }


def evaluate_array(root, values):
    """An expression over arrays; where it has no value, NaN or infinity.

    Parameters
    ----------
    root : Expression
    values : mapping of str to array
    """
    import numpy as np
    operations, found = _operations(), {}
    with np.errstate(all="ignore"):
        for each in walk(root):
            if each.op == "number":
                found[each] = each.value if isinstance(each.value, bool) else float(each.value)
            elif each.op == "variable":
                found[each] = values[each.args[0]]
            else:
                found[each] = operations[each.op](*(found[arg] for arg in each.args))
    return np.asarray(found[root])


def interval(root, ranges):
    """An estimate of the interval that an expression takes its values in: sampled where one variable decides it, else by interval
    arithmetic.

    Parameters
    ----------
    root : Expression
    ranges : mapping of str to (float, float)

    Returns
    -------
    (float, float)
        Of a condition, of 0 and 1.
    """
    import numpy as np
    found = {}
    for each in walk(root):
        if each.op == "number":
            found[each] = float(each.value), float(each.value)
        elif each.op == "variable":
            found[each] = ranges[each.args[0]]
        elif len(each.variables) == 1:
            name, = each.variables
            lo, hi = ranges[name]
            values = evaluate_array(each, {name: np.linspace(lo, hi, _SAMPLES)}).astype(float)
            values = values[np.isfinite(values)]
            found[each] = (float(values.min()), float(values.max())) if len(values) else (-np.inf, np.inf)
        else:
            found[each] = _combine(each, [found[arg] for arg in each.args])
    return found[root]


def _combine(each, parts):
    import math
    op = each.op
    if op == "+":
        return parts[0][0] + parts[1][0], parts[0][1] + parts[1][1]
    if op == "-":
        return parts[0][0] - parts[1][1], parts[0][1] - parts[1][0]
    if op == "neg":
        return -parts[0][1], -parts[0][0]
    if op in ("<", "<="):
        (a, b), (c, d) = parts
        return float(b < c or (op == "<=" and b <= c)), float(a < d or (op == "<=" and a <= d))
    if op == "==":
        return 0.0, 1.0
    if op == "and":
        return min(part[0] for part in parts), min(part[1] for part in parts)
    if op == "or":
        return max(part[0] for part in parts), max(part[1] for part in parts)
    if op == "not":
        return 1.0 - parts[0][1], 1.0 - parts[0][0]
    if op == "if":
        return min(parts[1][0], parts[2][0]), max(parts[1][1], parts[2][1])
    if op == "/" and parts[1][0] <= 0 <= parts[1][1]:
        return -math.inf, math.inf
    if op == "abs":
        lo, hi = parts[0]
        return (0.0 if lo <= 0 <= hi else min(abs(lo), abs(hi))), max(abs(lo), abs(hi))
    if op in ("min", "max", "clip", "floor", "sign", "heaviside", ">>", "<<"):
        corners = [_apply(op, corner) for corner in itertools.product(*parts)]
        return min(corners), max(corners)
    if op == "cosh" and parts[0][0] <= 0 <= parts[0][1]:
        return 1.0, max(math.cosh(min(abs(end), 700)) for end in parts[0])
    if op in ("sin", "cos"):
        return -1.0, 1.0
    if op == "%":
        return 0.0, parts[1][1]
    corners = [_apply(op, corner) for corner in itertools.product(*parts)]
    corners = [corner for corner in corners if corner == corner]
    if op == "**" and parts[0][0] < 0 < parts[0][1]:
        corners.append(0.0)
    return (min(corners), max(corners)) if corners else (-math.inf, math.inf)


def _apply(op, values):
    from .functions import evaluate
    try:
        return float(evaluate(op, list(values)))
    except TypeError:
        return float("nan")
