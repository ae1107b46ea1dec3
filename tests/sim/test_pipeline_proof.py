# amaranth: UnusedElaboratable=no
import re
from itertools import islice

import pytest

from gateware.neurons.izhikevich import Izhikevich
from gateware.neurons.lif import LIF
from gateware.rtlil import to_rtlil
from gateware.step.pipeline import Pipeline
from sim.mutants import mutants
from sim.pipeline_proof import prove_pipeline

from ..gateware.step.everything import everything
from ..gateware.step.synthetic import Synthetic

SYNTHETIC = Pipeline(Synthetic(), target="ecp5")


@pytest.mark.parametrize("pipeline", [
    Pipeline(LIF(refractory=3), period=11.0), Pipeline(Izhikevich()), Pipeline(Izhikevich(), target="ecp5"), Pipeline(everything()),
    SYNTHETIC])
def test_pipelines_are_proven(pipeline):
    result = prove_pipeline(pipeline)
    assert result.ok, str(result)


def test_what_is_proven_is_named():
    goals = [re.sub(r"\d+", "N", goal.name) for goal in prove_pipeline(SYNTHETIC).goals]
    assert goals == ["exact widths", "ranges", "the lowered graph is the step", "each of N nodes", "each of N registers", "each of N tables",
                     "outputs"]


def failing(pipeline, text):
    result = prove_pipeline(pipeline, text)
    return {re.sub(r"\d+", "N", goal.name) for goal in result.goals if goal.holds is False}


def test_mutants_are_found():
    pipeline = Pipeline(Izhikevich(), target="ecp5")
    for mutant in islice(mutants(to_rtlil(pipeline), initial_values=False), 12):
        assert failing(pipeline, mutant.text), mutant.change


def test_each_goal_fails_where_it_is_broken():
    text = to_rtlil(SYNTHETIC)
    # The register of a state takes the other one's, a product becomes a sum, a bit of a table is another one.
    state = [f"    connect \\D \\state_{name} [{width - 1}:0]\n" for name, width in (("v", 23), ("w", 27))]
    assert failing(SYNTHETIC, text.replace(state[0], state[1].replace("26:0", "22:0"))) == {"each of N registers"}
    assert failing(SYNTHETIC, text.replace("cell $mul ", "cell $add ", 1)) == {"each of N nodes"}
    contents = re.search(r"connect \\DATA \d+'[01]{500,}\n", text)[0].rstrip()
    flipped = contents[:-1] + "10"[int(contents[-1])]
    assert failing(SYNTHETIC, text.replace(contents, flipped)) == {"each of N tables"}


def test_a_pipeline_of_another_component_is_refused():
    with pytest.raises(ValueError, match="the RTL must have the wire|must have .* bits"):
        prove_pipeline(Pipeline(Izhikevich()), to_rtlil(Pipeline(LIF())))
