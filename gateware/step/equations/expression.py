"""Expressions on real numbers: immutable, shared where equal, and what can be asked of any of them."""

import functools

__all__ = ["Expression", "call", "depends_on", "number", "substitute", "variable", "walk"]

_KNOWN = {}


class Expression:
    """A number, a variable, or an operation on expressions; equal ones are one object.

    Attributes
    ----------
    op : str
        ``"number"``, ``"variable"``, or the operation: ``+ - * / ** neg``, ``< <= == and or not if``, ``>> <<``, a function's name.
    args : tuple
        Operands, or the number or the variable's name.
    """

    __slots__ = ("__weakref__", "args", "op", "variables")

    def __new__(cls, op, *args):
        key = (op, args) if op != "number" else (op, args, type(args[0]))
        if key not in _KNOWN:
            self = _KNOWN[key] = super().__new__(cls)
            self.op, self.args = op, args
            self.variables = frozenset(args) if op == "variable" else frozenset().union(
                *(each.variables for each in args if isinstance(each, Expression)))
        return _KNOWN[key]

    @property
    def is_number(self):
        return self.op == "number"

    @property
    def value(self):
        """The value of a number."""
        return self.args[0]

    def __repr__(self):
        return text(self)

    def __add__(self, other):
        return call("+", self, other)

    def __sub__(self, other):
        return call("-", self, other)

    def __mul__(self, other):
        return call("*", self, other)

    def __truediv__(self, other):
        return call("/", self, other)

    def __reduce__(self):
        return Expression, (self.op, *self.args)


def number(value):
    """The expression of a number."""
    return Expression("number", value)


def variable(name):
    """The expression of a variable."""
    return Expression("variable", name)


def call(op, *args):
    """An operation; of numbers alone their result, and without what changes nothing (``x + 0``, ``1 * x``)."""
    from .functions import evaluate
    if all(each.is_number for each in args) and op not in ("if",):
        return number(evaluate(op, [each.value for each in args]))
    first, last = args[0], args[-1]
    zero, one = (lambda e: e.is_number and e.value == 0), (lambda e: e.is_number and e.value == 1)
    if op == "if" and first.is_number:
        return args[1] if first.value else args[2]
    if op == "+" and zero(first):
        return last
    if op in ("+", "-") and zero(last):
        return first
    if op == "*" and (zero(first) or zero(last)):
        return number(0.0)
    if op == "*" and one(first):
        return last
    if op in ("*", "/", "**") and one(last):
        return first
    if op == "and" and (first.is_number or last.is_number):
        known, other = (first, last) if first.is_number else (last, first)
        return other if known.value else number(False)
    if op == "or" and (first.is_number or last.is_number):
        known, other = (first, last) if first.is_number else (last, first)
        return number(True) if known.value else other
    return Expression(op, *args)


def walk(*roots):
    """All sub-expressions, operands first, each once."""
    seen, stack = set(), [(each, False) for each in reversed(roots)]
    while stack:
        each, ready = stack.pop()
        if each in seen:
            continue
        if ready or each.op in ("number", "variable"):
            seen.add(each)
            yield each
        else:
            stack.append((each, True))
            stack.extend((arg, False) for arg in reversed(each.args))


def substitute(root, values):
    """``root`` with variables replaced by expressions.

    Parameters
    ----------
    root : Expression
    values : mapping of str to Expression
    """
    if not root.variables & values.keys():
        return root
    done = {}
    for each in walk(root):
        if each.op == "variable":
            done[each] = values.get(each.args[0], each)
        elif each.op == "number" or not each.variables & values.keys():
            done[each] = each
        else:
            done[each] = call(each.op, *(done[arg] for arg in each.args))
    return done[root]


def depends_on(root, names):
    """Whether an expression has a variable of ``names``."""
    return not root.variables.isdisjoint(names)


_PRECEDENCE = {"if": 0, "or": 1, "and": 2, "not": 3, "<": 4, "<=": 4, "==": 4, "<<": 5, ">>": 5, "+": 6, "-": 6, "*": 7, "/": 7,
               "%": 7, "neg": 8, "**": 9}


@functools.lru_cache(maxsize=1 << 16)
def text(root, name=None):
    """An expression as it is written in a table."""
    def write(each, outer):
        if each.op == "number":
            shown = repr(each.value)
            return f"({shown})" if shown.startswith("-") and outer > 6 else shown
        if each.op == "variable":
            return each.args[0]
        if each.op not in _PRECEDENCE:
            return f"{each.op}({', '.join(write(arg, 0) for arg in each.args)})"
        level = _PRECEDENCE[each.op]
        if each.op == "if":
            c, a, b = each.args
            shown = f"{write(a, 1)} if {write(c, 1)} else {write(b, 0)}"
        elif each.op == "not":
            shown = f"not {write(each.args[0], level)}"
        elif each.op == "neg":
            shown = f"-{write(each.args[0], level)}"
        else:
            a, b = each.args
            left, right = (level + 1, level) if each.op == "**" else (level, level + (each.op != "+" and each.op != "*"))
            shown = f"{write(a, left)} {each.op} {write(b, right)}"
        return f"({shown})" if level < outer else shown
    return write(root, 0)
