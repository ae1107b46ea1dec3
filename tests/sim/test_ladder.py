import os
import random
import time

import pytest

import sim
from gateware.neurons.lif import LIF
from gateware.sc.sources.ramp import RampCounter
from gateware.step import discover
from sim import ladder
from sim.kept import KeptResults, evidence_digest
from sim.ladder import LEVELS, Report, Rung, check_each

COMPONENTS = dict(discover())
RUNGS = [(name, level) for name in COMPONENTS for level in LEVELS]
# Every run shows a tenth again, another one each day; SPIKELOOM_SEED repeats a run.
SEED = int(os.environ.get("SPIKELOOM_SEED", time.time() // 86400))
TENTH = random.Random(SEED).sample(RUNGS, len(RUNGS) // 10)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", COMPONENTS)
def test_every_component_has_its_rungs(name, level):
    """The kept result stands: neither the hardware, nor the step, nor the tools have changed since."""
    kept = KeptResults().find(name, level, evidence_digest(COMPONENTS[name], level))
    assert kept, f"{name} has no kept result for {level}: run `python -m sim check all --keep`"


@pytest.mark.parametrize("name, level", TENTH)
def test_a_seeded_tenth_is_shown_again(name, level):
    report, = check_each({name: COMPONENTS[name]}, level)
    assert report.ok, f"seed {SEED}: {report}"


def test_check_climbs_as_far_as_it_is_asked_and_says_how_far_it_got():
    report = sim.check(RampCounter(4), level="all")
    assert report.ok
    words = [line.split()[0] for line in str(report).splitlines()]
    assert words == ["RampCounter", "compared", "proven", "netlist"]
    assert [rung.level for rung in sim.check(RampCounter(4)).rungs] == ["rtl"]


def test_a_rung_that_fails_is_named(monkeypatch):
    monkeypatch.setitem(ladder._RUNGS, "proof", lambda component, name, simulation: (False, "next state fails: x = 1"))
    report = sim.check(RampCounter(4), level="proof", name="counter")
    assert not report.ok
    assert str(report).startswith("counter\n  NOT proven  next state fails: x = 1 (")


def test_a_simulation_that_breaks_a_rule_fails_the_rung(monkeypatch):
    from sim import compare
    from sim.cxxrtl import SimulationError

    def fail(*arguments, **keywords):
        raise SimulationError("x does not settle in clock 3: its combinational logic oscillates")
    monkeypatch.setattr(compare, "compare_rtl", fail)
    assert "x does not settle in clock 3" in str(sim.check(RampCounter(4)))


def test_kept_results_are_not_shown_again_unless_asked(tmp_path, monkeypatch):
    kept, runs = KeptResults(tmp_path / "results.json"), []
    monkeypatch.setitem(ladder._RUNGS, "netlist", lambda component, name, simulation: runs.append(name) or (True, "equal"))
    component = {"counter": RampCounter(4)}
    assert not next(check_each(component, "netlist", kept=kept)).rungs[0].kept
    assert next(check_each(component, "netlist", kept=kept)).rungs[0].kept
    assert "(kept)" in str(next(check_each(component, "netlist", kept=kept)))
    next(check_each(component, "netlist", kept=kept, fresh=lambda name, level: True))
    next(check_each({"counter": RampCounter(5)}, "netlist", kept=kept))
    assert runs == ["counter"] * 3


def test_a_rung_that_does_not_apply_says_so():
    rung = Rung("netlist", True, "left out: its products take 11 SB_MAC16, and an iCE40UP5K has 8", kept=True)
    assert rung.left_out and not Rung("netlist", True, "proven equal to the RTL").left_out
    assert str(rung) == "    left out  its products take 11 SB_MAC16, and an iCE40UP5K has 8 (kept)"


def test_components_to_be_simulated_share_a_library_some_at_a_time(monkeypatch):
    from sim import cxxrtl
    units, compile = [], cxxrtl.compile
    monkeypatch.setattr(cxxrtl, "compile", lambda designs: units.append(list(designs)) or compile(designs))
    monkeypatch.setattr(ladder, "_UNIT", 2)
    components = {f"counter {k}": RampCounter(k) for k in (3, 4, 5)}
    assert all(report.ok for report in check_each(components, "rtl"))
    assert units == [["counter 3", "counter 4"], ["counter 5"]]


def test_nothing_checked_is_no_success():
    assert not Report("x", []).ok
    assert not Report("x", [Rung("rtl", True, ""), Rung("proof", False, "")]).ok


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="^level must be one of rtl, proof, netlist, all, not 'rlt'$"):
        sim.check(LIF(), level="rlt")
    with pytest.raises(TypeError, match="^component must be an amaranth.lib.wiring.Component, not 5$"):
        sim.check(5)
