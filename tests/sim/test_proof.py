# amaranth: UnusedElaboratable=no
import random
import re

import pytest

from gateware.neurons.fixed_point_lif import FixedPointLIF
from gateware.neurons.lif import LIF
from gateware.rtlil import to_rtlil
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.arithmetic.multiply import AndMultiplier
from gateware.step import Range, StepComponent, discover, symbolic
from sim import proof
from sim.proof import prove, prove_rtlil

from ..gateware.step.written import written

GOALS = {"outputs", "exact widths", "initial state", "reset", "next state", "ranges"}


def failing(result):
    """The goals that a counterexample breaks; every one of them has one."""
    for goal in result.goals:
        assert goal.holds is not None and bool(goal.counterexample) != goal.holds
    return {goal.name for goal in result.goals if not goal.holds}


def test_all_goals_of_a_neuron_hold():
    result = prove(LIF(refractory=5))
    assert result.ok and {goal.name for goal in result.goals} == GOALS and result.seconds > 0
    assert str(result) == "proven: outputs, exact widths, initial state, reset, next state, ranges"


def test_a_component_without_state_has_the_goal_of_its_outputs():
    result = prove(AndMultiplier())
    assert result.ok and [goal.name for goal in result.goals] == ["outputs"]


PROVABLE = {name: component for name, component in discover()
            if isinstance(component, StepComponent) and name.split(":")[0].rsplit(".", 1)[1] in (
                "LFSR", "RampCounter", "OnesCounter", "ComparatorEncoder", "Popcount", "MuxAdder", "XnorMultiplier")}


@pytest.mark.parametrize("name", PROVABLE)
def test_small_components_are_proven(name):
    assert prove(PROVABLE[name]).ok


# Every goal is seen to fail, on a broken RTL or a broken component.

def test_another_threshold_breaks_outputs_and_next_state():
    result = prove_rtlil(LIF(), to_rtlil(LIF(threshold=1.5)))
    assert failing(result) == {"outputs", "next state"} and not result.ok
    assert str(result).startswith("outputs fails: ") and "now.input.current = " in str(result)


def test_a_wrong_initial_value_is_found():
    text = to_rtlil(RampCounter(10)).replace("init 4'0000", "init 4'0011")
    assert failing(prove_rtlil(RampCounter(10), text)) == {"initial state"}


def test_a_wrong_reset_is_found():
    text, count = re.subn(r"(case 1'1\n\s+assign \S+ \[3:0\] 4')0000", r"\g<1>0001", to_rtlil(RampCounter(10)))
    assert count == 1
    assert failing(prove_rtlil(RampCounter(10), text)) == {"reset"}


def test_a_wrong_next_state_is_found():
    text = to_rtlil(RampCounter(10))
    assert text.count("4'1001") == 1
    assert failing(prove_rtlil(RampCounter(10), text.replace("4'1001", "4'1000"))) == {"next state"}


def test_a_wrong_output_alone_is_found(tmp_path):
    right = written(tmp_path, "return State(state.s), Outputs(state.s + 1)", state="Range(0, 5)")
    wrong = written(tmp_path, "return State(state.s), Outputs(state.s + (inputs.i >> 1))", state="Range(0, 5)")
    wrong_text = to_rtlil(wrong)
    assert failing(prove_rtlil(right, wrong_text)) == {"outputs"}


def test_a_state_that_leaves_its_range_is_found():
    component = RampCounter(10)
    text = to_rtlil(component)
    component.state = component.state._replace(count=Range(0, 8))
    assert failing(prove_rtlil(component, text)) == {"ranges"}


