"""Products and sums of a fixed-point step: every term brought to one binary point, constants with their own precision."""

import math

from gateware.step.shapes import INT64_MAX

from .arrays import is_hard
from .emitter import Emitter
from .errors import EquationError
from .expression import call, number
from .terms import sum_of_products
from .values import Value, bracketed, dyadic, nearest

__all__ = ["Sums"]

_MAX_FRACTION, _MAX_EXACT = 44, 40


class Sums(Emitter):
    """Sums of products; tables and other expressions are those of a subclass."""

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
        offset = nearest(math.ldexp(constant, fraction))
        if offset or total is None:
            exact = Value(str(abs(offset)), fraction, abs(offset), abs(offset), abs(math.ldexp(offset, -fraction) - constant))
            total = self._plus(total, (exact, offset < 0))
        return total

    def _natural(self, values, constant):
        """The binary point that gives a sum ``precision`` bits, or all that it has."""
        magnitude = abs(constant) + sum(value.largest * abs(coefficient) for value, coefficient in values)
        wanted = self.bits - 1 - math.ceil(math.log2(magnitude)) if magnitude else 0
        exact = []
        for factor, own in [(constant, 0), *((coefficient, value.fraction) for value, coefficient in values)]:
            bits = dyadic(factor)
            exact.append(None if bits is None else own + bits)
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
            integer = nearest(math.ldexp(abs(coefficient), fraction))
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
        integer = nearest(math.ldexp(abs(coefficient), shift))
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
            return Value(f"-{bracketed(value.text)}" if value.text.isdigit() else f"0 - {bracketed(value.text)}",
                         value.fraction, -value.hi, -value.lo, value.error)
        error = total.error + value.error
        if value.text == "0":
            return Value(total.text, total.fraction, total.lo, total.hi, error)
        if negative:
            return Value(f"{total.text} - {bracketed(value.text)}", total.fraction, total.lo - value.hi, total.hi - value.lo, error)
        return Value(f"{total.text} + {value.text}", total.fraction, total.lo + value.lo, total.hi + value.hi, error)
