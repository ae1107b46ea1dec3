# amaranth: UnusedElaboratable=no
import os
import subprocess
import sys

import numpy as np
import pytest

from gateware.neurons.lif import LIF
from gateware.sc.decode.ones_counter import OnesCounter
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.arithmetic.popcount import Popcount
from gateware.step import Q, discover, StepComponent
from models import golden

from ..gateware.step.everything import everything, python_run, stimulus
from ..gateware.step.written import load, written


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SPIKELOOM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_numba_does_what_python_does_with_every_operation():
    component, inputs = everything(), stimulus(4000)
    expected, last = python_run(component, inputs)
    state, outputs = golden(component).advance(None, inputs)
    for name, values, column in zip(expected._fields, expected, outputs):
        assert column.tolist() == values, name
    assert [int(field) for field in state] == [int(field) for field in last]


def test_numpy_does_what_python_does_with_every_operation():
    component, inputs = everything(), stimulus(1000, seed=1)
    rng = np.random.default_rng(2)
    state = component.state._replace(word=rng.integers(-32768, 32768, 1000), count=rng.integers(0, 10, 1000),
                                     flag=rng.random(1000) < 0.5, shift=rng.integers(0, 2**64, 1000, np.uint64))
    following, outputs = golden(component).step(state, inputs)
    for k in range(1000):
        old = [each[k].item() for each in state]
        now = [each[k].item() for each in inputs]
        expected = component.step(component.params, type(state)(*old), type(inputs)(*now))
        for values, reference in zip((following, outputs), expected):
            assert [int(np.broadcast_to(value, 1000)[k]) for value in values] == [int(value) for value in reference]


FULL = [0, 1, 2, 1 << 63, (1 << 63) + 1, (1 << 64) - 1, (1 << 64) - 2, 0x0123456789ABCDEF, 0xAAAAAAAAAAAAAAAA]


