# amaranth: UnusedElaboratable=no
import pytest
from amaranth.hdl import Module

from gateware.step import StepComponent, discover
from gateware.step.bind import bind, helpers, is_operation, references
from gateware.step.hardware import Hardware
from gateware.step.operations import OPERATIONS, mux
from gateware.step.trace import _Trace

from . import everything
from .written import written


def domains():
    from models.numba_domain import NUMBA
    from models.numpy_domain import NUMPY
    from sim.proof_domain import Proof
    return {"hardware": Hardware(Module()).operations, "trace": _Trace().operations, "numba": NUMBA, "numpy": NUMPY,
            "proof": Proof().operations}


@pytest.mark.parametrize("domain", ["hardware", "trace", "numba", "numpy", "proof"])
def test_every_domain_evaluates_the_same_code_object(domain):
    operations = domains()[domain]
    assert set(operations) == set(OPERATIONS)
    seen = []

    def note(function):
        seen.append(function)
        return function

    for step in [everything.step, *(component.step for _, component in discover() if isinstance(component, StepComponent))]:
        bound = bind(step, operations, note)
        assert bound.__code__ is step.__code__ and bound is not step
        for name, value in references(step).items():
            if is_operation(value):
                assert bound.__globals__[name] is operations[value.__name__]
    assert everything.both.__code__ in [function.__code__ for function in seen]


def test_the_compiled_step_is_the_same_code_object():
    from models.numba_domain import compile_step
    assert compile_step(everything.step).py_func.__code__ is everything.step.__code__


def test_the_function_itself_is_left_alone():
    before = dict(everything.step.__globals__)
    bind(everything.step, dict.fromkeys(OPERATIONS))
    assert everything.step.__globals__ == before


def test_helpers_are_found_through_each_other():
    assert helpers(everything.step) == [everything.both]
    assert is_operation(mux) and not is_operation(everything.both)


def test_other_globals_can_be_converted():
    bound = bind(everything.both, OPERATIONS, constant=lambda value: value + 1 if value == 77 else value)
    assert bound(3, 5) == (True, 3 - 78)


def builtin_user(x):
    return imported_builtin(x)


imported_builtin = len


def test_a_builtin_under_another_name_is_refused():
    with pytest.raises(TypeError, match="builtin_user calls the builtin imported_builtin, which is no operation"):
        bind(builtin_user, OPERATIONS)


def test_a_field_may_have_the_name_of_a_global(tmp_path):
    body = "return State(state.index), Outputs(state.index + inputs.x)"
    before = "from operator import index\nclass State(NamedTuple):\n    index: Any\n"
    component = written(tmp_path, body, state="Q(4, 4)", before=before)
    assert component.outputs.o.hi == 127 + 32767
