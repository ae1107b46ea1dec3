# amaranth: UnusedElaboratable=no
"""Properties of dividers and roots: all proven, and refuted where a component breaks them."""

import pytest

from gateware.sc.division.addie import AddieDivider
from gateware.sc.division.addie_root import AddieRoot, DelayedAddieRoot
from gateware.sc.division.emit_root import EmitRoot
from gateware.sc.division.harmonic_mean import HarmonicMeanWithOne
from gateware.sc.division.restoring import RestoringDivider
from gateware.step import Range
from sim.proof import prove
from sim.properties.property import properties_of

COMPONENTS = [AddieDivider(5), AddieRoot(4), AddieRoot(8), DelayedAddieRoot(5), EmitRoot(2), EmitRoot(4), EmitRoot(16),
              HarmonicMeanWithOne(), RestoringDivider(4), RestoringDivider(16)]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: type(component).__name__)
def test_every_property_is_proven(component):
    names = {each.name for each in properties_of(component)}
    goals = {goal.name: goal.holds for goal in prove(component).goals}
    assert names and names <= set(goals) and all(goals.values())


def test_a_queue_that_is_too_short_is_refuted():
    component = EmitRoot(4)
    component.params = component.params._replace(span=Range(0, 1))
    assert [goal.name for goal in prove(component).goals if not goal.holds] == [
        "no bit is lost: in and emitted less out is what more waits"]
