"""Functions of one value in a fixed-point step: interpolated tables."""

import math

from .expression import text
from .interpolation import fit, flat_tails
from .intermediate import is_piecewise
from .sums import Sums
from .values import Value, nearest

__all__ = ["Tables"]

_GUARD = 2


class Tables(Sums):
    """Tables over the range of a value, or over parts of it."""

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
            entries = tuple(nearest(math.ldexp(value, fraction)) for value in found.coefficients[0])
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
            tables.append(tuple(nearest(math.ldexp(value, scale)) for value in column))
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
