# amaranth: UnusedElaboratable=no
import re

import numpy as np
from amaranth.sim import Simulator

import pytest

from gateware.rtlil import to_rtlil
from gateware.step.hardware import graph_logic
from gateware.step.operations import OPERATIONS
from gateware.step.bind import references

from .everything import everything, python_run, step, stimulus, both
from .written import written


def simulate(component, inputs):
    """The outputs of the elaboratable in Amaranth's own simulator, one list for each port."""
    names = component.outputs._fields
    seen = {name: [] for name in names}

    async def bench(ctx):
        for row in zip(*inputs):
            for name, value in zip(component.inputs._fields, row):
                ctx.set(getattr(component, name), int(value))
            for name in names:
                seen[name].append(ctx.get(getattr(component, name)))
            if component.state:
                await ctx.tick()
            else:
                await ctx.delay(1e-6)

    simulator = Simulator(component)
    if component.state:
        simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    return type(component.outputs)(**seen)


def test_the_function_uses_every_operation():
    used = set(references(step).values()) | set(references(both).values())
    assert {name for name, operation in OPERATIONS.items() if operation not in used} == set()


def test_the_hardware_does_what_python_does():
    component, inputs = everything(), stimulus(400)
    expected, _ = python_run(component, inputs)
    for name, values, port in zip(expected._fields, expected, simulate(component, inputs)):
        assert port == [int(value) for value in values], name


def test_the_hardware_of_the_graph_does_what_python_does_with_a_wire_for_every_node():
    component, inputs = everything(), stimulus(400)
    component.logic = lambda m, state, given: graph_logic(m, component.graph, component.state, component.inputs, state, given)
    expected, _ = python_run(component, inputs)
    for name, values, port in zip(expected._fields, expected, simulate(component, inputs)):
        assert port == [int(value) for value in values], name
    wires = {int(number): int(width) for width, number in re.findall(
        r"^  wire width (\d+) (?:signed )?\\node(\d+)$", to_rtlil(component), re.MULTILINE)}
    assert wires == {k: node.shape.width for k, node in enumerate(component.graph.nodes)
                     if node.primitive not in ("state", "input", "constant")}


@pytest.mark.parametrize("expression, before", [
    ("saturate(inputs.x, SMALL) + saturate(inputs.y, HIGH) + saturate(inputs.x, LOW)",
     "SMALL, HIGH, LOW = Q(1, 2), Range(3, 700), Range(-9, -3)\n"),
    ("wrap(inputs.x, BYTE) - wrap(inputs.y, NIBBLE) * wrap(inputs.x, NOTHING)",
     "BYTE, NIBBLE, NOTHING = Range(0, 255), Range(-8, 7), Range(0, 0)\n"),
    ("lookup((5, -6, 7, 8, 9, 10), inputs.i) + lookup((3,), 0) * lookup((4, 5, 6), 1)", ""),
    ("to_int(not_(bit_at(inputs.w, inputs.i))) + trailing_zeros(with_bit(inputs.w, 7, inputs.a), 8)", ""),
    ("trailing_zeros(ONE, 1) + popcount(ONE) + to_int(parity(reverse(shift_in(ONE, inputs.a, 1), 1)))".replace("ONE", "vector(1, 1)"), ""),
    ("absolute(inputs.x) * maximum(inputs.y, -inputs.x) - minimum(3, inputs.y)", ""),
    ("count_to(count_to(inputs.i, 5), 7) + count_to(0, 1)", ""),
    ("scale_round(inputs.x, 1) * 5 - (inputs.x >> 62) + (inputs.i << 40)", ""),
    ("to_int(inputs.x == 5) + to_int(inputs.y != 0 - 5) * to_int(inputs.x > 32766)", ""),
])
def test_corners_of_single_operations(tmp_path, expression, before):
    component = written(tmp_path, expression, before=before)
    rng = np.random.default_rng(1)
    inputs = component.inputs._replace(
        x=np.r_[-32768, 32767, -3, 5, 0, rng.integers(-32768, 32768, 59)], y=np.r_[-5, 1000, 0, 5, rng.integers(-5, 1001, 60)],
        a=np.arange(64) & 1, b=np.arange(64) & 2 != 0, v=rng.integers(0, 2**64, 64, np.uint64),
        w=np.r_[0, 255, 1, 128, rng.integers(0, 256, 60)], i=np.arange(64) // 4 % 4)
    expected, _ = python_run(component, inputs)
    assert simulate(component, inputs).o == [int(value) for value in expected.o]


def test_signals_are_as_wide_as_their_ranges():
    component = everything()
    for name, shape in component.outputs._asdict().items():
        assert getattr(component, name).shape() == shape.shape
