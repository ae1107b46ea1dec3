"""The functions that an equation may use, and what operations mean on numbers."""

import math

__all__ = ["ARITY", "FUNCTIONS", "evaluate"]


# Integers beyond are infinite, as floats are beyond 2**1024, and take no time.
_BITS = 1024


def _exprel(x):
    return math.expm1(x) / x if abs(x) > 1e-12 else 1.0 + 0.5 * x


def _logistic(x):
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))


def _exp(x):
    return math.exp(x) if x < 709.7 else math.inf


def _power(a, b):
    if isinstance(a, int) and isinstance(b, int) and abs(a) > 1 and b * abs(a).bit_length() > _BITS:
        return math.inf
    result = a**b
    return math.nan if isinstance(result, complex) else result


def _shifted(a, b):
    a, b = int(a), int(b)
    return math.inf if a and a.bit_length() + b > _BITS else a << b


def _erfcx(x):
    from scipy.special import erfcx
    return float(erfcx(x))


# By name: the number of arguments, and the meaning on numbers.
FUNCTIONS = {
    "exp": (1, _exp), "log": (1, math.log), "sqrt": (1, math.sqrt), "sin": (1, math.sin), "cos": (1, math.cos),
    "tan": (1, math.tan), "tanh": (1, math.tanh), "sinh": (1, math.sinh), "cosh": (1, math.cosh), "erf": (1, math.erf),
    "erfcx": (1, _erfcx), "exprel": (1, _exprel), "logistic": (1, _logistic),
    "abs": (1, abs), "floor": (1, math.floor), "sign": (1, lambda x: (x > 0) - (x < 0)), "heaviside": (1, lambda x: int(x >= 0)),
    "min": (2, min), "max": (2, max), "clip": (3, lambda x, lo, hi: min(max(x, lo), hi)),
}
ARITY = {name: count for name, (count, _) in FUNCTIONS.items()}

_OPERATORS = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "**": _power, "%": lambda a, b: a % b, "neg": lambda a: -a, ">>": lambda a, b: int(a) >> int(b),
    "<<": _shifted,
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, "==": lambda a, b: a == b,
    "and": lambda a, b: bool(a and b), "or": lambda a, b: bool(a or b), "not": lambda a: not a,
    "if": lambda c, a, b: a if c else b,
}


def evaluate(op, values):
    """An operation on numbers; NaN where it has no value."""
    try:
        return (_OPERATORS[op] if op in _OPERATORS else FUNCTIONS[op][1])(*values)
    except OverflowError:
        return math.inf
    except (ZeroDivisionError, ValueError):
        return math.nan
