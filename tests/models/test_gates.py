# amaranth: UnusedElaboratable=no
from typing import Any, NamedTuple

import pytest

from gateware.sc.arithmetic.scaled_adder import ScaledAdder
from gateware.sc.correlation.synchronizer import Synchronizer
from gateware.step import BIT, Range, StepComponent, Vector, discover, mux, saturate
from models.gates import assignments, simplify
from models.planes import PlanesModel

COMPONENTS = {name: component for name, component in discover("gateware.sc") if isinstance(component, StepComponent)}
OPERATIONS = {"and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b, "andnot": lambda a, b: a & ~b}


class State(NamedTuple):
    level: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    high: Any


def counter(params, state, inputs):
    """A saturating counter, the state machine of most functions of streams."""
    level = saturate(state.level + mux(inputs.stream, 1, -1), params)
    return State(level), Outputs(state.level > params.hi - state.level)


def saturating(levels):
    shape = Range(0, levels - 1)
    return StepComponent(counter, params=shape, state=State(shape), init=State(0), inputs=Inputs(BIT))


def planes_of(network, leaves):
    """The values of the planes that leave a network."""
    values = dict(leaves)
    for name, operation, a, b in network.gates:
        values[name] = OPERATIONS[operation](values[a], values[b])
    return [values[plane] for planes in (*network.following, *network.outputs) for plane in planes]


def leaves_of(network):
    """Every valid value of the planes that come into it."""
    values, total = assignments([(planes, shape) for shape, planes in (*network.state, *network.inputs)], 1024)
    return values | {"ZERO": 0, "ONE": (1 << total) - 1}


@pytest.mark.parametrize("component, at_most", [(saturating(2), 1), (saturating(4), 8), (saturating(5), 14), (saturating(8), 15),
                                                (ScaledAdder(2), 5), (ScaledAdder(3), 17), (ScaledAdder(5), 35)])
def test_fewer_gates_compute_the_same_for_every_valid_value(component, at_most):
    network = PlanesModel(component).network
    small, leaves = network.simplified(), leaves_of(network)
    assert planes_of(small, leaves) == planes_of(network, leaves)
    assert len(small.gates) <= at_most < len(network.gates)


@pytest.mark.parametrize("name", COMPONENTS)
def test_no_component_of_streams_computes_anything_else_with_fewer_gates(name):
    network = PlanesModel(COMPONENTS[name]).network
    # Larger ones take up to two seconds each.
    small = network.simplified() if len(network.gates) <= 80 else network
    if small is not network:
        leaves = leaves_of(network)
        assert planes_of(small, leaves) == planes_of(network, leaves)


def depth(network):
    """Gates in a row from the state to the next one."""
    level = {plane: 0 for _, planes in network.state for plane in planes}
    for name, _, a, b in network.gates:
        if a in level or b in level:
            level[name] = 1 + max(level.get(a, 0), level.get(b, 0))
    return max(level.get(plane, 0) for planes in network.following for plane in planes)


@pytest.mark.parametrize("component, at_most", [(saturating(8), 4), (saturating(16), 5), (Synchronizer(), 4),
                                                (ScaledAdder(2), 2)])
def test_the_next_step_waits_for_few_gates(component, at_most):
    network = PlanesModel(component).network
    assert depth(network.simplified()) <= at_most < depth(network)


def test_a_large_network_stays_as_it_is():
    network = PlanesModel(ScaledAdder(16)).network
    assert network.simplified() is network


def test_assignments_are_the_valid_values():
    assert assignments([(["a0", "a1"], Range(0, 2)), (["b"], BIT)], 6) == ({"a0": 0b001100, "a1": 0b110000, "b": 0b101010}, 6)
    assert assignments([(["s0", "s1"], Range(-2, 1))], 4) == ({"s0": 0b1010, "s1": 0b0011}, 4)
    assert assignments([([f"v{k}" for k in range(11)], Vector(11))], 1024) is None
    assert assignments([], 1) == ({}, 1)


def test_a_gate_that_is_there_already_is_taken():
    leaves = {"a": 0b1010, "b": 0b1100, "ZERO": 0, "ONE": 0b1111}
    gates = [("p", "xor", "a", "ONE"), ("q", "and", "p", "b"), ("r", "xor", "b", "ONE"), ("s", "and", "a", "r"),
             ("o", "or", "q", "s"), ("same", "xor", "o", "ZERO"), ("none", "and", "a", "ZERO"), ("unused", "or", "a", "b")]
    assert simplify(leaves, gates, ["o", "same", "none", "a"]) == ([("o", "xor", "b", "a")], ["o", "o", "ZERO", "a"])
