"""Expressions of numbers in 0..1, written in Python, of which stochastic circuits are made."""

from keyword import iskeyword

from gateware.parameters import integer

__all__ = ["SC", "Sum", "bernstein", "dot", "max", "min", "sqrt"]


class SC:
    """An expression whose value lies in 0..1: a stream's probability.

    ``a * b``, ``(a + b) / 2``, ``1 - a``, ``a / b`` (with a at most b), ``abs(a - b)``, and the functions of this module. Floats in 0..1
    are constants.

    Parameters
    ----------
    kind : str
        ``"input"``, ``"constant"``, ``"product"``, ``"mean"``, ``"complement"``, ``"quotient"``, ``"root"``, ``"maximum"``,
        ``"minimum"``, ``"difference"`` or ``"polynomial"``.
    operands : tuple of SC
    lo, hi : float
        Range of the value.
    detail : object
        What the kind needs besides: a name, a constant, a divisor, coefficients.

    Notes
    -----
    Made by :meth:`input`, :meth:`constant` and the operators, not by hand.
    """

    def __init__(self, kind, operands=(), lo=0.0, hi=1.0, detail=None):
        self.kind, self.operands, self.lo, self.hi, self.detail = kind, tuple(operands), lo, hi, detail
        self.greater = ()

    @classmethod
    def input(cls, name, lo=0.0, hi=1.0, *, at_most=None):
        """An input.

        Parameters
        ----------
        name : str
        lo, hi : float
            Its range within 0..1.
        at_most : SC, optional
            An input that this one never exceeds: a promise of the user's, which a division needs.

        Raises
        ------
        TypeError, ValueError
            If the name is no identifier or a keyword, the range not within 0..1 or above ``at_most``, or that no
            input.
        """
        if not isinstance(name, str) or not name.isidentifier() or iskeyword(name) or name.startswith("_"):
            raise ValueError(f"input name must be an identifier, not {name!r}, and neither a keyword nor begin with _")
        lo, hi = real(f"lo of input {name}", lo), real(f"hi of input {name}", hi)
        if not 0.0 <= lo <= hi <= 1.0:
            raise ValueError(f"input {name} must have 0 <= lo <= hi <= 1, not {lo!r} and {hi!r}")
        if at_most is not None and (not isinstance(at_most, SC) or at_most.kind != "input"):
            raise ValueError(f"at_most of {name} must be an input, not {at_most!r}")
        if at_most is not None and lo > at_most.hi:
            raise ValueError(f"input {name} must be able to be at most {at_most}, which reaches {at_most.hi:g}, not begin at {lo:g}")
        made = cls("input", (), lo, hi, name)
        made.greater = () if at_most is None else (at_most, *at_most.greater)
        return made

    @classmethod
    def constant(cls, value):
        """A constant in 0..1.

        Raises
        ------
        TypeError, ValueError
            If it is no number, lies outside, or is NaN.
        """
        value = real("a constant", value)
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"a constant must be between 0 and 1, not {value!r}")
        return cls("constant", (), value, value, value)

    def __mul__(self, other):
        other = _lift(other)
        return SC("product", (self, other), self.lo * other.lo, self.hi * other.hi)

    __rmul__ = __mul__

    def __add__(self, other):
        return Sum((self,)) + other

    __radd__ = __add__

    def __rsub__(self, other):
        other = real("what a stream is taken from", other)
        if not 0.0 <= other <= 1.0:
            raise ValueError(f"only 1 - x and abs(a - b) are differences of streams, not {other:g} - x")
        if other < 1:
            return _Difference(SC.constant(other), self)
        return SC("complement", (self,), 1 - self.hi, 1 - self.lo)

    def __sub__(self, other):
        return _Difference(self, _lift(other))

    def __abs__(self):
        return self

    def __rtruediv__(self, other):
        return _lift(other) / self

    def __truediv__(self, other):
        if not isinstance(other, SC):
            return Sum((self,)) / other
        if not never_exceeds(self, other):
            raise ValueError(f"{self} / {other} must be at most 1: declare the dividend with at_most=, or narrow the ranges")
        return SC("quotient", (self, other))

    def inputs(self):
        """The inputs that the expression depends on, by name, in the order of their first use.

        Raises
        ------
        ValueError
            If two of one name differ.
        """
        if self.kind == "input":
            return {self.detail: self}
        found = {}
        for each in self.operands:
            for name, leaf in each.inputs().items():
                if found.setdefault(name, leaf) is not leaf and (leaf.lo, leaf.hi) != (found[name].lo, found[name].hi):
                    raise ValueError(f"input {name} must have one range, not {found[name].lo:g} to {found[name].hi:g} and "
                                     f"{leaf.lo:g} to {leaf.hi:g}")
        return found

    def __str__(self):
        a, b = (*map(str, self.operands), "", "")[:2]
        return {"input": str(self.detail), "constant": f"{self.detail}", "product": f"{a} * {b}", "quotient": f"({a}) / ({b})",
                "complement": f"(1 - {a})", "root": f"sqrt({a})", "maximum": f"max({a}, {b})", "minimum": f"min({a}, {b})",
                "difference": f"abs({a} - {b})", "polynomial": f"bernstein({a})",
                "mean": f"({' + '.join(map(str, self.operands))}) / {self.detail}"}[self.kind]

    __repr__ = __str__


