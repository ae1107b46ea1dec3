# amaranth: UnusedElaboratable=no
"""The stanh chain against the closed form of its exact steady state, and its errors behind good and bad sources."""

import math

import numpy as np
import pytest

import models
from gateware.sc.circuit import connect, number
from gateware.sc.contract import ContractError, Stream
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.functions.log_odds_gain import LogOddsGain
from gateware.sc.sources.leap_forward import LeapForwardLFSR
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from models.steady_state import steady_state

from .protocol import rmse


def truth(states):
    return lambda v: math.tanh(states / 2 * math.atanh(v)) if abs(v) < 1 else v


@pytest.mark.parametrize("states", [2, 6, 8, 32])
def test_steady_state_is_the_closed_form(states):
    component = LogOddsGain(states)
    for v in (-1, -0.8, -0.25, 0, 0.1, 0.6, 1):
        exact = 2 * steady_state(component, stream=(v + 1) / 2).result - 1
        assert exact == pytest.approx(truth(states)(v), abs=1e-9)
        assert 2 * component.expectation((v + 1) / 2) - 1 == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize(("states", "gap"), [(4, 0.0549), (8, 0.0131), (16, 0.0032), (32, 0.0008)])
def test_gap_to_the_usual_formula(states, gap):
    component = LogOddsGain(states)
    worst = max(abs(2 * component.expectation((v + 1) / 2) - 1 - math.tanh(states * v / 2))
                for v in np.linspace(-1, 1, 2001).tolist())
    assert worst == pytest.approx(gap, abs=0.00006)


def test_leap_forward_source():
    assert rmse(LogOddsGain(8), 12, "leap", truth(8)) <= 0.02  # Coin flips give 0.028.


@pytest.mark.parametrize(("kind", "n", "figure"), [("LFSR", 8, 0.180), ("LFSR", 10, 0.135), ("LFSR", 12, 0.142),
                                                   ("Sobol", 8, 0.264), ("Sobol", 10, 0.302), ("Sobol", 12, 0.318)])
def test_trap_of_dependent_bits(kind, n, figure):
    """Errors that no length takes away, as published; they depend a little on polynomial and phases."""
    assert rmse(LogOddsGain(8), n, kind, truth(8)) == pytest.approx(figure, rel=0.1)


@pytest.mark.parametrize("serial", ["shifted", "low discrepancy", "ramp", "derived"])
def test_dependent_bits_are_refused(serial):
    with pytest.raises(ContractError, match="LeapForwardLFSR"):
        LogOddsGain.contract.check("LogOddsGain", {"stream": [Stream(frozenset(["a"]), serial)]})
    LogOddsGain.contract.check("LogOddsGain", {"stream": [Stream(frozenset(["a"]), "independent")]})


@pytest.mark.parametrize("source", [LFSR(8), Sobol(8, 1), RampCounter(8)])
def test_wrong_sources_are_refused_where_they_are_wired(source):
    def stream(source):
        return connect(ComparatorEncoder(8), value=number("x", 8), random=connect(source)[0]).stream

    with pytest.raises(ContractError, match="^LogOddsGain needs stream with bits independent from clock .*LeapForwardLFSR"):
        connect(LogOddsGain(8), stream=stream(source))
    connect(LogOddsGain(8), stream=stream(LeapForwardLFSR(8)))


def test_output_is_of_the_state_alone():
    flips = models.golden(LogOddsGain(2)).run({"stream": [0, 1, 1, 0, 0, 1]}).result
    assert flips.tolist() == [1, 0, 1, 1, 0, 0]


@pytest.mark.parametrize("states", [-2, 0, 7, 1026])
def test_states_refused(states):
    with pytest.raises(ValueError, match=f"^LogOddsGain states must be an even number between 2 and 1024, not {states}$"):
        LogOddsGain(states)


def test_states_of_another_type_refused():
    with pytest.raises(TypeError, match=r"^LogOddsGain states must be an integer, not 8.0$"):
        LogOddsGain(8.0)
