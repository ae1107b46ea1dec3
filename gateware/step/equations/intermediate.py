"""The one intermediate value through which an expression depends on its variables."""

from .arrays import is_hard
from .expression import call, variable, walk

__all__ = ["is_piecewise", "through"]

_PIECEWISE = {"if", "min", "max", "clip", "abs", "floor", "sign", "heaviside"}


def is_piecewise(root):
    """Whether an expression has a kink or a jump of its own."""
    return any(each.op in _PIECEWISE for each in walk(root))


def through(root, name):
    """``(inner, body)`` with ``root == body(inner)``, ``body`` a function of the variable ``name`` alone and ``inner`` the largest
    sub-expression that needs no table itself; ``(None, None)`` where there is none.
    """
    candidates = [each for each in walk(root) if each.variables == root.variables and each is not root and not each.is_number]
    # The largest first; one that needs a table only where there is no other.
    for each in sorted(reversed(candidates), key=lambda e: is_hard(e)):
        body = _replaced(root, each, name)
        if body.variables == {name}:
            return each, body
    return None, None


def _replaced(root, inner, name):
    done = {inner: variable(name)}
    for each in walk(root):
        if each not in done:
            done[each] = each if each.op in ("number", "variable") else call(each.op, *(done[arg] for arg in each.args))
    return done[root]
