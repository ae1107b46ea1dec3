"""The flash against its data sheet, written out bit by bit, and what reads one against it."""
import numpy as np
import pytest

from gateware.bus.flash_reader import FlashReader
from gateware.chip.flash_loader import FlashLoader
from models import golden
from models.structures.flash import SerialFlash
from sim import cxxrtl
from sim.transactions import compare_transactions, with_flash

CONTENTS = {0x012340: bytes(range(100, 140)), 0xFFFFFE: b"\xa5\x3c", 0: b"\x81"}
WAKE = 12


def wave(*selections, mode=0, gap=20):
    """Levels of cs, sck, copi: in each selection some bytes are sent, with two clocks for each half of a bit."""
    cs, sck, copi = [], [], []

    def hold(selected, high, bit, clocks=2):
        cs.extend([selected] * clocks)
        sck.extend([high] * clocks)
        copi.extend([bit] * clocks)

    for data in selections:
        hold(0, mode, 0, gap)
        hold(1, mode, 0)
        for byte in data:
            for k in range(7, -1, -1):
                bit = byte >> k & 1
                hold(1, 0, bit)
                hold(1, 1, bit)
        if not mode:
            hold(1, 0, 0)
    hold(0, mode, 0, 4)
    return cs, sck, copi


def heard(flash, *waves, mode=0):
    """The bytes that come back in the last selection of each wave, bits taken as a controller does: when the clock rises."""
    answers = []
    for cs, sck, copi in waves:
        out = flash.respond(cs, sck, copi)
        begin = max(k for k in range(1, len(cs)) if cs[k] and not cs[k - 1])
        rises = [k for k in range(begin, len(cs)) if cs[k] and sck[k] and not sck[k - 1]]
        answers.append(np.packbits(out[rises]).tobytes())
    return answers


def read(address, count):
    return bytes([0x03]) + address.to_bytes(3, "big") + bytes(count)


@pytest.mark.parametrize("mode", [0, 3])
def test_a_flash_that_is_awake_is_read(mode):
    flash = SerialFlash(CONTENTS, asleep=False)
    answers = heard(flash, wave(read(0x012345, 5), mode=mode), wave(read(0xFFFFFE, 4), mode=mode), wave(read(0x012366, 4), mode=mode))
    assert [answer[4:] for answer in answers] == [bytes(range(105, 110)), b"\xa5\x3c\x81\xff", bytes([138, 139, 255, 255])]
    # Nothing is driven while a command and its address are sent.
    assert all(answer[:4] == b"\xff" * 4 for answer in answers)


def test_power_down_and_its_release():
    flash = SerialFlash(CONTENTS, wake=WAKE)
    asleep, = heard(flash, wave(read(0x012340, 2)))
    assert asleep == b"\xff" * 6
    # Too early: it wakes for longer than it is deselected.
    early, = heard(flash, wave(b"\xab", read(0x012340, 2), gap=WAKE - 1))
    assert early == b"\xff" * 6
    awake, = heard(flash, wave(b"\xab", read(0x012340, 2), gap=WAKE))
    assert awake[4:] == bytes([100, 101])
    asleep, = heard(flash, wave(b"\xb9", read(0x012340, 2), gap=WAKE))
    assert asleep == b"\xff" * 6
    # A release of nine bits is none.
    flash = SerialFlash(CONTENTS, wake=WAKE)
    assert heard(flash, wave(b"\xab\x00", read(0x012340, 2)))[0] == b"\xff" * 6


def test_a_wave_may_come_in_pieces():
    levels = wave(b"\xab", read(0x012340, 8))
    whole = SerialFlash(CONTENTS, wake=3).respond(*levels)
    flash, parts = SerialFlash(CONTENTS, wake=3), []
    for start in range(0, len(whole), 37):
        parts.append(flash.respond(*(each[start:start + 37] for each in levels)))
    assert np.array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("cls", [FlashReader, FlashLoader])
def test_the_hardware_is_its_model(cls):
    examples = cls.examples()
    for name, simulation in cxxrtl.compile(examples).items():
        assert compare_transactions(examples[name], simulation).ok


def test_a_reader_that_does_not_wait_reads_nothing():
    reader = FlashReader(0x012340, 4, half=1, wake=10)
    simulation = cxxrtl.compile({"reader": reader})["reader"]

    def bytes_of(flash):
        got = with_flash(simulation, {"o__ready": np.ones(reader.clocks + 20, int)}, flash)
        return got["o__payload"][got["o__valid"] == 1].tolist()

    assert bytes_of(SerialFlash(CONTENTS, wake=10)) == golden(reader).run(SerialFlash(CONTENTS)).tolist() == [100, 101, 102, 103]
    assert bytes_of(SerialFlash(CONTENTS, wake=11)) == [255] * 4
    assert bytes_of(SerialFlash(CONTENTS, asleep=False)) == [100, 101, 102, 103]
