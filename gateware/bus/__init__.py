"""The way in and out of a chip: UART, and frames with CRC on top of it."""

from .format import Command, Status
from .frame import FrameReceiver, FrameTransmitter
from .uart import UARTReceiver, UARTTransmitter, divisor_for

__all__ = ["Command", "FrameReceiver", "FrameTransmitter", "Status", "UARTReceiver", "UARTTransmitter",
           "divisor_for"]
