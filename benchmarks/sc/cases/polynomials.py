"""Polynomials, series and what is composed of them."""

import math

import numpy as np

from gateware.sc.functions.bernstein import BernsteinUnit
from gateware.sc.functions.deviation import Deviation
from gateware.sc.functions.gamma import GammaCorrection
from gateware.sc.functions.horner import HornerChain
from gateware.sc.functions.multivariate_bernstein import MultivariateBernstein
from gateware.sc.functions.normalizer import Normalizer
from gateware.sc.functions.softmax import Softmax
from gateware.sc.functions.spectral import SpectralUnit
from gateware.sc.functions.squash import Squash, SquashedLength

from ..case import Case, at_least
from ..wiring import Encoded, Random

__all__ = ["CASES"]


def _copies(count, operand=0, first=0):
    return tuple(Encoded(operand, first + k) for k in range(count))


def _case(name, make, wiring, truth, formula, operands=1, **others):
    return Case(name, "polynomials", make, wiring, others.pop("output", "result"), truth, formula, operands=operands, **others)


def _bernstein(*coefficients):
    m = len(coefficients) - 1
    return lambda p: sum(b * math.comb(m, k) * p**k * (1 - p)**(m - k) for k, b in enumerate(coefficients))


def _series(name, truth):
    """A Horner chain with a source for every copy and every constant, against the function that its series is of."""
    component = HornerChain(name)
    degree = component.inputs.copies.width
    ports = [port for port in component.inputs._fields if port != "copies"]
    randoms = {port: Random(degree + k) for k, port in enumerate(ports)}
    return _case(f"Horner, {name}", lambda n: HornerChain(name), {"copies": _copies(degree)} | randoms, truth, name)


def _softmax(*p):
    weights = [sum((-1)**k * (1 - each)**k / math.factorial(k) for k in range(6)) for each in p]
    return weights[0] / sum(weights)


def _shares(outputs):
    return outputs.shares & 1


CASES = (
    _case("ReSC, degree 3: 2, 5, 3, 6 eighths", lambda n: BernsteinUnit(), {"copies": _copies(3), "random": Random(3)},
          lambda x: 1 / 4 + 9 * x / 8 - 15 * x**2 / 8 + 5 * x**3 / 4, "1/4 + 9x/8 - 15x^2/8 + 5x^3/4"),
    _case("gamma correction, as its polynomial", lambda n: GammaCorrection(), {"copies": _copies(6), "random": Random(6)},
          _bernstein(0.0955, 0.7207, 0.3476, 0.9988, 0.7017, 0.9695, 0.9939), "the published polynomial"),
    _case("gamma correction, as x^0.45", lambda n: GammaCorrection(), {"copies": _copies(6), "random": Random(6)},
          lambda x: x**0.45, "x^0.45"),
    _case("two variables, 0 4 4 16 sixteenths", lambda n: MultivariateBernstein(),
          {"copies": (Encoded(0, 0), Encoded(1, 1)), "random": Random(2)}, lambda x, y: (x + y) / 4 + x * y / 2,
          "(x + y)/4 + xy/2", 2),
    _case("spectral, (a + b)/2", lambda n: SpectralUnit(),
          {"variables": (Encoded(0, 0), Encoded(1, 1)), "halves": (Encoded(0.5, 2),)}, lambda a, b: (a + b) / 2, "(a + b)/2", 2,
          format="bipolar", result="bipolar"),
    _series("exp(-x)", lambda x: np.exp(-x)),
    _series("sin(x)", np.sin),
    _series("cos(x)", np.cos),
    _series("log(1+x)", np.log1p),
    _series("tanh(x)", np.tanh),
    _series("sigmoid(x)", lambda x: 1 / (1 + np.exp(-x))),
    _case("normalizer of 4", lambda n: Normalizer(4), {"streams": tuple(Encoded(k, k) for k in range(4)), "select": Random(4)},
          lambda *p: p[0] / sum(p), "p1/(p1 + ... + p4)", 4, output=_shares, domain=at_least(1 / 16)),
    _case("softmax of 3, fifth order", lambda n: Softmax(3),
          {f"copies_{k}": _copies(5, k) for k in range(3)} | {f"random_{k}": Random(5 + k) for k in range(4)}
          | {"select": Random(9)},
          _softmax, "E(1 - p1)/sum E(1 - p_i)", 3, output=_shares),
    _case("deviation from the mean of 4", lambda n: Deviation(4),
          {"streams": tuple(Encoded(k, 0) for k in range(4)), "select": Random(1), "half": Encoded(0.5, 2)},
          lambda *v: (v[0] - sum(v) / 4) / 2, "(v1 - mean)/2", 4, output=lambda outputs: outputs.deviations & 1, format="bipolar",
          result="bipolar"),
    _case("squashed length of 4", lambda n: SquashedLength(4),
          {"copies": tuple(Encoded(k, k) for k in range(4)), "others": tuple(Encoded(k, 4 + k) for k in range(4)),
           "select": Random(8), "random": Random(9)},
          lambda *p: sum(each**2 for each in p) / (1 + sum(each**2 for each in p)), "|x|^2/(1 + |x|^2)", 4),
    _case("squash of 2, root counter of 6 bits", lambda n: Squash(2),
          {"streams": (Encoded(0, 0), Encoded(1, 0))}
          | {f"{port}_{side}": tuple(Encoded(k, 1 + 4 * s + 2 * c + k) for k in range(2))
             for s, side in enumerate("ab") for c, port in enumerate(("copies", "others"))}
          | {"select_a": Random(9), "random_a": Random(10), "select_b": Random(11), "random_b": Random(12),
             "random_root": Random(13), "other_root": Random(14)},
          lambda p, q: p * np.sqrt(p**2 + q**2) / (1 + p**2 + q**2), "p1 |x|/(1 + |x|^2)", 2, output="result_0"),
)
