# amaranth: UnusedElaboratable=no
import dataclasses
import re
import textwrap

import pytest
import z3

from gateware.neurons import catalogue
from gateware.neurons.izhikevich import Izhikevich
from gateware.neurons.lif import LIF
from gateware.rtlil import to_rtlil
from gateware.sc.sources.ramp import RampCounter
from gateware.step import Range, symbolic
from gateware.step.hardware import graph_logic
from sim import wires
from sim.mutants import mutants
from sim.node_proof import prove_nodes

from ..gateware.step.everything import everything
from ..gateware.step.written import written


def by_nodes(component):
    """The component with the hardware of its graph in place of that of its step."""
    component.logic = lambda m, state, inputs: graph_logic(m, component.graph, component.state, component.inputs, state, inputs)
    return component


def failing(result):
    """The goals that do not hold, without the number of nodes; every one of them says why."""
    for goal in result.goals:
        assert goal.holds is not None and bool(goal.counterexample) != goal.holds
    return {re.sub(r" of \d+ ", " ", goal.name) for goal in result.goals if not goal.holds}


GRAPH, NODES, WIDTHS = "the graph is the step's", "each nodes", "exact widths (no intermediate overflow)"


def test_all_goals_of_a_neuron_hold():
    result = prove_nodes(by_nodes(LIF(refractory=5)))
    assert result.ok and result.seconds > 0
    assert str(result) == ("proven: the graph is the step's, each of 19 nodes, exact widths (no intermediate overflow), outputs, "
                           "initial state, reset, next state, ranges")


@pytest.mark.parametrize("make", [Izhikevich, everything, lambda: RampCounter(10)], ids=["Izhikevich", "every operation", "ramp"])
def test_components_of_every_operation_are_proven(make):
    result = prove_nodes(by_nodes(make()))
    assert result.ok, str(result)


def test_a_component_without_state_has_the_goals_of_its_outputs(tmp_path):
    result = prove_nodes(by_nodes(written(tmp_path, "inputs.x * inputs.y")))
    assert [goal.name for goal in result.goals] == [GRAPH, "each of 1 nodes", WIDTHS, "outputs"]


def large(folder, stages):
    """A chain of products and interpolated tables, which no solver takes as a whole."""
    lines = ["f0 = saturate(state.s + inputs.x, WORD)"]
    for k in range(stages):
        lines += [f"p{k} = f{k} + 32768", f"i{k} = scale(p{k}, 8)", f"r{k} = p{k} - (i{k} << 8)",
                  f"a{k} = lookup(TABLE{k % 3}, i{k})", f"b{k} = lookup(TABLE{k % 3}, i{k} + 1)",
                  f"t{k} = a{k} + scale_round((b{k} - a{k}) * r{k}, 8)",
                  f"f{k + 1} = saturate(scale_round(t{k} * f{k}, 12) - maximum(t{k}, absolute(f{k})), WORD)"]
    lines.append(f"return State(f{stages}), Outputs(f{stages} > 5)")
    before = "WORD = Q(8, 8)\n" + "".join(
        f"TABLE{n} = tuple((({37 + n} * k * k) >> 3) % 65536 - 32768 for k in range(257))\n" for n in range(3))
    return by_nodes(written(folder, "\n".join(lines), before=textwrap.dedent(before), state="Q(8, 8)"))


def test_a_large_step_takes_time_in_proportion_to_its_nodes(tmp_path):
    results = {stages: prove_nodes(large(tmp_path, stages)) for stages in (5, 20)}
    assert all(result.ok for result in results.values()), str(results)
    assert int(re.search(r"each of (\d+) nodes", str(results[20]))[1]) > 300
    # Four times the nodes: four times the time, and room for a busy machine.
    assert results[20].seconds < 12 * results[5].seconds


# Every goal is seen to fail, on a broken RTL or a broken component.

