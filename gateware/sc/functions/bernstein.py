"""ReSC: a polynomial in Bernstein form, by counting independent copies of its argument."""

from math import comb
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation
from gateware.step import Range, StepComponent, Vector, bit_at, lookup, popcount

__all__ = ["BernsteinSelector", "BernsteinUnit"]


class Params(NamedTuple):
    coefficients: tuple


class SelectorInputs(NamedTuple):
    copies: Any
    coefficients: Any


class UnitInputs(NamedTuple):
    copies: Any
    random: Any


class Outputs(NamedTuple):
    result: Any


def selector_step(params, state, inputs):
    return (), Outputs(bit_at(inputs.coefficients, popcount(inputs.copies)))


def unit_step(params, state, inputs):
    return (), Outputs(lookup(params.coefficients, popcount(inputs.copies)) > inputs.random)


class BernsteinSelector(StepComponent):
    r"""Adder and multiplexer of ReSC: the count of m copies of x selects one of m + 1 coefficient streams.

    .. math:: o_t = z_{k, t}, \qquad k = \sum_i x_{i, t}

    Parameters
    ----------
    degree : int
        m, 1 to 63.

    Members
    -------
    copies : In(degree)
        Streams of one value p, independent of each other (in each clock; dependence in time does no harm).
    coefficients : In(degree + 1)
        Streams of the coefficients :math:`b_0 ... b_m`, independent of the copies, with any correlation to each other: they
        may come from one random number.
    result : Out(1)

    Raises
    ------
    ValueError
        If the degree is out of range.

    Notes
    -----
    Exact expectation: the polynomial :math:`\sum_k b_k \binom{m}{k} p^k (1 - p)^{m - k}`, from the binomial
    distribution of the count. Latency 0, interval 1. Source: W. Qian, X. Li, M. D. Riedel, K. Bazargan and D. J. Lilja, An
    Architecture for Fault-Tolerant Computation with Stochastic Logic, IEEE Transactions on Computers 60(1), 2011,
    doi:10.1109/TC.2010.202.
    """

    contract = Contract(Correlation("copies", 0), Correlation(("copies", "coefficients"), 0, across=True))

    def __init__(self, degree=3):
        degree = integer("BernsteinSelector degree", degree)
        if not 1 <= degree <= 63:
            raise ValueError(f"BernsteinSelector degree must be between 1 and 63, not {degree}")
        super().__init__(selector_step, inputs=SelectorInputs(Vector(degree), Vector(degree + 1)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "degree 6": cls(6)}


class BernsteinUnit(StepComponent):
    r"""A polynomial with constant coefficients in Bernstein form, of independent copies of x and one random number.

    .. math:: o_t = [b_k > r_t], \qquad k = \sum_i x_{i, t}

    ``models.sc_fit.fit_bernstein`` finds coefficients for a function, ``power_to_bernstein`` those of a polynomial.

    Parameters
    ----------
    coefficients : sequence of int
        :math:`b_0 ... b_m`, 2 to 64 of them, each 0 to ``2**width``, standing for :math:`b_k / 2^n`.
    width : int
        Bits n of the random number, 1 to 32.

    Members
    -------
    copies : In(degree)
        Streams of one value p, independent of each other (in each clock; dependence in time does no harm).
    random : In(width)
        Uniform, independent of the copies.
    result : Out(1)

    Raises
    ------
    TypeError, ValueError
        If a coefficient is no integer or a parameter is out of its range.

    Notes
    -----
    Exact expectation: :math:`2^{-n} \sum_k b_k \binom{m}{k} p^k (1 - p)^{m - k}`. One random number does for all
    coefficients, since only one of them is used in a clock. Latency 0, interval 1. Source: W. Qian, X. Li, M. D. Riedel,
    K. Bazargan and D. J. Lilja, An Architecture for Fault-Tolerant Computation with Stochastic Logic, IEEE Transactions on
    Computers 60(1), 2011, doi:10.1109/TC.2010.202.
    """

    contract = Contract(Correlation("copies", 0), Correlation(("copies", "random"), 0, across=True))

    def __init__(self, coefficients=(2, 5, 3, 6), width=3):
        name = type(self).__name__
        width = integer(f"{name} width", width)
        if not 1 <= width <= 32:
            raise ValueError(f"{name} width must be between 1 and 32, not {width}")
        coefficients = tuple(integer(f"{name} coefficients", each) for each in coefficients)
        if not 2 <= len(coefficients) <= 64:
            raise ValueError(f"{name} coefficients must be 2 to 64, not {len(coefficients)}")
        for each in coefficients:
            if not 0 <= each <= 1 << width:
                raise ValueError(f"{name} coefficients must be between 0 and {1 << width}, not {each}")
        super().__init__(unit_step, params=Params(coefficients),
                         inputs=UnitInputs(Vector(len(coefficients) - 1), Range.unsigned(width)))

    def expectation(self, p):
        """Probability of a 1 of the output, from that of the copies."""
        degree = len(self.params.coefficients) - 1
        return sum(b * comb(degree, k) * p**k * (1 - p) ** (degree - k)
                   for k, b in enumerate(self.params.coefficients)) / (self.inputs.random.hi + 1)

    @classmethod
    def examples(cls):
        return {"default": cls(), "degree 6": cls((0, 40, 90, 3, 128, 60, 127), 7)}
