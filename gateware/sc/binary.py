"""The binary data path of an expression, in one clock: what a stochastic circuit is measured against."""

from math import comb
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import (
    Range, StepComponent, absolute, maximum, minimum, mux, saturate, scale_round, sum_tree,
)
from gateware.step.compose import Composite, connect, outside

from .expression import SC

__all__ = ["BinaryCircuit"]


class Params(NamedTuple):
    one: int
    limits: Range
    shift: int
    constant: int


class Pair(NamedTuple):
    a: Any
    b: Any


class Single(NamedTuple):
    a: Any


class Digit(NamedTuple):
    remainder: Any
    result: Any
    divisor: Any


class RootDigit(NamedTuple):
    remainder: Any
    result: Any


class Result(NamedTuple):
    result: Any


class DigitResult(NamedTuple):
    rest: Any
    digits: Any


def product_step(params, state, inputs):
    return (), Result(scale_round(inputs.a * inputs.b, params.shift))


def sum_step(params, state, inputs):
    return (), Result(sum_tree((inputs.a, inputs.b)))


def scale_step(params, state, inputs):
    # The reciprocal is rounded up: where every term is 1.0 the mean is not above it.
    return (), Result(minimum(scale_round(inputs.a * params.constant, params.shift), params.one))


def complement_step(params, state, inputs):
    return (), Result(params.one - inputs.a)


def maximum_step(params, state, inputs):
    return (), Result(maximum(inputs.a, inputs.b))


def minimum_step(params, state, inputs):
    return (), Result(minimum(inputs.a, inputs.b))


def difference_step(params, state, inputs):
    return (), Result(absolute(inputs.a - inputs.b))


def quotient_digit(params, state, inputs):
    trial = inputs.divisor << params.shift
    fits = inputs.remainder >= trial
    return (), DigitResult(mux(fits, maximum(inputs.remainder - trial, 0), inputs.remainder),
                           inputs.result + mux(fits, params.constant, 0))


def root_digit(params, state, inputs):
    trial = (inputs.result << (params.shift + 1)) + params.constant * params.constant
    fits = inputs.remainder >= trial
    return (), DigitResult(mux(fits, maximum(inputs.remainder - trial, 0), inputs.remainder),
                           inputs.result + mux(fits, params.constant, 0))


def horner_step(params, state, inputs):
    return (), Result(scale_round(inputs.a * inputs.b, params.shift) + params.constant)


def clamp_step(params, state, inputs):
    return (), Result(saturate(inputs.a, params.limits))


class BinaryCircuit(Composite):
    r"""An expression on integers of ``width + 1`` bits, every operator rounding to that width, all in one clock.

    Products are multiplied, quotients and roots found digit by digit, polynomials by Horner's rule.

    Parameters
    ----------
    expression : SC
    width : int
        Bits n of the numbers, 2 to 16: X stands for ``X / 2**n``.

    Members
    -------
    One input per input of the expression, ``In(width + 1)``.

    result : Out(width + 1)

    Raises
    ------
    TypeError, ValueError
        If ``expression`` is none or has no inputs, or the width is out of range.

    Notes
    -----
    Latency 0, interval 1.
    """

    def __init__(self, expression, width=8):
        width = integer("BinaryCircuit width", width)
        if not isinstance(expression, SC):
            raise TypeError(f"BinaryCircuit takes an expression of gateware.sc.expression, not {expression!r}")
        if not 2 <= width <= 16:
            raise ValueError(f"BinaryCircuit width must be between 2 and 16, not {width}")
        if not expression.inputs():
            raise ValueError(f"an expression without inputs needs no circuit: {expression}")
        self.expression, self.width = expression, width
        binary = _Binary(width)
        result = binary.wire(expression)
        super().__init__(result=binary.clamped(result) if expression.kind == "input" else result)

    @classmethod
    def examples(cls):
        a, b = SC.input("a"), SC.input("b")
        from .expression import bernstein, sqrt
        return {"default": cls(abs(a * b - (a + b) / 2), 3), "root": cls(sqrt(1 - a), 4),
                "polynomial": cls(bernstein([0.25, 0.75, 0.5], a), 3)}


class _Binary:
    """Wires for the values of an expression, each in 0 to ``2**width``."""

    def __init__(self, width):
        self.width, self.one, self.wires = width, 1 << width, {}

    def wire(self, expression):
        if expression.kind == "constant":
            return round(expression.detail * self.one)
        if expression.kind == "input":
            if expression.detail not in self.wires:
                self.wires[expression.detail] = outside(expression.detail, Range(0, self.one))
            return self.wires[expression.detail]
        return getattr(self, expression.kind)(expression, *map(self.wire, expression.operands))

    def call(self, step, inputs, *drivers, shift=0, constant=0):
        """The output of a component of this step, whose inputs have the ranges of their drivers."""
        shapes = type(inputs)(*(Range(each, each) if isinstance(each, int) else each.shape for each in drivers))
        component = StepComponent(step, params=Params(self.one, Range(0, self.one), shift, constant), inputs=shapes)
        return connect(component, **dict(zip(shapes._fields, drivers)))

    def clamped(self, value):
        return self.call(clamp_step, Single(0), value).result

    def product(self, expression, a, b):
        return self.call(product_step, Pair(0, 0), a, b, shift=self.width).result

    def mean(self, expression, *terms):
        total = terms[0]
        for term in terms[1:]:
            total = self.call(sum_step, Pair(0, 0), total, term).result
        divisor = expression.detail
        if divisor & (divisor - 1) == 0:
            return self.call(scale_step, Single(0), total, shift=divisor.bit_length() - 1, constant=1).result
        shift = self.width + divisor.bit_length() + 1
        return self.call(scale_step, Single(0), total, shift=shift, constant=round((1 << shift) / divisor)).result

    def complement(self, expression, a):
        return self.call(complement_step, Single(0), a).result

    def maximum(self, expression, a, b):
        return self.call(maximum_step, Pair(0, 0), a, b).result

    def minimum(self, expression, a, b):
        return self.call(minimum_step, Pair(0, 0), a, b).result

    def difference(self, expression, a, b):
        return self.call(difference_step, Pair(0, 0), a, b).result

    def quotient(self, expression, a, b):
        rest, digits = self.call(product_step, Pair(0, 0), a, self.one).result, 0
        for k in range(self.width, -1, -1):
            rest, digits = self.call(quotient_digit, Digit(0, 0, 0), rest, digits, b, shift=k, constant=1 << k)
        return self.clamped(digits)

    def root(self, expression, a):
        rest, digits = self.call(product_step, Pair(0, 0), a, self.one).result, 0
        for k in range(self.width, -1, -1):
            rest, digits = self.call(root_digit, RootDigit(0, 0), rest, digits, shift=k, constant=1 << k)
        return self.clamped(digits)

    def polynomial(self, expression, a):
        result, *powers = reversed(_powers(expression.detail))
        result = round(result * self.one)
        for each in powers:
            result = self.call(horner_step, Pair(0, 0), result, a, shift=self.width, constant=round(each * self.one)).result
        return self.clamped(result)


def _powers(bernstein):
    """The coefficients of 1, x, x**2, ... of a polynomial in Bernstein form."""
    degree = len(bernstein) - 1
    return [sum((-1) ** (j - k) * comb(degree, j) * comb(j, k) * bernstein[k] for k in range(j + 1)) for j in range(degree + 1)]