@pytest.mark.parametrize("expression, expected", [
    ("shift_in(inputs.v, inputs.a, 64)", lambda v, a: (2 * v + a) % 2**64),
    ("to_int(bit_at(inputs.v, 63))", lambda v, a: v // 2**63),
    ("with_bit(inputs.v, 63, inputs.a)", lambda v, a: v % 2**63 + 2**63 * a),
    ("reverse(inputs.v, 64)", lambda v, a: int("".join(reversed(bin(v)[2:].zfill(64))), 2)),
    ("popcount(inputs.v)", lambda v, a: bin(v).count("1")),
    ("lowest_one(inputs.v, 64)", lambda v, a: max(2**k for k in range(64) if v % 2**k == 0) if v else 0),
    ("trailing_zeros(inputs.v, 64)", lambda v, a: 64 if v == 0 else len(bin(v)) - len(bin(v).rstrip("0"))),
    ("to_int(parity(inputs.v))", lambda v, a: bin(v).count("1") % 2),
    ("invert(inputs.v, 64)", lambda v, a: 2**64 - 1 - v),
    # mux of uint64 values is of uint64: with the integer 0 it would become a float64 and lose bits.
    ("mux(inputs.a, inputs.v, vector(0, 64))", lambda v, a: v * a),
    ("inputs.v ^ vector(0xFFFFFFFFFFFFFFFF, 64)", lambda v, a: 2**64 - 1 - v),
])
def test_full_width_vectors(tmp_path, expression, expected):
    component = written(tmp_path, expression)
    v = np.array(FULL * 2, np.uint64)
    zeros = np.zeros(len(v), np.int64)
    inputs = component.inputs._replace(x=zeros, y=zeros, a=np.arange(len(v)) < len(FULL), b=zeros, v=v, w=zeros, i=zeros)
    wanted = [expected(int(value), int(bit)) for value, bit in zip(v, inputs.a)]
    compiled, numpy = golden(component).run(inputs).o, golden(component).step((), inputs)[1].o
    assert compiled.tolist() == wanted and numpy.tolist() == wanted
    assert compiled.dtype.kind in "u" and numpy.dtype.kind in "ui"


@pytest.mark.parametrize("expression, expected", [
    # The sum of Bits: NumPy adds booleans as OR.
    ("sum_tree((to_int(inputs.a), to_int(inputs.b), to_int(inputs.a & inputs.b)))", lambda x, y, a, b: a + b + a * b),
    ("to_int(inputs.a) - to_int(inputs.b)", lambda x, y, a, b: a - b),
    ("to_int(not_(inputs.a)) << 3", lambda x, y, a, b: 8 - 8 * a),
    ("inputs.x >> 62", lambda x, y, a, b: -1 if x < 0 else 0),
    ("inputs.x * inputs.x * inputs.x * 1000", lambda x, y, a, b: 1000 * x**3),
    ("wrap(inputs.x, WORD63) - wrap(inputs.x, WORD64)", lambda x, y, a, b: 2**63 if x < 0 else 0),
    ("wrap(inputs.x * params.n, BYTE) + saturate(inputs.x, BYTE)",
     lambda x, y, a, b: (3 * x + 128) % 256 - 128 + max(-128, min(127, x))),
    ("lookup(TABLE, inputs.i) + lookup(params.table, wrap(inputs.y, TWO))", lambda x, y, a, b: 9 + 1 + y % 4),
    ("mux(inputs.a, 1, 0 - 1) * inputs.y", lambda x, y, a, b: y if a else -y),
])
def test_the_compiled_integers_are_exact(tmp_path, expression, expected):
    before = "BYTE, TWO, WORD63, WORD64 = Q(4, 4), Range(0, 3), Range(0, 2**63 - 1), Range(-(2**63), 2**63 - 1)\nTABLE = (9, 9, 9, 9)\n"
    component = written(tmp_path, expression.replace("wrap(inputs.x, WORD63) - wrap(inputs.x, WORD64)",
                                                     "scale(wrap(inputs.x, WORD63), 1) - scale(wrap(inputs.x, WORD64), 1)"), before=before)
    rng = np.random.default_rng(0)
    zeros = np.zeros(100, np.int64)
    inputs = component.inputs._replace(
        x=np.r_[-32768, 32767, -1, 0, rng.integers(-32768, 32768, 96)], y=np.r_[-5, 1000, rng.integers(-5, 1001, 98)],
        a=rng.random(100) < 0.5, b=rng.random(100) < 0.5, v=zeros, w=zeros, i=zeros + 2)
    if "WORD63" in expression:
        expected = lambda x, y, a, b: 2**62 if x < 0 else 0  # noqa: E731
    wanted = [expected(*map(int, row)) for row in zip(inputs.x, inputs.y, inputs.a, inputs.b)]
    assert golden(component).run(inputs).o.tolist() == wanted
    assert golden(component).step((), inputs)[1].o.tolist() == wanted


STALE = """\
from typing import Any, NamedTuple
from gateware.step import BIT, Range, StepComponent, to_int, lookup, saturate

class Inputs(NamedTuple):
    a: Any

class Outputs(NamedTuple):
    o: Any

OFFSET = 10
TABLE = (0, 0)
LIMITS = Range(0, 5000)

def inner(x):
    return x + OFFSET

def helper(x):
    return inner(x) * 1

def step(params, state, inputs):
    return (), Outputs(saturate(helper(to_int(inputs.a)) + lookup(TABLE, to_int(inputs.a)), LIMITS))

def make():
    return StepComponent(step, inputs=Inputs(BIT))
"""
EDITS = [("x + OFFSET", "x + 2 * OFFSET", 21), ("OFFSET = 10", "OFFSET = 30", 31), ("* 1", "* 100", 1100), ("(0, 0)", "(0, 500)", 511),
         ("Range(0, 5000)", "Range(0, 5)", 5)]


@pytest.mark.parametrize("old, new, result", EDITS, ids=[new for _, new, _ in EDITS])
def test_an_edited_helper_is_compiled_anew_in_the_same_process(tmp_path, cache, old, new, result):
    file = tmp_path / "edited.py"
    file.write_text(STALE)
    assert golden(load(file).make()).run({"a": [1]}).o.tolist() == [11]
    file.write_text(STALE.replace(old, new))
    os.utime(file, (1, 1))  # not even the time of the file helps
    import linecache
    linecache.cache.pop(str(file), None)
    import importlib
    importlib.invalidate_caches()
    assert golden(load(file).make()).run({"a": [1]}).o.tolist() == [result]


def test_a_cached_model_is_taken_up_by_a_new_process_and_a_stale_one_is_not(tmp_path, cache):
    file = tmp_path / "edited.py"
    program = "import edited, models; print(models.golden(edited.make()).run({'a': [1]}).o.tolist())"

    def run():
        paths = os.pathsep.join([str(tmp_path), os.getcwd()])
        result = subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True, timeout=120,
                                env=os.environ | {"PYTHONPATH": paths})
        assert result.returncode == 0, result.stderr
        return result.stdout.strip(), {path: path.stat().st_mtime_ns for path in cache.rglob("*.nbc")}

    file.write_text(STALE)
    first, files = run()
    again, same = run()
    assert (first, again) == ("[11]", "[11]") and len(files) == 1 and same == files
    file.write_text(STALE.replace("x + OFFSET", "x + 2 * OFFSET"))
    edited, files = run()
    assert edited == "[21]" and len(files) == 2


