"""A real serial port, through pyserial."""

from __future__ import annotations

import os
import time

import serial
from serial.tools import list_ports

from .errors import PortError

__all__ = ["SerialPort"]

WRITE_TIMEOUT = 5


def _reason(error):
    """The system's own words where there are some: pyserial wraps them twice."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else error


class SerialPort:
    """A serial port with eight data bits, no parity and one stop bit, opened for us alone.

    Parameters
    ----------
    name : str
        Such as ``/dev/ttyUSB1`` or ``COM5``.
    baud : int
        Line rate, in bits per second.

    Raises
    ------
    PortError
        The port is missing or cannot be opened.
    """

    def __init__(self, name: str, baud: int = 1_000_000):
        self.name = name
        try:
            self._serial = serial.Serial(name, baud, timeout=0, write_timeout=WRITE_TIMEOUT, exclusive=True)
        except (serial.SerialException, ValueError, OSError) as error:
            known = ", ".join(sorted(port.device for port in list_ports.comports())) or "none"
            raise PortError(f"serial port {name!r} cannot be opened: {_reason(error)} (ports here: {known})") from None

    def write(self, data: bytes) -> None:
        """Send bytes; PortError if the port does not take them."""
        try:
            self._serial.write(data)
        except serial.SerialTimeoutException:
            raise PortError(f"serial port {self.name!r} does not take data: {len(data)} bytes were not sent "
                            f"in {WRITE_TIMEOUT} s") from None
        except (serial.SerialException, OSError) as error:
            raise self._gone(error) from None

    def read(self, timeout: float) -> bytes:
        """Wait up to ``timeout`` seconds for bytes and return those that are there; PortError if the port is gone."""
        try:
            self._serial.timeout = timeout
            return self._serial.read(1) + self._serial.read(self._serial.in_waiting)
        except (serial.SerialException, OSError) as error:
            raise self._gone(error) from None

    def now(self) -> float:
        """Seconds on the system's monotonic clock."""
        return time.monotonic()

    def close(self) -> None:
        """Give the port back."""
        self._serial.close()

    def _gone(self, error):
        return PortError(f"serial port {self.name!r} has gone away: {_reason(error)}")
