# amaranth: UnusedElaboratable=no
"""The comparator of streams against the closed form for independent streams, and with one random number."""

import numpy as np
import pytest

import models
from gateware.sc.functions.comparator import StreamComparator
from models.steady_state import steady_state

from .protocol import numbers, sources


@pytest.mark.parametrize("states", [2, 6, 16])
def test_odds_of_independent_streams(states):
    component = StreamComparator(states)
    for a, b in ((0.2, 0.7), (0.5, 0.5), (0.9, 0.6), (0.55, 0.5)):
        odds = (a * (1 - b) / (b * (1 - a))) ** (states / 2)
        exact = steady_state(component, a=a, b=b).greater
        assert exact == pytest.approx(odds / (1 + odds), abs=1e-9)
        assert component.expectation(a, b) == pytest.approx(exact, abs=1e-9)


def test_streams_that_never_differ_leave_the_initial_state():
    assert StreamComparator().expectation(0, 0) == StreamComparator().expectation(1, 1) == 1
    assert steady_state(StreamComparator(), a=1, b=1).greater == 1


@pytest.mark.parametrize("kind", ["LFSR", "Sobol"])
def test_one_random_number_gives_the_step_function(kind):
    random = sources(kind, 8)[0]
    a, b = (each.ravel() for each in np.meshgrid(range(257), range(0, 257, 16)))
    result = models.golden(StreamComparator(4)).run({"a": a > random[:, None], "b": b > random[:, None]}).greater
    differ = ((a > random[:, None]) != (b > random[:, None])).sum(axis=0)
    settled = differ >= 2
    assert np.array_equal(result[-1][settled], (a > b)[settled]) and settled.mean() > 0.95
    assert np.array_equal(result[-1][differ == 0], np.ones((differ == 0).sum()))


def test_sobol_streams_of_different_dimensions():
    from gateware.sc.sources.sobol import Sobol
    a, b = (numbers(Sobol(10, dimension), 1024) for dimension in (1, 2))
    left, right = (each.ravel() for each in np.meshgrid(range(0, 1025, 64), range(0, 1025, 64)))
    result = models.golden(StreamComparator(16)).run({"a": left > a[:, None], "b": right > b[:, None]}).greater
    apart = np.abs(left - right) >= 256
    assert np.abs(result.mean(axis=0) - (left > right))[apart].max() < 0.05


@pytest.mark.parametrize("states", [0, 5, 65538])
def test_states_refused(states):
    with pytest.raises(ValueError, match=rf"^StreamComparator states must be an even number between 2 and 65536, not {states}$"):
        StreamComparator(states)
