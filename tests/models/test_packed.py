# amaranth: UnusedElaboratable=no
from typing import Any, NamedTuple

import numpy as np
import pytest

import models.packed
from gateware.neurons.lif import LIF
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.arithmetic.multiply import AndMultiplier, XnorMultiplier
from gateware.step import BIT, StepComponent, bit, discover, mux, not_
from models import golden
from models.packed import PackedModel, pack, unpack

COMPONENTS = {name: component for name, component in discover() if isinstance(component, StepComponent)
              and not component.state and all(node.shape.kind == "bit" for node in component.graph.nodes)}


class Inputs(NamedTuple):
    a: Any
    b: Any


class Outputs(NamedTuple):
    gates: Any
    chosen: Any
    same: Any
    high: Any


class Constant(NamedTuple):
    o: Any


def step(params, state, inputs):
    gates = (inputs.a & inputs.b) ^ (not_(inputs.b) | bit(0))
    return (), Outputs(gates, mux(inputs.b, bit(1), mux(inputs.a, bit(0), not_(gates))), inputs.a, bit(1))


def constant(params, state, inputs):
    return (), Constant(bit(1))


def test_there_are_components_of_bits():
    assert {"AndMultiplier", "XnorMultiplier", "MuxAdder"} <= {type(component).__name__ for component in COMPONENTS.values()}


@pytest.mark.parametrize("name", COMPONENTS)
def test_the_packed_kernel_does_what_the_golden_model_does(name):
    component, rng = COMPONENTS[name], np.random.default_rng(0)
    inputs = {field: rng.random((3, 1000)) < 0.5 for field in component.inputs._fields}
    expected = golden(component).run({field: bits.T for field, bits in inputs.items()})
    got = PackedModel(component).run({field: pack(bits) for field, bits in inputs.items()}, 1000)
    for field, words, values in zip(got._fields, got, expected):
        assert np.array_equal(words, pack(values.T)), field


def test_every_operation_on_bits():
    component = StepComponent(step, inputs=Inputs(BIT, BIT))
    a, b = (np.random.default_rng(0).random((2, 70)) < 0.5)
    got = PackedModel(component).run(Inputs(pack(a), pack(b)), 70)
    expected = [step((), (), Inputs(*case))[1] for case in zip(a.tolist(), b.tolist())]
    assert [Outputs(*case) for case in zip(*(unpack(words, 70).tolist() for words in got))] == expected
    assert all(int(words[-1]) < 1 << 6 for words in got)


def test_bits_past_the_end_stay_zero():
    stream = pack(np.random.default_rng(0).random(100) < 0.5)
    product = PackedModel(XnorMultiplier()).run({"a": stream, "b": stream}, 100).product
    assert np.bitwise_count(product).tolist() == [64, 36]


def test_no_clocks():
    nothing = pack(np.zeros((2, 0), bool))
    assert PackedModel(AndMultiplier()).run({"a": nothing, "b": nothing}, 0).product.shape == (2, 0)


def test_what_is_no_component_of_bits_is_refused():
    with pytest.raises(ValueError, match="^packed streams need a component without state, and LIF has v, refractory$"):
        PackedModel(LIF())
    with pytest.raises(ValueError, match=r"^packed streams need a component of Bits alone, and ComparatorEncoder has Range\("):
        PackedModel(ComparatorEncoder(4))
    with pytest.raises(ValueError, match="^packed streams need a component with inputs, and StepComponent has none$"):
        PackedModel(StepComponent(constant))


def test_inputs_are_checked():
    model, word = PackedModel(AndMultiplier()), np.zeros(1, np.uint64)
    with pytest.raises(TypeError, match="^inputs must be a, b, not a$"):
        model.run({"a": word}, 64)
    with pytest.raises(TypeError, match="^inputs must be a, b, not empty$"):
        model.run({}, 64)
    with pytest.raises(TypeError, match=r"^b must be an array of uint64, not bool of the shape \(64,\)$"):
        model.run({"a": word, "b": np.zeros(64, bool)}, 64)
    with pytest.raises(ValueError, match="^a must have 2 words per stream for the length 65, not 1$"):
        model.run({"a": word, "b": word}, 65)
    with pytest.raises(ValueError, match=r"^b must have the shape \(1,\) like a, not \(2, 1\)$"):
        model.run({"a": word, "b": np.zeros((2, 1), np.uint64)}, 64)
    with pytest.raises(ValueError, match="^b must be 0 past the length 63, and has ones there: is it longer\\?$"):
        model.run({"a": word, "b": ~word}, 63)
    with pytest.raises(ValueError, match="^length must be at least 0, not -5$"):
        model.run({"a": word[:0], "b": word[:0]}, -5)


def test_the_kept_kernel_depends_on_the_operations_on_words(monkeypatch):
    """An edited operation must not find the kernel of the old one in the cache."""
    seen = {}
    monkeypatch.setattr(models.packed, "load_generated", lambda name, source, dependencies, **given: seen.update(key=dependencies)
                        or type("Module", (), {"kernel": None}))
    PackedModel(AndMultiplier()).kernel
    assert '"mux": lambda c, a, b: b ^ (c & (a ^ b)),' in seen["key"]
