"""Stochastic circuits of expressions: streams are encoded and correlated as each operator needs them, as cheaply as is known."""

from gateware.parameters import integer
from gateware.step.compose import Composite

from .arithmetic.absolute_difference import AbsoluteDifference
from .arithmetic.multiply import AndMultiplier
from .arithmetic.scaled_adder import ScaledAdder
from .circuit import connect, known, number
from .contract import scc
from .correlation.regenerator import Regenerator
from .correlation.synchronizer import Synchronizer
from .decode.window_counter import WindowCounter
from .division.addie_root import AddieRoot
from .division.history import HistoryDivider
from .encode.comparator import ComparatorEncoder
from .expression import SC, never_exceeds
from .formats.complement import Complement
from .functions.bernstein import BernsteinUnit
from .order.shared import SharedMaximum, SharedMinimum
from .sources.sobol import Sobol, direction_numbers

__all__ = ["StochasticCircuit"]

# Dimensions in the order in which pairs of them multiply best (of the first eight, (1, 8) and (5, 8) are the worst).
DIMENSIONS = (1, 2, 4, 5, 7, 3, 6, *range(9, 33))
SYNCHRONIZER_DEPTH, HISTORY, ROOT_WIDTH = 4, 4, 6
# The best dimensions for the two operands of a division and for the index into its history, of the first sixteen.
OPERANDS, INDEX = 3, 6
# LUT4 at 8 bits, measured (docs/sc/area.md); what is not here costs less than the difference between two choices.
_PRICES = {"Sobol": 25, "ComparatorEncoder": 15, "Regenerator": 47, "AddieRoot": 40, "HistoryDivider": 5, "Synchronizer": 20}


class StochasticCircuit(Composite):
    r"""The circuit of an expression: sources, encoders, operators, and a counter that reads the result.

    Operands of a product, and copies of one number, come from different Sobol dimensions. Operands of a maximum, a minimum, a
    difference and a division come from the same one; where they are no encoded numbers a synchronizer pairs them. What must be
    independent of what it is made of is either computed again from other dimensions, or regenerated, whichever is cheaper.

    Parameters
    ----------
    expression : SC
    width : int
        Bits n of the numbers, 2 to 16: an input X stands for ``X / 2**n``.
    length : int, optional
        Clocks of a computation, 1 to 2**24; ``2**width`` by default.

    Members
    -------
    One input per input of the expression, ``In(width + 1)``, held through the computation.

    stream : Out(1)
        The result, from clock ``fill`` on: until then roots settle and regenerated streams fill.
    ones : Out(range(length + 1))
        The result times ``length``, once ``done`` is 1.
    done : Out(1)

    Raises
    ------
    TypeError
        If ``expression`` is none.
    ValueError
        If a parameter is out of range, or there are not enough dimensions.

    Notes
    -----
    Latency 1 after ``fill`` and ``length`` clocks, interval 1. ``fill`` clocks pass before the result; ``fixes`` tells in words what
    was inserted and why. Reset starts the next computation with the same sources, so that equal inputs have equal results.
    """

    def __init__(self, expression, width=8, *, length=None):
        width = integer("StochasticCircuit width", width)
        if not isinstance(expression, SC):
            raise TypeError(f"StochasticCircuit takes an expression of gateware.sc.expression, not {expression!r}")
        if not 2 <= width <= 16:
            raise ValueError(f"StochasticCircuit width must be between 2 and 16, not {width}")
        length = 1 << width if length is None else integer("StochasticCircuit length", length)
        if not 1 <= length <= 1 << 24:
            raise ValueError(f"StochasticCircuit length must be between 1 and 2**24, not {length}")
        if not expression.inputs():
            raise ValueError(f"an expression without inputs needs no circuit: {expression}")
        synthesis = _Synthesis(width)
        stream = synthesis.stream(expression, frozenset())
        self.expression, self.width, self.length = expression, width, length
        self.fill, self.fixes = synthesis.fill(stream), tuple(synthesis.fixes)
        self.dimensions = tuple(sorted(synthesis.used(stream)))
        counter = connect(WindowCounter(length, latency=self.fill), stream=stream)
        super().__init__(stream=stream, ones=counter.ones, done=counter.done)

    @classmethod
    def examples(cls):
        a, b = SC.input("a"), SC.input("b")
        return {"default": cls(a * b, 4), "square": cls((a * b) * a, 3)}


