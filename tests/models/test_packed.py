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


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 1000])
@pytest.mark.parametrize("batch", [(), (3,), (2, 3), (0,)])
def test_what_is_packed_is_unpacked(length, batch):
    bits = np.random.default_rng(length).random((*batch, length)) < 0.5
    words = pack(bits)
    assert words.dtype == np.uint64 and words.shape == (*batch, -(-length // 64))
    assert np.array_equal(unpack(words, length), bits)


def test_clock_k_is_bit_k():
    assert pack([0, 1] + [0] * 61 + [1, 1]).tolist() == [(1 << 63) + 2, 1]
    assert pack(np.array([1, 1, 0], np.uint8)).tolist() == [3]
    # The transpose's rows are not contiguous.
    assert pack(np.array([[1, 0], [0, 1]]).T).tolist() == [[1], [2]]
    assert unpack(np.array([[1, 2], [3, 4]], np.uint64).T, 2).tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize("bits, kind, shape", [([0, 2], "int64", r"\(2,\)"), ([-1], "int64", r"\(1,\)"), ([0.0, 1.0], "float64", r"\(2,\)"),
                                               (1, "int64", r"\(\)")])
def test_only_bits_are_packed(bits, kind, shape):
    with pytest.raises(ValueError, match=rf"^bits must be an array of 0 and 1, not {kind} of the shape {shape}$"):
        pack(bits)


def test_only_words_are_unpacked():
    with pytest.raises(TypeError, match=r"^words must be an array of uint64, not int64 of the shape \(2,\)$"):
        unpack([1, 2], 3)
    with pytest.raises(TypeError, match=r"^words must be an array of uint64, not uint64 of the shape \(\)$"):
        unpack(np.uint64(1), 3)
    for length in (-1, 65):
        with pytest.raises(ValueError, match=rf"^length must be between 0 and 64, not {length}$"):
            unpack(np.zeros(1, np.uint64), length)


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
    with pytest.raises(ValueError, match=r"^a must have the shape \(2,\) for 65 clocks, not \(1,\)$"):
        model.run({"a": word, "b": word}, 65)
    with pytest.raises(ValueError, match=r"^b must have the shape \(1,\) for 64 clocks, not \(2, 1\)$"):
        model.run({"a": word, "b": np.zeros((2, 1), np.uint64)}, 64)
    with pytest.raises(ValueError, match="^length must be at least 0, not -5$"):
        model.run({"a": word[:0], "b": word[:0]}, -5)


def test_the_kept_kernel_depends_on_the_operations_on_words(monkeypatch):
    """An edited operation must not find the kernel of the old one in the cache."""
    seen = {}
    monkeypatch.setattr(models.packed, "load_generated", lambda name, source, dependencies, **given: seen.update(key=dependencies)
                        or type("Module", (), {"kernel": None}))
    PackedModel(AndMultiplier()).kernel
    assert '"mux": lambda c, a, b: b ^ (c & (a ^ b)),' in seen["key"]
