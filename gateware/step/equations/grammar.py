"""The grammar of expressions: text to an Expression, by Python's own parser and a short list of what is allowed."""

import ast
import math

from .errors import EquationError
from .expression import call, number, substitute, variable
from .functions import ARITY

__all__ = ["parse"]

_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.LShift: "<<", ast.RShift: ">>", ast.Mod: "%"}
_MAX_LENGTH = 20_000
_MOST_TERMS = 1024


def parse(text, *, index=None, generators=None, where="expression"):
    """The Expression of a text.

    Parameters
    ----------
    text : str or number
    index : mapping of str to int, optional
        Values of the names that stand in subscripts (the element of a vector).
    generators : list, optional
        Takes the name of the generator of each ``random()`` and ``normal()``; None refuses them.
    where : str
        What an error calls it.

    Returns
    -------
    Expression
        Elements of vectors are variables ``name_3``, draws are variables ``random_0``, ``normal_1``, ...

    Raises
    ------
    EquationError
        If the text is no expression of this grammar.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        return number(text)
    if not isinstance(text, str) or not text.strip():
        raise EquationError(f"{where} must be an expression, not {text!r}")
    if len(text) > _MAX_LENGTH:
        raise EquationError(f"{where} must have at most {_MAX_LENGTH} characters, not {len(text)}")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise EquationError(f"{where} is not an expression: {text!r} ({getattr(error, 'msg', error)})") from None
    return _Reader(text, where, generators).read(tree.body, dict(index or {}))


class _Reader:
    def __init__(self, text, where, generators):
        self._text, self._where, self._generators = text, where, generators

    def _refuse(self, node, why):
        part = ast.get_source_segment(self._text.strip(), node) or self._text
        raise EquationError(f"{self._where}: {part!r} {why}")

    def read(self, node, index):
        def inner(each):
            return self.read(each, index)

        match node:
            case ast.Constant(value=bool(value)):
                self._refuse(node, "is no number")
            case ast.Constant(value=int(value) | float(value)):
                if not math.isfinite(value):
                    self._refuse(node, "is not finite")
                return number(value)
            case ast.Name(id="pi"):
                return number(math.pi)
            case ast.Name(id=name):
                return number(index[name]) if name in index else variable(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return call("neg", inner(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return inner(operand)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return call("not", inner(operand))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return call(_BINARY[type(op)], inner(left), inner(right))
            case ast.BoolOp(op=op, values=values):
                result, name = inner(values[0]), "and" if isinstance(op, ast.And) else "or"
                for each in values[1:]:
                    result = call(name, result, inner(each))
                return result
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._compare(node, inner(left), ops, [inner(each) for each in comparators])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return call("if", inner(test), inner(body), inner(orelse))
            case ast.Subscript(value=ast.Name(id=name), slice=place):
                return variable(f"{name}_{self._integer(place, index)}")
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._call(node, name, args, index)
        self._refuse(node, "is not in the grammar: numbers, names, + - * / ** << >> %, comparisons, and/or/not, a if c else b, functions")

    def _compare(self, node, left, ops, comparators):
        result = None
        for op, right in zip(ops, comparators):
            match op:
                case ast.Lt():
                    each = call("<", left, right)
                case ast.LtE():
                    each = call("<=", left, right)
                case ast.Gt():
                    each = call("<", right, left)
                case ast.GtE():
                    each = call("<=", right, left)
                case ast.Eq():
                    each = call("==", left, right)
                case ast.NotEq():
                    each = call("not", call("==", left, right))
                case _:
                    self._refuse(node, "is a comparison that the grammar does not have")
            result, left = each if result is None else call("and", result, each), right
        return result

    def _integer(self, node, index):
        value = self.read(node, index)
        if not value.is_number or value.value != int(value.value):
            self._refuse(node, f"must be an integer expression of {', '.join(index) or 'numbers'}")
        return int(value.value)

    def _call(self, node, name, args, index):
        if name in ("random", "normal"):
            if args:
                self._refuse(node, "takes no arguments")
            if self._generators is None:
                self._refuse(node, "cannot stand here")
            self._generators.append(f"{name}_{len(self._generators)}")
            return variable(self._generators[-1])
        if name in ("old", "next"):
            if len(args) != 1 or not isinstance(args[0], (ast.Name, ast.Subscript)):
                self._refuse(node, "takes the name of a state")
            return variable(f"{name}({self.read(args[0], index).args[0]})")
        if name == "sum":
            if len(args) != 4 or not isinstance(args[1], ast.Name):
                self._refuse(node, "must be sum(expression, index, from, to)")
            lo, hi = self._integer(args[2], index), self._integer(args[3], index)
            if hi - lo >= _MOST_TERMS:
                self._refuse(node, f"has {hi - lo + 1:,} terms: at most {_MOST_TERMS:,}")
            result = number(0)
            for k in range(lo, hi + 1):
                result = call("+", result, self.read(args[0], index | {args[1].id: k}))
            return result
        if name == "integral":
            if len(args) != 4 or not isinstance(args[1], ast.Name):
                self._refuse(node, "must be integral(expression, variable, from, to)")
            return _integral(*(self.read(each, index) for each in args), args[1].id)
        if name not in ARITY:
            self._refuse(node, f"calls {name}, which is none of {', '.join(sorted(ARITY))}, old, next, random, normal, sum, integral")
        if len(args) != ARITY[name]:
            self._refuse(node, f"gives {name} {len(args)} arguments: it takes {ARITY[name]}")
        return call(name, *(self.read(each, index) for each in args))


def _integral(body, _, lo, hi, name):
    """Gauss-Legendre quadrature of 20 points in each of 4 pieces."""
    import numpy as np
    nodes, weights = np.polynomial.legendre.leggauss(20)
    pieces, total = 4, number(0)
    half = call("/", call("-", hi, lo), number(2.0 * pieces))
    for piece in range(pieces):
        for node, weight in zip(nodes, weights):
            at = call("+", lo, call("*", half, number(2.0 * piece + 1.0 + float(node))))
            total = call("+", total, call("*", number(float(weight)), substitute(body, {name: at})))
    return call("*", total, half)
