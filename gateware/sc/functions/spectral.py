"""STRAUSS: a multilinear function of bipolar streams as combinational logic, from its Walsh-Hadamard spectrum."""

from fractions import Fraction
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Format
from gateware.step import StepComponent, Vector, lookup, to_int

__all__ = ["SpectralUnit"]

_MOST_HALVES = 16


class Params(NamedTuple):
    counts: tuple


class Inputs(NamedTuple):
    variables: Any
    halves: Any


class Outputs(NamedTuple):
    result: Any


def step(params, state, inputs):
    return (), Outputs(lookup(params.counts, to_int(inputs.variables)) > to_int(inputs.halves))


class SpectralUnit(StepComponent):
    r"""Combinational logic whose output has the value of a multilinear polynomial of bipolar streams.

    .. math:: F(v) = \sum_{S \subseteq \{1..n\}} F_S \prod_{i \in S} v_i

    The Boolean function f of the variables and k streams of value 1/2 has, in signs, the expectation
    :math:`\sum_T \hat f_T \prod_{i \in T} v_i` over all subsets T of its inputs, :math:`\hat f` being its Walsh-Hadamard
    spectrum. A stream of 1/2 has the value 0, so that just the subsets of variables remain: :math:`\hat f_S = F_S`. At a corner
    :math:`v \in \{-1, 1\}^n` this says that f is 1 in :math:`c_v = 2^k (1 + F(v)) / 2` of the :math:`2^k` cases of the halves,
    and any choice of them will do; taken are those whose number is below :math:`c_v`.

    Parameters
    ----------
    coefficients : sequence of int, float or Fraction
        :math:`F_S`, ``2**n`` of them, 1 to 6 variables: bit i of the index says whether variable i is in S. The values of F at
        the corners must be within -1..1 and multiples of ``2**(1 - halves)``.
    halves : int or None
        Streams k of value 1/2, 1 to 16; by default as few as the coefficients need.

    Members
    -------
    variables : In(n)
        Bipolar streams, independent of each other.
    halves : In(k)
        Streams of value 1/2 (0 in bipolar format), independent of each other and of the variables: bits of a random number.
    result : Out(1)
        Bipolar.

    Raises
    ------
    ValueError
        If the number of coefficients is no power of two, or F cannot be had with that many halves; what would be is named.

    Notes
    -----
    Exact expectation: F(v). Latency 0, interval 1. Source of the idea: A. Alaghi and J. P. Hayes, STRAUSS: Spectral Transform
    Use in Stochastic Circuit Synthesis, IEEE Transactions on Computer-Aided Design of Integrated Circuits and Systems 34(11),
    2015; the choice of the halves for the least area is left to the logic synthesis here.
    """

    contract = Contract(Correlation(("variables", "halves"), 0), Format("variables", "bipolar"))

    def __init__(self, coefficients=(0, 0.5, 0.5, 0), halves=None):
        spectrum = tuple(_exact(each) for each in coefficients)
        variables = len(spectrum).bit_length() - 1
        if len(spectrum) != 1 << variables or not 1 <= variables <= 6:
            raise ValueError(f"SpectralUnit coefficients must be 2, 4, 8, 16, 32 or 64, not {len(spectrum)}")
        corners = _corners(spectrum)
        if max(map(abs, corners)) > 1:
            raise ValueError("SpectralUnit coefficients must give a function within -1 to 1, not "
                             f"{float(max(corners, key=abs))}")
        needed = max(1, *(((corner + 1) / 2).denominator.bit_length() - 1 for corner in corners))
        dyadic = all(each.denominator & (each.denominator - 1) == 0 for each in corners)
        if not dyadic or needed > _MOST_HALVES:
            raise ValueError(f"SpectralUnit coefficients must give multiples of 2**-{_MOST_HALVES - 1} at the corners: "
                             "round them")
        halves = needed if halves is None else integer("SpectralUnit halves", halves)
        if not needed <= halves <= _MOST_HALVES:
            raise ValueError(f"SpectralUnit halves must be between {needed} and {_MOST_HALVES} for these coefficients, "
                             f"not {halves}")
        self.spectrum = spectrum
        super().__init__(step, params=Params(tuple(int((corner + 1) / 2 * (1 << halves)) for corner in corners)),
                         inputs=Inputs(Vector(variables), Vector(halves)))

    def expectation(self, *values):
        """Probability of a 1 of the output, from those of the variables."""
        if 1 << len(values) != len(self.spectrum):
            raise TypeError(f"expectation takes the probabilities of {len(self.spectrum).bit_length() - 1} variables, "
                            f"not {len(values)}")
        products = [1.0]
        for p in values:
            products += [known * (2 * p - 1) for known in products]
        return (1 + sum(float(f) * product for f, product in zip(self.spectrum, products))) / 2

    @classmethod
    def examples(cls):
        return {"default": cls(), "three variables": cls((0, 0.25, 0.25, -0.125, 0.25, 0, 0, 0.125))}


def _exact(value):
    try:
        return Fraction(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"SpectralUnit coefficients must be finite numbers, not {value!r}") from None


def _corners(spectrum):
    """F at every corner, a 1 in bit i of the index being a 1 of variable i: the Walsh-Hadamard transform."""
    values, half = list(spectrum), 1
    while half < len(values):
        for start in range(0, len(values), 2 * half):
            for k in range(start, start + half):
                values[k], values[k + half] = values[k] - values[k + half], values[k] + values[k + half]
        half *= 2
    return values
