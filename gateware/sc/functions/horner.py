"""Alternating series by Horner's rule: a chain of NAND gates."""

from fractions import Fraction
from typing import NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Format
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.step import Range, Vector
from gateware.step.compose import Composite, connect, outside
from gateware.tables import table

from .gates import AndGate, NandGate

__all__ = ["HornerChain", "HornerForm", "horner_form"]


class HornerForm(NamedTuple):
    """``y = c0 x**e0 (1 - c1 x**e1 (1 - c2 x**e2 (...)))``, every c between 0 and 1.

    Attributes
    ----------
    lead : (Fraction, int)
        c0 and e0.
    stages : tuple of (Fraction, int)
        c and e from the outermost to the innermost.
    """

    lead: tuple
    stages: tuple


def horner_form(coefficients):
    """The Horner form of a polynomial whose terms alternate in sign and never grow.

    A polynomial for which that is not so, but is of ``1 - y``, gets one more stage.

    Parameters
    ----------
    coefficients : sequence of int, float, str or Fraction
        From the constant term on.

    Returns
    -------
    HornerForm

    Raises
    ------
    ValueError
        If there is no such form: a term has the sign or is greater than the one before it, or the first is not within 0..1.
    """
    exact = [_fraction(each) for each in coefficients]
    if not any(exact):
        raise ValueError("series coefficients must not be all 0")
    lead, stages = _ratios(exact)
    if _fits(lead, stages):
        return HornerForm(lead, tuple(stages))
    complement = [1 - exact[0], *(-each for each in exact[1:])]
    inner, stages = _ratios(complement) if any(complement) else ((Fraction(2), 0), [])
    if _fits(inner, stages):
        return HornerForm((Fraction(1), 0), (inner, *stages))
    raise ValueError("series coefficients must alternate in sign without growing, from one within 0 to 1 (or those of 1 less "
                     f"the series must), not {', '.join(str(each) for each in coefficients)}")


def _fraction(value):
    try:
        return Fraction(value)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise ValueError(f"series coefficients must be finite numbers, not {value!r}") from None


def _ratios(coefficients):
    terms = [(each, power) for power, each in enumerate(coefficients) if each]
    return terms[0], [(-b / a, q - p) for (a, p), (b, q) in zip(terms, terms[1:])]


def _fits(lead, stages):
    return all(0 < each <= 1 for each, _ in (lead, *stages))


class HornerChain(Composite):
    r"""A polynomial with alternating signs, of independent copies of x and a random number for each constant.

    .. math:: y = c_0 x^{e_0} (1 - c_1 x^{e_1} (1 - c_2 x^{e_2} (\ldots (1 - c_m x^{e_m}))))

    Every ``1 - ...`` is a NAND gate; powers are further inputs of it, each with a copy of x of its own.

    Parameters
    ----------
    series : str or sequence of int, float, str or Fraction
        The name of a Maclaurin series in the table (``"exp(-x)"``, ``"sin(x)"``, ``"cos(x)"``, ``"log(1+x)"``,
        ``"tanh(x)"``, ``"sigmoid(x)"``), or coefficients from the constant term on, as `horner_form` takes them.
    width : int
        Bits n of the random numbers, 1 to 16; the constants are rounded to multiples of ``2**-width``.

    Members
    -------
    copies : In(sum of the powers)
        Streams of one value p, independent of each other (in each clock; dependence in time does no harm).
    random_0, random_1, ... : In(width)
        Uniform, independent of each other and of the copies: one for each constant that is not 1.
    result : Out(1)

    Raises
    ------
    ValueError
        If the series has no Horner form, needs more than 64 copies, has a constant that is rounded to 0, or a parameter is
        out of its range.

    Notes
    -----
    Exact expectation: the polynomial with the rounded constants. Of the series of the table the remainders are at most
    (x from 0 to 1) 0.0013 for exp(-x), 3e-6 for sin(x), 3e-7 for cos(x), 0.091 for log(1+x), 0.016 for tanh(x) and 0.0002 for
    sigmoid(x). Latency 0, interval 1. Source: K. K. Parhi and Y. Liu, Computing Arithmetic Functions Using Stochastic Logic by
    Series Expansion, IEEE Transactions on Emerging Topics in Computing 7(1), 2019, doi:10.1109/TETC.2016.2618750.
    """

    def __init__(self, series="exp(-x)", width=8):
        width = integer("HornerChain width", width)
        if not 1 <= width <= 16:
            raise ValueError(f"HornerChain width must be between 1 and 16, not {width}")
        self.form = horner_form(_coefficients(series))
        scale = 1 << width
        rounded = [(int(constant * scale + Fraction(1, 2)), power) for constant, power in (self.form.lead, *self.form.stages)]
        if not all(constant for constant, _ in rounded):
            raise ValueError(f"HornerChain width must be more than {width} for these constants, of which one is less than half "
                             f"of 2**-{width}")
        degree = sum(power for _, power in rounded)
        if not 1 <= degree <= 64:
            raise ValueError(f"HornerChain series must need 1 to 64 copies, not {degree}")
        copies, factors, used, constants = outside("copies", Vector(degree)), [], 0, 0
        for constant, power in rounded:
            bits = tuple(copies[k] for k in range(used, used + power))
            used += power
            if constant != scale:
                random = outside(f"random_{constants}", Range.unsigned(width))
                bits = (connect(ComparatorEncoder(width), value=constant, random=random).stream, *bits)
                constants += 1
            factors.append(bits)
        self.constants = rounded
        inner = None
        for bits in reversed(factors[1:]):
            bits += () if inner is None else (inner,)
            inner = connect(NandGate(len(bits)), factors=bits).result
        bits = factors[0] + (() if inner is None else (inner,))
        result = connect(AndGate(len(bits)), factors=bits).result if factors[0] else inner
        ports = ("copies", *(f"random_{k}" for k in range(constants)))
        self.contract = Contract(Correlation(ports, 0), Format("copies", "unipolar"))
        super().__init__(result=result)

    def expectation(self, p):
        """Probability of a 1 of the output, from that of the copies."""
        scale = next((shape.hi + 1 for name, shape in self.inputs._asdict().items() if name != "copies"),
                     self.constants[0][0])
        value = 1.0
        for constant, power in reversed(self.constants[1:]):
            value = 1 - constant / scale * p**power * value
        constant, power = self.constants[0]
        return constant / scale * p**power * value

    @classmethod
    def examples(cls):
        return {"default": cls(width=4), "sin": cls("sin(x)", 5), "sigmoid": cls("sigmoid(x)", 4)}


def _coefficients(series):
    if not isinstance(series, str):
        return tuple(series)
    known = {name: each for name, each in table("stochastic_functions")["series"].items() if name != "source"}
    if series not in known:
        raise ValueError(f"HornerChain series must be one of {', '.join(known)} or coefficients, not {series!r}")
    return known[series]
