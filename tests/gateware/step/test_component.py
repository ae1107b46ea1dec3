import re

import numpy as np
import pytest
from amaranth.hdl import signed, unsigned
from amaranth.lib.wiring import In, Out

from gateware.neurons.fixed_point_lif import FixedPointLIF
from gateware.neurons.lif import LIF
from gateware.rtlil import to_rtlil
from gateware.step import Q, Range, StepComponent, StepError
from gateware.sc.arithmetic.multiply import AndMultiplier

from .written import written


def test_ports_are_the_fields(tmp_path):
    component = written(tmp_path, "return State(state.s), Outputs(state.s)", state="Q(4, 4)", init=-3)
    members = {name: (member.flow, member.shape) for name, member in component.signature.members.items()}
    assert members == {"x": (In, signed(16)), "y": (In, signed(11)), "a": (In, unsigned(1)), "b": (In, unsigned(1)),
                       "v": (In, unsigned(64)), "w": (In, unsigned(8)), "i": (In, unsigned(2)), "o": (Out, signed(8))}
    assert (component.latency, component.interval, component.init.s, component.outputs.o) == (0, 1, -3, Range(-128, 127))


def test_registers_are_named_after_the_state():
    text = to_rtlil(FixedPointLIF())
    assert re.search(r"wire width 16 signed \\state_v\n", text) and re.search(r"wire width 2 \\state_refractory\n", text)
    assert re.search(r"wire width 1 input \d+  ?\\clk\n", text)
    assert "attribute \\init" in text


def test_what_has_no_state_has_no_clock():
    text = to_rtlil(AndMultiplier())
    assert "\\clk" not in text and "\\rst" not in text and AndMultiplier().state == () == AndMultiplier().init


@pytest.mark.parametrize("init, message", [
    ("128", r"init s must be an integer in Q\(4, 4\), not 128"), ("-129", r"init s must be an integer in Q\(4, 4\), not -129"),
    ("0.5", r"init s must be an integer in Q\(4, 4\), not 0.5"), ("True", r"init s must be an integer in Q\(4, 4\), not True"),
    ("None", r"init s must be an integer in Q\(4, 4\), not None"),
])
def test_an_initial_value_must_lie_in_its_shape(tmp_path, init, message):
    with pytest.raises(ValueError, match=message):
        written(tmp_path, "return State(state.s), Outputs(state.s)", state="Q(4, 4)", init=init)


def test_the_initial_values_must_be_those_of_the_state(tmp_path):
    component = written(tmp_path, "return State(state.s), Outputs(state.s)", state="Q(4, 4)")
    with pytest.raises(ValueError, match=r"init must have the fields of state, \('s',\), not \(\)"):
        StepComponent(component.step, params=component.params, state=component.state, inputs=component.inputs)


def test_a_port_has_one_meaning(tmp_path):
    with pytest.raises(ValueError, match="port x is both an input and an output: rename one"):
        written(tmp_path, "return (), Clash(inputs.x)", before="class Clash(NamedTuple):\n    x: Any\n")


@pytest.mark.parametrize("name", ["clk", "rst", "state_s", "logic", "step", "latency", "signature"])
def test_a_port_has_a_name_of_its_own(tmp_path, name):
    with pytest.raises(ValueError, match=f"port {name} has the name of something that the component has already: rename it"):
        written(tmp_path, "return State(state.s), Clash(inputs.x)", state="BIT", before=f"class Clash(NamedTuple):\n    {name}: Any\n")


def test_logic_can_stand_in_another_module():
    # The state kept elsewhere: the same step between other registers, as a bank of neurons uses it.
    from amaranth.hdl import Module, Signal
    from amaranth.sim import Simulator
    neuron = LIF(tau=4.0)
    m = Module()
    v, refractory, current = Signal(signed(16)), Signal(0), Signal(signed(16))
    following, outputs = neuron.logic(m, [v, refractory], [current])
    seen = []

    async def bench(ctx):
        for value, drive in ((0, 100), (200, 100), (-32768, -32768), (32767, 32767), (-256, 0)):
            ctx.set(v, value)
            ctx.set(current, drive)
            seen.append((ctx.get(following.v), ctx.get(outputs.spike)))

    simulator = Simulator(m)
    simulator.add_testbench(bench)
    simulator.run()
    assert seen == [(100, 0), (250, 0), (-32768, 0), (0, 1), (-192, 0)]


def test_formats_are_those_of_the_component():
    assert LIF(membrane=Q(6, 10)).outputs.v == Range(-(2**15), 2**15 - 1)


@pytest.mark.parametrize("part, shapes", [("inputs", (Q(8, 8),)), ("inputs", {"x": Q(8, 8)}), ("state", 16)])
def test_shapes_are_refused_that_are_no_named_tuple_of_shapes(tmp_path, part, shapes):
    component = written(tmp_path, "return State(state.s), Outputs(state.s)", state="Q(4, 4)")
    given = {"state": component.state, "inputs": component.inputs, part: shapes}
    with pytest.raises(TypeError, match=rf"{part} must be a NamedTuple of shapes \(Q, Range, BIT, Vector\), not "):
        StepComponent(component.step, params=component.params, init=component.init, **given)


@pytest.mark.parametrize("value", [0.5, np.int64(3), (1, 0.5), "3"])
def test_params_are_refused_that_are_no_integers(tmp_path, value):
    component = written(tmp_path, "return State(state.s), Outputs(state.s)", state="Q(4, 4)")
    with pytest.raises(TypeError, match="params n.* must be a Python integer, a shape or a tuple of integers, not "):
        StepComponent(component.step, params=component.params._replace(n=value), state=component.state,
                      init=component.init, inputs=component.inputs)


def test_an_initial_value_may_be_a_numpy_integer(tmp_path):
    component = written(tmp_path, "return State(state.s), Outputs(state.s)", state="Q(4, 4)")
    init = type(component.init)(np.int64(3))
    again = StepComponent(component.step, params=component.params, state=component.state, init=init, inputs=component.inputs)
    assert type(again.init.s) is int and again.init.s == 3


@pytest.mark.parametrize("body, message", [
    ("return (), Outputs(inputs.typo)", "object has no attribute 'typo'"),
    ("return (), Outputs(inputs.x + missing)", "name 'missing' is not defined"),
])
def test_a_name_that_does_not_exist_is_refused_with_its_line(tmp_path, body, message):
    with pytest.raises(StepError, match=rf"module\d+\.py:\d+: step: .*{message}"):
        written(tmp_path, body)
