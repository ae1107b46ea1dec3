import pytest

from gateware.rtlil import to_rtlil
from sim.mutants import Mutant, MutantReport, check_mutants, mutants
from sim.selection import select

from .designs import Accumulator

# One configuration of every kind of component whose mutants are made and found within seconds.
KINDS = ["LIF:default", "LFSR:default", "OnesCounter:default", "RampCounter:default", "ComparatorEncoder:default",
         "AndMultiplier:default", "XnorMultiplier:default", "MuxAdder:default", "Popcount:odd", "ScaledAdder:odd",
         "SelectAdder:default", "DenseLayer:default", "StochasticDense:default", "ImageEncoder:default", "CountReadout:default",
         "NeuronBank:LIF", "UARTReceiver:default", "UARTTransmitter:default", "FrameTransmitter:small",
         "StreamFork:two", "AddressEvents:levels", "EventMerge:levels", "InputEncoder:current", "DenseSynapses:spikes",
         "FirstSpikeReadout:three", "LeakyIntegrator:default", "SubtractiveLIF:default", "CubaLIF:default",
         "izhikevich", "leaky_integrate_and_fire", "rulkov"]


@pytest.mark.parametrize("kind", KINDS)
def test_mutants_are_caught(kind):
    component, = select([kind]).values()
    report = check_mutants(component)
    assert report.ok, f"{kind}: {report}"


def test_a_mutant_differs_in_one_line():
    text = to_rtlil(Accumulator())
    seen = set()
    for mutant in mutants(text):
        before, after = text.split("\n"), mutant.text.split("\n")
        assert [k for k in range(len(before)) if before[k] != after[k]] == [mutant.line - 1]
        seen.add(mutant.change)
    assert any("$add made $sub" in change for change in seen)
    assert any("condition taken on" in change for change in seen)
    assert any("initial value" in change for change in seen)


def test_the_same_seed_gives_the_same_mutants():
    text = to_rtlil(Accumulator())
    assert list(mutants(text, 3)) == list(mutants(text, 3))
    assert [each.line for each in mutants(text, 3)] != [each.line for each in mutants(text, 4)]


def test_a_survivor_is_no_success():
    report = MutantReport(9, 1, (Mutant(7, "$add made $sub", ""),))
    assert not report.ok
    assert str(report) == "9 mutants caught, 1 more proven to be the same hardware, NOT caught: line 7: $add made $sub"
    assert not MutantReport(0, 0, ()).ok
