"""Expressions of a fixed-point step: which way each is computed."""

import math

from .arrays import is_hard
from .expression import call, number, text, variable
from .intermediate import through
from .tables import Tables
from .terms import products, sum_of_products
from .values import Value, nearest, dyadic

__all__ = ["Emission"]

_ARGUMENT = "x"


class Emission(Tables):
    """Values of Int expressions, texts of conditions."""

    def emit(self, root):
        """The value of an Int expression."""
        key = ("value", root, self._narrowing(root))
        if key not in self.memo:
            self.memo[key] = self._emit(root)
        return self.memo[key]

    def emit_at(self, root, fraction):
        """The value of an Int expression at a binary point: sums and selections keep all that they have until there."""
        if root.op == "if":
            return self._select(root, fraction)
        if root.op in ("+", "-", "neg") and not (len(root.variables) == 1 and is_hard(root)):
            total = self.sum(root, fraction)
            return total if total.text.isidentifier() or total.lo == total.hi else self.local("t", total)
        return self.rounded(self.emit(root), fraction)

    def _emit(self, root):
        op, args = root.op, root.args
        if op == "variable":
            return self.source(args[0])
        if op == "number":
            return self._constant(root.value)
        if len(root.variables) == 1 and is_hard(root):
            found = self.table_of(root)
            if found is not None:
                return found
        if op in ("+", "-", "*", "neg") or (op == "/" and args[1].is_number) or (op == "**" and args[1].is_number
                                                                            and float(args[1].value).is_integer() and args[1].value > 0):
            terms = sum_of_products(root)
            if len(terms) == 1 and () not in terms:
                (factors, coefficient), = terms.items()
                if coefficient == 1.0 and factors != (root,):
                    return self.monomial(factors)
            total = self.sum(root, terms={factors: c for factors, c in terms.items()} if (root,) not in terms else self._apart(root))
            return total if total.text.isidentifier() or total.text.isdigit() else self.local("t", total, text(root) if len(text(root)) < 60 else "")
        if op == "if":
            return self._select(root)
        if op in ("min", "max"):
            a, b = self._aligned(self.emit(args[0]), self.emit(args[1]))
            lo, hi = (min(a.lo, b.lo), min(a.hi, b.hi)) if op == "min" else (max(a.lo, b.lo), max(a.hi, b.hi))
            name = "minimum" if op == "min" else "maximum"
            return self.local("t", Value(f"{name}({a.text}, {b.text})", a.fraction, lo, hi, max(a.error, b.error)))
        if op == "clip":
            return self.emit(call("min", call("max", args[0], args[1]), args[2]))
        if op == "abs":
            a = self.emit(args[0])
            lo = 0 if a.lo <= 0 <= a.hi else min(abs(a.lo), abs(a.hi))
            return self.local("t", Value(f"absolute({a.text})", a.fraction, lo, a.magnitude, a.error))
        if op == "floor":
            a = self.emit(args[0])
            return a if a.fraction <= 0 else self.local("t", Value(f"scale({a.text}, {a.fraction})", 0, a.lo >> a.fraction, a.hi >> a.fraction))
        if op == "sign":
            a = self.emit(args[0])
            return self.local("t", Value(f"to_int({a.text} > 0) - to_int({a.text} < 0)", 0, -1, 1))
        if op == "heaviside":
            a = self.emit(args[0])
            return self.local("t", Value(f"to_int({a.text} >= 0)", 0, 0, 1))
        if op in (">>", "<<", "%"):
            return self._integer_operation(root)
        if op in ("<", "<=", "==", "and", "or", "not"):
            return self.local("t", Value(f"to_int({self.condition(root)})", 0, 0, 1))
        return self._through_table(root)

    def _apart(self, root):
        """The terms of a sum that no table holds as a whole."""
        return products(root)

    def _constant(self, value):
        value = float(value)
        exact = dyadic(value)
        natural = self.bits - 1 - (math.ceil(math.log2(abs(value))) if value else 0)
        fraction = natural if exact is None else max(min(exact, max(natural, 0)), 0)
        integer = nearest(math.ldexp(value, fraction))
        return Value(str(integer), fraction, integer, integer, abs(math.ldexp(integer, -fraction) - value))

    def _through_table(self, root):
        """A function of several variables: of the one intermediate value through which it depends on them."""
        inner, body = through(root, _ARGUMENT)
        if inner is None:
            if root.op == "/":
                return self.product(self.emit(root.args[0]), self.emit(call("/", number(1.0), root.args[1])))
            self.refuse(root, "cannot be compiled: a function or a power of several values")
        argument = self.emit(inner)
        lo, hi = (math.ldexp(end, -argument.fraction) for end in (argument.lo, argument.hi))
        if body.op == "/" and argument.lo <= 0 <= argument.hi and body.args[1] == variable(_ARGUMENT):
            self.refuse(root, f"divides by something that may be 0 (between {lo:.4g} and {hi:.4g})")
        if argument.bits > 40:
            argument = self.factor(argument)
        found = self.table_of(body, source=argument) if argument.hi > argument.lo else None
        if found is None and body.op in ("*", "/", "+", "-") and root.op in ("*", "/", "+", "-"):
            return self.sum(root, terms=self._apart(root)) if root.op != "/" else self.product(
                self.emit(root.args[0]), self.emit(call("/", number(1.0), root.args[1])))
        if found is None:
            self.refuse(root, f"cannot be tabulated to a relative error of {self.table_error:.1e} with 512 segments of order 3 between "
                              f"{lo:.4g} and {hi:.4g}: narrow the range, or allow a greater fixed_point.table_error")
        return found

    def _aligned(self, a, b):
        fraction = max(a.fraction, b.fraction)
        room = 60 - max(a.bits - a.fraction, b.bits - b.fraction)
        fraction = min(fraction, room)
        return self.rounded(a, fraction), self.rounded(b, fraction)

    def _select(self, root, fraction=None):
        chosen = self._selection(root, fraction)
        return self.local("t", chosen)

    def _selection(self, root, fraction=None):
        condition, a, b = root.args
        bit = self.condition(condition)
        values = []
        for branch, holds in ((a, True), (b, False)):
            before = dict(self.narrow)
            self._assume(condition, holds)
            values.append(self.emit(branch) if fraction is None else self.emit_at(branch, fraction))
            self.narrow = before
        a, b = self._aligned(*values) if fraction is None else values
        return Value(f"mux({bit}, {a.text}, {b.text})", a.fraction, min(a.lo, b.lo), max(a.hi, b.hi), max(a.error, b.error))

    def _assume(self, condition, holds):
        """Narrow the range of a variable to where a condition on it holds."""
        op, args = condition.op, condition.args
        if op == "not":
            return self._assume(args[0], not holds)
        if (op == "and" and holds) or (op == "or" and not holds):
            for each in args:
                self._assume(each, holds)
            return
        if op not in ("<", "<="):
            return
        left, right = args
        below = holds
        if right.op == "variable" and left.is_number:
            left, right, below = right, left, not holds
        if left.op != "variable" or not right.is_number or left.args[0] not in self.leaves:
            return
        lo, hi = self.narrow.get(left.args[0], (-math.inf, math.inf))
        self.narrow[left.args[0]] = (lo, min(hi, right.value)) if below else (max(lo, right.value), hi)

    def _integer_operation(self, root):
        op, (inner, by) = root.op, root.args
        a = self.emit(inner)
        if not by.is_number or by.value != int(by.value) or by.value < 0:
            self.refuse(root, f"needs a constant whole number after {op}")
        n = int(by.value)
        if a.fraction != 0:
            self.refuse(root, f"shifts something that is no integer: {op} is for integers")
        if op == ">>":
            return self.local("t", Value(f"{a.text} >> {n}", 0, a.lo >> n, a.hi >> n))
        if op == "<<":
            self._check_shift(a, n)
            return self.local("t", Value(f"{a.text} << {n}", 0, a.lo << n, a.hi << n))
        if n == 0 or n & (n - 1):
            self.refuse(root, "takes a remainder by something that is no power of two")
        return self.local("t", Value(f"wrap({a.text}, {self.limits(0, n - 1)})", 0, 0, n - 1))

    def condition(self, root):
        """The text of a Bit expression."""
        op, args = root.op, root.args
        if op == "number":
            return f"bit({int(bool(root.value))})"
        if op == "variable":
            if root.args[0] not in self.system.events:
                self.refuse(root, "is no condition: compare it with something")
            return root.args[0]
        if op in ("and", "or"):
            a, b = (self.condition(each) for each in args)
            return f"({a} {'&' if op == 'and' else '|'} {b})"
        if op == "not":
            return f"not_({self.condition(args[0])})"
        if op not in ("<", "<=", "=="):
            self.refuse(root, "is no condition: compare it with something")
        key = ("condition", root, self._narrowing(root))
        if key not in self.memo:
            a, b = self._compared(*args)
            sign = {"<": "<", "<=": "<=", "==": "=="}[op]
            shown = f"{b.text} {sign.replace('<', '>')} {a.text}" if args[0].is_number else f"{a.text} {sign} {b.text}"
            self.memo[key] = f"({shown})"
        return self.memo[key]

    def _compared(self, left, right):
        """Both sides of a comparison at one binary point, a constant at that of the other side."""
        if left.is_number or right.is_number:
            constant, other = (left, right) if left.is_number else (right, left)
            value = self.emit(other)
            integer = math.ceil(math.ldexp(float(constant.value), value.fraction)) if math.isfinite(constant.value) else None
            if integer is None:
                self.refuse(constant, "is not finite")
            fixed = Value(str(integer), value.fraction, integer, integer)
            return (fixed, value) if left.is_number else (value, fixed)
        return self._aligned(self.emit(left), self.emit(right))
