# amaranth: UnusedElaboratable=no
"""Chains of NAND gates against the functions of their series, the remainders, and series of a user."""

import math
from fractions import Fraction

import numpy as np
import pytest

import models
from gateware.sc.circuit import connect, number
from gateware.sc.contract import ContractError
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.functions.horner import HornerChain, horner_form
from gateware.sc.sources.sobol import Sobol
from models.steady_state import steady_state

from .protocol import numbers

FUNCTIONS = {
    "exp(-x)": (lambda x: math.exp(-x), 0.00121), "sin(x)": (math.sin, 3e-6), "cos(x)": (math.cos, 3e-7),
    "log(1+x)": (math.log1p, 0.0902), "tanh(x)": (math.tanh, 0.0156), "sigmoid(x)": (lambda x: 1 / (1 + math.exp(-x)), 0.0002)}


def polynomial(form, x):
    """The value of a Horner form, evaluated as a sum of powers."""
    (term, power), value, sign = form.lead, 0.0, 1
    for constant, step in (*form.stages, (0, 0)):
        value += sign * float(term) * x**power
        sign, term, power = -sign, term * constant, power + step
    return value


@pytest.mark.parametrize("name", FUNCTIONS)
def test_remainder_of_the_series(name):
    function, remainder = FUNCTIONS[name]
    form = HornerChain(name, 16).form
    worst = max(abs(polynomial(form, x) - function(x)) for x in np.linspace(0, 1, 501).tolist())
    assert worst <= remainder * 1.02
    assert worst >= remainder * 0.5 or remainder < 1e-3


@pytest.mark.parametrize("name", FUNCTIONS)
def test_wide_constants_give_the_series(name):
    component = HornerChain(name, 16)
    for x in (0, 0.3, 0.75, 1):
        assert component.expectation(x) == pytest.approx(polynomial(component.form, x), abs=2e-5)


def uniform(component):
    return {name: "uniform" for name in component.inputs._fields if name != "copies"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_exact_expectation_of_the_logic(name):
    width = {"sin(x)": 5, "cos(x)": 6}.get(name, 2 if name == "exp(-x)" else 3)
    if name in ("sin(x)", "cos(x)"):
        # Too many combinations for these widths: the series without its last term has the same constants before it.
        component = HornerChain(["0", "1", "0", "-1/6"] if name == "sin(x)" else ["1", "0", "-1/2", "0", "1/24"], width)
    else:
        component = HornerChain(name, width)
    for p in (0, 0.4, 1):
        exact = steady_state(component, copies=p, **uniform(component)).result
        assert exact == pytest.approx(component.expectation(p), abs=1e-12)


@pytest.mark.parametrize(("series", "function"), [
    ([1, -1, 1, -1], lambda x: 1 - x + x**2 - x**3),
    ([0, 0, 0.5, -0.25], lambda x: x**2 / 2 - x**3 / 4),
    (["1", "0", "-1/2", "0", "3/8"], lambda x: 1 - x**2 / 2 + 3 * x**4 / 8),
    ([0.25, 0.375, -0.1875], lambda x: 0.25 + 0.375 * x - 0.1875 * x**2),
])
def test_series_of_a_user(series, function):
    component = HornerChain(series, 4)
    for p in (0, 0.3, 0.8, 1):
        exact = steady_state(component, copies=p, **uniform(component)).result
        assert exact == pytest.approx(function(p), abs=1e-12)


def test_errors_with_low_discrepancy_sources():
    component, n = HornerChain("exp(-x)", 10), 10
    sequences = [numbers(Sobol(n, dimension), 1 << n) for dimension in range(1, 10)]
    operands = np.arange(0, 1025, 32)
    copies = sum((operands > random[:, None]).astype(np.uint64) << np.uint64(k) for k, random in enumerate(sequences[:5]))
    inputs = dict(zip((name for name in component.inputs._fields if name != "copies"), sequences[5:], strict=True))
    result = models.golden(component).run({"copies": copies, **inputs}).result.mean(axis=0)
    assert np.sqrt(np.mean((result - np.exp(-operands / 1024)) ** 2)) <= 0.0065


def test_copies_and_constants_need_sources_of_their_own():
    def sequence(dimension):
        return connect(Sobol(8, dimension))[0]

    def copies(dimensions):
        return tuple(connect(ComparatorEncoder(8), value=number("x", 8), random=sequence(each)).stream for each in dimensions)

    component = HornerChain("exp(-x)", 8)
    constants = {f"random_{k}": sequence(6 + k) for k in range(4)}
    connect(component, copies=copies((1, 2, 3, 4, 5)), **constants)
    with pytest.raises(ContractError, match=r"^HornerChain needs copies\[0\] and copies\[4\] with SCC = 0"):
        connect(component, copies=copies((1, 2, 3, 4, 1)), **constants)
    with pytest.raises(ContractError, match=r"^HornerChain needs copies\[1\] and random_2 with SCC = 0"):
        connect(component, copies=copies((1, 2, 3, 4, 5)), **(constants | {"random_2": sequence(2)}))


@pytest.mark.parametrize(("series", "message"), [
    ("erf(x)", r"HornerChain series must be one of exp\(-x\), .*sigmoid\(x\) or coefficients, not 'erf\(x\)'"),
    ([1, 1, 1], "series coefficients must alternate in sign without growing, .*, not 1, 1, 1"),
    ([0, 2, -1], "series coefficients must alternate in sign without growing, .*, not 0, 2, -1"),
    ([1, -0.25, 0.5], "series coefficients must alternate in sign without growing, .*, not 1, -0.25, 0.5"),
    ([0, 0], "series coefficients must not be all 0"),
    ([1, float("inf")], "series coefficients must be finite numbers, not inf"),
    ([0.5], "HornerChain series must need 1 to 64 copies, not 0"),
    ([1, -0.0001], r"HornerChain width must be more than 8 for these constants, of which one is less than half of 2\*\*-8"),
])
def test_series_refused(series, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        HornerChain(series)


def test_width_refused():
    with pytest.raises(ValueError, match="^HornerChain width must be between 1 and 16, not 17$"):
        HornerChain(width=17)


def test_form_of_sigmoid():
    form = horner_form(["1/2", "1/4", "0", "-1/48", "0", "1/480"])
    assert form.lead == (1, 0)
    assert form.stages == ((Fraction(1, 2), 0), (Fraction(1, 2), 1), (Fraction(1, 12), 2), (Fraction(1, 10), 2))
