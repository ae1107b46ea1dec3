import pytest

from gateware.step import Range, StepError, Vector
from gateware.step.trace import Node

from .written import written

REFUSED = [
    ("return State(state.s + inputs.x), Outputs(inputs.x)", "Q(8, 8)",
     r"gives state s a value from -65536 to 65534, outside Q\(8, 8\): saturate or wrap it"),
    ("return State(state.s + 1), Outputs(inputs.x)", "Range(0, 9)",
     r"gives state s a value from 1 to 10, outside Range\(lo=0, hi=9\): saturate or wrap it"),
    ("return State(inputs.a), Outputs(inputs.x)", "Range(0, 1)", r"gives state s a bit, which is declared as Range\(lo=0, hi=1\)"),
    ("return State(inputs.i), Outputs(inputs.x)", "BIT", "gives state s an int, which is declared as BIT"),
    ("return State(1), Outputs(inputs.x)", "BIT", "gives state s an int, which is declared as BIT"),
    ("return State(inputs.w), Outputs(inputs.x)", "Vector(9)",
     r"gives state s Vector\(width=8\), which is declared as Vector\(width=9\)"),
    ("return Inputs(1, 2, 3, 4, 5, 6, 7), Outputs(inputs.x)", "Range(0, 9)", "must return the next state as State, not Inputs"),
    ("return (), Outputs(inputs.x)", "Range(0, 9)", "must return the next state as State, not tuple"),
    ("return State(1), Outputs(inputs.x)", None, "must return the next state as tuple, not State"),
    ("return (), ()", None, "must return its outputs as a NamedTuple of at least one field"),
    ("return (), (inputs.x, inputs.y)", None, "must return its outputs as a NamedTuple of at least one field"),
    ("return Outputs(inputs.x)", None, r"must return \(next state, outputs\), two NamedTuples"),
    ("return inputs.x", None, r"must return \(next state, outputs\), two NamedTuples"),
    ("return (), inputs.x", None, r"must return \(next state, outputs\), two NamedTuples"),
    ("return (), (), Outputs(inputs.x)", None, r"must return \(next state, outputs\), two NamedTuples"),
    ("return (), Outputs(inputs)", None, "uses Inputs"),
]


@pytest.mark.parametrize("body, state, message", REFUSED)
def test_results_that_do_not_fit_are_refused(tmp_path, body, state, message):
    with pytest.raises(StepError, match=message) as error:
        written(tmp_path, body, state=state)
    assert ".py:" in str(error.value)


def test_equal_expressions_share_one_node(tmp_path):
    graph = written(tmp_path, "(inputs.x + inputs.y) * (inputs.x + inputs.y)").graph
    assert [node.primitive for node in graph.nodes].count("add") == 1
    product = graph.nodes[graph.outputs.o]
    assert product.primitive == "mul" and product.operands[0] == product.operands[1]


def test_the_graph_names_its_sources(tmp_path):
    graph = written(tmp_path, "return State(inputs.w), Outputs(mux(inputs.a, state.s, inputs.w))", state="Vector(8)").graph
    assert Node("state", (), Vector(8), {"name": "s"}) in graph.nodes
    assert graph.nodes[graph.next_state.s] == Node("input", (), Vector(8), {"name": "w"})
    assert graph.shapes(graph.outputs).o == Vector(8)


def test_operands_come_first(tmp_path):
    graph = written(tmp_path, "saturate(inputs.x * 3 + lookup(params.table, inputs.i), params.fmt) + 1").graph
    assert all(operand < k for k, node in enumerate(graph.nodes) for operand in node.operands)
    assert graph.nodes[graph.outputs.o].shape == Range(-127, 128)
