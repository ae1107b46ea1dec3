"""Removable singularities: x / (1 - exp(-x)) and its like, rewritten with exprel, which has none."""

import math
import random

from .expression import Expression, call, number, substitute, walk

__all__ = ["without_singularities"]


def without_singularities(root, constants):
    """``root`` with every ``p / (1 - exp(e))`` and ``p / (exp(e) - 1)``, p proportional to e, in terms of ``exprel(e)``.

    Parameters
    ----------
    root : Expression
    constants : mapping of str to Expression
        Values of parameters.
    """
    if not any(each.op == "/" and not each.args[1].is_number for each in walk(root)):
        return root
    done = {}
    for each in walk(root):
        if each.op in ("number", "variable"):
            done[each] = each
            continue
        args = [done[arg] for arg in each.args]
        found = _regular(args[0], args[1], constants) if each.op == "/" else None
        done[each] = found if found is not None else call(each.op, *args)
    return done[root]


def _regular(over, under, constants):
    match under:
        case Expression(op="-", args=(Expression(op="exp", args=(exponent,)), Expression(op="number", args=(1 | 1.0,)))):
            sign = 1.0
        case Expression(op="-", args=(Expression(op="number", args=(1 | 1.0,)), Expression(op="exp", args=(exponent,)))):
            sign = -1.0
        case _:
            return None
    ratio = _ratio(substitute(over, constants), substitute(exponent, constants))
    # exp(e) - 1 = e exprel(e)
    return None if ratio is None else call("/", number(sign * ratio), call("exprel", exponent))


def _ratio(over, exponent):
    """The constant that ``over / exponent`` is, or None."""
    if over.is_number or exponent.is_number or over.variables != exponent.variables:
        return None
    draw, ratios = random.Random(0), []
    for _ in range(6):
        at = {name: number(draw.uniform(-90.0, 60.0)) for name in sorted(over.variables)}
        a, b = substitute(over, at).value, substitute(exponent, at).value
        if not (math.isfinite(a) and math.isfinite(b)) or b == 0:
            return None
        ratios.append(a / b)
    mean = sum(ratios) / len(ratios)
    return mean if all(abs(each - mean) <= 1e-9 * abs(mean) for each in ratios) else None