def test_a_range_that_is_too_narrow_is_found(monkeypatch, tmp_path):
    # RTL and model lose the same high bit, so that they agree: only the exact widths tell.
    def add(self, other):
        a, b = self._pair(other)
        return self.domain.emit("add", symbolic.Unchecked(a.shape.lo + b.shape.lo, (a.shape.hi + b.shape.hi) // 2), a, b)

    monkeypatch.setattr(symbolic.SymbolicInt, "__add__", add)
    result = prove(written(tmp_path, "inputs.y + inputs.i"))
    assert failing(result) == {"exact widths"}


SATURATED = "return State(saturate(state.s + inputs.x, WORD)), Outputs(LOW)"
BEFORE = "WORD, WIDE = Q(8, 8), Q(9, 8)\n"


def test_an_unsaturated_register_is_found(tmp_path):
    # Its low bits are right whatever happens: a proof that compared those would hold.
    right, wrong = (written(tmp_path, SATURATED.replace("LOW", "state.s").replace("saturate", name), state="Q(8, 8)", before=BEFORE)
                    for name in ("saturate", "wrap"))
    assert prove(right).ok and prove(wrong).ok
    assert failing(prove_rtlil(right, to_rtlil(wrong))) == {"next state"}


def test_a_register_that_leaves_its_format_is_found(tmp_path):
    right = written(tmp_path, "return State(saturate(state.s + inputs.i, WORD)), Outputs(1)", state="Q(8, 8)", before=BEFORE)
    text = to_rtlil(right)
    wide = to_rtlil(written(tmp_path, "return State(saturate(state.s + inputs.i, WIDE)), Outputs(1)", state="Q(9, 8)", before=BEFORE))
    assert prove_rtlil(right, text).ok
    with pytest.raises(ValueError, match=r"the RTL must have the component's registers and ports in their widths: .*16.*17"):
        prove_rtlil(right, wide)


def test_a_missing_register_or_reset_is_named():
    with pytest.raises(ValueError, match="registers and ports in their widths: .*state_count"):
        prove_rtlil(RampCounter(10), to_rtlil(RampCounter(10)).replace("state_count", "count"))
    with pytest.raises(ValueError, match="must have a port rst"):
        prove_rtlil(RampCounter(10), to_rtlil(RampCounter(10)).replace("\\rst", "\\other"))


TABLE = "TABLE = tuple((37 * k) % 101 - 50 for k in range(256))\n"


@pytest.fixture(scope="module")
def rom(tmp_path_factory):
    component = written(tmp_path_factory.mktemp("rom"), "lookup(TABLE, to_int(inputs.w))", before=TABLE)
    return component, to_rtlil(component)


def test_the_contents_of_a_rom_are_part_of_the_proof(rom):
    assert failing(prove_rtlil(*rom)) == set()


def test_without_its_recipe_the_contents_of_a_rom_are_free(rom, monkeypatch):
    assert proof._SCRIPT.count("memory_map -rom-only\n") == 1
    monkeypatch.setattr(proof, "_SCRIPT", proof._SCRIPT.replace("memory_map -rom-only\n", ""))
    assert failing(prove_rtlil(*rom)) == {"outputs"}


@pytest.mark.parametrize("entry", [0, 100, 255])
def test_one_altered_entry_of_a_rom_is_found(rom, entry):
    component, text = rom
    case = re.search(rf"case 8'{entry:08b}\n\s+assign \S+ \[6:0\] 7'([01]+)\n", text)
    start, end = case.span(1)
    result = prove_rtlil(component, text[:start] + f"{int(case[1], 2) ^ 16:07b}" + text[end:])
    assert failing(result) == {"outputs"} and f"now.input.w = {entry}, " in str(result)


def test_an_index_that_reaches_a_part_of_a_table_is_proven(tmp_path):
    assert prove(written(tmp_path, "lookup((5, 6, -7, 8, 9, 10, 11), inputs.i) + lookup((1, 2, 3), 1)")).ok


@pytest.mark.parametrize("expression", [
    "saturate(inputs.x, SMALL) - saturate(inputs.y, HIGH) + saturate(inputs.x, LOW)",
    "wrap(inputs.x, BYTE) - wrap(inputs.y, NIBBLE) + wrap(inputs.x, NOTHING)",
    "scale_round(inputs.x, 3) + scale(inputs.y, 0 - 3) + (inputs.x >> 62) + (inputs.i << 30)",
    "maximum(inputs.x, inputs.y) + absolute(inputs.x) - minimum(inputs.i, inputs.y)",
    "to_int(inputs.x == inputs.y) - to_int(inputs.x <= 5) + to_int(3 > inputs.i)",
    "inputs.x * inputs.y - 7",
    "count_to(inputs.i, 4) + count_to(count_to(inputs.i, 9), 13)",
    "popcount(lowest_one(inputs.v, 64)) + popcount(linear((5, 3), to_vector(inputs.i, 8)))",
    "popcount(inputs.v) + trailing_zeros(inputs.v, 64) - to_int(parity(inputs.v))",
    "reverse(with_bit(shift_in(inputs.v, inputs.a, 64), inputs.i, inputs.b), 64)",
    "mux(bit_at(inputs.v, 63) ^ bit_at(inputs.w, inputs.i) | bit(0), invert(inputs.w, 8), to_vector(inputs.i, 8))",
    "to_int(reverse(shift_in(vector(1, 1), inputs.a, 1), 1)) + trailing_zeros(vector(0, 1), 1)",
    "sum_tree((inputs.x, inputs.y, 5, to_int(inputs.w), inputs.x))",
    "mux(not_(inputs.a) & inputs.b, inputs.x, inputs.y) + mux(inputs.a, inputs.i, 0 - 4)",
    "inputs.i * 0 + (5 - 5)",
])
def test_every_operation_is_proven(tmp_path, expression):
    before = "SMALL, HIGH, LOW = Q(1, 2), Range(3, 700), Range(-9, -3)\nBYTE, NIBBLE, NOTHING = Range(0, 255), Range(-8, 7), Range(0, 0)\n"
    result = prove(written(tmp_path, expression, before=before))
    assert result.ok, str(result)


def mutants(text, count, seed):
    """One-line changes of a netlist: another operation, another constant, another wire."""
    lines, rng = text.splitlines(), random.Random(seed)
    swaps = {"$add": "$sub", "$sub": "$add", "$gt": "$ge", "$lt": "$le", "$ge": "$gt", "$and": "$or", "$or": "$and", "$eq": "$ne",
             "$not": "$pos"}
    found = []
    for k, line in enumerate(lines):
        cell = re.match(r"  cell (\$\w+) ", line)
        if cell and cell[1] in swaps:
            found.append((k, line.replace(cell[1], swaps[cell[1]], 1)))
        constant = re.match(r"    connect \\[AB] (\d+)'([01]+)$", line)
        if constant and int(constant[1]) > 1:
            flipped = f"{int(constant[2], 2) ^ 1:0{constant[1]}b}"
            found.append((k, line.replace(constant[2], flipped)))
    assert len(found) >= count
    for k, line in rng.sample(found, count):
        yield "\n".join([*lines[:k], line, *lines[k + 1:]])


def test_mutants_of_the_netlist_are_found():
    component = RampCounter(10)
    for text in mutants(to_rtlil(component), 4, 0):
        assert failing(prove_rtlil(component, text))


def test_a_tap_left_out_is_found():
    right, wrong = LFSR(16), LFSR(16, taps=(16, 12, 3, 1))
    assert failing(prove_rtlil(right, to_rtlil(wrong))) == {"next state"}


def test_a_solver_without_time_decides_nothing():
    result = prove(FixedPointLIF(), timeout=0.001)
    assert not result.ok and None in {goal.holds for goal in result.goals}
    assert "not decided in time" in str(result)
