# amaranth: UnusedElaboratable=no
import random

import pytest

from gateware.neurons.izhikevich import Izhikevich
from gateware.neurons.lif import LIF
from gateware.step.lowering import digits_of, lower
from gateware.step.shapes import Range
from gateware.step.target import TARGETS
from gateware.step.trace import Graph, Node

from .synthetic import Synthetic


def product_graph(a, b):
    """The graph of a product of two inputs, or of one by a constant."""
    corners = [x * y for x in a for y in b]
    sources = [Node("input", (), a, {"name": "a"})]
    sources.append(Node("constant", (), b, {"value": b.lo}) if b.lo == b.hi else Node("input", (), b, {"name": "b"}))
    return Graph((*sources, Node("mul", (0, 1), Range(min(corners), max(corners)))), (), (2,))


# What each primitive of a lowered graph makes of integers, in the words of gateware.step.lowering.
MEANING = {
    "constant": lambda node: node.static["value"],
    "add": lambda node, a, b: a + b, "sub": lambda node, a, b: a - b,
    "times": lambda node, a, b: a * b, "gate": lambda node, a, b: a * b,
    "shl": lambda node, a: a << node.static["n"], "shr": lambda node, a: a >> node.static["n"],
    "wrap": lambda node, a: a % (1 << node.shape.width), "join": lambda node, a, b: (a << node.static["k"]) + b,
}


def evaluate(graph, **inputs):
    values = []
    for node in graph.nodes:
        value = inputs[node.static["name"]] if node.primitive == "input" else MEANING[node.primitive](
            node, *(values[k] for k in node.operands))
        assert node.shape.lo <= value <= node.shape.hi, node
        if node.primitive == "join":
            assert 0 <= values[node.operands[1]] < 1 << node.static["k"]
        if node.primitive == "gate":
            assert graph.nodes[node.operands[0]].shape in (Range(0, 1), Range(-1, 0))
        values.append(value)
    return values[graph.outputs[0]]


def count(graph, primitive):
    return sum(node.primitive == primitive for node in graph.nodes)


def signed(width):
    return Range(-1 << width - 1, (1 << width - 1) - 1)


SHAPES = [(signed(27), signed(27)), (signed(20), signed(20)), (Range(0, 2**27 - 1), signed(19)), (Range(-3, 2**33), Range(-2**25, 9)),
          (Range.unsigned(18), Range.unsigned(18)), (signed(20), Range(0, 1)), (signed(24), Range(-1, 0)), (signed(30), Range(12345, 12345)),
          (signed(20), Range(-96, -96)), (Range.unsigned(30), Range(2**26 - 1, 2**26 - 1))]


@pytest.mark.parametrize("room", [18.0, 9.0])
@pytest.mark.parametrize("few", [False, True])
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("a, b", SHAPES, ids=lambda shape: f"{shape.lo}..{shape.hi}")
def test_a_split_product_is_the_product(a, b, target, few, room):
    # With no multiplier to be had, a product is a sum in logic.
    target = type(target)(**{**vars(target), "multipliers": 0 if few else 8})
    graph, random_ = lower(product_graph(a, b), target, room), random.Random(1)
    assert not few or count(graph, "times") == 0
    for x in [a.lo, a.hi, 0, -1, *(random_.randint(*a) for _ in range(40))]:
        for y in [b.lo, b.hi, *(random_.randint(*b) for _ in range(5))]:
            if a.lo <= x <= a.hi:
                assert evaluate(graph, a=x, b=y) == x * y


@pytest.mark.parametrize("name, width, multipliers", [
    ("ice40", 16, 1), ("ice40", 18, 1), ("ice40", 20, 4), ("ice40", 27, 4), ("ecp5", 18, 1), ("ecp5", 20, 1), ("ecp5", 22, 1),
    ("ecp5", 27, 4), ("ecp5", 35, 4)])
def test_how_many_multipliers_a_product_takes(name, width, multipliers):
    graph = lower(product_graph(signed(width), signed(min(width, 27))), TARGETS[name], 17.0)
    assert count(graph, "times") == multipliers


@pytest.mark.parametrize("name, component", [(name, component) for name in TARGETS for component in (LIF(), Izhikevich(), Synthetic())])
def test_factors_fit_a_multiplier_and_products_the_part(name, component):
    target = TARGETS[name]
    graph = lower(component.graph, target, target.period - target.overhead)
    assert count(graph, "times") <= target.multipliers
    for node in graph.nodes:
        if node.primitive == "times":
            shapes = [graph.nodes[k].shape for k in node.operands]
            sign = any(shape.lo < 0 for shape in shapes)
            assert all(shape.width + (sign and shape.lo >= 0) <= target.factor for shape in shapes)


def test_sums_are_as_long_as_the_period_allows():
    target = TARGETS["ice40"]
    graph = lower(Synthetic().graph, target, 9.0)
    longest = max(node.shape.width for node in graph.nodes if node.primitive in ("add", "sub"))
    assert target.inverter + target.chain + longest * target.carry <= 9.0


def test_tables_of_one_index_share_a_memory():
    graph = lower(Synthetic().graph, TARGETS["ecp5"], 7.5)
    assert (count(graph, "table"), count(graph, "entry"), count(graph, "lookup")) == (1, 3, 0)
    word = next(node for node in graph.nodes if node.primitive == "table")
    entries = [node for node in graph.nodes if node.primitive == "entry"]
    assert word.shape.width == sum(entry.shape.width for entry in entries)


def lookup_graph(entries):
    index = Node("input", (), Range(0, entries - 1), {"name": "a"})
    table = tuple(3 * k for k in range(entries))
    return Graph((index, Node("lookup", (0,), Range(0, table[-1]), {"table": table})), (), (1,))


def test_small_tables_stay_logic():
    assert [count(lower(lookup_graph(entries), TARGETS["ice40"], 17.0), "lookup") for entries in (16, 17)] == [1, 0]


def test_what_no_result_needs_is_left_out():
    graph = product_graph(signed(20), signed(20))
    unused = Graph((*graph.nodes, Node("mul", (0, 0), Range(0, 2**38))), (), graph.outputs)
    assert len(lower(unused, TARGETS["ecp5"], 7.5).nodes) == len(lower(graph, TARGETS["ecp5"], 7.5).nodes)


def test_digits_are_those_of_the_number_and_few():
    for value in (1, 7, 96, 255, 5243, -3, -96, 2**26 - 1):
        digits = digits_of(value)
        assert sum(sign << place for sign, place in digits) == value and {sign for sign, _ in digits} <= {-1, 1}
        places = [place for _, place in digits]
        assert all(later - earlier > 1 for earlier, later in zip(places, places[1:]))
    assert digits_of(7) == [(-1, 0), (1, 3)] and digits_of(0) == []