def test_a_wrong_operation_is_named_with_its_operands():
    component = by_nodes(Izhikevich())
    text, count = re.subn(r"cell \$add (\$\d+)(?=(\n.*){8}\\node14\n)", r"cell $sub \1", to_rtlil(component))
    assert count == 1
    result = prove_nodes(component, text)
    assert failing(result) == {NODES}
    assert re.search(r"each of 30 nodes fails: node 14, add of node 12 and node 13: "
                     r"node 12 = -?\d+, node 13 = 573440, node 14 = -?\d+$", str(result))


def test_a_wrong_operand_is_found():
    component = by_nodes(Izhikevich())
    text = to_rtlil(component)
    assert text.count("connect \\A \\node12 [20:0]") == 1
    result = prove_nodes(component, text.replace("connect \\A \\node12 [20:0]", "connect \\A \\node29 [20:0]"))
    assert failing(result) == {NODES} and "fails: node 14, " in str(result)


@pytest.mark.parametrize("make", [Izhikevich, lambda: catalogue.neuron("leaky_integrate_and_fire")], ids=["step", "equations"])
def test_mutants_are_found(make):
    component = by_nodes(make())
    supply = mutants(to_rtlil(component), seed=1)
    found = [failing(prove_nodes(component, mutant.text)) for mutant, _ in zip(supply, range(16))]
    assert all(found) and {NODES, "initial state", "reset"} <= set.union(*found)


def test_a_graph_that_is_another_steps_is_found():
    component = Izhikevich()
    component.graph = Izhikevich(d=2.0).graph
    result = prove_nodes(by_nodes(component))
    assert failing(result) == {GRAPH}
    assert "the graph is the step's fails: its trace: is another graph" in str(result)


def test_results_taken_from_the_wrong_nodes_are_found():
    component = Izhikevich()
    text, graph = to_rtlil(by_nodes(component)), component.graph
    wrong = graph.next_state._replace(v=next(k for k, node in enumerate(graph.nodes) if node.primitive == "saturate"))
    component.graph = dataclasses.replace(graph, next_state=wrong)
    assert failing(prove_nodes(component, text)) == {GRAPH, "next state"}


