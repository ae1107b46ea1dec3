"""Frame format and message layouts of the board protocol: the one place that states them.

``docs/protocol.md`` is the description for people. The gateware and the host both import this file.
"""

import enum
import operator
import struct
from typing import NamedTuple

from amaranth.lib import crc

__all__ = ["CRC", "END_OF_STEP", "LONGEST_BLOCK", "LONGEST_READ", "MAX_PAYLOAD", "MAX_PIXEL", "PROTOCOL_VERSION", "REGISTERS_VERSION", "REPLY",
           "SYNC", "Classification", "Command", "Decoder", "Frame", "Identity", "LayerRegisters", "Region", "Registers", "Status", "encode",
           "event_bytes", "score_bytes"]

#: The two bytes that begin a frame. The first is a square wave on the line, good for measuring the rate.
SYNC = b"\x55\xd5"
PROTOCOL_VERSION = 1
#: Of the registers' layout; the first of them says it.
REGISTERS_VERSION = 1
#: The longest answer to READ, without its status.
LONGEST_READ = 256
#: The longest block of events: a number and whole words of two or of three bytes, and a block RAM of an iCE40.
LONGEST_BLOCK = 511
#: In place of an input's number: the time step's events are over.
END_OF_STEP = 0xFFFF
#: The length field has twelve bits; the four above it are zero.
MAX_PAYLOAD = 4095
#: CRC-16/X.25 (IBM-SDLC): finds every burst of up to 16 bits, and in 4093 bytes every error of up to three bits.
CRC = crc.catalog.CRC16_IBM_SDLC(8)
#: Set in the command of a reply. A board ignores frames that have it, so that an echo starts no loop.
REPLY = 0x80
#: The brightest pixel of an image where the design does not say otherwise; the darkest is 0.
MAX_PIXEL = 16

HEADER = struct.Struct("<BBBH")     # version, sequence, command, length


class Command(enum.IntEnum):
    """What a host can ask for."""

    IDENTIFY = 0x01
    CLASSIFY = 0x02
    LOAD = 0x10
    READ = 0x20
    EVENTS = 0x30


class Region(enum.IntEnum):
    """What READ reads of."""

    REGISTERS = 0
    SPIKES = 1
    MEMBRANES = 2


class Status(enum.IntEnum):
    """First byte of every reply's payload; the only one unless it is OK."""

    OK = 0
    UNSUPPORTED_VERSION = 1
    UNKNOWN_COMMAND = 2
    BAD_LENGTH = 3
    PIXEL_OUT_OF_RANGE = 4
    NOT_LOADED = 5
    OUT_OF_MEMORY = 6
    LOADING = 7
    BAD_FLASH = 8
    BAD_EVENT = 9
    BAD_BLOCK = 10


def _integer(name, value, highest, lowest=0):
    try:
        value = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, not {value!r}") from None
    if not lowest <= value <= highest:
        raise ValueError(f"{name} must be between {lowest} and {highest}, not {value}")
    return value


class Frame(NamedTuple):
    """One frame's contents.

    Parameters
    ----------
    sequence : int
        0 to 255, chosen by the host and repeated in the reply.
    command : int
        0 to 255; see :class:`Command`.
    payload : bytes
        0 to 4095 bytes.
    version : int
        0 to 255.
    """

    sequence: int
    command: int
    payload: bytes = b""
    version: int = PROTOCOL_VERSION


def _with_crc(data):
    return data + CRC.compute(data).to_bytes(2, "little")


def encode(frame):
    """Bytes of a frame: sync, header, header's CRC, then payload and payload's CRC unless it is empty.

    Parameters
    ----------
    frame : Frame

    Raises
    ------
    TypeError, ValueError
        A field is not an integer or out of range, or the payload is longer than 4095 bytes.
    """
    payload = bytes(frame.payload)
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"frame payload must have at most {MAX_PAYLOAD} bytes, not {len(payload)}")
    header = HEADER.pack(_integer("frame version", frame.version, 255),
                         _integer("frame sequence", frame.sequence, 255),
                         _integer("frame command", frame.command, 255), len(payload))
    return SYNC + _with_crc(header) + (_with_crc(payload) if payload else b"")


