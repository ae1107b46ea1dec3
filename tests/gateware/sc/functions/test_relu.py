# amaranth: UnusedElaboratable=no
"""The rectified linear unit against its bound for every prefix, its closed form and max(v, 0)."""

import itertools

import numpy as np
import pytest

import models
from gateware.sc.functions.relu import ReLU
from models.steady_state import steady_state

from .protocol import rmse


@pytest.mark.parametrize("width", [2, 3, 6])
def test_steady_state_is_the_closed_form(width):
    component, half = ReLU(width), 1 << width - 1
    for p in (0, 0.1, 0.45, 0.5, 0.6, 0.99, 1):
        q, exact = 1 - p, steady_state(component, stream=p).result
        if p < 1:
            assert exact == pytest.approx(p + q * q / (q + sum((p / q) ** i for i in range(half))), abs=1e-9)
        assert component.expectation(p) == pytest.approx(exact, abs=1e-9)
        gap = 2 * exact - 1 - max(2 * p - 1, 0)
        assert -1e-9 <= gap <= 1 / (2 * half + 1) + 1e-9


def test_wide_counters_are_exact():
    assert ReLU(32).expectation(0.5) == pytest.approx(0.5, abs=1e-9)
    assert ReLU(32).expectation(0.3) == pytest.approx(0.5, abs=1e-9)
    assert ReLU(32).expectation(0.8) == pytest.approx(0.8, abs=1e-9)


def test_zeros_never_outnumber_ones_by_more_than_one():
    streams = np.array(list(itertools.product((0, 1), repeat=12))).T
    result = models.golden(ReLU(3)).run({"stream": streams}).result.astype(int)
    assert (2 * result - 1).cumsum(axis=0).min() == -1
    assert (result >= streams).all()


@pytest.mark.parametrize(("kind", "n", "figure"), [("Sobol", 8, 0), ("Sobol", 10, 0), ("Sobol", 12, 0),
                                                   ("LFSR", 8, 0.015), ("LFSR", 10, 0.008), ("LFSR", 12, 0.003)])
def test_errors(kind, n, figure):
    assert rmse(ReLU(6), n, kind, lambda v: max(v, 0)) <= figure * 1.1 + 1e-6


def test_refused():
    with pytest.raises(ValueError, match=r"^ReLU width must be between 2 and 32, not 1$"):
        ReLU(1)
    with pytest.raises(ValueError, match=r"^p must be between 0 and 1, not 2$"):
        ReLU().expectation(2)
