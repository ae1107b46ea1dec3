# amaranth: UnusedElaboratable=no
from typing import Any, NamedTuple

import numpy as np
import pytest

from gateware.sc.arithmetic.multiply import AndMultiplier
from gateware.sc.correlation.synchronizer import Synchronizer
from gateware.sc.decode.ones_counter import OnesCounter
from gateware.sc.division.correlated import CorrelatedDivider
from gateware.sc.functions.log_odds_gain import LogOddsGain
from gateware.step import BIT, Range, StepComponent, Vector, bit_at, discover, not_, shift_in
from models import golden
from models.streams import pack, popcount, unpack
from models.transitions import TransitionModel

LENGTHS = [1, 7, 8, 63, 64, 65, 1000]


def fits(component):
    return (isinstance(component, StepComponent) and component.state and 1 <= len(component.inputs) <= 2
            and len(component.outputs) <= 3 and all(shape.kind == "bit" for shape in (*component.inputs, *component.outputs)))


COMPONENTS = {name: component for name, component in discover() if fits(component)}


class State(NamedTuple):
    bits: Any


class Inputs(NamedTuple):
    a: Any


class Outputs(NamedTuple):
    oldest: Any
    both: Any
    inverse: Any


def history(params, state, inputs):
    """The last bits, all states different, three outputs."""
    oldest = bit_at(state.bits, params.width - 1)
    return State(shift_in(state.bits, inputs.a, params.width)), Outputs(oldest, oldest & inputs.a, not_(inputs.a))


class Params(NamedTuple):
    width: int


def register(width):
    return StepComponent(history, params=Params(width), state=State(Vector(width)), init=State(0), inputs=Inputs(BIT))


@pytest.mark.parametrize("name", COMPONENTS)
def test_tables_hold_every_transition_of_the_step(name):
    """One look-up is eight steps: words of random bits are compared with the step, clock by clock."""
    component = COMPONENTS[name]
    try:
        model = TransitionModel(component)
    except ValueError as error:
        assert str(error).endswith("reaches more")
        return
    bits = np.random.default_rng(0).random((len(component.inputs), 300)) < 0.5
    got = model.run(dict(zip(component.inputs._fields, map(pack, bits))), 300)
    state, rows = component.init, []
    for case in bits.T.tolist():
        state, outputs = component.step(component.params, state, type(component.inputs)(*case))
        rows.append(outputs)
    for field, words, expected in zip(got._fields, got, zip(*rows)):
        assert unpack(words, 300).tolist() == list(map(bool, expected)), field


@pytest.mark.parametrize("component", [LogOddsGain(8), CorrelatedDivider(), Synchronizer(2)], ids=["stanh", "CORDIV", "synchronizer"])
def test_any_length_and_batch_equal_the_golden_model(component):
    model, reference = TransitionModel(component), golden(component)
    for length in LENGTHS:
        bits = np.random.default_rng(length).random((len(component.inputs), 9, length)) < 0.4
        expected = reference.run(dict(zip(component.inputs._fields, (each.T for each in bits))))
        for batch in (1, 4, 9):
            got = model.run(dict(zip(component.inputs._fields, (pack(each[:batch]) for each in bits))), length)
            for words, values in zip(got, expected):
                assert np.array_equal(words, pack(values.T[:batch]))


def test_a_chain_has_its_states_and_its_transitions():
    """Stanh of four states: up on 1, down on 0, held at the ends."""
    model = TransitionModel(LogOddsGain(4))
    position = [state.position for state in model.states]
    assert sorted(position) == [0, 1, 2, 3]
    for k, row in zip(position, model.following):
        assert [position[following] for following in row] == [max(k - 1, 0), min(k + 1, 3)]
    assert [row.tolist() for row in model.outputs.result] == [[k >= 2] * 2 for k in position]


def test_three_outputs_of_as_many_states_as_there_may_be():
    model = TransitionModel(register(8))
    assert len(model.states) == 256
    bits = np.random.default_rng(0).random(1000) < 0.5
    late = np.r_[np.zeros(8, bool), bits[:-8]]
    got = model.run({"a": pack(bits)}, 1000)
    for words, expected in zip(got, (late, late & bits, ~bits)):
        assert np.array_equal(words, pack(expected))
    assert popcount(got.inverse, 1000) == 1000 - bits.sum()


def test_no_clocks_and_no_streams():
    model = TransitionModel(LogOddsGain(4))
    assert model.run({"stream": np.zeros((2, 0), np.uint64)}, 0).result.shape == (2, 0)
    assert model.run({"stream": np.zeros((0, 1), np.uint64)}, 64).result.shape == (0, 1)


def test_what_has_no_table_is_refused():
    with pytest.raises(ValueError, match="^transition tables need a component with state, and AndMultiplier has none$"):
        TransitionModel(AndMultiplier())
    with pytest.raises(ValueError, match=r"^transition tables need 1 to 3 outputs that are Bits, and OnesCounter has \("):
        TransitionModel(OnesCounter(8))
    with pytest.raises(ValueError, match="^transition tables need at most 256 states, and StepComponent reaches more$"):
        TransitionModel(register(9))
    ramp = StepComponent(alternate, state=State(Range(0, 1)), init=State(0))
    with pytest.raises(ValueError, match=r"^transition tables need 1 to 2 inputs that are Bits, and StepComponent has \(\)$"):
        TransitionModel(ramp)


class One(NamedTuple):
    o: Any


def alternate(params, state, inputs):
    return State(1 - state.bits), One(state.bits > 0)


def test_inputs_are_checked():
    model, word = TransitionModel(CorrelatedDivider()), np.zeros(1, np.uint64)
    with pytest.raises(TypeError, match="^inputs must be dividend, divisor, not dividend$"):
        model.run({"dividend": word}, 64)
    with pytest.raises(ValueError, match=r"^divisor must have the shape \(1,\) like dividend, not \(2, 1\)$"):
        model.run({"dividend": word, "divisor": np.zeros((2, 1), np.uint64)}, 64)
    with pytest.raises(ValueError, match="^dividend must have 2 words per stream for the length 65, not 1$"):
        model.run({"dividend": word, "divisor": word}, 65)
    with pytest.raises(ValueError, match=r"^divisor must be 0 past the length 63, and has ones there: is it longer\?$"):
        model.run({"dividend": word, "divisor": ~word}, 63)
    with pytest.raises(ValueError, match="^length must be at least 0, not -1$"):
        model.run({"dividend": word, "divisor": word}, -1)
