# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.chip.serial_classifier import SerialClassifier
from platforms.host.driver import Board
from platforms.host.errors import SilenceError, WrongBuildError
from platforms.host.ports import open_port
from tests.gateware.chip.stand_in import LAYERS, StandIn, expected


def make_top():
    return SerialClassifier(StandIn(), 24, 0x1234, clock_hz=24_000_000, layers=LAYERS)


@pytest.fixture(scope="module")
def shared_port():
    return open_port("sim", make_top)


@pytest.fixture
def port(shared_port):
    shared_port.reset()
    return shared_port


def test_the_driver_talks_to_the_design_through_its_pins(port):
    board = Board(port, build_id=0x1234)
    assert board.identify() == make_top().identity
    for seed in range(5):
        image = np.random.default_rng(seed).integers(0, 17, (8, 8))
        result = board.classify(image)
        assert (result.counts, result.label, result.clocks) == expected(image.ravel())


def test_time_advances_only_as_far_as_needed(port):
    board = Board(port)
    board.identify()
    start = port.clocks
    board.classify([0] * 64)
    # 75 bytes there, the check of 64 pixels and sending them at one in two clocks, the network, 27 bytes back.
    line, work = (75 + 27) * 240, 64 + 2 * 64 + 321
    assert line + work <= port.clocks - start <= line + work + 2 * 240
    assert port.now() == port.clocks / 24_000_000


def test_a_retry_after_a_damaged_request(port):
    board = Board(port)
    board.identify()
    whole, write = [], port.write

    def damage_the_first(data):
        whole.append(data)
        write(bytes([*data[:20], data[20] ^ 8, *data[21:]]) if len(whole) == 1 else data)

    port.write = damage_the_first
    try:
        result = board.classify([1] * 64)
    finally:
        del port.write
    assert len(whole) == 2
    assert result.label == 1


def test_a_board_that_hears_nothing(port):
    board = Board(port, timeout=0.02, attempts=2)
    port.write = lambda data: None
    try:
        with pytest.raises(SilenceError, match=r"^no reply to IDENTIFY from sim in 2 attempts of 0\.02 s"):
            board.identify()
    finally:
        del port.write
    assert port.clocks == 2 * 480_000


def test_another_build(port):
    with pytest.raises(WrongBuildError, match="runs build 0000000000001234, not 0000000000001235"):
        Board(port, build_id=0x1235).identify()
