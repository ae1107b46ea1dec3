"""The growing text of a fixed-point step: lines, names, and arithmetic on values."""

from gateware.step.shapes import INT64_MAX, Range

from .errors import EquationError
from .expression import text
from .system import state_of
from .values import Value

__all__ = ["Emitter"]


class Emitter:
    """The lines of a step as they grow, and arithmetic on what they compute."""

    def __init__(self, table, system, seed, uses):
        self.table, self.system, self.known_uses = table, system, uses
        # Of the table, and what of it is being computed.
        self.where, self.key = f"{table.identifier}.toml", "state"
        self.bits = table.precision
        self.table_error = table.table_error or max(2.0**-18, 2.0**-(self.bits - 2))
        self.values = table.values()
        self.lines, self.tables, self.constants, self.fits, self.uses = [], {}, {}, {}, {}
        self.memo, self.leaves, self.narrow, self.contents, self.counter = {}, {}, {}, {}, 0
        self.seed = seed
        self.ranges = {name: (each.lo, each.hi) for name, each in (table.states | table.inputs).items()}
        self.ranges |= {f"{form}({name})": (each.lo, each.hi) for name, each in table.states.items() for form in ("next", "final")}
        self.ranges |= {name: (0.0, 1.0) if name.startswith("random") else (-3.4642, 3.4642) for name in table.generators}
        self.ranges |= {name: (0.0, 1.0) for name in system.events}
        self.ranges |= {name: self.ranges[state_of(name)] for name in system.stages}
        self.ranges |= {f"refractory({name})": (0.0, float(steps)) for name, steps in system.refractory.items()}

    def refuse(self, root, why):
        raise EquationError(f"{self.where}: {self.key}: {text(root)!r} {why}")

    def local(self, stem, value, comment=""):
        """A line that gives a value a name."""
        self.counter += 1
        name = f"{stem}{self.counter}" if stem == "t" else stem
        self.lines.append(f"    {name} = {value.text}" + (f"    # {comment}" if comment else ""))
        return Value(name, value.fraction, value.lo, value.hi, value.error)

    def limits(self, lo, hi):
        """The name of a range."""
        name = f"U{hi.bit_length()}" if lo == 0 and hi & (hi + 1) == 0 else f"RANGE_{lo}_{hi}".replace("-", "M")
        self.constants[name] = Range(lo, hi)
        return name

    def rounded(self, value, fraction, name=True):
        """A value with another binary point: exact where it moves down, to nearest where it moves up."""
        n = value.fraction - fraction
        if n == 0:
            return value
        if value.lo == value.hi:
            integer = value.lo << -n if n < 0 else (value.lo + (1 << (n - 1))) >> n
            return Value(str(integer), fraction, integer, integer, value.error + (2.0**-(fraction + 1) if n > 0 else 0.0))
        if n < 0:
            self._check_shift(value, -n)
            result = Value(f"({value.text} << {-n})", fraction, value.lo << -n, value.hi << -n, value.error)
        elif n > 62:
            return Value("0", fraction, 0, 0, value.error + value.largest)
        else:
            half = 1 << (n - 1)
            result = Value(f"scale_round({value.text}, {n})", fraction, (value.lo + half) >> n, (value.hi + half) >> n,
                           value.error + 2.0**-(fraction + 1))
        return self.local("t", result) if name and n > 0 else result

    def _check_shift(self, value, n):
        if value.magnitude << n > INT64_MAX:
            raise EquationError(f"{self.where}: a value of {value.bits} bits is shifted by {n}: too wide for 63 bits; lower the precision")

    def factor(self, value):
        """A value of at most ``precision`` bits, for a product."""
        if value.fraction <= 0 and value.error == 0.0 or value.bits < self.bits:
            return value
        key = ("factor", value.text)
        if key not in self.memo:
            self.memo[key] = self.rounded(value, value.fraction - (value.bits - self.bits + 1))
        return self.memo[key]

    def product(self, a, b):
        a, b = self.factor(a), self.factor(b)
        if a.text == "1" and a.fraction == 0:
            return b
        ends = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi]
        lo = max(min(ends), 0) if a.text == b.text else min(ends)
        if max(map(abs, ends)) > INT64_MAX:
            raise EquationError(f"{self.where}: the product of {a.text} and {b.text} exceeds 63 bits")
        error = a.largest * b.error + b.largest * a.error
        return self.local("t", Value(f"{a.text} * {b.text}", a.fraction + b.fraction, lo, max(ends), error))

    def monomial(self, factors):
        """The product of factors, powers by squaring; equal parts once."""
        if len(factors) == 1:
            return self.emit(factors[0])
        key = ("product", factors, self._narrowing(*factors))
        if key not in self.memo:
            counts = {}
            for each in factors:
                counts[each] = counts.get(each, 0) + 1
            parts = [self.power(each, count) for each, count in counts.items()]
            result = parts[0]
            for part in parts[1:]:
                result = self.product(result, part)
            self.memo[key] = result
        return self.memo[key]

    def power(self, root, n):
        if n == 1:
            return self.emit(root)
        key = ("power", root, n, self._narrowing(root))
        if key not in self.memo:
            half = self.power(root, n // 2)
            result = self.product(half, half)
            self.memo[key] = self.product(result, self.emit(root)) if n % 2 else result
        return self.memo[key]

    def _narrowing(self, *roots):
        names = frozenset().union(*(each.variables for each in roots))
        return tuple(sorted((name, each) for name, each in self.narrow.items() if name in names))