def test_shapes_of_inputs_and_outputs():
    encoder = golden(ComparatorEncoder(4))
    single = encoder.run({"value": np.full(5, 3), "random": np.arange(5)})
    assert single.stream.shape == (5,) and single.stream.dtype == np.bool_ and single.stream.tolist() == [1, 1, 1, 0, 0]
    batch = encoder.run({"value": np.array([[0, 3, 16]] * 5), "random": np.arange(5)})
    assert batch.stream.shape == (5, 3) and batch.stream.sum(axis=0).tolist() == [0, 3, 5]
    assert golden(RampCounter(3)).run(length=7).ramp.tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert golden(RampCounter(3)).run(length=0).ramp.shape == (0,)
    assert golden(LIF()).run({"current": np.zeros((2, 3), np.int8)}).v.dtype == np.int16
    assert golden(LIF()).run(LIF().inputs._replace(current=[256, 0])).spike.tolist() == [True, False]


def test_a_run_can_go_on_from_its_state():
    model = golden(LIF(refractory=3))
    current = np.random.default_rng(0).integers(0, 200, (50, 4))
    whole = model.run({"current": current})
    state, first = model.advance(None, {"current": current[:20]})
    _, second = model.advance(state, {"current": current[20:]})
    assert state.v.shape == (4,)
    for a, b, c in zip(whole, first, second):
        assert np.array_equal(a, np.concatenate([b, c]))


def test_the_batch_is_many_single_runs():
    component = everything()
    inputs = stimulus(200)
    batch = type(inputs)(*(np.stack([each, each[::-1]], axis=1) for each in inputs))
    outputs = golden(component).run(batch)
    for column, values in enumerate((inputs, type(inputs)(*(each[::-1] for each in inputs)))):
        for a, b in zip(outputs, golden(component).run(values)):
            assert np.array_equal(a[:, column], b)


ENCODER = {"value": [1, 2], "random": [0, 3]}


@pytest.mark.parametrize("change, error, message", [
    ({"value": None}, TypeError, "inputs must be value, random, not random"),
    ({"vlaue": [1, 2]}, TypeError, "inputs must be value, random, not value, random, vlaue"),
    ({"value": [1.0, 2.0]}, TypeError, r"value must be integers in Range\(lo=0, hi=16\), not float64"),
    ({"value": ["1", "2"]}, TypeError, "value must be integers in .*, not <U1"),
    ({"value": [1, 17]}, ValueError, r"value must lie in Range\(lo=0, hi=16\), not reach 17"),
    ({"random": [-1, 3]}, ValueError, r"random must lie in Range\(lo=0, hi=15\), not reach -1"),
    ({"value": [1, 2, 3]}, ValueError, "random must have the length 3, not 2"),
    ({"value": [[[1]]]}, ValueError, r"value must have the shape \(T,\) or \(T, B\), not \(1, 1, 1\)"),
    ({"value": 1}, ValueError, r"value must have the shape \(T,\) or \(T, B\), not \(\)"),
    ({"value": [[1, 2, 3]] * 2, "random": [[1, 2]] * 2}, ValueError, "random must hold 3 instances like the inputs before it, not 2"),
    ({"value": [None, 2]}, TypeError, "value must be integers in .*, not object"),
    ({"value": [1, 2**64]}, (TypeError, ValueError), "value must"),
])
def test_inputs_are_refused(change, error, message):
    inputs = {name: value for name, value in (ENCODER | change).items() if value is not None}
    with pytest.raises(error, match=message):
        golden(ComparatorEncoder(4)).run(inputs)


