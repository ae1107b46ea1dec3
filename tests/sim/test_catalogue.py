"""The evidence for the neurons of the catalogue: all kept results stand, and a seeded tenth is shown again."""

import functools
import os
import random
import re
import time

import pytest

from gateware.neurons import catalogue
from sim.capacity import DSP_BLOCKS, LEFT_OUT, dsp_blocks
from sim.kept import KeptResults, evidence_digest
from sim.ladder import LEVELS, check_each
from sim.properties.property import properties_of
from sim.selection import CATALOGUE

# Every run shows a tenth again, another one each day; SPIKELOOM_SEED repeats a run.
SEED = int(os.environ.get("SPIKELOOM_SEED", time.time() // 86400))
_RUNGS = [(name, level) for name in catalogue.names() for level in LEVELS]
_TENTH = random.Random(SEED).sample(_RUNGS, len(_RUNGS) // 10)
_UNIT = 6   # neurons that share a C++ unit
TENTH = [(level, tuple(names[k:k + _UNIT])) for level in LEVELS for names in [[name for name, each in _TENTH if each == level]]
         for k in range(0, len(names), _UNIT)]


@functools.cache
def kept():
    return KeptResults()


@pytest.mark.parametrize("name", catalogue.names())
def test_every_neuron_has_its_rungs(name):
    """The kept results stand: neither the hardware, nor the step, nor the tools have changed since."""
    neuron = catalogue.neuron(name)
    missing = [level for level in LEVELS if not kept().find(f"{CATALOGUE}:{name}", level, evidence_digest(neuron, level))]
    assert not missing, f"{name} has no kept result for {', '.join(missing)}: run `python -m sim check {name} --keep`"


@pytest.mark.parametrize("level, names", TENTH)
def test_a_seeded_tenth_is_shown_again(level, names):
    for report in check_each({name: catalogue.neuron(name) for name in names}, level):
        assert report.ok, f"seed {SEED}: {report}"


def test_the_file_holds_the_catalogue_and_nothing_else():
    names = {name for name in kept().names() if name.startswith(CATALOGUE)}
    assert names == {f"{CATALOGUE}:{name}" for name in catalogue.names()}


@pytest.mark.parametrize("name", catalogue.names())
def test_a_netlist_is_left_out_only_where_the_products_do_not_fit(name):
    says = kept().entry(f"{CATALOGUE}:{name}")["netlist"]["says"]
    figures = re.fullmatch(rf"{LEFT_OUT}its products take (\d+) SB_MAC16, and an iCE40UP5K has {DSP_BLOCKS}", says)
    assert figures is None and says.startswith("proven equal to") or int(figures[1]) > DSP_BLOCKS


def test_blocks_are_what_the_netlist_takes():
    # Four products, three of them of 16 x 16 bits and fewer: the netlist's own count in its kept proof is the same.
    for name in ("leaky_integrate_and_fire", "plif"):
        says = kept().entry(f"{CATALOGUE}:{name}")["netlist"]["says"]
        assert dsp_blocks(catalogue.neuron(name)) == int((re.search(r"(\d+) SB_MAC16", says) or [0, 0])[1])


def test_no_property_is_left_unproven():
    # Properties are proven of whole steps; the proof node by node has none to prove.
    assert properties_of(catalogue.neuron("izhikevich")) == []
