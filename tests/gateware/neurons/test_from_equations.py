import re

import pytest

import gateware
import sim
from gateware.neurons import catalogue
from gateware.step.equations import EquationError
from models.neurons import simulate

IZHIKEVICH = dict(threshold="v >= 30", reset="v = c; u = u + d", parameters={"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0},
                  ranges={"v": (-100, 40), "u": (-30, 30), "I": (-50, 50)}, init={"v": -65.0, "u": -13.0}, dt=0.5)
EQUATIONS = "dv/dt = 0.04*v**2 + 5*v + 140 - u + I", "du/dt = a*(b*v - u)"


def test_a_neuron_from_texts_is_the_one_of_the_table():
    mine, table = gateware.from_equations(*EQUATIONS, **IZHIKEVICH), catalogue.neuron("izhikevich")
    spikes = simulate(mine, 1000.0, inputs={"I": 10.0}).spikes
    assert spikes.tolist() == simulate(table, 1000.0, inputs={"I": 10.0}).spikes.tolist() and len(spikes) > 10


def test_its_hardware_is_proven():
    neuron = gateware.from_equations("\n".join(EQUATIONS), **IZHIKEVICH | {"precision": 16})
    assert sim.check(neuron, level="proof").ok


def test_units_are_checked_where_given():
    ranges, more = {"v": (-100, 40), "I": (-10, 10)}, {"parameters": {"C": (200.0, "pF")}}
    gateware.from_equations("dv/dt = I/C", ranges=ranges, units={"v": "mV", "I": "pA"}, **more)
    with pytest.raises(EquationError, match="has the unit"):
        gateware.from_equations("dv/dt = I/C", ranges=ranges, units={"v": "mV", "I": "nA"}, **more)


@pytest.mark.parametrize("change, reason", [
    ({"ranges": {"v": (-100, 40)}}, "ranges must have an entry for u"), ({"ranges": {"v": 3}}, r"ranges of v must be \(lowest, highest\)"),
    ({"init": {"w": 1.0}}, "init: w is no state"), ({"reset": "v -> c"}, "reset must be like"),
    ({"threshold": None}, "are for a neuron with a threshold"), ({"formats": {"w": "Q8.8"}}, "formats: w is no state or input"),
    ({"threshold": "v >= vmax"}, "vmax is unknown"), ({"dt": 0}, "dt: must be positive"), ({"method": "leapfrog"}, "must be one of"),
    ({"hold": ["v"]}, r"hold is for a neuron with a refractory time, not \['v'\] without one"), ({"seed": -1}, "seed must be at least 0, not -1"),
    ({"hold": "vu", "refractory": 1.0}, "hold must be a list of states, not 'vu'"),
])
def test_wrong_arguments_are_refused(change, reason):
    with pytest.raises(EquationError, match=reason):
        gateware.from_equations(*EQUATIONS, **IZHIKEVICH | change)


def test_a_seed_is_an_integer():
    with pytest.raises(TypeError, match="seed must be an integer, not 'one'"):
        gateware.from_equations(*EQUATIONS, **IZHIKEVICH, seed="one")


def test_wrong_equations_are_refused():
    for equations, reason in ((["nonsense"], "equations must be"), ([3], "equations must be texts"), ([*EQUATIONS, EQUATIONS[0]], "one per state")):
        with pytest.raises(EquationError, match=re.escape(reason)):
            gateware.from_equations(*equations, **IZHIKEVICH)
