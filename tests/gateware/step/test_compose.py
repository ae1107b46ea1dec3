# amaranth: UnusedElaboratable=no
"""Compositions against the same parts wired by hand in Amaranth, and against arithmetic."""

import numpy as np
import pytest
from amaranth.hdl import Cat, Module
from amaranth.lib.wiring import Component, In, Out

from gateware.sc.arithmetic.multiply import AndMultiplier, XnorMultiplier
from gateware.sc.arithmetic.popcount import Popcount
from gateware.sc.arithmetic.scaled_adder import ScaledAdder
from gateware.sc.decode.ones_counter import OnesCounter
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.step import BIT, Range, Vector
from gateware.step.compose import Composite, connect, outside
from models import golden
from sim import cxxrtl
from sim.proof import prove


def product():
    """Two encoders on a ramp and an LFSR, their product counted and averaged with one of the streams and a constant 1."""
    a, b = outside("a", Range(0, 256)), outside("b", Range(0, 256))
    x = connect(ComparatorEncoder(8), value=a, random=connect(RampCounter(256)).ramp).stream
    y = connect(ComparatorEncoder(8), value=b, random=connect(LFSR(8)).random).stream
    both = connect(AndMultiplier(), a=x, b=y).product
    return Composite(product=both, ones=connect(OnesCounter(256), stream=both).ones,
                     mean=connect(ScaledAdder(3), streams=(both, x, 1)).sum)


class ByHand(Component):
    """:func:`product` in plain Amaranth."""

    def __init__(self):
        super().__init__({"a": In(9), "b": In(9), "product": Out(1), "ones": Out(9), "mean": Out(1)})

    def elaborate(self, platform):
        m = Module()
        m.submodules.ramp, m.submodules.lfsr = ramp, lfsr = RampCounter(256), LFSR(8)
        m.submodules.x, m.submodules.y = x, y = ComparatorEncoder(8), ComparatorEncoder(8)
        m.submodules.multiply, m.submodules.count, m.submodules.add = multiply, count, add = \
            AndMultiplier(), OnesCounter(256), ScaledAdder(3)
        m.d.comb += [x.value.eq(self.a), y.value.eq(self.b), x.random.eq(ramp.ramp), y.random.eq(lfsr.random),
                     multiply.a.eq(x.stream), multiply.b.eq(y.stream), self.product.eq(multiply.product),
                     count.stream.eq(multiply.product), self.ones.eq(count.ones),
                     add.streams.eq(Cat(multiply.product, x.stream, 1)), self.mean.eq(add.sum)]
        return m


def test_a_composition_is_its_parts_wired_by_hand():
    rng = np.random.default_rng(0)
    inputs = {"a": rng.integers(0, 257, 5000), "b": rng.integers(0, 257, 5000)}
    expected = golden(product()).run(inputs)
    got = cxxrtl.compile({"by hand": ByHand()})["by hand"].run(inputs)
    for name, values in expected._asdict().items():
        assert got[name].tolist() == values.tolist(), name


def test_the_hardware_of_a_composition_is_its_step():
    result = prove(product())
    assert result.ok, str(result)


def test_the_product_of_permutations_is_counted():
    values = np.arange(0, 257, 32)
    a, b = (each.ravel() for each in np.meshgrid(values, values))
    ones = golden(product()).run({"a": np.tile(a, (255, 1)), "b": np.tile(b, (255, 1))}).ones[-1]
    # The LFSR leaves 0 out: over its period b is b - 1 ones, and all of them where a is 1.
    assert ones[a == 256].tolist() == np.maximum(b - 1, 0)[a == 256].tolist()
    assert np.abs(ones - a * b / 256).max() < 16


def test_the_source_is_readable_and_parts_have_names():
    composite = product()
    assert list(composite.part_names) == ["ramp_counter", "comparator_encoder1", "lfsr", "comparator_encoder2",
                                          "and_multiplier", "ones_counter", "scaled_adder"]
    assert composite.source.startswith("def step(params, state, inputs):\n    ramp_counter_next, ramp_counter = ")
    assert composite.state._fields == ("ramp_counter_count", "lfsr_value", "ones_counter_count", "scaled_adder_remainder")
    assert composite.init == (0, 1, 0, 0) and composite.latency == 0


def test_bits_of_vectors_and_vectors_of_bits():
    v, a = outside("v", Vector(3)), outside("a", BIT)
    swapped = Composite(ones=connect(Popcount(4), streams=(v[2], v[-2], a, 1)).ones)
    inputs = {"v": np.arange(8, dtype=np.uint64).repeat(2), "a": np.tile([False, True], 8)}
    expected = (inputs["v"] >> 2 & 1) + (inputs["v"] >> 1 & 1) + inputs["a"] + 1
    assert golden(swapped).run(inputs).ones.tolist() == expected.tolist() and len(v) == 3