def _collect(count):
    """Take ``count`` bytes."""
    data = bytearray()
    while len(data) < count:
        data.append((yield))
    return bytes(data)


class Decoder:
    """Finds frames in a stream of bytes, by the same rules as :class:`gateware.bus.frame.FrameReceiver`.

    Attributes
    ----------
    dropped : int
        Frames begun and given up so far: wrong CRC, wrong length, or :meth:`time_out`.
    """

    def __init__(self):
        self.dropped = 0
        self._start()

    def _start(self):
        self._begun = False
        self._frames = self._receive()
        next(self._frames)

    def feed(self, data):
        """Take more bytes; return the list of frames that are complete with them."""
        frames = []
        for byte in data:
            frame = self._frames.send(byte)
            if frame is not None:
                frames.append(frame)
        return frames

    def time_out(self):
        """The line has been quiet for too long: give up the frame that was begun, if any."""
        if self._begun:
            self.dropped += 1
        self._start()

    def _receive(self):
        """Take one byte at each ``yield``, which gives back the frame that the byte before completed."""
        frame = None
        while True:
            last, byte = None, (yield frame)
            while (last, byte) != tuple(SYNC):
                last, byte = byte, (yield)
            self._begun = True
            frame = yield from self._receive_rest()
            self._begun = False
            if frame is None:
                self.dropped += 1

    def _receive_rest(self):
        """Take what follows the sync bytes; return None at the byte that shows that it is not a good frame."""
        header = yield from _collect(HEADER.size)
        version, sequence, command, length = HEADER.unpack(header)
        if length > MAX_PAYLOAD:
            return None
        if header + (yield from _collect(2)) != _with_crc(header):
            return None
        payload = yield from _collect(length)
        if payload and payload + (yield from _collect(2)) != _with_crc(payload):
            return None
        return Frame(sequence, command, payload, version)


class Identity(NamedTuple):
    """Payload of the reply to IDENTIFY, after the status.

    Parameters
    ----------
    build_id : int
        64 bits that tell one build from another.
    clock_hz : int
        Frequency at which the design runs, in Hz.
    capacity : int
        The longest payload that the board keeps, in bytes.
    layers : tuple of int
        Neurons in each layer of the network, inputs first.
    name : str
        Name of the design, up to 32 ASCII characters.
    """

    build_id: int
    clock_hz: int
    capacity: int
    layers: tuple
    name: str

    def pack(self):
        """The payload as bytes."""
        if not (isinstance(self.name, str) and self.name.isascii() and 1 <= len(self.name) <= 32):
            raise ValueError(f"design name must have 1 to 32 ASCII characters, not {self.name!r}")
        if not 1 <= len(self.layers) <= 16:
            raise ValueError(f"layers must be 1 to 16 sizes, not {self.layers!r}")
        return struct.pack(
            f"<QIHB{len(self.layers)}H", _integer("build id", self.build_id, 2**64 - 1),
            _integer("clock_hz", self.clock_hz, 2**32 - 1), _integer("capacity", self.capacity, MAX_PAYLOAD),
            len(self.layers), *(_integer("layer size", size, 2**16 - 1) for size in self.layers),
        ) + self.name.encode("ascii")

    @classmethod
    def unpack(cls, payload):
        """Read a payload; ValueError where it is not one."""
        try:
            build_id, clock_hz, capacity, count = struct.unpack_from("<QIHB", payload)
            layers = struct.unpack_from(f"<{count}H", payload, 15)
            name = payload[15 + 2 * count:].decode("ascii")
        except (struct.error, UnicodeDecodeError) as error:
            raise ValueError(f"not an identity: {bytes(payload).hex(' ') or 'no bytes'} ({error})") from None
        return cls(build_id, clock_hz, capacity, layers, name)


