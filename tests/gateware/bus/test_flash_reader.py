import numpy as np
import pytest

from gateware.bus.flash_reader import FlashReader, flash_timing
from sim import cxxrtl


def test_the_pins_say_what_the_data_sheet_wants():
    # Bits of 0xAB, then 0x03 and the address 0x0A55A0, each once for the clock's low and once for its high half.
    reader = FlashReader(0x0A55A0, 1, half=1, wake=3)
    out = cxxrtl.compile({"reader": reader})["reader"].run({"o__ready": 1, "cipo": 0}, cycles=reader.clocks + 10)
    assert "".join(map(str, out["cs"])) == "0" + 17 * "1" + 3 * "0" + (64 + 16 + 1) * "1" + 10 * "0"
    rises = np.flatnonzero(np.diff(out["sck"]) == 1) + 1
    assert len(rises) == 8 + 32 + 8
    assert np.packbits(out["copi"][rises[:40]]).tobytes() == bytes([0xAB, 0x03, 0x0A, 0x55, 0xA0])
    assert np.flatnonzero(out["o__valid"]).tolist() == [reader.clocks - 1]


@pytest.mark.parametrize("clock_hz, half, wake", [(12_000_000, 1, 600), (24_000_000, 1, 1200), (50_000_000, 1, 2500), (50_000_001, 2, 2500),
                                                  (110_000_000, 3, 5500), (100, 1, 1)])
def test_timing(clock_hz, half, wake):
    assert flash_timing(clock_hz) == {"half": half, "wake": wake}


@pytest.mark.parametrize("changes, error, message", [
    ({"address": -1}, ValueError, "FlashReader address must be between 0 and 16777215, not -1"),
    ({"address": "0"}, TypeError, "FlashReader address must be an integer, not '0'"),
    ({"address": 0xFFFFF0, "length": 17}, ValueError, "FlashReader length must be between 1 and 16, not 17"),
    ({"length": 0}, ValueError, "FlashReader length must be between 1 and 16777216, not 0"),
    ({"half": 0}, ValueError, "FlashReader half must be between 1 and 255, not 0"),
    ({"wake": 0}, ValueError, "FlashReader wake must be between 1 and 1048576, not 0")])
def test_refusals(changes, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        FlashReader(**{"address": 0, "length": 1, "half": 1, "wake": 1} | changes)