def test_bits_drive_a_number():
    v = outside("v", Vector(3))
    circuit = Composite(o=connect(ComparatorEncoder(2), value=2, random=(v[1], v[2])).stream)
    assert golden(circuit).run({"v": np.arange(8, dtype=np.uint64)}).o.tolist() == [k >> 1 < 2 for k in range(8)]


def test_integers_of_numpy_drive_ports_too():
    a = outside("a", BIT)
    both = connect(Popcount(3), streams=(a, np.int64(1), connect(AndMultiplier(), a=a, b=np.uint8(1)).product)).ones
    assert golden(Composite(ones=both)).run({"a": np.array([False, True])}).ones.tolist() == [1, 3]


def test_latencies_add_up():
    a = outside("a", BIT)
    slow, fast = AndMultiplier(), XnorMultiplier()
    slow.latency = 2
    x = connect(slow, a=a, b=1).product
    assert Composite(o=connect(fast, a=x, b=a).product).latency == 2
    other = AndMultiplier()
    other.latency = 3
    assert Composite(o=connect(other, a=x, b=a).product).latency == 5


A, WORD = outside("a", BIT), outside("w", Vector(4))


@pytest.mark.parametrize("make, error, message", [
    (lambda: Composite(), ValueError, "a composition must give out at least one wire"),
    (lambda: Composite(o=A), ValueError, "output o must be a wire of a connected component, not <a: BIT>"),
    (lambda: Composite(o=3), ValueError, "output o must be a wire of a connected component, not 3"),
    (lambda: connect(3), TypeError, "only step components are connected, and this is 3"),
    (lambda: connect(AndMultiplier(), a=A), TypeError, "AndMultiplier has the inputs a, b, not a"),
    (lambda: connect(LFSR(8), a=A), TypeError, r"LFSR has the inputs \(none\), not a"),
    (lambda: connect(AndMultiplier(), a=A, b=WORD), ValueError, r"AndMultiplier.b is BIT, and what drives it is Vector\(width=4\)"),
    (lambda: connect(AndMultiplier(), a=A, b=2), ValueError, "AndMultiplier.b must be in BIT, not 2"),
    (lambda: connect(AndMultiplier(), a=A, b=True), TypeError, "AndMultiplier.b must be driven by a wire or an integer, not True"),
    (lambda: connect(Popcount(3), streams=(A, A)), ValueError, r"Popcount.streams is Vector\(width=3\), not 2 bits"),
    (lambda: connect(ComparatorEncoder(3), value=0, random=(A, A, A, A)), ValueError,
     r"ComparatorEncoder.random is Range\(lo=0, hi=7\), not 4 bits"),
    (lambda: connect(ComparatorEncoder(3), value=outside("x", Range(0, 9)), random=0), ValueError,
     r"ComparatorEncoder.value is Range\(lo=0, hi=8\), and what drives it is Range\(lo=0, hi=9\)"),
    (lambda: connect(AndMultiplier(), a=A, b=connect(OnesCounter(1), stream=A).ones), ValueError,
     r"AndMultiplier.b is BIT, and what drives it is Range\(lo=0, hi=1\)"),
    (lambda: Composite(o=connect(Popcount(4), streams=WORD).ones, p=connect(Popcount(3), streams=outside("w", Vector(3))).ones),
     ValueError, r"input w must have one shape, not both Vector\(width=4\) and Vector\(width=3\)"),
    (lambda: outside("a b", BIT), ValueError, "an input's name must be an identifier, not 'a b'"),
    (lambda: outside(3, BIT), ValueError, "an input's name must be an identifier, not 3"),
    (lambda: outside("class", BIT), ValueError, "an input's name must not be a keyword or begin with _, as 'class'"),
    (lambda: Composite(**{"class": connect(AndMultiplier(), a=A, b=1).product}), ValueError,
     "an output's name must not be a keyword or begin with _, as 'class'"),
    (lambda: outside("a", Range), TypeError, "the shape of a must be a Q, Range, BIT or Vector, not <class"),
    (lambda: WORD["a"], TypeError, "bit of w must be an integer, not 'a'"),
    (lambda: outside("a", 3), TypeError, "the shape of a must be a Q, Range, BIT or Vector, not 3"),
    (lambda: A[0], TypeError, "only a Vector has bits, and a is BIT"),
    (lambda: WORD[4], IndexError, "bit of w must be between 0 and 3, not 4"),
])
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
