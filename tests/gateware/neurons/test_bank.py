# amaranth: UnusedElaboratable=no
import re

import numpy as np
import pytest

from gateware.neurons.bank import NeuronBank
from gateware.neurons.izhikevich import Izhikevich
from gateware.neurons.lif import LIF
from gateware.rtlil import to_rtlil
from gateware.sc.arithmetic.multiply import AndMultiplier
from gateware.yosys import run_yosys
from models import golden
from sim.contracts import prove_contracts
from sim.cxxrtl import compile as compile_cxxrtl
from sim.transactions import compare_transactions

from ..step.synthetic import Synthetic

BANKS = {f"{type(neuron).__name__} {target}": NeuronBank(neuron, 40, target=target)
         for neuron in (LIF(refractory=2), Izhikevich(), Synthetic()) for target in ("ice40", "ecp5")}
BANKS["fewest"] = NeuronBank(LIF(), NeuronBank(LIF(), 40).latency + 1)


@pytest.fixture(scope="module")
def simulations():
    return compile_cxxrtl(BANKS)


@pytest.mark.parametrize("name", BANKS)
def test_a_bank_is_its_neurons_whatever_stalls(simulations, name):
    result = compare_transactions(BANKS[name], simulations[name], size=400)
    assert result.difference is None and result.cases >= 2000


@pytest.mark.parametrize("name", BANKS)
def test_an_output_comes_after_the_latency_and_one_per_clock(simulations, name):
    bank, simulation = BANKS[name], simulations[name]
    simulation.reset()
    items = golden(bank).stimulus(np.random.default_rng(0), 3 * bank.count)
    count = len(items["first"])
    results, _ = simulation.run_streams({"i": items}, {"o": count}, max_clocks=10 * count)
    into, out = results["i"][1], results["o"][1]
    assert (np.asarray(out) - np.asarray(into) == bank.latency).all() and (np.diff(into) == 1).all()


def test_neurons_do_not_mix(simulations):
    # One neuron is driven, all others are not: its spikes are its own.
    bank, simulation = BANKS["LIF ice40"], simulations["LIF ice40"]
    simulation.reset()
    current = np.zeros((300, bank.count), np.int64)
    current[:, 17] = 40
    first = np.zeros_like(current)
    results, _ = simulation.run_streams({"i": {"current": current.ravel(), "first": first.ravel()}}, {"o": current.size},
                                        max_clocks=10 * current.size)
    spikes = np.asarray(results["o"][0]["spike"]).reshape(current.shape).sum(axis=0)
    assert spikes[17] > 5 and spikes.sum() == spikes[17]


@pytest.mark.parametrize("name", ["LIF ecp5", "fewest"])
def test_the_schedule_is_proven(name):
    assert prove_contracts(BANKS[name]).ok


@pytest.mark.parametrize("target, command, memory", [("ice40", "synth_ice40 -dsp", r"SB_RAM40_4K"), ("ecp5", "synth_ecp5", "DP16KD|PDPW16KD")])
def test_the_state_is_in_block_ram_and_no_collision_is_emulated(target, command, memory):
    # 512 neurons, of which each has 36 bits.
    bank = NeuronBank(Izhikevich(), 512, target=target)
    script = f"read_rtlil design.il\ntee -q -o log.txt {command} -top design\ntee -q -o stat.txt stat\n"
    done = run_yosys(script, {"design.il": to_rtlil(bank)}, ["stat.txt", "log.txt"])
    cells = {kind: int(count) for count, kind in re.findall(r"^\s*(\d+)\s+(\w+)\s*$", done["stat.txt"], re.M)}
    assert sum(count for kind, count in cells.items() if re.fullmatch(memory, kind)) == {"ice40": 5, "ecp5": 1}[target]
    assert "don't care on collision" in done["log.txt"]
    # The registers are those of the pipeline, of what it takes, and of the schedule.
    pipeline = bank.pipeline
    flip_flops = sum(count for kind, count in cells.items() if kind.startswith(("SB_DFF", "TRELLIS_FF")))
    graph, own = pipeline.graph, 36 + 16 + 17 + bank.latency + 2 * 9
    last = {k: pipeline.stages[k] + (node.primitive == "table") for k, node in enumerate(graph.nodes)}
    there = dict(last)
    for node, stage in zip(graph.nodes, pipeline.stages):
        for k in node.operands:
            last[k] = max(last[k], stage)
    for k in (*graph.next_state, *graph.outputs):
        last[k] = pipeline.latency
    handed_on = sum(graph.nodes[k].shape.width * (last[k] - there[k]) for k in last if graph.nodes[k].primitive != "constant")
    assert flip_flops <= own + handed_on + 8


@pytest.mark.parametrize("neuron", [3, AndMultiplier()])
def test_what_is_no_neuron_is_refused(neuron):
    with pytest.raises(TypeError, match=re.escape(f"NeuronBank neuron must be a StepComponent with state and inputs, not {neuron!r}")):
        NeuronBank(neuron, 40)


@pytest.mark.parametrize("count", [1, 6, 65537])
def test_a_count_out_of_range_is_refused(count):
    with pytest.raises(ValueError, match=f"NeuronBank count must be between 7, which fills the pipeline, and 65536, not {count}"):
        NeuronBank(LIF(), count)


def test_a_count_that_is_no_integer_is_refused():
    with pytest.raises(TypeError, match="NeuronBank count must be an integer, not 40.0"):
        NeuronBank(LIF(), 40.0)


def test_the_latency_is_the_pipelines_and_two_clocks():
    assert all(bank.latency == bank.pipeline.latency + 2 for bank in BANKS.values())
