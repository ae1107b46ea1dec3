# amaranth: UnusedElaboratable=no
import re

import numpy as np
import pytest
from amaranth.hdl import EnableInserter, Module
from amaranth.lib.wiring import Component, In

from gateware.neurons.izhikevich import Izhikevich
from gateware.neurons.lif import LIF
from gateware.rtlil import to_rtlil
from gateware.step.pipeline import Pipeline
from gateware.yosys import run_yosys
from models import golden
from sim.cxxrtl import compile as compile_cxxrtl
from sim.transactions import compare_transactions

from .synthetic import Synthetic

PIPELINES = {f"{type(component).__name__} {target} {period}": Pipeline(component, target=target, period=period)
             for component in (Izhikevich(), Synthetic()) for target in ("ice40", "ecp5") for period in (None, 40.0)}


class Stalling(Component):
    """A pipeline that moves only where it is let."""

    def __init__(self, pipeline):
        self.pipeline = pipeline
        members = {name: member for name, member in pipeline.signature.members.items()}
        super().__init__(members | {"advance": In(1)})

    def elaborate(self, platform):
        m = Module()
        m.submodules.pipeline = EnableInserter(self.advance)(self.pipeline)
        for name, member in self.pipeline.signature.members.items():
            port, inner = getattr(self, name), getattr(self.pipeline, name)
            m.d.comb += inner.eq(port) if member.flow == In else port.eq(inner)
        return m


STALLING = Stalling(Pipeline(Synthetic(), target="ecp5"))


@pytest.fixture(scope="module")
def simulations():
    return compile_cxxrtl(PIPELINES | {"stalling": STALLING})


@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_is_its_step_some_clocks_later(simulations, name):
    result = compare_transactions(PIPELINES[name], simulations[name], size=200)
    assert result.difference is None and result.cases == 20_000


def test_a_pipeline_that_is_held_goes_on_where_it_was(simulations):
    rng, pipeline = np.random.default_rng(3), STALLING.pipeline
    model = golden(pipeline)
    items = model.stimulus(rng, 500)
    # Every item stands until a clock that is let pass.
    moves = rng.random(4000) < 0.4
    place = np.concatenate([[0], np.cumsum(moves)[:-1]])
    given = {name: values[np.minimum(place, 499)] for name, values in items.items()}
    got = simulations["stalling"].run(given | {"advance": moves.astype(np.int64)})
    expected = model.run(items)
    for name, values in expected.items():
        after = got[name][moves][pipeline.latency:][:500]
        assert len(after) == 500 and (after == values).all()


@pytest.mark.parametrize("component, target, latency", [
    (LIF(), "ice40", 4), (LIF(), "ecp5", 4), (Izhikevich(), "ice40", 7), (Izhikevich(), "ecp5", 6)])
def test_latencies(component, target, latency):
    assert Pipeline(component, target=target).latency == latency


CELLS = {"ice40": ("synth_ice40 -dsp", "SB_MAC16", "SB_RAM40_4K"), "ecp5": ("synth_ecp5", "MULT18X18D", "DP16KD|PDPW16KD")}


@pytest.mark.parametrize("target", CELLS)
def test_products_and_tables_become_the_cells_of_the_part(target):
    pipeline = Pipeline(Synthetic(), target=target)
    command, multiplier, memory = CELLS[target]
    script = f"read_rtlil design.il\n{command} -top design\ntee -q -o stat.txt stat\n"
    stat = run_yosys(script, {"design.il": to_rtlil(Stalling(pipeline))}, ["stat.txt"])["stat.txt"]
    cells = {kind: int(count) for count, kind in re.findall(r"^\s*(\d+)\s+(\w+)\s*$", stat, re.M)}
    assert cells[multiplier] == sum(node.primitive == "times" for node in pipeline.graph.nodes)
    # 256 rows of 48 bits.
    assert sum(count for kind, count in cells.items() if re.fullmatch(memory, kind)) == {"ice40": 3, "ecp5": 2}[target]
    assert not [kind for kind in cells if kind.startswith("$mul")]


def test_what_is_no_step_component_is_refused():
    with pytest.raises(TypeError, match="Pipeline component must be a StepComponent, not 3"):
        Pipeline(3)


@pytest.mark.parametrize("period", [4.9, 1001, float("nan")])
def test_a_period_out_of_range_is_refused(period):
    with pytest.raises(ValueError, match=re.escape(f"Pipeline period must be between 5 and 1000 ns, not {period!r}")):
        Pipeline(LIF(), period=period)


def test_an_unknown_target_is_refused():
    with pytest.raises(ValueError, match="Pipeline target must be one of ice40, ecp5, not 'xc7'"):
        Pipeline(LIF(), target="xc7")
