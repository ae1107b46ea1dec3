# amaranth: UnusedElaboratable=no
"""Properties of order statistics: all proven, and refuted where a component breaks them."""

import pytest

from gateware.sc.order.counter import CompareExchange
from gateware.sc.order.sorting import SortingNetwork
from gateware.sc.order.tree import PassOne, WinnerTakeAll
from sim.proof import prove
from sim.properties.property import properties_of

COMPONENTS = [CompareExchange(), CompareExchange(1), CompareExchange(100), SortingNetwork(3, 1), SortingNetwork(),
              SortingNetwork(6, None),
              PassOne(5), WinnerTakeAll(3, 1), WinnerTakeAll(6)]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: type(component).__name__)
def test_every_property_is_proven(component):
    names = {each.name for each in properties_of(component)}
    goals = {goal.name: goal.holds for goal in prove(component).goals}
    assert names and names <= set(goals) and all(goals.values())