def test_lengths_and_states_are_refused():
    with pytest.raises(TypeError, match="length must be given for a component without inputs"):
        golden(RampCounter()).run()
    with pytest.raises(ValueError, match="value must have the length 3, not 2"):
        golden(ComparatorEncoder(4)).run(ENCODER, length=3)
    model = golden(OnesCounter(10))
    with pytest.raises(ValueError, match=r"state must have the fields \('count',\), not \(1, 2\)"):
        model.advance((1, 2), {"stream": [1]})
    with pytest.raises(ValueError, match=r"state count must lie in Range\(lo=0, hi=15\), not reach 16"):
        model.advance((16,), {"stream": [1]})
    with pytest.raises(ValueError, match=r"state count must have the shape \(2,\), not \(3,\)"):
        model.advance(([1, 2, 3],), {"stream": [[1, 1]]})
    with pytest.raises(ValueError, match=r"state count must have the shape \(None,\), not \(1, 1\)"):
        model.advance(([[1]],), {"stream": [1]})


def test_a_vector_too_wide_for_a_word_is_refused():
    with pytest.raises(ValueError, match="golden models hold Vectors of at most 64 bits, and streams has 65"):
        golden(Popcount(65))


def test_what_has_no_model_is_refused():
    with pytest.raises(TypeError, match="golden takes a component of gateware that has a model, not 3"):
        golden(3)


@pytest.mark.parametrize("shape, dtype", [((0, 1), "uint8"), ((0, 255), "uint8"), ((0, 256), "uint16"), ((-1, 127), "int8"),
                                          ((-129, 0), "int16"), ((0, 2**32), "int64"), ((-(2**63), 2**63 - 1), "int64"),
                                          ((0, 2**63 - 1), "int64"), ((-1, 32768), "int32")])
def test_the_narrowest_dtype(shape, dtype):
    from gateware.step import Range
    from models.arrays import dtype_of
    assert dtype_of(Range(*shape)) == dtype


# The first configuration of each: the others are compared when their evidence is made.
STEPS = {name.split(":")[0]: component for name, component in reversed(list(discover())) if isinstance(component, StepComponent)
         and all(shape.kind != "vector" or shape.width <= 64 for shape in (*component.inputs, *component.state))}


def random_inputs(component, rng, count):
    def values(shape):
        if shape.kind == "vector":
            return rng.integers(0, shape.hi, count, np.uint64, endpoint=True)
        array = rng.integers(shape.lo, shape.hi, count, np.int64, endpoint=True)
        return np.where(rng.random(count) < 0.3, rng.choice([shape.lo, shape.hi], count), array)
    return type(component.inputs)(*map(values, component.inputs)) if component.inputs else ()


@pytest.mark.parametrize("name", STEPS)
def test_numba_does_what_python_does_for_every_component(name):
    component = STEPS[name]
    inputs = random_inputs(component, np.random.default_rng(0), 500)
    state, expected = component.init, []
    for k in range(500):
        row = type(inputs)(*(each[k].item() for each in inputs)) if inputs else ()
        state, outputs = component.step(component.params, state, row)
        expected.append([int(value) for value in outputs])
    outputs = golden(component).run(inputs, length=500)
    assert np.array_equal(np.stack(outputs, axis=1).astype(np.int64), np.array(expected, object).astype(np.int64))


def test_a_format_may_be_named_in_the_step(tmp_path):
    component = written(tmp_path, "saturate(inputs.x, WORD)", before="WORD = Q(3, 2)\n")
    zero = np.zeros(3, np.int64)
    inputs = component.inputs._replace(x=[-100, 3, 100], y=zero, a=zero, b=zero, v=zero, w=zero, i=zero)
    assert golden(component).run(inputs).o.tolist() == [Q(3, 2).lo, 3, Q(3, 2).hi]
