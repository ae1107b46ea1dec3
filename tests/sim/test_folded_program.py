# amaranth: UnusedElaboratable=no
import inspect

import pytest

from gateware.neurons.lif import LIF
from gateware.step import folded as folded_file
from gateware.step.folded import FoldedStep
from sim.contracts import prove_contracts
from sim.specs.folded_program import prove_folded


def make():
    return FoldedStep(LIF(refractory=3))


def failed(result):
    return {goal.name for goal in result.goals if goal.holds is False}


def test_a_folded_step_keeps_its_contract_and_computes_the_step():
    result = prove_contracts(make())
    assert result.ok, str(result)
    names = {goal.name for goal in result.goals}
    assert {"a step takes exactly 36 clocks", "memory rows is never read in the row being written",
            "stream o holds valid and payload until the transfer", "every step takes exactly one input, in its clock 2", "values", "next state",
            "outputs",
            "the multiplier blocks give a product"} <= names


def test_each_neuron_of_a_bank_computes_its_step_and_leaves_the_others():
    result = prove_folded(FoldedStep(LIF(), 2))
    assert result.ok, str(result)


def test_a_product_of_several_blocks_is_proven():
    result = prove_folded(FoldedStep(LIF(), factor=8))
    assert result.ok, str(result)


def wrong_constant(folded):
    number = next(k for k, value in enumerate(folded.program.init) if value > 2)
    folded.program.init[number] += 1


def wrong_row(folded):
    word = next(word for word in folded.program.words if word["write"])
    word["d"] ^= 1


def no_write(folded):
    next(word for word in reversed(folded.program.words) if word["write"])["write"] = 0


def other_source(folded):
    word = next(word for word in folded.program.words[6:] if word["source"] == 1)
    word["source"] = 0


def no_choice(folded):
    next(word for word in reversed(folded.program.words) if word["choose"])["choose"] = 0


@pytest.mark.parametrize("change", [wrong_constant, wrong_row, no_write, other_source, no_choice])
def test_a_wrong_program_is_found(change):
    folded = make()
    change(folded)
    assert failed(prove_folded(folded)) & {"values", "next state", "outputs", "control",
                                           "the rows begin as constants and initial states"}


MUTANTS = [
    ("begin.eq((place == 0) & self.i.valid & (self.o.ready | ~self.o.valid))", "begin.eq((place == 0) & self.i.valid)",
     "no step waits"),
    ("Mux(place == program.length - 1, 0, place + 1)", "Mux(place == program.length - 2, 0, place + 1)", "exactly 36 clocks"),
    ('self.i.ready.eq(word["take"])', "self.i.ready.eq(begin)", "exactly one input"),
    ("with m.If(self.o.ready):", "with m.If(begin):", "exactly one output"),
    ('with m.If(word["done"]):', 'with m.If(word["take"]):', "exactly one output"),
]


@pytest.mark.parametrize("old, new, goal", MUTANTS)
def test_a_wrong_schedule_is_found(old, new, goal, monkeypatch):
    source = inspect.getsource(folded_file)
    assert source.count(old) == 1
    changed = dict(vars(folded_file))
    exec(compile(source.replace(old, new), folded_file.__file__, "exec"), changed)
    monkeypatch.setattr(FoldedStep, "_sequence", changed["FoldedStep"]._sequence)
    from sim.induction import prove_spec
    from sim.specs import spec_for
    result = prove_spec(lambda platform: spec_for(make(), platform), search=600)
    assert any(goal in name for name in failed(result)), str(result)


def test_a_row_written_while_it_is_read_is_found():
    folded = make()
    for word in folded.program.words:
        if word["write"]:
            word["c"] = word["d"]
    from sim.induction import prove_spec
    from sim.specs import spec_for
    result = prove_spec(lambda platform: spec_for(folded, platform), search=600)
    assert "memory rows is never read in the row being written" in failed(result)


def test_a_wrong_product_is_found(monkeypatch):
    from gateware.step import wide_product
    sums = wide_product._Sum.make

    def wrong(self, maker, clocks):
        self.high.place += 1
        return sums(self, maker, clocks)

    folded = FoldedStep(LIF(), factor=8)
    monkeypatch.setattr(wide_product._Sum, "make", wrong)
    result = prove_folded(folded)
    assert not next(goal for goal in result.goals if goal.name == "the multiplier blocks give a product").holds
