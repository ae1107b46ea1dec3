"""A product of two wide signed factors over a few clocks, of pieces that multiplier blocks take."""

from amaranth.hdl import Cat, Const, Signal

__all__ = ["WideProduct"]


class WideProduct:
    """The plan of a product: which pieces are multiplied, and in which order the pieces' products are added.

    Every product of two pieces has a register, and so has every sum.

    Parameters
    ----------
    a_width, b_width : int
        Bits of the signed factors.
    factor : int
        Bits of a signed factor of one multiplier block.

    Attributes
    ----------
    blocks : int
        How many multiplier blocks it takes.
    clocks : int
        From the factors to their product.
    """

    def __init__(self, a_width, b_width, factor):
        self.a_parts, self.b_parts = _parts(a_width, factor), _parts(b_width, factor)
        self.blocks = len(self.a_parts) * len(self.b_parts)
        terms = [_Leaf(i, j, self) for i in range(len(self.a_parts)) for j in range(len(self.b_parts))]
        terms = _side_by_side(sorted(terms, key=lambda term: term.place))
        self.clocks = 1
        while len(terms) > 1:
            terms, self.clocks = _level(terms), self.clocks + 1
        self.term, = terms

    def create(self, m, a, b):
        """The product of two signed values in a module, ``clocks`` later."""
        pieces = {}
        for name, value, parts in (("a", a, self.a_parts), ("b", b, self.b_parts)):
            start = 0
            for number, width in enumerate(parts):
                piece = value[start:start + width]
                pieces[name, number] = piece.as_signed() if number == len(parts) - 1 else piece
                start += width
        value = self.term.make(_Maker(m, pieces), 0)
        product = Signal.like(value, name="product")
        m.d.comb += product.eq(value)
        return product


def _parts(width, factor):
    """Widths of the pieces of a factor: unsigned ones of a bit less than a block takes, and a signed one at the top."""
    parts = []
    while width > factor:
        parts.append(factor - 1)
        width -= factor - 1
    return [*parts, width]


def _side_by_side(terms):
    """Join terms that do not overlap: that takes no adder."""
    result = []
    while terms:
        low = terms.pop(0)
        high = next((term for term in terms if not low.signed and term.place >= low.place + low.width), None)
        if high is not None:
            terms.remove(high)
            low = _Joined(low, high)
        result.append(low)
    return result


def _level(terms):
    """Terms added in pairs.

    Never two of one place: of two products that have a register each and are as long as the accumulator of a block, Yosys 0.70
    loses one when it moves the sum into that block.
    """
    terms, result = sorted(terms, key=lambda term: term.place), []
    while terms:
        low = terms.pop(0)
        high = next((term for term in reversed(terms) if term.place > low.place), None)
        if high is None:
            result.append(_Later(low))
        else:
            terms.remove(high)
            result.append(_Sum(low, high))
    return result


class _Maker:
    """Registers in a module; a piece that is wanted later twice is delayed once."""

    def __init__(self, m, pieces):
        self._m, self._pieces = m, pieces

    def later(self, value, name):
        register = Signal.like(value, name=name, reset_less=True)
        self._m.d.sync += register.eq(value)
        return register

    def piece(self, name, number, clocks):
        key = (name, number, clocks)
        if clocks and key not in self._pieces:
            self._pieces[key] = self.later(self.piece(name, number, clocks - 1), f"{name}{number}_{clocks}")
        return self._pieces[key if clocks else key[:2]]


class _Leaf:
    """The product of two pieces. It waits as its factors do: Yosys 0.70 loses a product that has two registers behind it."""

    def __init__(self, i, j, plan):
        self.i, self.j = i, j
        self.place = sum(plan.a_parts[:i]) + sum(plan.b_parts[:j])
        self.width = plan.a_parts[i] + plan.b_parts[j]
        self.signed = i == len(plan.a_parts) - 1 or j == len(plan.b_parts) - 1

    def make(self, maker, clocks):
        return maker.later(maker.piece("a", self.i, clocks) * maker.piece("b", self.j, clocks), f"product{self.i}{self.j}")


class _Joined:
    """An unsigned term and one that begins above it."""

    def __init__(self, low, high):
        self.low, self.high, self.place, self.signed = low, high, low.place, high.signed
        self.width = high.place - low.place + high.width

    def make(self, maker, clocks):
        gap = Const(0, self.high.place - self.low.place - self.low.width)
        value = Cat(self.low.make(maker, clocks)[:self.low.width], gap, self.high.make(maker, clocks))
        return value.as_signed() if self.signed else value


class _Later:
    """A term a clock later."""

    def __init__(self, term):
        self.term, self.place, self.width, self.signed = term, term.place, term.width, term.signed

    def make(self, maker, clocks):
        return self.term.make(maker, clocks + 1)


class _Sum:
    """The registered sum of two terms."""

    def __init__(self, low, high):
        self.low, self.high, self.place, self.signed = low, high, low.place, low.signed or high.signed
        self.width = max(low.width, high.width + high.place - low.place) + 1

    def make(self, maker, clocks):
        shift = self.high.place - self.low.place
        value = maker.later(self.low.make(maker, 0) + (self.high.make(maker, 0) << shift), f"sum{shift}")
        for _ in range(clocks):
            value = maker.later(value, f"sum{shift}")
        return value
