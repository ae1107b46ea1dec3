# amaranth: UnusedElaboratable=no
import os
import threading

import numpy as np
import pytest

from gateware.bus.format import Command, Decoder, Frame, encode
from gateware.chip.serial_classifier import SerialClassifier
from platforms.host.driver import Board
from platforms.host.errors import PortError
from platforms.host.ports import open_port
from platforms.host.serial_port import SerialPort
from platforms.host.terminal import Terminal
from tests.gateware.chip.stand_in import LAYERS, StandIn, expected


def make_top():
    return SerialClassifier(StandIn(), 24, 0x1234, clock_hz=24_000_000, layers=LAYERS)


@pytest.fixture
def terminal():
    terminal = Terminal(open_port("sim", make_top))
    server = threading.Thread(target=terminal.serve, args=(5,), daemon=True)
    server.start()
    yield terminal
    server.join()
    terminal.close()


def test_the_driver_takes_it_for_a_serial_port(terminal):
    with Board(SerialPort(terminal.name), build_id=0x1234, timeout=30) as board:
        assert board.identify() == make_top().identity
        image = np.random.default_rng(0).integers(0, 17, 64)
        result = board.classify(image)
        assert (result.counts, result.label, result.clocks) == expected(image)


def test_any_program_may_open_it(terminal):
    handle, decoder, frames = os.open(terminal.name, os.O_RDWR | os.O_NOCTTY), Decoder(), []
    os.write(handle, encode(Frame(7, Command.IDENTIFY)))
    while not frames:
        frames = decoder.feed(os.read(handle, 256))
    os.close(handle)
    assert frames[0].sequence == 7 and frames[0].payload[1:] == make_top().identity.pack()


def test_a_system_without_terminals_is_told(monkeypatch):
    monkeypatch.delattr(os, "openpty")
    with pytest.raises(PortError, match="^this system gives no pseudo-terminal"):
        Terminal(None)
