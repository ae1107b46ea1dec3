"""Ports by name."""

from __future__ import annotations

from .driver import Port

__all__ = ["open_port"]


def open_port(name: str, make_top, baud: int = 1_000_000) -> Port:
    """Open a serial port, or for ``"sim"`` the simulated one of a design.

    Parameters
    ----------
    name : str
        A serial port such as ``/dev/ttyUSB1`` or ``COM5``, or ``sim``.
    make_top : callable
        Makes the design to be simulated, a :class:`gateware.chip.serial_classifier.SerialClassifier`.
    baud : int
        Line rate of a serial port, in bits per second.

    Raises
    ------
    PortError
        The serial port is missing or cannot be opened.
    """
    if name == "sim":
        from .sim_port import SimPort
        return SimPort(make_top())
    from .serial_port import SerialPort
    return SerialPort(name, baud)
