import os
import subprocess
import sys
import threading

import pytest

from gateware.bus.format import Decoder, encode
from platforms.host.driver import Board
from platforms.host.errors import PortError, SilenceError
from platforms.host.ports import open_port
from platforms.host.serial_port import SerialPort

from .fake import IDENTITY, RESULT, answer

pty = pytest.importorskip("pty", reason="pseudo-terminals are a thing of Unix")


class Terminal:
    """A pseudo-terminal whose other end is served by a thread."""

    def __init__(self, respond):
        self.master, slave = pty.openpty()
        self.name = os.ttyname(slave)
        self._slave = slave
        self._thread = threading.Thread(target=self._serve, args=(respond,), daemon=True)
        self._thread.start()

    def _serve(self, respond):
        decoder = Decoder()
        while True:
            try:
                data = os.read(self.master, 1024)
            except OSError:
                return
            for frame in decoder.feed(data):
                os.write(self.master, respond(frame))

    def hang_up(self):
        os.close(self._slave)
        os.close(self.master)


def test_a_board_behind_a_real_port():
    terminal = Terminal(lambda request: encode(answer(request)))
    with Board(open_port(terminal.name, None)) as board:
        assert board.identify() == IDENTITY
        for _ in range(20):
            assert board.classify([16] * 64) == RESULT


def test_a_silent_port_ends_in_time():
    terminal = Terminal(lambda request: b"")
    port = SerialPort(terminal.name)
    with Board(port, timeout=0.05, attempts=2) as board:
        start = port.now()
        with pytest.raises(SilenceError, match=f"^no reply to IDENTIFY from {terminal.name} in 2 attempts"):
            board.identify()
        assert 0.1 <= port.now() - start < 2


def test_a_missing_port():
    with pytest.raises(PortError, match=r"^serial port '/dev/no-such-port' cannot be opened: No such file or directory "
                                        r"\(ports here: "):
        open_port("/dev/no-such-port", None)


def test_something_that_is_no_port(tmp_path):
    with pytest.raises(PortError, match=f"^serial port '{tmp_path}' cannot be opened: "):
        SerialPort(str(tmp_path))


def test_a_line_rate_that_is_none():
    terminal = Terminal(lambda request: b"")
    with pytest.raises(PortError, match=f"^serial port '{terminal.name}' cannot be opened: "):
        SerialPort(terminal.name, baud=-5)


def test_a_port_that_goes_away():
    terminal = Terminal(lambda request: b"")
    port = SerialPort(terminal.name)
    terminal.hang_up()
    with pytest.raises(PortError, match=f"^serial port '{terminal.name}' has gone away: "):
        for _ in range(3):
            port.write(b"x")
            port.read(0.01)
    port.close()


def test_pyserial_is_imported_only_where_a_port_is_opened():
    code = "import sys, platforms.host.driver, platforms.host.ports; sys.exit('serial' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], timeout=60, check=True)
