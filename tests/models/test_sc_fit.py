# amaranth: UnusedElaboratable=no
"""Fits: the predicted errors are those of the hardware's exact expectation, and published coefficients are met."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.interpolate import BPoly

from gateware.sc.functions.bernstein import BernsteinUnit
from gateware.sc.functions.linear_fsm import LinearFSM
from models.sc_fit import fit_bernstein, fit_linear_fsm, fit_spectral, power_to_bernstein
from models.steady_state import steady_state


@pytest.mark.parametrize(("function", "states", "format", "worst"), [
    (lambda v: math.sin(math.pi * v / 2), 8, "bipolar", 0.016), (lambda v: math.tanh(2 * v), 8, "bipolar", 0.004),
    (lambda p: math.exp(-p), 8, "unipolar", 0.01), (lambda p: 0.5 - 0.4 * math.cos(math.pi * p), 8, "unipolar", 0.02)])
def test_state_machines_of_a_user(function, states, format, worst):
    fit = fit_linear_fsm(function, states, format=format)
    component, bipolar = LinearFSM(fit.weights, fit.width), format == "bipolar"
    assert fit.worst <= worst and fit.rms <= fit.worst
    for p in (0, 0.1, 0.35, 0.5, 0.8, 1):
        exact = steady_state(component, stream=p, random="uniform").result
        error = 2 * exact - 1 - function(2 * p - 1) if bipolar else exact - function(p)
        assert abs(error) <= fit.worst * 1.01 + 1e-9


def test_state_machine_that_there_is():
    """tanh(4 artanh v) is that of the weights 0, 0, 0, 0, 1, 1, 1, 1."""
    fit = fit_linear_fsm(lambda v: math.tanh(4 * math.atanh(v)) if abs(v) < 1 else v, 8)
    assert fit.weights == (0,) * 4 + (256,) * 4 and fit.worst < 1e-6


def test_rounding_of_weights_is_not_worse_than_of_each_by_itself():
    coarse, fine = fit_linear_fsm(lambda v: v**3 / 2 + v / 4, 8, 2), fit_linear_fsm(lambda v: v**3 / 2 + v / 4, 8, 16)
    assert fine.rms <= coarse.rms <= fine.rms + 0.15


@pytest.mark.parametrize("powers", [[0.25, 9 / 8, -15 / 8, 5 / 4], [0, 1], [1, -1, Fraction(1, 2)]])
@pytest.mark.parametrize("more", [0, 3])
def test_power_to_bernstein(powers, more):
    bernstein = power_to_bernstein(powers, len(powers) - 1 + more)
    polynomial = BPoly(np.array([float(each) for each in bernstein])[:, None], [0, 1])
    x = np.linspace(0, 1, 11)
    assert polynomial(x) == pytest.approx(np.polynomial.polynomial.polyval(x, [float(each) for each in powers]))


def test_published_bernstein_coefficients():
    assert power_to_bernstein([Fraction(1, 4), Fraction(9, 8), Fraction(-15, 8), Fraction(5, 4)]) == [
        Fraction(2, 8), Fraction(5, 8), Fraction(3, 8), Fraction(6, 8)]


@pytest.mark.parametrize(("function", "tolerance", "degree"), [
    (lambda x: math.exp(-2 * x), 0.02, 3), (lambda x: 0.5 + 0.4 * math.sin(6 * x), 0.02, 10), (lambda x: 1 - x / 2, 0.001, 1)])
def test_degree_is_chosen(function, tolerance, degree):
    fit = fit_bernstein(function, tolerance=tolerance)
    assert fit.degrees == (degree,) and fit.worst <= tolerance
    assert list(fit.tried) == list(range(1, degree + 1)) and all(worst > tolerance for worst in list(fit.tried.values())[:-1])
    component = BernsteinUnit(fit.coefficients, fit.width)
    errors = [component.expectation(x) - function(x) for x in np.linspace(0, 1, 1001).tolist()]
    assert np.abs(errors).max() == pytest.approx(fit.worst) and np.sqrt(np.mean(np.square(errors))) == pytest.approx(fit.rms)


def test_logarithm():
    fit = fit_bernstein(math.log1p, 5, width=10)
    assert fit.worst < 0.00025 and all(0 <= each <= 1024 for each in fit.coefficients)


def test_gamma_is_fitted_as_well_as_published():
    fit = fit_bernstein(lambda x: x**0.45, 6, width=16)
    published = BPoly(np.array([0.0955, 0.7207, 0.3476, 0.9988, 0.7017, 0.9695, 0.9939])[:, None], [0, 1])
    x = np.linspace(0, 1, 1001)
    assert fit.rms <= np.sqrt(np.mean((published(x) - x**0.45) ** 2)) + 1e-6


def test_best_degree_is_named_where_none_is_good_enough():
    with pytest.raises(ValueError, match=r"^tolerance must be at least 0\.\d+, .* with degree \d+, the best up to 20, not 0.001"):
        fit_bernstein(lambda x: 1.0 if x > 0.5 else 0.0, tolerance=0.001, points=65)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: fit_linear_fsm(abs, 1), "states must be between 2 and 64, not 1"),
    (lambda: fit_linear_fsm(abs, 8, 17), "width must be between 1 and 16, not 17"),
    (lambda: fit_linear_fsm(abs, 8, format="ternary"), "format must be 'bipolar' or 'unipolar', not 'ternary'"),
    (lambda: fit_linear_fsm(lambda v: 2 * v, 8), "function must be between -1 and 1, not -2.0 at -1"),
    (lambda: fit_bernstein(lambda x: x - 0.5), "function must be between 0 and 1, not -0.5 at 0"),
    (lambda: fit_bernstein(lambda x: float("nan")), "function must be between 0 and 1, not nan at 0"),
    (lambda: fit_bernstein(lambda x, y: x, (1, 2, 3), variables=2), r"degree must be one or 2, not \(1, 2, 3\)"),
    (lambda: fit_bernstein(lambda x, y: x, 8, variables=2), "degree must give at most 64 coefficients, not 81"),
    (lambda: fit_bernstein(lambda x: x, 0), "degree must be between 1 and 63, not 0"),
    (lambda: fit_spectral(lambda x: x, 7), "variables must be between 1 and 6, not 7"),
    (lambda: power_to_bernstein([0, 0, 1], 1), "degree must be at least 2, that of the polynomial, not 1"),
    (lambda: power_to_bernstein([]), "coefficients must not be empty"),
])
def test_refused(call, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        call()


def test_other_types_refused():
    with pytest.raises(TypeError, match="^states must be an integer, not 8.0$"):
        fit_linear_fsm(abs, 8.0)
