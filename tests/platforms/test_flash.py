# amaranth: UnusedElaboratable=no
import re

import pytest

from gateware.chip.flash_loader import flash_image
from gateware.chip.network import Dense, Layer, SpikingNetwork
from gateware.chip.serial_classifier import SerialClassifier
from gateware.chip.spiking_chip import SpikingChip
from models.networks.spiking_file import save_spiking
from platforms.__main__ import main
from platforms.bitstream import prepare_plan
from platforms.boards import board_names, find_board
from platforms.clocks import choose_clock
from platforms.designs.choose import open_design
from platforms.designs.spiking import SpikingDesign
from platforms.errors import FitError
from platforms.files import sha256_of
from platforms.flash import combine, weights_address
from platforms.program import image_of, program, weights_commands

WITH_FLASH = [name for name in board_names() if find_board(name).weights_at is not None]


@pytest.fixture
def network():
    return SpikingChip.examples()["membrane"].network


@pytest.fixture
def large(network):
    """One with more weights than block RAM holds."""
    hidden, output = network.layers
    return SpikingNetwork("large", 7, [Layer(Dense([[1] * 256] * 64), hidden.neuron), Layer(Dense([[1] * 64] * 3), output.neuron)], 2)


def test_an_image_has_the_bitstream_at_its_beginning_and_the_weights_at_their_address():
    assert combine(b"bits", b"weights", 9) == b"bits\xff\xff\xff\xff\xffweights"
    with pytest.raises(FitError, match="^a bitstream of 10 bytes does not end before the weights at 0x9 of the flash$"):
        combine(bytes(10), b"weights", 9)


@pytest.mark.parametrize("name", WITH_FLASH)
def test_the_flash_is_on_the_pins_that_configure_the_part(name):
    board = find_board(name)
    # Beyond the largest bitstream of the part, at the beginning of a 64 KiB block.
    assert weights_address(board) >= 104_161 and weights_address(board) % 65536 == 0
    plan = prepare_plan(SerialClassifier.examples()["flash"], board, choose_clock(board, None))
    pins = dict(re.findall(r"^set_io (\S+) (\S+)", plan.files["top.pcf"], re.M))
    # SPI_SS, SPI_SCK, SPI_SO and SPI_SI of the UltraPlus in its SG48 package.
    flash = {net: pin for net, pin in pins.items() if "spi_flash" in net}
    assert set(flash.values()) >= {"16", "15", "14", "17"}


def test_boards_without_such_a_flash_are_refused(capsys):
    with pytest.raises(ValueError, match="^weights must be link for ulx3s-25f, not flash: a flash that holds weights have icebreaker, "):
        weights_address(find_board("ulx3s-25f"))
    assert main(["build", "ulx3s-25f", "--weights", "flash"]) == 2
    assert "weights must be link for ulx3s-25f" in capsys.readouterr().err


def test_networks_that_fit_their_bitstream_have_nothing_in_the_flash(network, large, tmp_path):
    with pytest.raises(ValueError, match="^weights must be link for the digits network, not flash: all of them are part of the bitstream$"):
        open_design(None, find_board("icebreaker").part, 1_000_000, flash=0x40000)
    for board, part in (("ulx3s-25f", "LFE5U-25F"), ("icebreaker", "iCE40UP5K")):
        with pytest.raises(ValueError, match=f"^weights must be link for example on {part}, not flash: all of them are part of the bitstream$"):
            SpikingDesign(network, find_board(board).part, flash=0x40000)
    save_spiking(large, tmp_path / "large.npz")
    assert open_design(tmp_path / "large.npz", find_board("icebreaker").part, 1_000_000, flash=0x40000).flash == 0x40000


def test_a_design_gives_the_image_of_its_weights(large):
    design = SpikingDesign(large, find_board("icebreaker").part, flash=0x40000)
    assert design.files()["weights.bin"] == flash_image(design.load_words)
    top = design.create_top(24_000_000)
    assert top.boot_clocks > 16 * len(design.files()["weights.bin"])
    # Whether weights come from the flash, and which, is part of the build.
    assert design.build_id(24_000_000) != SpikingDesign(large, find_board("icebreaker").part).build_id(24_000_000)


def test_the_whole_flash_is_programmed(tmp_path, monkeypatch):
    board, path = find_board("icebreaker"), tmp_path / "flash.bin"
    path.write_bytes(b"image")
    report = {"board": {"name": "icebreaker"}, "bitstream": {"file": "x.bin", "sha256": sha256_of(b"bits")},
              "flash": {"file": "flash.bin", "sha256": sha256_of(b"image")}}
    assert image_of(report)["file"] == "flash.bin"
    tool = tmp_path / "iceprog"
    tool.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/said\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert program(board, path, report) == "iceprog" and (tmp_path / "said").read_text() == f"{path}\n"
    assert weights_commands(board, 0x40000, "weights.bin") == ["iceprog -o 262144 weights.bin",
                                                               "openFPGALoader -b ice40_generic -o 262144 weights.bin"]
