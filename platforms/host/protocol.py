"""Requests and replies: which frame asks for what, and what its answer says.

The frame format itself and the layouts of the payloads are shared with the hardware, in :mod:`gateware.bus.format`.
"""

from __future__ import annotations

import numpy as np

from gateware.bus.format import (
    LONGEST_READ,
    MAX_PIXEL,
    PROTOCOL_VERSION,
    REPLY,
    Classification,
    Command,
    Frame,
    Identity,
    Region,
    Status,
)

from .errors import CorruptionError, RefusalError, VersionError

__all__ = ["image_bytes", "is_reply", "load_payloads", "read_payloads", "reply_content"]

_REASONS = {
    Status.UNKNOWN_COMMAND: "it does not know this command",
    Status.BAD_LENGTH: "the payload does not have the length that it expects",
    Status.PIXEL_OUT_OF_RANGE: "a pixel is above the network's highest level",
    Status.NOT_LOADED: "its weights have not been loaded since it was switched on",
    Status.OUT_OF_MEMORY: "what was asked for reaches beyond its memory",
    Status.LOADING: "it is still reading its weights from its flash",
    Status.BAD_FLASH: "its flash does not hold this network's weights, or they are damaged: program them, or load them over the link",
}


def image_bytes(image, pixels: int, levels: int = MAX_PIXEL) -> bytes:
    """Payload of CLASSIFY for an image.

    Parameters
    ----------
    image : array_like of int
        0 (dark) to ``levels``, of any shape with ``pixels`` elements, in row order.
    pixels : int
        Inputs of the network.
    levels : int
        Its highest level.

    Raises
    ------
    TypeError
        The pixels are not integers.
    ValueError
        Their number is wrong, or one is out of range.
    """
    array = np.asarray(image)
    if array.dtype.kind not in "iu":
        raise TypeError(f"image pixels must be integers, not {array.dtype}")
    if array.size != pixels:
        raise ValueError(f"image must have {pixels} pixels, not {array.size} (shape {array.shape})")
    array = array.reshape(-1)
    bad = np.flatnonzero((array < 0) | (array > levels))
    if len(bad):
        raise ValueError(f"image pixels must be between 0 and {levels}, not {array[bad[0]]} at index {bad[0]}")
    return array.astype(np.uint8).tobytes()


def load_payloads(words, capacity: int):
    """Payloads of LOAD for the words of a memory, in order: as many words in each as the board keeps.

    Parameters
    ----------
    words : sequence of int
        16 bits each.
    capacity : int
        The longest payload that the board keeps.

    Yields
    ------
    bytes
        The address of the first word, three bytes, then the words.
    """
    each = (capacity - 3) // 2
    for start in range(0, len(words), each):
        yield start.to_bytes(3, "little") + b"".join(word.to_bytes(2, "little") for word in words[start:start + each])


def read_payloads(region: Region, layer: int, count: int):
    """Payloads of READ for ``count`` bytes of a region, in order: region, layer, address, bytes less one."""
    for start in range(0, count, LONGEST_READ):
        yield bytes([region, layer]) + start.to_bytes(2, "little") + bytes([min(LONGEST_READ, count - start) - 1])


def _nothing(payload, classes):
    if payload:
        raise ValueError(f"no payload was expected, not {payload.hex(' ')}")


_CONTENT = {Command.IDENTIFY: lambda payload, classes: Identity.unpack(payload), Command.CLASSIFY: Classification.unpack,
            Command.LOAD: _nothing, Command.READ: lambda payload, classes: payload}


def is_reply(frame: Frame, request: Frame) -> bool:
    """Whether a frame answers a request: the same sequence number, and its command with the reply bit."""
    return frame.sequence == request.sequence and frame.command == request.command | REPLY


def reply_content(frame: Frame, command: Command, classes: int | None = None) -> Identity | Classification | bytes | None:
    """What a reply says.

    Parameters
    ----------
    frame : Frame
        The reply.
    command : Command
        What was asked.
    classes : int, optional
        Outputs of the board's network, for CLASSIFY.

    Raises
    ------
    VersionError
        The board does not speak our version of the protocol.
    RefusalError
        The board refused the request.
    CorruptionError
        The CRC is right, but the payload is none that this command has.
    """
    if frame.version != PROTOCOL_VERSION or frame.payload == bytes([Status.UNSUPPORTED_VERSION]):
        raise VersionError(f"the board speaks protocol version {frame.version}, and this host version "
                           f"{PROTOCOL_VERSION}: program the board with a bitstream of this version of spikeloom")
    try:
        status = Status(frame.payload[0])
        if status == Status.OK:
            return _CONTENT[command](frame.payload[1:], classes)
    except (IndexError, ValueError):
        raise CorruptionError(f"the board's reply to {command.name} cannot be read: "
                              f"{frame.payload.hex(' ') or 'no bytes'}") from None
    raise RefusalError(f"the board refused {command.name}: {_REASONS[status]}", status)
