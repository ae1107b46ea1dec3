# amaranth: UnusedElaboratable=no
"""Spectral synthesis: the Walsh-Hadamard spectrum of the logic that comes out is the polynomial that went in."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.linalg import hadamard

import models
from gateware.sc.functions.spectral import SpectralUnit
from models.sc_fit import fit_spectral
from models.steady_state import steady_state

AVERAGE = (0, 0.5, 0.5, 0)
MIXED = (0, 0.25, 0.25, -0.125, 0.25, 0, 0, 0.125)
PRODUCT = (0, 0, 0, 1)


@pytest.mark.parametrize("coefficients", [AVERAGE, MIXED, PRODUCT, (0.5, -0.25)])
@pytest.mark.parametrize("more", [0, 2])
def test_spectrum_of_the_logic(coefficients, more):
    n = len(coefficients).bit_length() - 1
    k = SpectralUnit(coefficients).inputs.halves.width + more
    inputs = np.arange(1 << (n + k))
    result = models.golden(SpectralUnit(coefficients, k)).run({"variables": inputs & (1 << n) - 1, "halves": inputs >> n}).result
    # Row S of the matrix is the product of (-1)**bit over S, and our signs are the other way round.
    spectrum = hadamard(1 << (n + k)) @ (2.0 * result - 1) / (1 << (n + k))
    signs = (-1.0) ** np.bitwise_count(np.arange(1 << n))
    assert spectrum[:1 << n] * signs == pytest.approx(coefficients)


@pytest.mark.parametrize("coefficients", [AVERAGE, MIXED, PRODUCT])
def test_expectation(coefficients):
    component, n = SpectralUnit(coefficients), len(coefficients).bit_length() - 1
    p = (0.1, 0.6, 0.85)[:n]
    v = [2 * each - 1 for each in p]
    value = sum(f * np.prod([v[i] for i in range(n) if s >> i & 1]) for s, f in enumerate(coefficients))
    exact = steady_state(component, variables=p, halves=0.5).result
    assert 2 * exact - 1 == pytest.approx(value)
    assert component.expectation(*p) == pytest.approx(exact)


def test_product_is_an_xnor():
    result = models.golden(SpectralUnit(PRODUCT)).run({"variables": [0, 1, 2, 3] * 2, "halves": [0] * 4 + [1] * 4}).result
    assert result.tolist() == [1, 0, 0, 1] * 2


@pytest.mark.parametrize(("function", "variables"), [
    (lambda x, y: (x + y) / 2, 2), (lambda x, y, z: 0.5 * x * y + 0.25 * z + 0.2 * x, 3),
    (lambda a, b, c, d: 0.3 * a * b * c - 0.4 * d + 0.1, 4)])
def test_functions_of_a_user(function, variables):
    fit = fit_spectral(function, variables, 8)
    assert fit.worst <= 2**-7
    component = SpectralUnit(fit.coefficients, 8)
    v = (0.3, -0.7, 0.9, 0.2)[:variables]
    assert 2 * component.expectation(*((each + 1) / 2 for each in v)) - 1 == pytest.approx(function(*v), abs=2**-7)


@pytest.mark.parametrize(("arguments", "message"), [
    (((0, 1, 0),), "SpectralUnit coefficients must be 2, 4, 8, 16, 32 or 64, not 3"),
    (((0.5, 0.75),), "SpectralUnit coefficients must give a function within -1 to 1, not 1.25"),
    (((0, Fraction(1, 3)),), r"SpectralUnit coefficients must give multiples of 2\*\*-15 at the corners: round them"),
    (((0, 0.25), 2), "SpectralUnit halves must be between 3 and 16 for these coefficients, not 2"),
    (((0, float("nan")),), "SpectralUnit coefficients must be finite numbers, not nan"),
])
def test_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        SpectralUnit(*arguments)


def test_values_of_all_variables():
    with pytest.raises(TypeError, match="^expectation takes the probabilities of 2 variables, not 1$"):
        SpectralUnit(AVERAGE).expectation(0.5)
