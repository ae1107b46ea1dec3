"""Arithmetic of ratios: numbers of any size as quotients of two bipolar streams."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Correlation, Format
from gateware.step import BIT, StepComponent, not_

from ._known import converted

__all__ = ["RatioAdder", "RatioDivider", "RatioMultiplier"]

_PORTS = ("a_numerator", "a_denominator", "b_numerator", "b_denominator")


class State(NamedTuple):
    numerator: Any
    denominator: Any
    toggle: Any


class Inputs(NamedTuple):
    a_numerator: Any
    a_denominator: Any
    b_numerator: Any
    b_denominator: Any


class Outputs(NamedTuple):
    numerator: Any
    denominator: Any


def product(a, b):
    return not_(a ^ b)


def majority(a, b, c):
    return (a & b) | (a & c) | (b & c)


def step_multiply(params, state, inputs):
    return (), Outputs(product(inputs.a_numerator, inputs.b_numerator), product(inputs.a_denominator, inputs.b_denominator))


def step_divide(params, state, inputs):
    return (), Outputs(product(inputs.a_numerator, inputs.b_denominator), product(inputs.a_denominator, inputs.b_numerator))


def step_add(params, state, inputs):
    # Halves of (ad + cb) and of (bd + 0), the toggle being the bipolar 0; each with its remainder, as a scaled adder of two.
    ad = product(inputs.a_numerator, inputs.b_denominator)
    cb = product(inputs.b_numerator, inputs.a_denominator)
    bd = product(inputs.a_denominator, inputs.b_denominator)
    following = State(state.numerator ^ ad ^ cb, state.denominator ^ bd ^ state.toggle, not_(state.toggle))
    return following, Outputs(majority(state.numerator, ad, cb), majority(state.denominator, bd, state.toggle))


class _Ratio(StepComponent):
    """Two ratios in, one out; all streams bipolar."""

    def delivers(self, known):
        """What is known of the outputs, in a circuit."""
        either = converted("bipolar", *(known[port] for port in _PORTS))
        return {"numerator": either, "denominator": either}

    @classmethod
    def _examples(cls):
        return {"default": cls()}


class RatioMultiplier(_Ratio):
    r"""Product of two ratios: of their numerators, and of their denominators.

    .. math:: \frac{a}{b} \cdot \frac{c}{d} = \frac{a c}{b d}

    Members
    -------
    a_numerator, a_denominator, b_numerator, b_denominator : In(1)
        Bipolar, a and c, b and d of different sources.
    numerator, denominator : Out(1)
        Bipolar. Nothing is known of their SCC, and nothing need be to read them out.

    Notes
    -----
    Each output is exact in expectation; the quotient of two read-outs has a relative error that grows as the denominator falls.
    Latency 0, interval 1. The format is the extended stochastic logic of V. Canals, A. Morro, A. Oliver, M. L. Alomar, J. L.
    Rossello, A New Stochastic Computing Methodology for Efficient Neural Network Implementation, IEEE Transactions on Neural
    Networks and Learning Systems, 2016.
    """

    contract = Contract(Correlation(("a_numerator", "b_numerator"), 0), Correlation(("a_denominator", "b_denominator"), 0),
                        Format(_PORTS, "bipolar"))

    def __init__(self):
        super().__init__(step_multiply, inputs=Inputs(BIT, BIT, BIT, BIT))

    @classmethod
    def examples(cls):
        return cls._examples()


class RatioDivider(_Ratio):
    r"""Quotient of two ratios: the product with the second one turned over.

    .. math:: \frac{a}{b} : \frac{c}{d} = \frac{a d}{b c}

    Members
    -------
    a_numerator, a_denominator, b_numerator, b_denominator : In(1)
        Bipolar, a and d, b and c of different sources.
    numerator, denominator : Out(1)
        Bipolar.

    Notes
    -----
    Exact in expectation, for every c but 0. Latency 0, interval 1. Source: as of :class:`RatioMultiplier`.
    """

    contract = Contract(Correlation(("a_numerator", "b_denominator"), 0), Correlation(("a_denominator", "b_numerator"), 0),
                        Format(_PORTS, "bipolar"))

    def __init__(self):
        super().__init__(step_divide, inputs=Inputs(BIT, BIT, BIT, BIT))

    @classmethod
    def examples(cls):
        return cls._examples()


class RatioAdder(_Ratio):
    r"""Sum of two ratios, on a common denominator; both its parts are halved, so that they fit.

    .. math:: \frac{a}{b} + \frac{c}{d} = \frac{(a d + c b) / 2}{b d / 2}

    Members
    -------
    a_numerator, a_denominator, b_numerator, b_denominator : In(1)
        Bipolar; of different sources are a and d, c and b, b and d.
    numerator, denominator : Out(1)
        Bipolar.

    Notes
    -----
    Exact in expectation; the halving adds less than one bit of error to every prefix, as it carries its remainders. A
    difference is the sum with a complemented numerator. The denominators shrink with every sum: divide rarely, read out early.
    Mealy: latency 0, interval 1. Source: as of :class:`RatioMultiplier`, with scaled adders in place of multiplexers.
    """

    contract = Contract(Correlation(("a_numerator", "b_denominator"), 0), Correlation(("b_numerator", "a_denominator"), 0),
                        Correlation(("a_denominator", "b_denominator"), 0), Format(_PORTS, "bipolar"))

    def __init__(self):
        super().__init__(step_add, state=State(BIT, BIT, BIT), init=State(0, 0, 0), inputs=Inputs(BIT, BIT, BIT, BIT))

    @classmethod
    def examples(cls):
        return cls._examples()
