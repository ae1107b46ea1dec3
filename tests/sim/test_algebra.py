# amaranth: UnusedElaboratable=no
from dataclasses import replace

import pytest

from gateware.neurons.izhikevich import Izhikevich
from gateware.step.lowering import lower
from gateware.step.shapes import Range
from gateware.step.symbolic import symbol
from gateware.step.target import TARGETS
from gateware.step.trace import Graph
from sim.algebra import Algebra, compare_graph

from ..gateware.step.everything import everything
from ..gateware.step.synthetic import Synthetic

COMPONENTS = {"Izhikevich": Izhikevich(), "Synthetic": Synthetic(), "everything": everything()}


def unknowns(domain, *ranges):
    return [symbol(domain, Range(*limits), domain.unknown(Range(*limits), "input", k)) for k, limits in enumerate(ranges)]


def test_a_value_is_its_upper_and_lower_bits():
    domain = Algebra()
    x, = unknowns(domain, (-1000, 1000))
    low = domain.operations["wrap"](x, Range(0, 15))
    assert ((x >> 4) * 16 + low).raw == x.raw != low.raw


def test_equal_integers_have_equal_forms():
    domain = Algebra()
    x, y, z = unknowns(domain, (-1000, 1000), (-2**30, 2**30), (0, 7))
    round_ = domain.operations["scale_round"]
    assert ((x + y) * (x - y)).raw == (x * x - y * y).raw
    assert round_(x, 6).raw == (((x >> 5) + 1) >> 1).raw
    assert ((x * 8 + z) >> 3).raw == x.raw and ((y * 3 + 2**40) >> 5).raw == ((y * 3 >> 5) + 2**35).raw
    assert (z >> 3).raw == ()
    assert domain.operations["mux"](x < y, x, y).raw == domain.operations["mux"](x - y < 0, x, y).raw


def test_unequal_integers_have_unequal_forms():
    domain = Algebra()
    x, y = unknowns(domain, (-1000, 1000), (0, 9))
    round_ = domain.operations["scale_round"]
    for one, other in ((x >> 1, (x + 1) >> 1), (x * y, x * x), (round_(x, 4), x >> 4), ((x + y) >> 1, (x >> 1) + (y >> 1)),
                       ((x * 8 + y) >> 3, x)):
        assert one.raw != other.raw


@pytest.mark.parametrize("room", [7.5, 12.0, 18.0])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", COMPONENTS)
def test_a_lowered_graph_is_its_step(name, target, room):
    component = COMPONENTS[name]
    claims = dict(compare_graph(component, lower(component.graph, TARGETS[target], room)))
    assert all(claims.values()) and set(component.outputs._fields) < set(claims)


def changed(graph, kind, **how):
    """The graph with the last node of a kind changed."""
    at = max(k for k, node in enumerate(graph.nodes) if node.primitive == kind)
    nodes = [*graph.nodes]
    nodes[at] = replace(nodes[at], **{name: change(nodes[at]) for name, change in how.items()})
    return Graph(tuple(nodes), graph.next_state, graph.outputs)


@pytest.mark.parametrize("primitive, how", [
    ("join", {"static": lambda node: {"k": node.static["k"] + 1}}),
    ("times", {"operands": lambda node: (node.operands[1], node.operands[1])}),
    ("add", {"primitive": lambda node: "sub"}),
    ("shr", {"static": lambda node: {"n": node.static["n"] + 1}}),
    ("entry", {"static": lambda node: node.static | {"table": node.static["table"][1:] + (2024,)}}),
    ("mux", {"operands": lambda node: (node.operands[0], node.operands[2], node.operands[1])}),
], ids=lambda each: each if isinstance(each, str) else "")
def test_a_changed_graph_is_another_one(primitive, how):
    component = COMPONENTS["Synthetic"]
    graph = changed(lower(component.graph, TARGETS["ecp5"], 7.5), primitive, **how)
    claims = dict(compare_graph(component, graph))
    assert not all(claims[name] for name in ("v", "w", "y", "power"))


def test_a_range_that_is_too_narrow_is_found():
    component = COMPONENTS["Synthetic"]
    graph = changed(lower(component.graph, TARGETS["ecp5"], 7.5), "times", shape=lambda node: Range(1, node.shape.hi))
    assert [name for name, holds in compare_graph(component, graph) if not holds][0].startswith("the range of node ")
