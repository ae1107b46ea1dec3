# amaranth: UnusedElaboratable=no
"""Sabs against the closed form of its exact steady state, and its errors."""

import math

import pytest

import models
from gateware.sc.functions.soft_absolute import SoftAbsolute
from models.steady_state import steady_state

from .protocol import rmse, sources


@pytest.mark.parametrize("states", [4, 12, 16])
def test_steady_state_is_the_closed_form(states):
    component = SoftAbsolute(states)
    for v in (-0.8, -0.25, 0, 0.1, 0.6):
        exact = 2 * steady_state(component, stream=(v + 1) / 2).result - 1
        assert exact == pytest.approx(v * math.tanh(states / 2 * math.atanh(v)), abs=1e-9)
        assert 2 * component.expectation((v + 1) / 2) - 1 == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("states", [4, 8, 16, 64, 256])
def test_gap_to_the_absolute_value(states):
    component = SoftAbsolute(states)
    gaps = [abs(v / 1000) - (2 * component.expectation((v / 1000 + 1) / 2) - 1) for v in range(-1000, 1001)]
    assert min(gaps) >= -1e-12 and max(gaps) <= 0.6 / states


@pytest.mark.parametrize(("kind", "n", "figure"), [("LFSR", 8, 0.052), ("LFSR", 10, 0.018), ("LFSR", 12, 0.015),
                                                   ("Sobol", 8, 0.061), ("Sobol", 10, 0.024), ("Sobol", 12, 0.006)])
def test_errors(kind, n, figure):
    assert rmse(SoftAbsolute(16), n, kind, abs) <= figure * 1.1


def test_low_discrepancy_fails_at_zero():
    """A stream of value 0 that alternates keeps the chain on two states of one side."""
    result = models.golden(SoftAbsolute(16)).run({"stream": 512 > sources("Sobol", 10)[0]}).result
    assert abs(2 * result.mean() - 1) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("states", [0, 6, 1028])
def test_states_refused(states):
    with pytest.raises(ValueError, match=rf"^SoftAbsolute states must be a multiple of 4 between 4 and 1024, not {states}$"):
        SoftAbsolute(states)