class Sum:
    """A sum of expressions, which is none until it is divided by an integer that keeps it within 1."""

    def __init__(self, terms):
        self.terms = tuple(terms)

    def __add__(self, other):
        # sum() begins with 0, which is no term.
        terms = other.terms if isinstance(other, Sum) else () if not isinstance(other, SC) and other == 0 else (_lift(other),)
        return Sum((*self.terms, *terms))

    __radd__ = __add__

    def __mul__(self, other):
        return _lift(self)

    __rmul__ = __sub__ = __rsub__ = __mul__

    def __truediv__(self, divisor):
        divisor = integer("the divisor of a sum", divisor)
        total = sum(term.hi for term in self.terms)
        if divisor < total or divisor < 1:
            raise ValueError(f"a sum that reaches {total:g} must be divided by at least as much, not {divisor}")
        if divisor > 64 or len(self.terms) > 64:
            raise ValueError(f"a sum must have at most 64 terms and the divisor 64, not {len(self.terms)} and {divisor}")
        return SC("mean", self.terms, sum(term.lo for term in self.terms) / divisor, total / divisor, divisor)

    def __repr__(self):
        return " + ".join(map(str, self.terms))


class _Difference:
    """A difference, of which the absolute value is an expression."""

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __abs__(self):
        return SC("difference", (self.a, self.b))

    def __repr__(self):
        return f"{self.a} - {self.b}"


def never_exceeds(a, b):
    """Whether ``a <= b`` follows from the ranges, the promises and the form of two expressions."""
    if a is b or a.hi <= b.lo:
        return True
    if a.kind == b.kind == "input" and b.detail in (a.detail, *(each.detail for each in a.greater)):
        return True
    if a.kind in ("product", "minimum") and any(never_exceeds(each, b) for each in a.operands):
        return True
    return b.kind == "maximum" and any(never_exceeds(a, each) for each in b.operands)


def sqrt(a):
    """The square root of an expression."""
    a = _lift(a)
    return SC("root", (a,), a.lo**0.5, a.hi**0.5)


def max(a, b):
    """The greater of two expressions."""
    a, b = _lift(a), _lift(b)
    return SC("maximum", (a, b), a.lo if a.lo > b.lo else b.lo, a.hi if a.hi > b.hi else b.hi)


def min(a, b):
    """The lesser of two expressions."""
    a, b = _lift(a), _lift(b)
    return SC("minimum", (a, b), a.lo if a.lo < b.lo else b.lo, a.hi if a.hi < b.hi else b.hi)


def dot(weights, expressions):
    """The mean of products, ``sum(w * x) / n``.

    Parameters
    ----------
    weights : sequence of float or SC
        Each in 0..1.
    expressions : sequence of SC
        As many, at most 64.
    """
    weights, expressions = list(weights), list(expressions)
    if len(weights) != len(expressions) or not weights:
        raise ValueError(f"dot must have as many weights as expressions, not {len(weights)} and {len(expressions)}")
    return Sum(_lift(x) * w for w, x in zip(weights, expressions)) / len(weights)


def bernstein(coefficients, a):
    """A polynomial in Bernstein form; ``models.sc_fit.fit_bernstein`` finds the coefficients for a function.

    Parameters
    ----------
    coefficients : sequence of float
        2 to 16, each in 0..1: of degree one less.
    a : SC
    """
    coefficients = [real("a coefficient of bernstein", each) for each in coefficients]
    if not 2 <= len(coefficients) <= 16:
        raise ValueError(f"bernstein must have 2 to 16 coefficients, not {len(coefficients)}")
    for each in coefficients:
        if not 0.0 <= each <= 1.0:
            raise ValueError(f"a coefficient of bernstein must be between 0 and 1, not {each!r}")
    return SC("polynomial", (_lift(a),), detail=tuple(coefficients))


def real(name, value):
    """``value`` as a Python float; TypeError, naming the parameter, if it is no number."""
    if isinstance(value, str):
        raise TypeError(f"{name} must be a number, not {value!r}")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, not {value!r}") from None


def _lift(value):
    if isinstance(value, Sum):
        raise ValueError(f"divide the sum {value} by an integer that keeps it within 1 first")
    if isinstance(value, _Difference):
        raise ValueError("take the absolute value of a difference first: abs(a - b)")
    return value if isinstance(value, SC) else SC.constant(value)
