"""An expression as a sum of products, what depends on one variable brought together so that one table computes it."""

from .arrays import is_hard
from .expression import call, number

__all__ = ["products", "sum_of_products"]


def sum_of_products(root):
    """``{factors: coefficient}``, factors being a sorted tuple of expressions (a power repeats its base), merged for tables.

    Factors of one term that depend on one and the same variable alone become one factor where one of them needs a table; so do
    terms of the sum.
    """
    merged = {}
    for factors, coefficient in products(root).items():
        factors = _merged_factors(factors)
        merged[factors] = merged.get(factors, 0.0) + coefficient
    by_variable = {}
    for factors in merged:
        names = frozenset().union(*(each.variables for each in factors))
        if len(names) == 1:
            by_variable.setdefault(names, []).append(factors)
    for group in by_variable.values():
        if len(group) > 1 and any(is_hard(each) for factors in group for each in factors):
            total = number(0.0)
            for factors in sorted(group, key=repr):
                total = call("+", total, _term(merged.pop(factors), factors))
            merged[(total,)] = 1.0
    return {factors: coefficient for factors, coefficient in merged.items() if coefficient}


def _term(coefficient, factors):
    result = number(coefficient)
    for each in factors:
        result = call("*", result, each)
    return result


def _merged_factors(factors):
    by_variable, others = {}, []
    for each in factors:
        (by_variable.setdefault(each.variables, []) if len(each.variables) == 1 else others).append(each)
    for group in by_variable.values():
        if len(group) > 1 and any(map(is_hard, group)):
            group = [_term(1.0, group)]
        others += group
    return tuple(sorted(others, key=repr))


def products(root):
    """``{factors: coefficient}`` of an expression, factors a sorted tuple; a sum inside a product stays one factor."""
    if root.is_number:
        return {(): float(root.value)} if root.value else {}
    op = root.op
    if op in ("+", "-"):
        total = dict(products(root.args[0]))
        for factors, coefficient in products(root.args[1]).items():
            total[factors] = total.get(factors, 0.0) + (coefficient if op == "+" else -coefficient)
        return {factors: coefficient for factors, coefficient in total.items() if coefficient}
    if op == "neg":
        return {factors: -coefficient for factors, coefficient in products(root.args[0]).items()}
    if op == "*":
        a, b = (products(each) for each in root.args)
        if () in a and len(a) == 1:
            return {factors: a[()] * coefficient for factors, coefficient in b.items()}
        if () in b and len(b) == 1:
            return {factors: b[()] * coefficient for factors, coefficient in a.items()}
        if not a or not b:
            return {}
        (f, c), (g, d) = _single(a, root.args[0]), _single(b, root.args[1])
        return {tuple(sorted((*f, *g), key=repr)): c * d}
    if op == "/":
        over, under = root.args
        if under.is_number:
            return {factors: coefficient / under.value for factors, coefficient in products(over).items()}
        below = products(under)
        if len(below) == 1:
            (factors, coefficient), = below.items()
            inverse = tuple(call("/", number(1.0), each) for each in factors)
            return {tuple(sorted((*f, *inverse), key=repr)): c / coefficient for f, c in products(over).items()} \
                if len(products(over)) <= 1 else {tuple(sorted((over, *inverse), key=repr)): 1.0 / coefficient}
        f, c = _single(products(over), over)
        return {tuple(sorted((*f, call("/", number(1.0), under)), key=repr)): c} if c else {}
    if op == "**" and root.args[1].is_number and float(root.args[1].value).is_integer() and 0 < root.args[1].value <= 64:
        n = int(root.args[1].value)
        f, c = _single(products(root.args[0]), root.args[0])
        return {tuple(sorted(f * n, key=repr)): c ** n}
    return {(root,): 1.0}


def _single(terms, root):
    """The factors and the coefficient of what is one term, or the whole expression as one factor."""
    if len(terms) == 1:
        return next(iter(terms.items()))
    return ((root,), 1.0) if terms else ((), 0.0)
