# amaranth: UnusedElaboratable=no
"""Properties: right ones are proven, and each kind of wrong one is refuted."""

import pytest

from gateware.sc.arithmetic.scaled_adder import ScaledAdder
from gateware.sc.sources.ramp import RampCounter
from gateware.step import count_to, popcount, to_int
from sim.proof import prove
from sim.properties import property as registry
from sim.properties.property import always, distinct, invariant


@pytest.fixture(autouse=True)
def only_mine(monkeypatch):
    """The registered properties are put aside, and what a test registers is forgotten."""
    monkeypatch.setattr(registry, "_PROPERTIES", [])
    monkeypatch.setattr("sim.properties.load", lambda: None)


def goals(component):
    return {goal.name: goal.holds for goal in prove(component).goals if goal.name.startswith("p:")}


def test_a_potential():
    @always(ScaledAdder, "p: kept")
    def kept(params, state, inputs, following, outputs):
        return following.remainder - state.remainder == popcount(inputs.streams) - params.width * to_int(outputs.sum)

    @always(ScaledAdder, "p: lost")
    def lost(params, state, inputs, following, outputs):
        return following.remainder - state.remainder == popcount(inputs.streams) - 2 * params.width * to_int(outputs.sum)

    assert goals(ScaledAdder(5)) == {"p: kept": True, "p: lost": False}


def test_an_invariant_must_hold_at_first_and_be_kept():
    @invariant(RampCounter, "p: bounded")
    def bounded(params, state):
        return state.count < 10

    assert goals(RampCounter(10)) == {"p: bounded": True} and goals(RampCounter(12)) == {"p: bounded": False}
    registry._PROPERTIES.clear()

    @invariant(RampCounter, "p: not at first")
    def not_at_first(params, state):
        return state.count > 20

    assert goals(RampCounter(12)) == {"p: not at first": False}


def test_an_invariant_is_assumed_of_the_others():
    @always(RampCounter, "p: even")
    def even(params, state, inputs, following, outputs):
        return outputs.ramp != 11

    assert goals(RampCounter(12)) == {"p: even": False}

    @invariant(RampCounter, "p: never")
    def never(params, state):
        return state.count != 11

    # What assumes a wrong invariant is of no use, and the wrong one shows.
    assert goals(RampCounter(12)) == {"p: even": True, "p: never": False}


def test_distinct_phases_have_distinct_values():
    @distinct(RampCounter, "p: all")
    def every(params, state, outputs):
        return state.count, count_to(outputs.ramp, params.modulus)

    @distinct(RampCounter, "p: halves")
    def halves(params, state, outputs):
        return state.count, outputs.ramp >> 1

    assert goals(RampCounter(13)) == {"p: all": True, "p: halves": False}


def test_properties_are_inherited_and_belong_to_their_class():
    @always(RampCounter, "p: mine")
    def mine(params, state, inputs, following, outputs):
        return outputs.ramp >= 0

    class Derived(RampCounter):
        pass

    assert goals(Derived(5)) == {"p: mine": True} and goals(ScaledAdder(2)) == {}
