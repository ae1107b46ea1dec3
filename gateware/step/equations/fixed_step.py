"""The fixed-point step of a neuron: the same update in the step language, as readable Python."""

import math
from dataclasses import dataclass

from gateware.step.shapes import INT64_MAX, Range, Vector

from .arrays import interval, is_hard
from .errors import EquationError
from .expression import call, number, substitute, text, variable
from .float_step import local_name
from .generators import NORMAL_MEAN, NORMAL_SCALE, ROWS, UNIFORM_BITS
from .interpolation import fit, flat_tails
from .intermediate import is_piecewise, through
from .terms import sum_of_products

__all__ = ["FixedStep", "Value", "compile_fixed"]

_MAX_STATE_BITS, _MAX_EXTRA, _MAX_FRACTION, _MAX_EXACT, _GUARD = 48, 20, 44, 40, 2
_ARGUMENT = "x"


@dataclass(frozen=True)
class Value:
    """An emitted Int or Bit: the text that names it, its binary point, its range, and how far it may be from the exact value.

    Attributes
    ----------
    text : str
    fraction : int
        The integer n stands for ``n / 2**fraction``.
    lo, hi : int
    error : float
        Bound of the deviation, for exact states and inputs.
    """

    text: str
    fraction: int
    lo: int
    hi: int
    error: float = 0.0

    @property
    def magnitude(self):
        return max(abs(self.lo), abs(self.hi))

    @property
    def bits(self):
        return self.magnitude.bit_length()

    @property
    def largest(self):
        return math.ldexp(self.magnitude, -self.fraction)


@dataclass(frozen=True)
class FixedStep:
    """The text of a fixed-point step and what it needs.

    Attributes
    ----------
    source : str
    state, init, inputs : dict of str
        Shapes, initial integers, shapes.
    fractions : dict of str to int
        Bits after the point of states, inputs and outputs.
    tables : dict of str to tuple of int
        Parameters of the step.
    constants : dict of str to Range
        Formats that the text names.
    fits : dict of str to (str, Fit)
        Of each table the function and how it is interpolated.
    errors : dict of str to float
        By state: bound of the error that one step adds.
    """

    source: str
    state: dict
    init: dict
    inputs: dict
    fractions: dict
    tables: dict
    constants: dict
    fits: dict
    errors: dict


def compile_fixed(table, system, *, seed=1):
    """The :class:`FixedStep` of a table.

    Raises
    ------
    EquationError
        If something cannot be computed in fixed point, naming the sub-expression.
    """
    # The first pass finds which tables serve in one place only: those take the factor before them into their contents.
    # With stages, tables are the same in each, and stay so without.
    first = _Compiler(table, system, seed, {})
    done = first.run()
    return done if system.stages else _Compiler(table, system, seed, first.uses).run()


