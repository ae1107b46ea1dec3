"""An expression as a + b x, where it is linear in x."""

from .expression import call, number, walk

__all__ = ["linear_in"]


def linear_in(root, name):
    """``(a, b)`` with ``root == a + b * x`` and neither depending on the variable ``x``; None where there is no such pair."""
    zero, found = number(0.0), {}
    for each in walk(root):
        if name not in each.variables:
            found[each] = each, zero
            continue
        parts = [found.get(arg) for arg in each.args if not isinstance(arg, str)]
        op = each.op
        if op == "variable":
            found[each] = zero, number(1.0)
        elif None in parts:
            found[each] = None
        elif op in ("+", "-"):
            (a, b), (c, d) = parts
            found[each] = call(op, a, c), call("neg", d) if op == "-" and b is zero else call(op, b, d)
        elif op == "neg":
            found[each] = call("neg", parts[0][0]), call("neg", parts[0][1])
        elif op == "*":
            (a, b), (c, d) = parts
            if name in each.args[0].variables and name in each.args[1].variables:
                found[each] = None
            else:
                found[each] = call("*", a, c), call("*", b, c) if d is zero else call("*", a, d)
        elif op == "/" and name not in each.args[1].variables:
            (a, b), _ = parts
            found[each] = call("/", a, each.args[1]), call("/", b, each.args[1])
        else:
            found[each] = None
    return found[root]
