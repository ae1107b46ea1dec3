# amaranth: UnusedElaboratable=no
"""Polynomials in several variables against NumPy's, and three functions of a user."""

import itertools
import math

import numpy as np
import pytest

from gateware.sc.functions.bernstein import BernsteinUnit
from gateware.sc.functions.multivariate_bernstein import MultivariateBernstein
from models.sc_fit import fit_bernstein
from models.steady_state import steady_state


def truth(coefficients, width, values):
    result = np.array(coefficients, float) / 2**width
    for p in values:
        degree = len(result) - 1
        result = np.tensordot([math.comb(degree, k) * p**k * (1 - p) ** (degree - k) for k in range(degree + 1)], result, 1)
    return float(result)


@pytest.mark.parametrize("degrees", [(3,), (1, 1), (2, 1, 2), (1, 1, 1, 1, 1, 1)])
def test_every_order_of_variables(degrees):
    rng = np.random.default_rng(len(degrees))
    coefficients = rng.integers(0, 9, [degree + 1 for degree in degrees])
    component = MultivariateBernstein(coefficients, 3)
    values = rng.random(len(degrees)).tolist()
    copies = list(itertools.chain(*([p] * degree for p, degree in zip(values, degrees))))
    exact = steady_state(component, copies=copies, random="uniform").result
    assert exact == pytest.approx(truth(coefficients, 3, values), abs=1e-12)
    assert component.expectation(*values) == pytest.approx(exact, abs=1e-12)


def test_one_variable_is_the_bernstein_unit():
    assert [MultivariateBernstein((2, 5, 3, 6), 3).expectation(p) for p in (0, 0.3, 1)] == pytest.approx(
        [BernsteinUnit((2, 5, 3, 6), 3).expectation(p) for p in (0, 0.3, 1)])


@pytest.mark.parametrize(("function", "variables", "tolerance"), [
    (lambda x, y: math.exp(-x * y), 2, 0.005),
    (lambda x, y: math.hypot(x, y) / math.sqrt(2), 2, 0.04),
    (lambda x, y, z: (x * y + z * z) / 2, 3, 0.005),
])
def test_functions_of_a_user(function, variables, tolerance):
    fit = fit_bernstein(function, variables=variables, tolerance=tolerance)
    component = MultivariateBernstein(fit.coefficients, fit.width)
    assert component.degrees == fit.degrees and fit.worst <= tolerance
    for values in itertools.product((0.1, 0.35, 0.9), repeat=variables):
        exact = steady_state(component, random="uniform", copies=list(
            itertools.chain(*([p] * degree for p, degree in zip(values, fit.degrees))))).result
        assert exact == pytest.approx(function(*values), abs=tolerance * 1.1)


@pytest.mark.parametrize(("arguments", "message"), [
    ((((0, 1), (1,)), 3),
     r"MultivariateBernstein coefficients must have sequences of one length at each level, not \(\(0, 1\), \(1,\)\)"),
    ((((0, 9), (1, 2)), 3), "MultivariateBernstein coefficients must be between 0 and 8, not 9"),
    ((((0,), (1,)), 3), "MultivariateBernstein coefficients must be at least 2 per variable and at most 64 in all, not 2 x 1"),
    ((np.zeros((5, 13), int), 3),
     "MultivariateBernstein coefficients must be at least 2 per variable and at most 64 in all, not 5 x 13"),
    ((np.zeros((2,) * 7, int), 3), "MultivariateBernstein coefficients must be of 1 to 6 variables, not of 7"),
    ((5, 3), "MultivariateBernstein coefficients must be of 1 to 6 variables, not of 0"),
    (((0, 1), 33), "MultivariateBernstein width must be between 1 and 32, not 33"),
])
def test_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        MultivariateBernstein(*arguments)


def test_values_of_all_variables():
    with pytest.raises(TypeError, match="^expectation takes the values of 2 variables, not 1$"):
        MultivariateBernstein().expectation(0.5)