class _Compiler:
    def __init__(self, table, system, seed, uses):
        self.table, self.system, self.known_uses = table, system, uses
        self.where = f"{table.identifier}.toml"
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

    # Text

    def refuse(self, root, why):
        raise EquationError(f"{self.where}: {text(root)!r} {why}")

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

    # Values

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

    # Sums

    def sum(self, root, fraction=None, terms=None, limit=None):
        """A sum of products, at a binary point or at the one that its magnitude asks for."""
        terms = sum_of_products(root) if terms is None else terms
        constant = terms.get((), 0.0)
        parts = [(factors, coefficient) for factors, coefficient in terms.items() if factors]
        values = []
        for factors, coefficient in parts:
            single = factors[0] if len(factors) == 1 else None
            hard = [each for each in factors if len(each.variables) == 1 and is_hard(each)]
            for each in hard:
                key = (each, self._narrowing(each))
                self.uses[key] = self.uses.get(key, 0) + 1
            absorbing = next((each for each in hard if self.known_uses.get((each, self._narrowing(each))) == 1), None)
            if absorbing is not None and coefficient != 1.0 and self.fit_of(absorbing) is not None:
                scaled = call("*", number(coefficient), absorbing)
                factors = tuple(scaled if each is absorbing else each for each in factors)
                single, coefficient = (scaled if single is absorbing else single), 1.0
            if single is not None and is_hard(single) and len(single.variables) == 1 and coefficient == 1.0:
                found = self.table_of(single, fraction=fraction, limit=limit)
                if found is not None:
                    values.append((found, 1.0))
                    continue
            values.append((self.monomial(factors), coefficient))
        if fraction is None:
            fraction = self._natural(values, constant)
        total = None
        for value, coefficient in sorted(values, key=lambda pair: pair[1] < 0):
            total = self._plus(total, self.scaled(value, coefficient, fraction, root))
        offset = _nearest(math.ldexp(constant, fraction))
        if offset or total is None:
            exact = Value(str(abs(offset)), fraction, abs(offset), abs(offset), abs(math.ldexp(offset, -fraction) - constant))
            total = self._plus(total, (exact, offset < 0))
        return total

    def _natural(self, values, constant):
        """The binary point that gives a sum ``precision`` bits, or all that it has."""
        magnitude = abs(constant) + sum(value.largest * abs(coefficient) for value, coefficient in values)
        wanted = self.bits - 1 - math.ceil(math.log2(magnitude)) if magnitude else 0
        exact = []
        for number_, own in [(constant, 0), *((coefficient, value.fraction) for value, coefficient in values)]:
            dyadic = _dyadic(number_)
            exact.append(None if dyadic is None else own + dyadic)
        if None in exact:
            return min(wanted, _MAX_FRACTION)
        integers = all(value.fraction == 0 and value.error == 0 for value, _ in values)
        whole = math.ceil(math.log2(magnitude)) if magnitude else 0
        return max(exact) if integers or max(exact) + whole <= _MAX_EXACT else min(max(exact), max(wanted, 0))

    def scaled(self, value, coefficient, fraction, root):
        """(value * |coefficient| at a binary point, whether it is subtracted)."""
        if value.magnitude == 0:
            return Value("0", fraction, 0, 0, value.error * abs(coefficient)), False
        if (value.fraction, value.lo, value.hi, value.error) == (0, 0, 1, 0.0):
            # Nothing or the coefficient: a selection.
            integer = _nearest(math.ldexp(abs(coefficient), fraction))
            return Value(f"mux({value.text} > 0, {integer}, 0)", fraction, 0, integer,
                         abs(math.ldexp(integer, -fraction) - abs(coefficient))), coefficient < 0
        mantissa, exponent = math.frexp(abs(coefficient))
        if mantissa == 0.5:
            # A power of two is a shift.
            moved = Value(value.text, value.fraction - (exponent - 1), value.lo, value.hi, value.error * abs(coefficient))
            return self.rounded(moved, fraction, name=False), coefficient < 0
        if value.largest * abs(coefficient) < 2.0**-(fraction + 1):
            self.refuse(root, f"has a term of at most {value.largest * abs(coefficient):.2g}, below the format's resolution of "
                              f"2**-{fraction}: give the state a finer format, or a higher precision")
        value = self.factor(value)
        whole = float(abs(coefficient)).is_integer() and abs(coefficient) < 2.0**40
        bits = max(int(abs(coefficient)).bit_length(), 1) if whole else self.bits - 1
        shift = bits - exponent
        integer = _nearest(math.ldexp(abs(coefficient), shift))
        while integer and integer % 2 == 0:
            integer, shift = integer // 2, shift - 1
        inexact = abs(math.ldexp(integer, -shift) - abs(coefficient)) * value.largest
        ends = value.lo * integer, value.hi * integer
        if max(map(abs, ends)) > INT64_MAX:
            raise EquationError(f"{self.where}: {value.text} * {integer} exceeds 63 bits; lower the precision")
        scaled = Value(f"{value.text} * {integer}", value.fraction + shift, min(ends), max(ends), value.error * abs(coefficient) + inexact)
        return self.rounded(scaled, fraction, name=False), coefficient < 0

    def _plus(self, total, part):
        value, negative = part
        if total is None:
            if not negative:
                return value
            return Value(f"-{_bracketed(value.text)}" if value.text.isdigit() else f"0 - {_bracketed(value.text)}",
                         value.fraction, -value.hi, -value.lo, value.error)
        error = total.error + value.error
        if value.text == "0":
            return Value(total.text, total.fraction, total.lo, total.hi, error)
        if negative:
            return Value(f"{total.text} - {_bracketed(value.text)}", total.fraction, total.lo - value.hi, total.hi - value.lo, error)
        return Value(f"{total.text} + {value.text}", total.fraction, total.lo + value.lo, total.hi + value.hi, error)

    # Tables

    def source(self, name):
        """The value of a variable, held within what the condition around it says of it."""
        value = self.leaves[name]
        if name not in self.narrow:
            return value
        lo, hi = self.narrow[name]
        lo = max(value.lo, math.ceil(math.ldexp(lo, value.fraction)) if math.isfinite(lo) else value.lo)
        hi = min(value.hi, math.floor(math.ldexp(hi, value.fraction)) if math.isfinite(hi) else value.hi)
        if (lo, hi) == (value.lo, value.hi) or lo > hi:
            return value
        return self.within(value, lo, hi)

    def fit_of(self, root, source=None, limit=None):
        """How a function of one variable is interpolated; None if no table of 512 segments is near enough."""
        name, = root.variables
        source = source or self.source(name)
        if source.hi == source.lo or source.bits > 61:
            return None
        return fit(root, name, source.lo, source.hi, source.fraction, self.table_error, limit)

    def table_of(self, root, source=None, fraction=None, limit=None, splits=3):
        """A function of one variable by an interpolated table, or by several on parts of its range; None if these do not do."""
        name, = root.variables
        source = source or self.source(name)
        found = self.fit_of(root, source, limit)
        if found is None and source.hi > source.lo and source.bits <= 61:
            return self._table_of_part(root, source, fraction, limit, splits)
        if found is None:
            return None
        if found.largest == 0.0:
            return Value("0", 0, 0, 0)
        natural = self.bits - 1 - math.ceil(math.log2(found.largest))
        at = natural if fraction is None else min(fraction, max(natural, 30 - math.ceil(math.log2(found.largest))))
        key = ("table", root, source.text, at, limit)
        if key not in self.memo:
            self.memo[key] = self._table_lines(root, name, source, found, at)
        return self.memo[key]

    def _table_of_part(self, root, source, fraction, limit, splits):
        """A function that is flat at its ends from a table between them; one that is steep at an end from two tables."""
        name, = root.variables
        lo, hi = flat_tails(root, name, source.lo, source.hi, source.fraction, self.table_error)
        if hi - lo <= (source.hi - source.lo) * 3 // 4:
            return self.table_of(root, self.within(source, lo, hi), fraction, limit, splits)
        if not splits or is_piecewise(root):
            return None
        span = source.hi - source.lo
        for middle in (source.lo + span // 16, source.hi - span // 16):
            parts = ((source.lo, middle), (middle, source.hi))
            fits = [fit(root, name, *part, source.fraction, self.table_error, limit) for part in parts]
            if any(fits) or splits > 1 and middle != source.lo + span // 16:
                halves = [self.table_of(root, self.within(source, *part), fraction, limit, splits - 1) for part in parts]
                if None not in halves:
                    a, b = self._aligned(*halves)
                    return self.local("t", Value(f"mux({source.text} < {middle}, {a.text}, {b.text})", a.fraction, min(a.lo, b.lo),
                                                 max(a.hi, b.hi), max(a.error, b.error)))
        return None

    def within(self, source, lo, hi):
        """A value held in a smaller range."""
        key = ("within", source.text, lo, hi)
        if key not in self.memo:
            self.memo[key] = self.local("t", Value(f"saturate({source.text}, {self.limits(lo, hi)})", source.fraction, lo, hi, source.error))
        return self.memo[key]

    def _table_lines(self, root, name, source, found, fraction):
        self.counter += 1
        stem = f"f{self.counter}"
        shown = text(root) if len(text(root)) <= 90 else text(root)[:87] + "..."
        self.fits[stem] = text(root), found
        self.lines.append(f"    # {stem}({name}) = {shown}: {found.segments} segments, order {found.order}, error {found.error:.1e}")
        offset_key = ("offset", source.text)
        if offset_key not in self.memo:
            shown = source.text if source.lo == 0 else f"{source.text} - {source.lo}" if source.lo > 0 else f"{source.text} + {-source.lo}"
            self.memo[offset_key] = self.local("t", Value(shown, 0, 0, source.hi - source.lo))
        offset = self.memo[offset_key]
        span = source.hi - source.lo
        if found.shift == 0:
            entries = tuple(_nearest(math.ldexp(value, fraction)) for value in found.coefficients[0])
            value = Value(f"lookup(params.{self.entries(stem, entries)}, {offset.text})", fraction, min(entries), max(entries))
            return self.local("t", Value(value.text, fraction, value.lo, value.hi, found.error + 2.0**-(fraction + 1)))
        index_key = ("segment", source.text, found.shift)
        if index_key not in self.memo:
            self.memo[index_key] = self.local("t", Value(f"{offset.text} >> {found.shift}", 0, 0, span >> found.shift))
        index = self.memo[index_key]
        place_bits = min(found.shift, self.bits - 2, 18)
        place_key = ("place", source.text, found.shift, place_bits)
        if place_key not in self.memo:
            inner = f"{offset.text} >> {found.shift - place_bits}" if found.shift > place_bits else offset.text
            limits = self.limits(0, (1 << place_bits) - 1)
            self.memo[place_key] = self.local("t", Value(f"wrap({inner}, {limits})", 0, 0, (1 << place_bits) - 1))
        place = self.memo[place_key]
        tables, names = [], []
        for power, column in enumerate(found.coefficients):
            scale = fraction + (_GUARD if power else 0)
            tables.append(tuple(_nearest(math.ldexp(value, scale)) for value in column))
            names.append(self.entries(f"{stem}_{power}", tables[-1]))
        value = None
        for power in reversed(range(len(tables))):
            entries = tables[power]
            read = Value(f"lookup(params.{names[power]}, {index.text})", 0, min(entries), max(entries))
            if value is not None:
                ends = [value.lo * place.lo, value.lo * place.hi, value.hi * place.lo, value.hi * place.hi]
                n = place_bits + (_GUARD if power == 0 else 0)
                half = 1 << (n - 1)
                read = Value(f"{read.text} + scale_round({value.text} * {place.text}, {n})", 0,
                             read.lo + ((min(ends) + half) >> n), read.hi + ((max(ends) + half) >> n))
            value = self.local("t", read)
        value = self._held(value, *(math.ldexp(end, fraction) for end in (found.lowest, found.highest, found.error)))
        slope = max(abs(entry) for entry in tables[1]) * 2.0**-(fraction + _GUARD)
        error = found.error + 2.0**-fraction + (slope * 2.0**-place_bits if found.shift > place_bits else 0.0)
        return Value(value.text, fraction, value.lo, value.hi, error + source.error * slope * 2.0**(source.fraction - found.shift))

    def entries(self, name, entries):
        """The name of a table of these entries: of equal ones there is one."""
        if entries not in self.contents:
            self.contents[entries], self.tables[name] = name, entries
        return self.contents[entries]

    def _held(self, value, lowest, highest, margin):
        """A table's value within the function's range, where the interval of its polynomial reaches far beyond it."""
        lo, hi = math.floor(lowest - margin) - 1, math.ceil(highest + margin) + 1
        # What is never negative must not become so by an error: a root or a quotient may come next.
        lo, hi = (max(lo, 0) if lowest >= 0 else lo), (min(hi, 0) if highest <= 0 else hi)
        slack = (hi - lo) // 8
        if value.lo >= lo - slack and value.hi <= hi + slack and not value.lo < 0 <= lo and not value.hi > 0 >= hi:
            return value
        return self.local("t", Value(f"saturate({value.text}, {self.limits(max(lo, value.lo), min(hi, value.hi))})", value.fraction,
                                     max(lo, value.lo), min(hi, value.hi)))

    # Expressions

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
        from .terms import products
        return products(root)

    def _constant(self, value):
        value = float(value)
        dyadic = _dyadic(value)
        natural = self.bits - 1 - (math.ceil(math.log2(abs(value))) if value else 0)
        fraction = natural if dyadic is None else max(min(dyadic, max(natural, 0)), 0)
        integer = _nearest(math.ldexp(value, fraction))
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

    # The step

    def run(self):
        table, system = self.table, self.system
        formats = {name: self._state_format(name) for name in table.states}
        inputs = {name: self._input_format(each) for name, each in table.inputs.items()}
        for part, shapes in (("state", formats), ("inputs", inputs)):
            for name, (shape, fraction) in shapes.items():
                self.leaves[name] = Value(f"{part}.{name}", fraction, shape.lo, shape.hi)
        state = {name: shape for name, (shape, _) in formats.items()}
        init = {name: _nearest(math.ldexp(table.states[name].init, fraction)) for name, (_, fraction) in formats.items()}
        for name, (shape, fraction) in formats.items():
            if init[name] not in shape:
                self.refuse(variable(name), f"starts at {table.states[name].init:g}, outside {shape!r}")
        for name, steps in system.refractory.items():
            state[f"refractory_{name}"], init[f"refractory_{name}"] = Range(0, steps), 0
            self.leaves[f"refractory({name})"] = Value(f"state.refractory_{name}", 0, 0, steps)
        following_bits = self._generators(state, init)
        errors, names = {}, {}
        for name, root in system.stages.items():
            self._stage(name, root, *formats[state_of(name)])
        for name, root in system.updates.items():
            errors[name] = self._update(name, root, *formats[name])
        for name, root in system.events.items():
            self.lines.append(f"    {name} = {self.condition(substitute(root, self.values))}")
        for name in table.states:
            names[name] = f"{name}_new"
            if name in system.resets:
                names[name] = f"{name}_after"
                self._reset(name, *formats[name])
            shape, fraction = formats[name]
            self.leaves[f"final({name})"] = Value(names[name], fraction, shape.lo, shape.hi)
        outputs, fractions = [], {name: fraction for name, (_, fraction) in (formats | inputs).items()}
        for name, root in system.outputs.items():
            value = self.emit(substitute(root, self.values))
            outputs.append(value.text)
            fractions[f"output {name}"] = value.fraction
        following = [names[name] for name in table.states]
        for name, steps in system.refractory.items():
            following.append(f"mux({name}, {steps}, maximum(state.refractory_{name} - 1, 0))")
        following += following_bits
        result = f"State({', '.join(following)})" if state else "()"
        source = "\n".join(["def step(params, state, inputs):", *self.lines,
                            f"    return {result}, Outputs({', '.join([*system.events, *outputs])})", ""])
        return FixedStep(source, state, init, {name: shape for name, (shape, _) in inputs.items()}, fractions, self.tables, self.constants,
                         self.fits, errors)

    def _input_format(self, each):
        if each.integer:
            return Range(int(each.lo), int(each.hi)), 0
        if each.format is not None:
            return each.format, each.format.fraction_bits
        fraction = max(min(self.bits, 16) - 1 - math.ceil(math.log2(max(abs(each.lo), abs(each.hi)))), 0)
        return Range(_nearest(math.ldexp(each.lo, fraction)), _nearest(math.ldexp(each.hi, fraction))), fraction

    def _state_format(self, name):
        each = self.table.states[name]
        if each.integer:
            return Range(int(each.lo), int(each.hi)), 0
        if each.format is not None:
            return each.format, each.format.fraction_bits
        largest = max(abs(each.lo), abs(each.hi))
        whole = math.ceil(math.log2(largest))
        root = substitute(self.system.updates[name], self.values)
        change = call("-", root, variable(name))
        terms = {factors: c for factors, c in sum_of_products(change).items()}
        moved = sum(abs(c) * max(map(abs, interval(_product(factors), self.ranges))) for factors, c in terms.items())
        extra = 0
        if name in self.table.derivatives and 0 < moved < each.hi - each.lo:
            extra = min(math.ceil(math.log2((each.hi - each.lo) / moved)), _MAX_EXTRA)
        fraction = min(max(self.bits - 1 - whole + extra, 0), _MAX_STATE_BITS - 1 - max(whole, 0))
        return Range(_nearest(math.ldexp(each.lo, fraction)), _nearest(math.ldexp(each.hi, fraction))), fraction

    def _generators(self, state, init):
        from .generators import seeds
        following = []
        bits = seeds(self.table.generators, self.seed)
        for name in bits:
            state[name], init[name] = Vector(32), bits[name]
            following.append(f"linear(XORSHIFT, state.{name})")
        for name in self.table.generators:
            if name.startswith("random"):
                value = Value(f"to_int(state.{name}_bits0) >> {32 - UNIFORM_BITS}", UNIFORM_BITS, 0, (1 << UNIFORM_BITS) - 1)
                self.leaves[name] = self.local(name, value)
                continue
            words = [self.local(f"{name}_word{k}", Value(f"to_int(state.{name}_bits{k})", 0, 0, (1 << 32) - 1)).text for k in range(2)]
            self.limits(0, 65535)
            halves = " + ".join(f"wrap({word}, U16) + ({word} >> 16)" for word in words)
            total = self.local(f"{name}_sum", Value(f"{halves} - {NORMAL_MEAN}", 0, -NORMAL_MEAN, NORMAL_MEAN))
            scaled, _ = self.scaled(total, 1 / NORMAL_SCALE, 16, variable(name))
            self.leaves[name] = self.local(name, scaled, "Irwin-Hall, order 4")
        self.constants |= {"XORSHIFT": ROWS} if self.table.generators else {}
        return following

    def _update(self, name, root, shape, fraction):
        root = substitute(root, self.values)
        if name in self.table.equations or self.table.states[name].vector:
            self.lines.append(f"    # {self.table.equations.get(name) or self.table.equations[self.table.states[name].vector]}")
        own = variable(name)
        terms = sum_of_products(call("-", root, own)) if name in self.table.derivatives else None
        integer = self.table.states[name].integer
        if terms is not None:
            span = self.table.states[name].hi - self.table.states[name].lo
            change = self.sum(call("-", root, own), fraction, terms=terms, limit=4.0 * span)
            signed = f"- {change.text[4:]}" if change.text.startswith("0 - ") else f"+ {change.text}"
            total = Value(f"state.{name} {signed}", fraction, shape.lo + change.lo, shape.hi + change.hi, change.error)
        else:
            if integer:
                total = self.emit(root)
                if total.fraction > 0 or total.error:
                    self.refuse(root, f"is no integer, and the state {name} is: use floor")
            total = self.emit_at(root, fraction)
        for event in self.system.held.get(name, ()):
            total = Value(f"mux(state.refractory_{event} > 0, state.{name}, {total.text})", fraction, min(total.lo, shape.lo),
                          max(total.hi, shape.hi), total.error)
        self.leaves[f"next({name})"] = self._stored(f"{name}_new", name, total, shape)
        return total.error

    def _stage(self, name, root, shape, fraction):
        """An intermediate state: like the state, and held in its range."""
        total = self.emit_at(substitute(root.args[0], self.values), fraction)
        self.leaves[name] = self._stored(local_name(name), state_of(name), total, shape)

    def _stored(self, local, name, total, shape):
        """A value brought into the state's shape, under a name."""
        if self.table.states[name].wraps:
            shown = f"wrap({total.text}, {self._format_name(name, shape)})"
        elif shape.lo <= total.lo and total.hi <= shape.hi:
            shown = total.text
        else:
            shown = f"saturate({total.text}, {self._format_name(name, shape)})"
        return self.local(local, Value(shown, total.fraction, shape.lo, shape.hi))

    def _format_name(self, state, shape):
        name = f"{state}_format"
        self.constants[name] = shape
        return name

    def _reset(self, name, shape, fraction):
        root = substitute(self.system.resets[name], self.values)
        value = self._selection(root, fraction) if root.op == "if" else self.emit_at(root, fraction)
        self._stored(f"{name}_after", name, value, shape)


def _product(factors):
    result = number(1.0)
    for each in factors:
        result = call("*", result, each)
    return result


def state_of(stage):
    """``v`` of ``stage1(v)``."""
    return stage.removesuffix(")").split("(")[1]


def _nearest(x):
    return math.floor(x + 0.5)


def _dyadic(value):
    """The least fraction bits in which a number is exact, if at most 12."""
    for bits in range(-40, 13):
        if math.ldexp(value, bits).is_integer() and (bits >= 0 or value):
            return max(bits, 0) if value else 0
    return None


def _bracketed(shown):
    """A text that stands after a minus."""
    return shown if shown.isidentifier() or shown.isdigit() or shown.startswith(("scale_round(", "lookup(", "(")) else f"({shown})"


