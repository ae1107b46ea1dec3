import re

import pytest

from sim.selection import select


@pytest.mark.parametrize("pattern, names", [
    ("LIF:default", ["gateware.neurons.lif.LIF:default"]),
    ("gateware.neurons.lif.LIF:default", ["gateware.neurons.lif.LIF:default"]),
    ("RampCounter", ["gateware.sc.sources.ramp.RampCounter:default", "gateware.sc.sources.ramp.RampCounter:decimal"]),
    ("gateware.sc.sources.ramp.RampCounter", ["gateware.sc.sources.ramp.RampCounter:default", "gateware.sc.sources.ramp.RampCounter:decimal"]),
    ("Ramp*:dec*", ["gateware.sc.sources.ramp.RampCounter:decimal"]),
])
def test_a_component_has_several_names(pattern, names):
    assert list(select([pattern])) == names


def test_patterns_add_up_and_find_each_component_once():
    every = select(["all"])
    assert list(every) == list(select(["all", "LIF"]))
    counters = {name for name in every if name.startswith("gateware.sc.sources.ramp.")}
    assert set(select(["gateware.sc.sources.ramp"])) == set(select(["RampCounter"])) == counters


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match=f"^component must be all or match one of .*LFSR, LIF, .*, not {re.escape(repr('LIFE'))}$"):
        select(["LIFE"])
