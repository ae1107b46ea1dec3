# amaranth: UnusedElaboratable=no
import io
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from gateware.bus.format import LayerRegisters, Registers, Status
from gateware.chip.mapper import MappingError
from gateware.chip.spiking_chip import SpikingChip
from models.networks.spiking_file import save_spiking
from platforms.__main__ import main
from platforms.boards import find_board
from platforms.designs.choose import open_design
from platforms.designs.spiking import SpikingDesign
from platforms.host.errors import RefusalError
from platforms.session import _await_flash, _observation, _show_observation

UP5K = find_board("icebreaker").part
SEEN = (Registers(2, 7, 9, 0, 1, 345, (LayerRegisters(3, 14, 5, 4),)), (np.array([[1, 0, 1], [1, 1, 0]], bool),), (np.array([-5, 0, 1200]),))


@pytest.fixture
def network():
    return SpikingChip.examples()["membrane"].network


def test_block_rams_are_set_aside(network):
    design = SpikingDesign(network, UP5K, observed=True)
    # A memory of spikes and one of membranes for each layer, each of less than 4 kbit.
    assert design.observed_blocks == 4
    top = design.create_top(24_000_000)
    assert top._recorder is not None and top.core.observed
    assert design.build_id(24_000_000) != SpikingDesign(network, UP5K).build_id(24_000_000)


def test_a_part_with_too_few_is_refused_with_the_arithmetic(network):
    for ram, message in ((4, "^to be observed takes 4 of the part's 4 block RAMs$"),
                         (12, "^to be observed takes 4 of the part's 12 block RAMs, and of the others the network needs "
                              ".* block RAMs, the part has 8: ")):
        part = SimpleNamespace(name="small", family="ice40", ram=ram, spram=0)
        with pytest.raises(MappingError, match=message):
            SpikingDesign(network, part, observed=True)


def test_the_digits_network_cannot_be_observed(network, tmp_path, capsys):
    with pytest.raises(ValueError, match="^the digits network cannot be observed: leave out --observe, or give the network of a spiking chip$"):
        open_design(None, UP5K, 1_000_000, observed=True)
    assert main(["build", "--observe", "--check"]) == 2
    assert "leave out --clock, --baud, --network, --weights, --observe and --samples" in capsys.readouterr().err
    save_spiking(network, tmp_path / "small.npz")
    assert open_design(tmp_path / "small.npz", UP5K, 1_000_000, observed=True).observed


def test_what_was_read_is_shown():
    console = Console(file=io.StringIO(), width=200)
    _show_observation(console, SEEN)
    assert console.file.getvalue() == (
        "samples 7, good frames 9, frames given up 0, bytes lost 1\n"
        "layer 0, last sample: 5 events in, 4 spikes out of 3 neurons (2, 2 in each time step), membranes -5 to 1,200\n")
    observed = _observation(SEEN)["observed"]
    assert observed["samples"] == 7 and observed["clocks"] == 345
    assert observed["layers"] == [{"neurons": 3, "membrane_bits": 14, "events": 5, "spikes": 4, "membranes": [-5, 0, 1200],
                                   "spikes_by_time_step": [[1, 0, 1], [1, 1, 0]]}]
    assert _observation(None) == {}


@pytest.mark.parametrize("status, loads", [(None, 0), (Status.BAD_FLASH, 1), (Status.BAD_LENGTH, None)])
def test_weights_that_the_flash_does_not_hold_are_loaded(status, loads):
    said, loaded = [], []

    def classify(image):
        if status is not None:
            raise RefusalError("refused", status)

    driver = SimpleNamespace(classify=classify, load=lambda words, progress: loaded.append(words))
    if loads is None:
        with pytest.raises(RefusalError):
            _await_flash(driver, [0], [1, 2], lambda text, style: said.append(text))
        return
    _await_flash(driver, [0], [1, 2], lambda text, style: said.append(text))
    assert loaded == loads * [[1, 2]]
    assert said == loads * ["the board's flash does not hold this network's weights: they are loaded over the link", "4 bytes of weights loaded"]
