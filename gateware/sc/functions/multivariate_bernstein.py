"""Bernstein polynomials in several variables."""

from math import comb, prod
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation
from gateware.step import Range, StepComponent, Vector, linear, lookup, popcount, sum_tree

__all__ = ["MultivariateBernstein"]

_VARIABLES = 6


class Params(NamedTuple):
    coefficients: tuple
    # Which copies are the variable's, and how far its count moves in the table of coefficients.
    copies1: tuple
    stride1: int
    copies2: tuple
    stride2: int
    copies3: tuple
    stride3: int
    copies4: tuple
    stride4: int
    copies5: tuple
    stride5: int
    copies6: tuple
    stride6: int


class Inputs(NamedTuple):
    copies: Any
    random: Any


class Outputs(NamedTuple):
    result: Any


def offset(rows, stride, copies):
    return popcount(linear(rows, copies)) * stride


def step(params, state, inputs):
    index = sum_tree((
        offset(params.copies1, params.stride1, inputs.copies), offset(params.copies2, params.stride2, inputs.copies),
        offset(params.copies3, params.stride3, inputs.copies), offset(params.copies4, params.stride4, inputs.copies),
        offset(params.copies5, params.stride5, inputs.copies), offset(params.copies6, params.stride6, inputs.copies)))
    return (), Outputs(lookup(params.coefficients, index) > inputs.random)


class MultivariateBernstein(StepComponent):
    r"""A polynomial of one to six variables in product Bernstein form, of independent copies of each and one random number.

    .. math:: o_t = [b_{k_1 \ldots k_d} > r_t], \qquad k_j = \sum_i x_{j, i, t}

    ``models.sc_fit.fit_bernstein`` finds coefficients for a function.

    Parameters
    ----------
    coefficients : nested sequence of int
        b, one level per variable, with the degree of that variable and one more entries at its level; 2 to 64 in all, each
        0 to ``2**width``.
    width : int
        Bits n of the random number, 1 to 32.

    Members
    -------
    copies : In(sum of the degrees)
        Streams of the variables, those of the first one first, all independent of each other (in each clock; dependence
        in time does no harm).
    random : In(width)
        Uniform, independent of the copies.
    result : Out(1)

    Raises
    ------
    TypeError, ValueError
        If the sequences of a level have different lengths, a coefficient is no integer, or a parameter is out of its range.

    Notes
    -----
    Exact expectation: :math:`2^{-n} \sum_k b_k \prod_j \binom{m_j}{k_j} p_j^{k_j} (1 - p_j)^{m_j - k_j}`. With degree 1 in
    every variable it is any multilinear function. Latency 0, interval 1. Source of the one-variable form: W. Qian and M. D.
    Riedel, The Synthesis of Robust Polynomial Arithmetic with Stochastic Logic, DAC 2008, doi:10.1145/1391469.1391636.
    """

    contract = Contract(Correlation("copies", 0), Correlation(("copies", "random"), 0, across=True))

    def __init__(self, coefficients=((0, 4), (4, 16)), width=4):
        width = integer("MultivariateBernstein width", width)
        if not 1 <= width <= 32:
            raise ValueError(f"MultivariateBernstein width must be between 1 and 32, not {width}")
        sizes, flat = _flatten(coefficients)
        if not 1 <= len(sizes) <= _VARIABLES:
            raise ValueError(f"MultivariateBernstein coefficients must be of 1 to {_VARIABLES} variables, not of {len(sizes)}")
        if min(sizes) < 2 or len(flat) > 64:
            raise ValueError("MultivariateBernstein coefficients must be at least 2 per variable and at most 64 in all, not "
                             + " x ".join(map(str, sizes)))
        for each in flat:
            if not 0 <= each <= 1 << width:
                raise ValueError(f"MultivariateBernstein coefficients must be between 0 and {1 << width}, not {each}")
        self.degrees = tuple(size - 1 for size in sizes)
        slots, first = [], 0
        for k, degree in enumerate(self.degrees):
            slots += [tuple(1 << i for i in range(first, first + degree)), prod(sizes[k + 1:])]
            first += degree
        slots += [(0,), 0] * (_VARIABLES - len(sizes))
        super().__init__(step, params=Params(flat, *slots), inputs=Inputs(Vector(first), Range.unsigned(width)))

    def expectation(self, *values):
        """Probability of a 1 of the output, from that of the copies of each variable."""
        if len(values) != len(self.degrees):
            raise TypeError(f"expectation takes the values of {len(self.degrees)} variables, not {len(values)}")
        weights = [1.0]
        for degree, p in zip(self.degrees, values):
            weights = [known * comb(degree, k) * p**k * (1 - p) ** (degree - k) for known in weights
                       for k in range(degree + 1)]
        return sum(b * weight for b, weight in zip(self.params.coefficients, weights)) / (self.inputs.random.hi + 1)

    @classmethod
    def examples(cls):
        return {"default": cls(), "three variables": cls((((0, 3), (8, 2), (5, 5)), ((7, 1), (0, 8), (4, 6))), 3)}


def _flatten(coefficients):
    """Entries per level and all integers in order."""
    if not isinstance(coefficients, (tuple, list)) and not hasattr(coefficients, "ndim"):
        return (), (integer("MultivariateBernstein coefficients", coefficients),)
    if getattr(coefficients, "ndim", 1) == 0:
        return (), (integer("MultivariateBernstein coefficients", coefficients.item()),)
    parts = [_flatten(each) for each in coefficients]
    if not parts or any(sizes != parts[0][0] for sizes, _ in parts):
        raise ValueError("MultivariateBernstein coefficients must have sequences of one length at each level, not "
                         f"{coefficients!r}")
    return (len(parts), *parts[0][0]), tuple(each for _, flat in parts for each in flat)
