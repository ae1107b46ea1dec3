# amaranth: UnusedElaboratable=no
"""Squash and its length against the formula, in the steady state and on random streams."""

import numpy as np
import pytest

import models
from gateware.sc.functions.squash import Squash, SquashedLength
from models.steady_state import steady_state


@pytest.mark.parametrize("values", [(0.3, 0.8), (1, 1), (0.05, 0.1)])
def test_length(values):
    square = sum(p * p for p in values)
    component = SquashedLength(2, 4)
    exact = steady_state(component, copies=values, others=values, select="uniform", random="uniform").result
    assert exact == pytest.approx(square / (1 + square), abs=1e-9)
    assert component.expectation(*values) == pytest.approx(exact, abs=1e-9)


def test_length_with_a_rounded_constant():
    values, component = (0.3, 0.8, 0.1), SquashedLength(3, 6)
    exact = steady_state(component, copies=values, others=values, select="uniform", random="uniform").result
    assert exact == pytest.approx(0.74 / (0.74 + 3 * 21 / 64), abs=1e-9)
    assert component.expectation(*values) == pytest.approx(exact, abs=1e-9)


def test_squash_of_random_streams():
    rng, component, length = np.random.default_rng(0), Squash(3, 8, 7), 1 << 18
    values = np.array((0.2, 0.9, 0.6))
    inputs = {name: (rng.random((length, 3)) < values) @ (1, 2, 4) for name in
              ("streams", "copies_a", "others_a", "copies_b", "others_b")}
    inputs |= {name: rng.integers(0, shape.hi + 1, length) for name, shape in component.inputs._asdict().items()
               if name not in inputs}
    result = models.golden(component).run(inputs)
    square = float(values @ values)
    assert [each[4096:].mean() for each in result] == pytest.approx(values * np.sqrt(square) / (1 + square), abs=0.01)
    assert component.expectation(*values) == pytest.approx(values * np.sqrt(square) / (1 + square), abs=0.002)


@pytest.mark.parametrize(("component", "arguments", "message"), [
    (SquashedLength, (1,), "SquashedLength inputs must be between 2 and 32, not 1"),
    (SquashedLength, (4, 3), "SquashedLength width must be between 4 and 16, not 3"),
    (Squash, (33,), "Squash inputs must be between 2 and 32, not 33"),
    (Squash, (4, 8, 1), "Squash root_width must be between 2 and 16, not 1"),
])
def test_refused(component, arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        component(*arguments)
