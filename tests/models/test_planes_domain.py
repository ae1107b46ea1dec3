# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.step import BIT, Range, Vector
from models.planes import from_planes, to_planes
from models.planes_domain import ONE, ZERO, Planes

from ..gateware.step.everything import python_run
from ..gateware.step.written import written
from .test_planes import uncompiled

CASES = 64


@pytest.mark.parametrize("expression, before", [
    ("saturate(inputs.x, SMALL) + saturate(inputs.y, HIGH) + saturate(inputs.x, LOW) + saturate(inputs.y, ALL)",
     "SMALL, HIGH, LOW, ALL = Q(1, 2), Range(3, 700), Range(-9, -3), Range(-(2**63), 2**63 - 1)\n"),
    ("saturate(inputs.y, ABOVE) * saturate(inputs.y, BELOW)", "ABOVE, BELOW = Range(2000, 3000), Range(-9, -7)\n"),
    ("wrap(inputs.x, BYTE) - wrap(inputs.y, NIBBLE) * wrap(inputs.x, NOTHING)",
     "BYTE, NIBBLE, NOTHING = Range(0, 255), Range(-8, 7), Range(0, 0)\n"),
    ("wrap(inputs.x - 70000, WORD)", "WORD = Range(-2**20, 2**20 - 1)\n"),
    ("lookup((5, -6, 7, 8, 9, 10), inputs.i) + lookup((3,), 0) * lookup((4, 5, 6), 1)", ""),
    ("lookup(TABLE, inputs.i)", "TABLE = (-3, 0, 0, 2**62)\n"),
    ("lookup((7, 8, -9, 1, 5, 6, 7, 2), scale(inputs.y + 5, 7))", ""),
    ("to_int(not_(bit_at(inputs.w, inputs.i))) + trailing_zeros(with_bit(inputs.w, 7, inputs.a), 8)", ""),
    ("to_int(bit_at(with_bit(inputs.v, inputs.i, inputs.b), 3))", ""),
    ("trailing_zeros(ONE, 1) + popcount(ONE) + to_int(parity(reverse(shift_in(ONE, inputs.a, 1), 1)))".replace("ONE", "vector(1, 1)"), ""),
    ("absolute(inputs.x) * maximum(inputs.y, -inputs.x) - minimum(3, inputs.y)", ""),
    ("inputs.x * inputs.x * inputs.x * 1000", ""),
    ("(inputs.x * -7) * (inputs.y - 1) + 5 * inputs.i", ""),
    ("count_to(count_to(inputs.i, 5), 7) + count_to(0, 1)", ""),
    ("scale_round(inputs.x, 1) * 5 - (inputs.x >> 62) + (inputs.i << 40)", ""),
    ("(inputs.y >> 10) - (inputs.x >> 15) + (inputs.i >> 2) + (0 - inputs.i >> 1)", ""),
    ("to_int(inputs.x == 5) + to_int(inputs.y != 0 - 5) * to_int(inputs.x > 32766)", ""),
    ("to_int(inputs.x < inputs.y) + 2 * to_int(inputs.i >= inputs.x) + 4 * to_int(inputs.y == inputs.i)", ""),
    # -4 and 4 are the same three bits.
    ("to_int(wrap(inputs.x, SIGNED) == inputs.i + 4) + 2 * to_int(wrap(inputs.x, SIGNED) != inputs.i)", "SIGNED = Range(-4, 3)\n"),
    ("to_int(bit_at(inputs.w, 0)) + 2 * to_int(bit_at(inputs.w, 7))", ""),
    ("popcount(inputs.v) + popcount(inputs.w) + trailing_zeros(inputs.v, 64)", ""),
    ("to_int(inputs.w ^ to_vector(inputs.i, 8)) - to_int(parity(inputs.v | vector(5, 64)))", ""),
    ("reverse(shift_in(invert(inputs.v, 64), inputs.a, 64), 64) & mux(inputs.b, inputs.v, vector(0x8000000000000001, 64))", ""),
    ("mux(inputs.a, inputs.b, bit(1)) ^ (inputs.a | bit(0)) & not_(bit(0))", ""),
])
def test_single_operations_do_what_python_does(tmp_path, expression, before):
    component = written(tmp_path, expression, before=before)
    rng = np.random.default_rng(1)
    inputs = component.inputs._replace(
        x=np.r_[-32768, 32767, -3, 5, 0, rng.integers(-32768, 32768, 59)], y=np.r_[-5, 1000, 0, 5, rng.integers(-5, 1001, 60)],
        a=np.arange(CASES) & 1, b=np.arange(CASES) & 2 != 0, v=np.r_[np.array([0, 2**64 - 1, 2**63], np.uint64),
                                                                   rng.integers(0, 2**64, 61, np.uint64)],
        w=np.r_[0, 255, 1, 128, rng.integers(0, 256, 60)], i=np.arange(CASES) // 4 % 4)
    model = uncompiled(component)  # what is tested are the gates
    planes = {name: to_planes(values[None], shape) for name, shape, values in zip(inputs._fields, component.inputs, inputs)}
    got = from_planes(model.run(planes, instances=CASES).o, component.outputs.o, CASES)[0]
    assert got.tolist() == python_run(component, inputs)[0].o


def test_gates_of_constants_are_folded_and_equal_gates_shared():
    domain = Planes()
    a, b = (domain.operations["not_"](domain.constant_symbol(BIT, value)) for value in (0, 1))
    assert (a.raw, b.raw, domain.gates) == ([ONE], [ZERO], [])
    assert [domain._and("x", ONE), domain._and("x", ZERO), domain._and("x", "x")] == ["x", ZERO, "x"]
    assert [domain._or("x", ONE), domain._or("x", ZERO), domain._or("x", "x")] == [ONE, "x", "x"]
    assert [domain._xor("x", "x"), domain._xor(ZERO, "x"), domain._xor("x", ZERO)] == [ZERO, "x", "x"]
    assert domain.gates == []
    assert domain._and("x", "y") == domain._and("y", "x") == "p0" and domain.gates == [("p0", "and", "x", "y")]
    assert domain._xor(ONE, "x") == domain._not("x") and domain.gates[1:] == [("p1", "xor", "ONE", "x")]


def test_an_int_has_the_planes_of_its_range():
    domain = Planes()
    assert domain.constant(Range(-4, 3), -4) == [ZERO, ZERO, ONE]
    assert domain.constant(Range(0, 0), 0) == []
    assert domain.constant(Vector(4), 6) == [ZERO, ONE, ONE, ZERO]
