import re

import pytest

from sim.selection import select


@pytest.mark.parametrize("pattern, names", [
    ("LIF:default", ["gateware.neurons.lif.LIF:default"]),
    ("gateware.neurons.lif.LIF:default", ["gateware.neurons.lif.LIF:default"]),
    ("RampCounter", ["gateware.sc.counter.RampCounter:default", "gateware.sc.counter.RampCounter:decimal"]),
    ("gateware.sc.counter.RampCounter", ["gateware.sc.counter.RampCounter:default", "gateware.sc.counter.RampCounter:decimal"]),
    ("Ramp*:dec*", ["gateware.sc.counter.RampCounter:decimal"]),
])
def test_a_component_has_several_names(pattern, names):
    assert list(select([pattern])) == names


def test_patterns_add_up_and_find_each_component_once():
    every = select(["all"])
    assert list(every) == list(select(["all", "LIF"]))
    counters = {name for name in every if name.startswith("gateware.sc.counter.")}
    assert set(select(["gateware.sc.counter"])) == set(select(["RampCounter", "OnesCounter"])) == counters


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match=f"^component must be all or match one of .*LFSR, LIF, .*, not {re.escape(repr('LIFE'))}$"):
        select(["LIFE"])
