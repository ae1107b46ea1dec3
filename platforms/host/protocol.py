"""Requests and replies: which frame asks for what, and what its answer says.

The frame format itself and the layouts of the payloads are shared with the hardware, in :mod:`gateware.bus.format`.
"""

from __future__ import annotations

import numpy as np

from gateware.bus.format import (
    END_OF_STEP,
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
    event_bytes,
)

from .errors import CorruptionError, RefusalError, VersionError

__all__ = ["event_payloads", "events_sample", "image_bytes", "is_reply", "load_payloads", "place_event", "read_payloads", "reply_content"]

_REASONS = {
    Status.UNKNOWN_COMMAND: "it does not know this command",
    Status.BAD_LENGTH: "the payload does not have the length that it expects",
    Status.PIXEL_OUT_OF_RANGE: "a pixel is above the network's highest level",
    Status.NOT_LOADED: "its weights have not been loaded since it was switched on",
    Status.OUT_OF_MEMORY: "what was asked for reaches beyond its memory",
    Status.LOADING: "it is still reading its weights from its flash",
    Status.BAD_FLASH: "its flash does not hold this network's weights, or they are damaged: program them, or load them over the link",
    Status.BAD_EVENT: "an event is not in order, its level is out of range, or the sample has more time steps than the network",
    Status.BAD_BLOCK: "a block of events is missing before this one: send the sample again from its first block",
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


def event_payloads(sample, inputs: int, levels: int, capacity: int):
    """Payloads of EVENTS for a sample, in order: as many events in each as the board keeps.

    Parameters
    ----------
    sample : array_like of int, (time_steps, ...)
        Of each time step the level of each input's event, 0 where there is none.
    inputs : int
        Of the network.
    levels : int
        Its highest level.
    capacity : int
        The longest payload that the board keeps.

    Returns
    -------
    list of bytes
        The number of the block, then its words.

    Raises
    ------
    TypeError
        The levels are not integers.
    ValueError
        The sample has another shape, a level is out of range, or no event fits the board.
    """
    size = event_bytes(levels)
    if capacity <= size:
        raise ValueError(f"capacity must be at least {1 + size} bytes, for a block's number and an event, not {capacity}")
    array = np.asarray(sample)
    if array.dtype.kind not in "iub":
        raise TypeError(f"sample levels must be integers, not {array.dtype}")
    if array.ndim < 2 or not len(array) or array[0].size != inputs:
        raise ValueError(f"sample must have the shape (time_steps, {inputs}), not {array.shape}")
    array = array.reshape(len(array), inputs)
    bad = np.argwhere((array < 0) | (array > levels))
    if len(bad):
        step, number = bad[0]
        raise ValueError(f"sample levels must be between 0 and {levels}, not {array[step, number]} at time step {step}, input {number}")
    # After the last input of each time step comes its end.
    marked = np.pad(array.astype(np.int64), ((0, 0), (0, 1)), constant_values=-1)
    step, number = np.nonzero(marked)
    level, ends = marked[step, number], number == inputs
    number = np.where(ends, END_OF_STEP, number)
    words = np.stack([number & 0xFF, number >> 8, np.where(ends, 0, level)], axis=1)[:, :size].astype(np.uint8)
    each = (capacity - 1) // size
    # After 255 comes 1, for 0 begins a sample.
    return [bytes([(block - 1) % 255 + 1 if block else 0]) + words[each * block:each * (block + 1)].tobytes()
            for block in range(-(-len(words) // each))]


def events_sample(events, time_steps: int, inputs: int) -> np.ndarray:
    """A sample of events, as :func:`event_payloads` takes it, from a list of them.

    Parameters
    ----------
    events : sequence of (time step, number) or (time step, number, level)
        In any order; without a level it is 1.
    time_steps, inputs : int
        Of the network.

    Returns
    -------
    ndarray of int64, (time_steps, inputs)

    Raises
    ------
    TypeError
        An event is none of integers.
    ValueError
        A time step or number is out of range, a level is below 1, or an input has two events in a time step.
    """
    sample = np.zeros((time_steps, inputs), np.int64)
    for place, event in enumerate(events):
        place_event(sample, event, f"event {place}")
    return sample


def place_event(sample, event, name, levels: int = 255) -> None:
    """Put an event in a sample.

    Parameters
    ----------
    sample : ndarray, (time_steps, inputs)
        Of levels; changed.
    event : (time step, number) or (time step, number, level)
    name : str
        What errors call it.
    levels : int
        The highest level.

    Raises
    ------
    TypeError, ValueError
        As :func:`events_sample`.
    """
    found = tuple(event) if np.iterable(event) else ()
    if len(found) not in (2, 3) or not all(isinstance(each, (int, np.integer)) and not isinstance(each, bool) for each in found):
        raise TypeError(f"{name} must be two or three integers (time step, number, level), not {event!r}")
    (step, number, level), (time_steps, inputs) = (*found, 1)[:3], sample.shape
    for part, value, lo, hi in (("time step", step, 0, time_steps - 1), ("number", number, 0, inputs - 1), ("level", level, 1, levels)):
        if not lo <= value <= hi:
            raise ValueError(f"{part} of {name} must be between {lo} and {hi}, not {value}")
    if sample[step, number]:
        raise ValueError(f"{name} must be the only one of input {number} in time step {step}: add their levels")
    sample[step, number] = level


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

    Raises
    ------
    ValueError
        A word is out of range.
    """
    for place, word in enumerate(words):
        if not 0 <= word <= 0xFFFF:
            raise ValueError(f"words must be between 0 and 65535, not {word} at place {place}")
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
            Command.EVENTS: lambda payload, classes: Classification.unpack(payload, classes) if payload else None,
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
        Outputs of the board's network, for CLASSIFY and EVENTS.

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
