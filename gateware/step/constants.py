"""Constants of a step function, arithmetic with which must stay within int64 as it must in a compiled model."""

from .errors import refuse
from .shapes import INT64_MAX, INT64_MIN

__all__ = ["MAX_SHIFT", "checked", "is_integer", "shift_amount"]

MAX_SHIFT = 62


class _Constant(int):
    """An integer of which whatever is computed lies within int64, as it must in a compiled model."""


def _within_int64(name):
    def operator(self, *others):
        result = getattr(int, name)(self, *others)
        if result is NotImplemented:
            return result
        if not INT64_MIN <= result <= INT64_MAX:
            refuse(f"computes the constant {result}, which is outside int64")
        return _Constant(result)
    return operator


for _name in ("add", "sub", "mul", "lshift", "rshift", "radd", "rsub", "rmul", "rlshift", "rrshift", "neg"):
    setattr(_Constant, f"__{_name}__", _within_int64(f"__{_name}__"))


def checked(value):
    """A constant of a step function, or a NamedTuple of some, arithmetic with its integers being checked."""
    if isinstance(value, tuple) and hasattr(value, "_fields") and not hasattr(value, "kind"):
        return type(value)(*map(checked, value))
    return _Constant(value) if type(value) is int else value


def is_integer(value):
    return type(value) in (int, _Constant)


def shift_amount(n):
    if not is_integer(n) or not 0 <= n <= MAX_SHIFT:
        refuse("shifts by a value: a shift is by a constant integer" if hasattr(n, "domain") else
               f"shifts by {n!r}: a shift is by a constant integer from 0 to {MAX_SHIFT}")
    return n
