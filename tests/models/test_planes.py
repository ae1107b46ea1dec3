# amaranth: UnusedElaboratable=no
"""Every component's gates are evaluated by NumPy, where even the largest network costs no compilation; a few are compiled."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from gateware.neurons.lif import LIF
from gateware.sc.correlation.synchronizer import Synchronizer
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.arithmetic.popcount import Popcount
from gateware.sc.arithmetic.scaled_adder import ScaledAdder
from gateware.step import BIT, Q, Range, StepComponent, Vector, discover, popcount, shift_in
from models import golden
from models.planes import PlanesModel, from_planes, to_planes

from ..gateware.step.everything import everything, python_run, stimulus

INSTANCES = 70
COMPONENTS = {name: component for name, component in discover() if isinstance(component, StepComponent)}
# That gates become what they say is a matter of kinds, not of components: state or none, inputs or none, few gates or many.
COMPILED = {type(component).__name__: component for component in (
    ScaledAdder(2), Synchronizer(2), ComparatorEncoder(4), Popcount(7), RampCounter(10), LFSR(16, direction="left"), LIF())}


def random(shape, rng, size):
    """Random values of a shape, every other one at a limit."""
    kind = np.uint64 if shape.kind == "vector" else np.int64
    values = rng.integers(shape.lo, shape.hi, size, kind, endpoint=True)
    return np.where(rng.random(size) < 0.5, values, rng.choice(np.array([shape.lo, shape.hi], kind), size))


def inputs_of(component, steps, seed=0):
    rng = np.random.default_rng(seed)
    return {name: random(shape, rng, (steps, INSTANCES)) for name, shape in getattr(component.inputs, "_asdict", dict)().items()}


def planes_of(component, inputs):
    return {name: to_planes(inputs[name], shape) for name, shape in getattr(component.inputs, "_asdict", dict)().items()}


def values_of(component, planes, instances=INSTANCES):
    return {name: from_planes(each, shape, instances) for name, each, shape in zip(planes._fields, planes, component.outputs)}


GATES = {"and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor}


def uncompiled(component):
    """The model, its gates evaluated one by one."""
    model = PlanesModel(component)
    network = model.network

    def kernel(clocks, words, *arrays):
        states, rest = arrays[:len(network.state)], arrays[len(network.state):]
        inputs, outputs = rest[:len(network.inputs)], rest[len(network.inputs):]
        known = {"ZERO": np.zeros(words, np.uint64), "ONE": ~np.zeros(words, np.uint64)}
        for t in range(clocks):
            for part, planes in ((network.state, states), (network.inputs, [array[t] for array in inputs])):
                for (_, names), rows in zip(part, planes):
                    known.update(zip(names, rows.copy()))
            for name, operation, a, b in network.gates:
                known[name] = GATES[operation](known[a], known[b])
            for part, planes in ((network.following, states), (network.outputs, [array[t] for array in outputs])):
                for names, rows in zip(part, planes):
                    for name, row in zip(names, rows):
                        row[:] = known[name]

    model._kernel = kernel
    return model


@pytest.mark.parametrize("shape", [BIT, Range(-32, 31), Q(8, 8), Range(-5, 1000), Range(0, 2**62), Range(-(2**63), 2**63 - 1),
                                   Range(0, 2**63 - 1), Range(0, 0), Range(-1, 0), Vector(1), Vector(7), Vector(64)], ids=repr)
@pytest.mark.parametrize("instances", [0, 1, 64, 65])
def test_planes_hold_the_values(shape, instances):
    values = random(shape, np.random.default_rng(0), (5, instances))
    planes = to_planes(values, shape)
    assert planes.dtype == np.uint64 and planes.shape == (5, shape.width, -(-instances // 64))
    back = from_planes(planes, shape, instances)
    assert np.array_equal(back, values) and back.dtype == {"bit": np.bool_, "int": np.int64, "vector": np.uint64}[shape.kind]


def test_a_plane_is_a_bit_of_every_instance():
    assert to_planes([[1, 2, -1]], Range(-4, 3)).tolist() == [[[0b101], [0b110], [0b100]]]


@pytest.mark.parametrize("name", COMPILED)
def test_the_compiled_planes_do_what_the_golden_model_does(name):
    component = COMPILED[name]
    inputs = inputs_of(component, 300)
    expected = golden(component).run(inputs, length=300)
    got = values_of(component, PlanesModel(component).run(planes_of(component, inputs), instances=INSTANCES, length=300))
    for field, values in expected._asdict().items():
        assert np.array_equal(got[field], values if values.ndim == 2 else np.repeat(values[:, None], INSTANCES, 1)), field


@pytest.mark.parametrize("name", COMPONENTS)
def test_the_planes_of_every_component_do_what_its_step_does_on_integers(name):
    component, steps = COMPONENTS[name], 30
    inputs = inputs_of(component, steps, seed=1)
    got = values_of(component, uncompiled(component).run(planes_of(component, inputs), instances=INSTANCES, length=steps))
    for k in range(0, INSTANCES, 3):
        columns = type(component.inputs)(*(inputs[field][:, k] for field in inputs)) if inputs else None
        expected = python_run(component, columns)[0] if inputs else alone(component, steps)
        for field, values in expected._asdict().items():
            assert got[field][:, k].tolist() == values, (field, k)


def alone(component, steps):
    """The outputs of a component without inputs, on exact integers."""
    state, rows = component.init, []
    for _ in range(steps):
        state, outputs = component.step(component.params, state, ())
        rows.append(outputs)
    return type(component.outputs)(*map(list, zip(*rows)))


def test_planes_do_what_python_does_with_every_operation():
    component, steps = everything(), 40
    flat = stimulus(steps * INSTANCES)
    inputs = type(flat)(*(column.reshape(steps, INSTANCES) for column in flat))
    got = values_of(component, uncompiled(component).run(planes_of(component, inputs._asdict()), instances=INSTANCES))
    for k in range(INSTANCES):
        expected, _ = python_run(component, type(flat)(*(column[:, k] for column in inputs)))
        for field, values in expected._asdict().items():
            assert got[field][:, k].tolist() == values, (field, k)


@pytest.mark.parametrize("instances", [1, 64 * 4, 64 * 16, 64 * 31 + 5])
@pytest.mark.parametrize("length", [0, 1, 7])
def test_any_number_of_words_and_clocks(instances, length):
    """Kernels take blocks of 16, 8, 4 and 1 words."""
    for component in (ScaledAdder(2), ScaledAdder(3), ScaledAdder(5)):
        streams = np.random.default_rng(0).integers(0, component.inputs.streams.hi + 1, (length, instances))
        planes = to_planes(streams, component.inputs.streams)
        got = from_planes(PlanesModel(component).run({"streams": planes}, instances=instances).sum, BIT, instances)
        assert np.array_equal(got, golden(component).run({"streams": streams}).sum)


def test_inputs_may_be_read_only():
    adder = ScaledAdder(2)
    planes = to_planes([[3, 1], [2, 0]], Vector(2))
    planes.flags.writeable = False
    assert from_planes(PlanesModel(adder).run({"streams": planes}, instances=2).sum, BIT, 2).tolist() == [[True, False], [False, False]]


def test_inputs_may_be_a_namedtuple():
    component = Popcount(7)
    planes = component.inputs._replace(streams=to_planes([[127, 5]], Vector(7)))
    assert from_planes(uncompiled(component).run(planes, instances=2).ones, component.outputs.ones, 2).tolist() == [[7, 2]]


class Register(NamedTuple):
    bits: Any


class Input(NamedTuple):
    a: Any


class Count(NamedTuple):
    ones: Any


def wide_step(params, state, inputs):
    return Register(shift_in(state.bits, inputs.a, 100)), Count(popcount(state.bits))


def test_vectors_may_be_wider_than_a_word():
    component = StepComponent(wide_step, state=Register(Vector(100)), init=Register((1 << 100) - 1), inputs=Input(BIT))
    outputs = uncompiled(component).run({"a": to_planes(np.zeros((102, 1), int), BIT)}, instances=1)
    assert from_planes(outputs.ones, Range(0, 100), 1)[:, 0].tolist() == [*range(100, 0, -1), 0, 0]


def test_values_and_planes_are_checked():
    with pytest.raises(ValueError, match=r"^values must have the shape \(T, B\), not \(2,\)$"):
        to_planes([1, 2], Range(0, 3))
    with pytest.raises(ValueError, match=r"^values must lie in Range\(lo=0, hi=3\), not reach 4$"):
        to_planes([[0, 4]], Range(0, 3))
    with pytest.raises(TypeError, match=r"^values must be integers in Range\(lo=0, hi=3\), not float64$"):
        to_planes([[0.5]], Range(0, 3))
    with pytest.raises(TypeError, match=r"^words must be an array of uint64, not int64 of the shape \(1, 2, 1\)$"):
        from_planes(np.zeros((1, 2, 1), int), Range(0, 3), 1)
    with pytest.raises(ValueError, match=r"^planes must have the shape \(T, 2, words\), not \(1, 3, 1\)$"):
        from_planes(np.zeros((1, 3, 1), np.uint64), Range(0, 3), 1)
    with pytest.raises(ValueError, match="^length must be between 0 and 64, not 65$"):
        from_planes(np.zeros((1, 2, 1), np.uint64), Range(0, 3), 65)
    with pytest.raises(ValueError, match="^shape must have at most 64 bits to be one value each, not 100$"):
        from_planes(np.zeros((1, 100, 1), np.uint64), Vector(100), 1)


def test_inputs_are_checked():
    model = uncompiled(ComparatorEncoder(4))
    value, number = to_planes([[1], [2]], Range(0, 16)), to_planes([[1], [2]], Range(0, 15))
    assert model.run({"value": value, "random": number}, instances=1).stream.shape == (2, 1, 1)
    with pytest.raises(TypeError, match="^inputs must be value, random, not value$"):
        model.run({"value": value}, instances=1)
    with pytest.raises(TypeError, match="^inputs must be value, random, not empty$"):
        model.run(instances=1)
    with pytest.raises(ValueError, match=r"^random must be uint64 planes \(2, 4, 1\), not uint64 of the shape \(2, 5, 1\)$"):
        model.run({"value": value, "random": value}, instances=1)
    with pytest.raises(ValueError, match=r"^random must be uint64 planes \(2, 4, 1\), not uint64 of the shape \(1, 4, 1\)$"):
        model.run({"value": value, "random": number[:1]}, instances=1)
    with pytest.raises(ValueError, match=r"^value must be uint64 planes \(2, 5, 2\), not uint64 of the shape \(2, 5, 1\)$"):
        model.run({"value": value, "random": number}, instances=65)
    with pytest.raises(ValueError, match=r"^value must be uint64 planes \(2, 5, 1\), not int64 of the shape \(2, 5, 1\)$"):
        model.run({"value": value.astype(int), "random": number}, instances=1)
    with pytest.raises(ValueError, match="^instances must be at least 0, not -5$"):
        model.run({"value": value, "random": number}, instances=-5)


def test_a_component_without_inputs_needs_a_length():
    model = uncompiled(RampCounter(10))
    assert from_planes(model.run(instances=2, length=11).ramp, Range(0, 9), 2)[9:].tolist() == [[9, 9], [0, 0]]
    with pytest.raises(TypeError, match="^length must be given for a component without inputs$"):
        model.run(instances=2)
    with pytest.raises(TypeError, match="^inputs must be empty, not a$"):
        model.run({"a": np.zeros((1, 1, 1), np.uint64)}, instances=2)
    with pytest.raises(ValueError, match="^length must be at least 0, not -1$"):
        model.run(instances=2, length=-1)