def test_a_range_that_is_too_narrow_is_found(monkeypatch, tmp_path):
    # RTL and step lose the same high bit, so that they agree: only the exact widths tell.
    def add(self, other):
        a, b = self._pair(other)
        return self.domain.emit("add", symbolic.Unchecked(a.shape.lo + b.shape.lo, (a.shape.hi + b.shape.hi) // 2), a, b)

    monkeypatch.setattr(symbolic.SymbolicInt, "__add__", add)
    assert failing(prove_nodes(by_nodes(written(tmp_path, "inputs.y + inputs.i")))) == {WIDTHS}


@pytest.mark.parametrize("expression, primitive, shape", [
    ("lookup((5, -6, 7, 3), inputs.i)", "lookup", Range(-6, 5)),
    ("maximum(inputs.x, inputs.y)", "mux", Range(-5, 32766)),
    ("absolute(inputs.x * inputs.y)", "mux", Range(0, 32767999)),
    ("inputs.x * inputs.y", "mul", Range(-32768000, 32766999)),
    ("inputs.x + 7", "constant", Range(3, 3)),
    ("saturate(inputs.x, SMALL)", "saturate", Range(-8, 3)),
    ("inputs.x >> 3", "shr", Range(-4096, 4090)),
])
def test_every_range_that_is_too_narrow_is_found(tmp_path, expression, primitive, shape):
    component = by_nodes(written(tmp_path, expression, before="SMALL = Q(1, 3)\n"))
    assert prove_nodes(component).ok
    number, = (k for k, node in enumerate(component.graph.nodes) if node.primitive == primitive)
    nodes = list(component.graph.nodes)
    nodes[number] = dataclasses.replace(nodes[number], shape=shape)
    component.graph = dataclasses.replace(component.graph, nodes=tuple(nodes))
    assert WIDTHS in failing(prove_nodes(component))


def test_a_wrong_output_alone_is_found(tmp_path):
    component = by_nodes(written(tmp_path, "return State(state.s), Outputs(state.s)", state="Q(4, 4)"))
    text = to_rtlil(component)
    assert text.count("connect \\state_s \\o [7:0]") == 1
    wrong = text.replace("connect \\Q \\o", "connect \\Q \\state_s").replace(
        "connect \\state_s \\o [7:0]", "connect \\o { \\state_s [6:0] \\state_s [7] }").replace("\\o [7:0]", "\\state_s [7:0]")
    assert failing(prove_nodes(component, wrong)) == {"outputs"}


def test_a_wrong_initial_value_is_found():
    component = by_nodes(RampCounter(10))
    assert failing(prove_nodes(component, to_rtlil(component).replace("init 4'0000", "init 4'0011"))) == {"initial state"}


def test_a_wrong_reset_is_found():
    component = by_nodes(RampCounter(10))
    text, count = re.subn(r"(case 1'1\n\s+assign \S+ \[3:0\] 4')0000", r"\g<1>0001", to_rtlil(component))
    assert count == 1 and failing(prove_nodes(component, text)) == {"reset"}


def test_a_wrong_next_state_is_found():
    component = by_nodes(RampCounter(10))
    text, count = re.subn(r"(assign \S+ \[3:0\] )\\node6 \[3:0\]", r"\g<1>\\node5 [3:0]", to_rtlil(component))
    assert count == 1 and failing(prove_nodes(component, text)) == {"next state"}


def test_a_state_that_leaves_its_range_is_found():
    component = by_nodes(RampCounter(10))
    text = to_rtlil(component)
    component.state = component.state._replace(count=Range(0, 8))
    result = prove_nodes(component, text)
    assert failing(result) == {GRAPH, "ranges"}
    assert "outside Range(lo=0, hi=8): saturate or wrap it" in str(result)
    assert "ranges fails: count: node 6 lies between 0 and 9" in str(result)


TABLE = "TABLE = tuple((37 * k) % 101 - 50 for k in range(200))\n"


@pytest.fixture(scope="module")
def rom(tmp_path_factory):
    component = by_nodes(written(tmp_path_factory.mktemp("rom"), "lookup(TABLE, saturate(to_int(inputs.w), INDEX)) + inputs.i",
                                 before=TABLE + "INDEX = Range(0, 199)\n"))
    return component, to_rtlil(component)


@pytest.mark.parametrize("entry, found", [(0, True), (100, True), (199, True), (200, False)])
def test_one_altered_entry_of_a_rom_is_found(rom, entry, found):
    # What lies past the table is never asked for.
    component, text = rom
    data = re.search(r"connect \\DATA 1792'([01]+)\n", text)
    at = data.end(1) - 7 * entry - 1
    altered = text[:at] + ("0" if text[at] == "1" else "1") + text[at + 1:]
    result = prove_nodes(component, altered)
    assert failing(result) == ({NODES} if found else set())
    assert not found or re.search(rf"lookup of node \d+: node \d+ = {entry}, ", str(result))


def test_without_its_recipe_the_contents_of_a_rom_are_free(rom, monkeypatch):
    assert wires._SCRIPT.count("memory_map -rom-only\n") == 1
    monkeypatch.setattr(wires, "_SCRIPT", wires._SCRIPT.replace("memory_map -rom-only\n", ""))
    with pytest.raises(ValueError, match=r"^the RTL must compute the wire node\d+, which is free$"):
        prove_nodes(*rom)


def test_a_missing_wire_or_one_of_another_width_is_named():
    component = by_nodes(RampCounter(10))
    text = to_rtlil(component)
    with pytest.raises(ValueError, match="^the RTL must have the wire node5$"):
        prove_nodes(component, text.replace("\\node5", "\\other"))
    with pytest.raises(ValueError, match="^the RTL must have the wire rst$"):
        prove_nodes(component, text.replace("\\rst", "\\other"))
    with pytest.raises(ValueError, match="^the wire state_count of the RTL must have 5 bits, not 4$"):
        wide = by_nodes(RampCounter(20))
        prove_nodes(wide, text)


def test_what_the_solver_does_not_decide_is_not_proven(monkeypatch):
    component = by_nodes(LIF())
    monkeypatch.setattr(z3.Solver, "check", lambda self: z3.unknown)
    result = prove_nodes(component)
    assert not result.ok and "not decided in time" in str(result)
