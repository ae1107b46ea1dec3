# amaranth: UnusedElaboratable=no
"""ReSC units against their polynomial, for every input, and against the published errors of a test polynomial."""

import numpy as np
import pytest
from scipy.interpolate import BPoly

import models
from gateware.sc.circuit import connect, number
from gateware.sc.contract import ContractError
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.functions.bernstein import BernsteinSelector, BernsteinUnit
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.sobol import Sobol
from models.steady_state import steady_state

from .protocol import TAPS, numbers


def polynomial(coefficients):
    return BPoly(np.array(coefficients, float)[:, None], [0, 1])


@pytest.mark.parametrize(("coefficients", "width"), [((2, 5, 3, 6), 3), ((0, 40, 90, 3, 128, 60, 127), 7), ((1, 0), 1)])
def test_unit_computes_its_polynomial(coefficients, width):
    component = BernsteinUnit(coefficients, width)
    for p in (0, 0.1, 0.5, 0.8, 1):
        exact = steady_state(component, copies=p, random="uniform").result
        assert exact == pytest.approx(float(polynomial(coefficients)(p)) / 2**width, abs=1e-12)
        assert component.expectation(p) == pytest.approx(exact, abs=1e-12)


def test_selector_computes_the_polynomial_of_its_streams():
    for p in (0.2, 0.7):
        exact = steady_state(BernsteinSelector(3), copies=p, coefficients=(0.25, 0.625, 0.375, 0.75)).result
        assert exact == pytest.approx(float(polynomial((2, 5, 3, 6))(p)) / 8)
        assert exact == pytest.approx(1 / 4 + 9 * p / 8 - 15 * p**2 / 8 + 5 * p**3 / 4)


def rmse(n, randoms):
    """Of the test polynomial over 1000 random operands; three numbers make the copies, the fourth the coefficient."""
    component = BernsteinUnit([each << n - 3 for each in (2, 5, 3, 6)], n)
    operands = np.random.default_rng(0).integers(0, (1 << n) + 1, 1000)
    copies = sum((operands > random[:, None]).astype(np.uint64) << np.uint64(k) for k, random in enumerate(randoms[:3]))
    result = models.golden(component).run({"copies": copies, "random": randoms[3]}).result.mean(axis=0)
    return np.sqrt(np.mean((result - polynomial((2, 5, 3, 6))(operands / (1 << n)) / 8) ** 2))


@pytest.mark.parametrize(("n", "lfsr", "sobol"), [(8, 0.0156, 0.01255), (10, 0.0053, 0.0031), (12, 0.0032, 0.0010)])
def test_errors_of_the_published_polynomial(n, lfsr, sobol):
    assert rmse(n, [numbers(Sobol(n, dimension), 1 << n) for dimension in (1, 2, 3, 4)]) <= sobol
    sequence = numbers(LFSR(n, taps=TAPS[n]), (1 << n) - 1)
    phases = [[np.resize(np.roll(sequence, -(k * len(sequence) // 4 + 41 * seed)), 1 << n) for k in range(4)]
              for seed in range(6)]
    assert np.mean([rmse(n, each) for each in phases]) <= lfsr


def encoded(random):
    return connect(ComparatorEncoder(8), value=number("x", 8), random=random).stream


def test_contract():
    a, b, c, d = (connect(Sobol(8, dimension))[0] for dimension in (1, 2, 3, 4))
    component = BernsteinUnit((2, 5, 3, 6), 8)
    connect(component, copies=(encoded(a), encoded(b), encoded(c)), random=d)
    with pytest.raises(ContractError, match=r"^BernsteinUnit needs copies\[0\] and copies\[2\] with SCC = 0, .* SCC = \+1"):
        connect(component, copies=(encoded(a), encoded(b), encoded(a)), random=d)
    with pytest.raises(ContractError, match=r"^BernsteinUnit needs copies\[1\] and random with SCC = 0"):
        connect(component, copies=(encoded(a), encoded(b), encoded(c)), random=b)
    shared = tuple(encoded(d) for _ in range(4))
    connect(BernsteinSelector(3), copies=(encoded(a), encoded(b), encoded(c)), coefficients=shared)


@pytest.mark.parametrize(("arguments", "message"), [
    (((0, 1), 0), "BernsteinUnit width must be between 1 and 32, not 0"),
    (((0,), 3), "BernsteinUnit coefficients must be 2 to 64, not 1"),
    (((0, 9), 3), "BernsteinUnit coefficients must be between 0 and 8, not 9"),
    (((-1, 8), 3), "BernsteinUnit coefficients must be between 0 and 8, not -1"),
])
def test_unit_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        BernsteinUnit(*arguments)


def test_other_parameters_refused():
    with pytest.raises(ValueError, match="^BernsteinSelector degree must be between 1 and 63, not 64$"):
        BernsteinSelector(64)
    with pytest.raises(TypeError, match="^BernsteinUnit coefficients must be an integer, not 0.5$"):
        BernsteinUnit((0.5, 1))