def score_bytes(width, signed):
    """Bytes of each score of a classification: 1 where all are unsigned with up to 8 bits, else 2 or more, two's complement."""
    return 1 if width <= 8 and not signed else max(2, -(-(width + (not signed)) // 8))


def event_bytes(levels):
    """Bytes of each word in a block of events: the number of an input, and its level where there is more than one."""
    return 2 if levels == 1 else 3


class Classification(NamedTuple):
    """Payload of the reply to CLASSIFY, and to the EVENTS that end a sample, after the status.

    Parameters
    ----------
    label : int
        The class: the index of an output neuron.
    clocks : int
        Clocks that the network took.
    counts : tuple of int
        The score of each output neuron: its spikes, or the sum of its membrane.
    """

    label: int
    clocks: int
    counts: tuple

    def pack(self, size=1):
        """The payload as bytes, ``size`` of them for each score: one is unsigned, more are two's complement."""
        lo, hi = (0, 255) if size == 1 else (-1 << 8 * size - 1, (1 << 8 * size - 1) - 1)
        return struct.pack("<BI", _integer("label", self.label, 255), _integer("clocks", self.clocks, 2**32 - 1)
                           ) + b"".join(_integer("count", count, hi, lo).to_bytes(size, "little", signed=size > 1) for count in self.counts)

    @classmethod
    def unpack(cls, payload, classes=None):
        """Read a payload of ``classes`` scores, or of scores of one byte each; ValueError where it is not one."""
        scores = payload[5:]
        size = 1 if classes is None else len(scores) // classes
        if not scores or not size or len(scores) % size or classes not in (None, len(scores) // size):
            raise ValueError(f"not a classification: {len(payload)} bytes, " + (
                "at least 6 are needed" if classes is None else f"5 and the same number for each of {classes} scores are needed"))
        return cls(*struct.unpack_from("<BI", payload),
                   tuple(int.from_bytes(scores[k:k + size], "little", signed=size > 1) for k in range(0, len(scores), size)))


class LayerRegisters(NamedTuple):
    """What the registers say of a layer.

    Parameters
    ----------
    neurons : int
    membrane_bits : int
    events : int
        That arrived at it in the last sample.
    spikes : int
        That left it.
    """

    neurons: int
    membrane_bits: int
    events: int
    spikes: int


class Registers(NamedTuple):
    """The registers of a design that can be read, 32 bits each.

    Parameters
    ----------
    time_steps : int
        Of a sample.
    samples : int
        Classified since the design was configured.
    frames, frames_dropped : int
        Good frames, all before this request, and frames that were given up.
    bytes_lost : int
        With a low stop bit, or while the last one waited.
    clocks : int
        Of the last sample.
    layers : tuple of LayerRegisters
    """

    time_steps: int
    samples: int
    frames: int
    frames_dropped: int
    bytes_lost: int
    clocks: int
    layers: tuple

    def pack(self):
        """The registers as bytes."""
        words = [REGISTERS_VERSION | len(self.layers) << 8 | self.time_steps << 16, *self[1:6]]
        for layer in self.layers:
            words += [layer.neurons | layer.membrane_bits << 16, layer.events, layer.spikes]
        return struct.pack(f"<{len(words)}I", *words)

    @classmethod
    def size(cls, layers):
        """Bytes of the registers of a design with so many layers."""
        return 4 * (6 + 3 * layers)

    @classmethod
    def unpack(cls, payload):
        """Read the bytes; ValueError where they are not those of registers of this version."""
        if len(payload) % 4 or len(payload) < cls.size(1) or payload[0] != REGISTERS_VERSION or len(payload) != cls.size(payload[1]):
            raise ValueError(f"not registers of version {REGISTERS_VERSION}: {bytes(payload[:4]).hex(' ') or 'no bytes'}")
        first, *words = struct.unpack(f"<{len(payload) // 4}I", payload)
        layers = [LayerRegisters(words[k] & 0xFFFF, words[k] >> 16, *words[k + 1:k + 3]) for k in range(5, len(words), 3)]
        return cls(first >> 16, *words[:5], tuple(layers))
