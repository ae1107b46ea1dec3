# amaranth: UnusedElaboratable=no
import pytest

from gateware.neurons.izhikevich import Izhikevich
from gateware.neurons.lif import LIF
from gateware.step.lowering import lower
from gateware.step.schedule import schedule
from gateware.step.shapes import Range
from gateware.step.target import TARGETS
from gateware.step.trace import Graph, Node

from .everything import everything
from .synthetic import Synthetic

CASES = [(target, component, period) for target in TARGETS.values() for component in (LIF(refractory=3), Izhikevich(), Synthetic(), everything())
         for period in (target.period, 1.5 * target.period)]
LOGIC = ("add", "sub", "mux", "saturate", "gate", "equal")


def plan_of(component, target, period):
    graph = lower(component.graph, target, period - target.overhead)
    return graph, schedule(graph, target, period)


def there(graph, plan, k):
    return plan.stages[k] + (graph.nodes[k].primitive == "table")


@pytest.mark.parametrize("target, component, period", CASES)
def test_operands_are_there_before_what_needs_them(target, component, period):
    graph, plan = plan_of(component, target, period)
    for node, stage in zip(graph.nodes, plan.stages):
        if node.primitive in ("state", "input"):
            assert stage == 0
        assert all(graph.nodes[k].primitive == "constant" or there(graph, plan, k) <= stage for k in node.operands)
    assert all(there(graph, plan, k) < plan.latency for k in (*graph.next_state, *graph.outputs) if graph.nodes[k].primitive != "constant")


@pytest.mark.parametrize("target, component, period", CASES)
def test_a_multiplier_stands_between_registers(target, component, period):
    graph, plan = plan_of(component, target, period)

    def made_in(k, stage):
        """The nodes of logic that a value comes from within a stage."""
        node = graph.nodes[k]
        if there(graph, plan, k) != stage or node.primitive in ("constant", "state", "input"):
            return []
        own = [node.primitive] if node.primitive in (*LOGIC, "times", "table") else []
        return own + [each for j in node.operands for each in made_in(j, stage)]

    for node, stage in zip(graph.nodes, plan.stages):
        before = [each for k in node.operands for each in made_in(k, stage)]
        if node.primitive == "times":
            assert not before
        elif node.primitive in LOGIC:
            assert "times" not in before


def test_a_shorter_period_has_more_stages():
    for target in TARGETS.values():
        latencies = [plan_of(Izhikevich(), target, factor * target.period)[1].latency for factor in (0.6, 1, 2, 4)]
        assert latencies == sorted(latencies, reverse=True) and latencies[0] > latencies[-1]


def test_a_value_waits_where_it_is_narrow():
    x, y = (Node("input", (), Range(-128, 127), {"name": name}) for name in "xy")
    # A product and a sum of it with what takes four products one after the other.
    product = [Node("times", (k, k), Range(0, 16384)) for k in (0, 1)]
    chain = [Node("wrap", (3,), Range(0, 127)), Node("times", (4, 4), Range(0, 16129)), Node("wrap", (5,), Range(0, 127)),
             Node("times", (6, 6), Range(0, 16129))]
    graph = Graph((x, y, *product, *chain, Node("add", (2, 7), Range(0, 32513))), (), (8,))
    plan = schedule(graph, TARGETS["ice40"], 20.0)
    # It is made in the clock of the last of them: until then its factor waits, in half as many bits.
    assert plan.stages[2] == plan.stages[7] == plan.stages[8] - 1


def test_a_memory_is_read_in_a_clock_of_its_own():
    graph, plan = plan_of(Synthetic(), TARGETS["ecp5"], TARGETS["ecp5"].period)
    table = next(k for k, node in enumerate(graph.nodes) if node.primitive == "table")
    entries = [k for k, node in enumerate(graph.nodes) if node.primitive == "entry"]
    assert all(plan.stages[k] > plan.stages[table] for k in entries)