class _Synthesis:
    """Wires for expressions; a source is known by its place in ``dimensions``."""

    def __init__(self, width):
        self.width, self.fixes, self.price = width, [], 0
        self.numbers, self.sources, self.encoders, self.streams = {}, {}, {}, {}
        # Of few bits there are fewer sequences than dimensions: of equal ones the first stands for all.
        first = {}
        for dimension in DIMENSIONS:
            first.setdefault(direction_numbers(dimension, width), dimension)
        self.dimensions = tuple(first.values())
        self.operands, self.index = (first[direction_numbers(each, width)] for each in (OPERANDS, INDEX))

    def part(self, component, **drivers):
        self.price += _PRICES.get(type(component).__name__, 2) * self.width // 8
        return connect(component, **drivers)[0]

    def source(self, k):
        if k not in self.sources:
            if k >= len(self.dimensions):
                raise ValueError(f"the expression needs more than {len(self.dimensions)} independent sources, which is all that "
                                 f"width {self.width} has: take a smaller expression{', or more bits' if self.width < 5 else ''}")
            self.sources[k] = self.part(Sobol(self.width, self.dimensions[k]))
        return self.sources[k]

    def top(self, k, bits):
        """The first ``bits`` bits of a source's numbers."""
        random = self.source(k)
        return tuple(random[i] for i in range(self.width - bits, self.width))

    def number(self, leaf):
        if leaf.detail not in self.numbers:
            # A promise holds between names; the greater number need not be an input of the circuit.
            greater = leaf.greater[0] if leaf.greater else None
            self.numbers[leaf.detail] = number(leaf.detail, self.width, lo=leaf.lo, hi=leaf.hi,
                                               at_most=None if greater is None else self.number(greater))
        return self.numbers[leaf.detail]

    def used(self, wire):
        """The dimensions that a wire depends on."""
        origins = known(wire).origins
        return frozenset(self.dimensions[k] for k, source in self.sources.items() if known(source).origins & origins)

    def free(self, avoid, count=1):
        """The first places of ``dimensions`` that are not to be avoided."""
        last = len(self.dimensions)
        places = [k for k in range(last + count) if k >= last or self.dimensions[k] not in avoid][:count]
        return places if count > 1 else places[0]

    def fill(self, wire):
        part = wire.part
        # A square root is an estimate that settles with 2**W / (2 sqrt(p)) clocks.
        settling = 4 << ROOT_WIDTH if isinstance(part.component, AddieRoot) else 0
        return settling + part.component.latency + max((self.fill(each) for driver in part.drivers.values()
                                             for each in (driver if isinstance(driver, tuple) else (driver,))
                                             if getattr(each, "part", None)), default=0)

    def stream(self, expression, avoid, shared=None):
        """A stream of an expression.

        Parameters
        ----------
        expression : SC
        avoid : frozenset of int
            Dimensions that it must not depend on.
        shared : int, optional
            The place of the dimension that a number is to be encoded from.
        """
        key = expression, avoid, shared
        if key not in self.streams:
            self.streams[key] = self.made(*key)
        return self.streams[key]

    def made(self, expression, avoid, shared):
        if expression.kind in ("input", "constant"):
            return self.encoded(expression, self.free(avoid) if shared is None else shared)
        return getattr(self, expression.kind)(expression, avoid, shared)

    def encoded(self, leaf, k):
        value = self.number(leaf) if leaf.kind == "input" else round(leaf.detail * (1 << self.width))
        key = (leaf.kind, leaf.detail, k)
        if key not in self.encoders:
            self.encoders[key] = self.part(ComparatorEncoder(self.width), value=value, random=self.source(k))
        return self.encoders[key]

    def independent(self, expression, avoid):
        """A stream of what must not depend on dimensions: of others, or the stream at hand regenerated."""
        plain = self.trial(lambda synthesis: synthesis.stream(expression, frozenset()))
        other = self.trial(lambda synthesis: synthesis.stream(expression, avoid))
        again = _PRICES["Regenerator"] * self.width // 8
        if expression.kind in ("input", "constant") or other is not None and other <= (plain or 0) + again:
            return self.stream(expression, avoid)
        wire = self.stream(expression, frozenset())
        if not self.used(wire) & avoid:
            return wire
        k = self.free(avoid | self.used(wire))
        self.fixes.append(f"{expression} regenerated from Sobol dimension {self.dimensions[k]}: cheaper than computed again")
        return self.part(Regenerator(self.width), stream=wire, random=self.source(k))

    def trial(self, make):
        """What a wire would cost, or None where there are not enough dimensions."""
        copy = _Synthesis(self.width)
        copy.numbers, copy.sources, copy.encoders = dict(self.numbers), dict(self.sources), dict(self.encoders)
        copy.streams = dict(self.streams)
        try:
            make(copy)
        except ValueError:
            return None
        return copy.price

    def pair(self, expression, avoid, shared):
        """Streams of two operands, with SCC +1."""
        k = self.free(avoid) if shared is None else shared
        x, y = (self.stream(each, avoid, k) for each in expression.operands)
        if scc(known(x), known(y)) == 1:
            return x, y
        self.fixes.append(f"Synchronizer({SYNCHRONIZER_DEPTH}) before {expression}: its operands are not encoded from one source")
        self.price += _PRICES["Synchronizer"]
        return connect(Synchronizer(SYNCHRONIZER_DEPTH), x=x, y=y)

    def product(self, expression, avoid, shared):
        a, b = expression.operands
        if b.operands and not a.operands:
            # A number is encoded from any dimension; what is made of others would have to be computed again or regenerated.
            a, b = b, a
        x = self.stream(a, avoid, shared)
        return self.part(AndMultiplier(), a=x, b=self.independent(b, avoid | self.used(x)))

    def mean(self, expression, avoid, shared):
        terms = [self.stream(each, avoid, shared) for each in expression.operands]
        count = max(expression.detail, len(terms))
        if count > expression.detail:
            raise ValueError(f"{expression} has more terms than its divisor: divide by at least {len(terms)}, or add in two steps")
        if count == 1:
            return terms[0]
        return self.part(ScaledAdder(count), streams=(*terms, *[0] * (count - len(terms))))

    def complement(self, expression, avoid, shared):
        return self.part(Complement(), stream=self.stream(expression.operands[0], avoid, shared))

    def maximum(self, expression, avoid, shared):
        return self.part(SharedMaximum(2), streams=tuple(self.pair(expression, avoid, shared)))

    def minimum(self, expression, avoid, shared):
        return self.part(SharedMinimum(2), streams=tuple(self.pair(expression, avoid, shared)))

    def difference(self, expression, avoid, shared):
        a, b = self.pair(expression, avoid, shared)
        return self.part(AbsoluteDifference(), a=a, b=b)

    def quotient(self, expression, avoid, shared):
        if shared is None and self.operands not in avoid:
            shared = self.dimensions.index(self.operands)
        dividend, divisor = self.pair(expression, avoid, shared)
        taken = avoid | self.used(dividend) | self.used(divisor)
        k = self.free(taken) if self.index in taken else self.dimensions.index(self.index)
        component = HistoryDivider(HISTORY)
        if never_exceeds(*expression.operands):
            # Proven of the expression; of the wires of a synchronizer it is not known.
            from .contract import AtMost, Contract
            component.contract = Contract(*(each for each in component.contract.demands if not isinstance(each, AtMost)))
        return self.part(component, dividend=dividend, divisor=divisor, index=self.top(k, HISTORY.bit_length() - 1))

    def root(self, expression, avoid, shared):
        x = self.stream(expression.operands[0], avoid)
        width = min(ROOT_WIDTH, self.width)
        one, other = self.free(avoid | self.used(x), 2)
        return self.part(AddieRoot(width), stream=x, random=self.top(one, width), other=self.top(other, width))

    def polynomial(self, expression, avoid, shared):
        copies, taken = [], avoid
        for _ in expression.detail[1:]:
            copies.append(self.stream(expression.operands[0], taken))
            taken = taken | self.used(copies[-1])
        coefficients = [round(each * (1 << self.width)) for each in expression.detail]
        return self.part(BernsteinUnit(coefficients, self.width), copies=tuple(copies), random=self.source(self.free(taken)))
