"""The models of what speaks the board protocol: frames, and the digits design from request to reply."""

import numpy as np

from gateware.bus.format import (
    MAX_PIXEL,
    PROTOCOL_VERSION,
    REPLY,
    Classification,
    Command,
    Decoder,
    Frame,
    Status,
    encode,
)
from gateware.bus.frame import FrameReceiver, FrameTransmitter
from gateware.chip.digits import DigitsTop

from . import model_of

__all__ = ["DigitsModel", "FrameReceiverModel", "FrameTransmitterModel"]


class FrameReceiverModel:
    """The golden model of :class:`gateware.bus.frame.FrameReceiver`.

    Parameters
    ----------
    receiver : FrameReceiver
    """

    def __init__(self, receiver):
        self.receiver = receiver

    def run(self, items):
        """The headers at ``o`` (``supported``, ``sequence``, ``command``, ``length``) for bytes without long gaps."""
        frames = Decoder().feed(np.asarray(items, np.uint8).tobytes())
        rows = [(frame.version == PROTOCOL_VERSION, frame.sequence, frame.command, len(frame.payload))
                for frame in frames]
        names = ("supported", "sequence", "command", "length")
        return dict(zip(names, np.array(rows, np.int64).reshape(-1, 4).T))

    def stimulus(self, rng, size=200):
        """The bytes of random frames, about ``size`` of them, one in four frames with a wrong bit; the last is good."""
        data = bytearray()
        while len(data) < size:
            whole = bytearray(encode(_random_frame(rng, 2 * self.receiver.capacity)))
            if rng.random() < 0.25:
                whole[rng.integers(len(whole))] ^= 1 << int(rng.integers(8))
            data += whole
        return np.frombuffer(data + encode(_random_frame(rng, 0)), np.uint8)


class FrameTransmitterModel:
    """The golden model of :class:`gateware.bus.frame.FrameTransmitter`.

    Parameters
    ----------
    transmitter : FrameTransmitter
    """

    def __init__(self, transmitter):
        self.transmitter = transmitter

    def run(self, header, i):
        """The bytes at ``o`` for headers (``sequence``, ``command``, ``length``) and the bytes of their payloads."""
        payload, data = np.asarray(i, np.uint8).tobytes(), b""
        for sequence, command, length in zip(header["sequence"], header["command"], header["length"]):
            data += encode(Frame(int(sequence), int(command), payload[:length]))
            payload = payload[length:]
        return np.frombuffer(data, np.uint8)

    def stimulus(self, rng, size=200):
        """Random headers, and the bytes of their payloads, about ``size`` of them."""
        longest = min(self.transmitter.longest, 4 * size)
        lengths = [0, longest]
        while sum(lengths) < size:
            lengths.append(int(rng.integers(longest + 1)))
        header = {"sequence": rng.integers(0, 256, len(lengths)), "command": rng.integers(0, 256, len(lengths)),
                  "length": np.array(lengths)}
        return {"header": header, "i": rng.integers(0, 256, sum(lengths))}


class DigitsModel:
    """The golden model of :class:`gateware.chip.digits.DigitsTop`, for a host that waits for each reply.

    Parameters
    ----------
    top : DigitsTop
    """

    def __init__(self, top):
        self.top, self._core = top, model_of(top.core)

    def answer(self, request):
        """The reply to a request, or None where there is none.

        Parameters
        ----------
        request : gateware.bus.format.Frame
        """
        if request.command & REPLY:
            return None
        return Frame(request.sequence, request.command | REPLY, self._reply(request))

    def _reply(self, request):
        pixels = np.frombuffer(request.payload, np.uint8)
        length = {Command.IDENTIFY: 0, Command.CLASSIFY: self.top.identity.layers[0]}.get(request.command)
        if request.version != PROTOCOL_VERSION:
            return bytes([Status.UNSUPPORTED_VERSION])
        if length is None:
            return bytes([Status.UNKNOWN_COMMAND])
        if len(pixels) != length:
            return bytes([Status.BAD_LENGTH])
        if request.command == Command.IDENTIFY:
            return bytes([Status.OK]) + self.top.identity.pack()
        if pixels.max() > MAX_PIXEL:
            return bytes([Status.PIXEL_OUT_OF_RANGE])
        result = self._core.run(pixels)
        return bytes([Status.OK]) + Classification(result["label"][0], result["clocks"][0], result["counts"][0]).pack()

    def run(self, items):
        """The bytes sent for bytes received."""
        requests = Decoder().feed(np.asarray(items, np.uint8).tobytes())
        replies = map(self.answer, requests)
        return np.frombuffer(b"".join(encode(reply) for reply in replies if reply is not None), np.uint8)

    def stimulus(self, rng, size=200):
        """The bytes of random requests, about ``size`` of them: most images, some of everything that is refused."""
        data, pixels = b"", self.top.identity.layers[0]
        while len(data) < size:
            image = Frame(int(rng.integers(256)), Command.CLASSIFY,
                          rng.integers(0, MAX_PIXEL + 1, pixels, np.uint8).tobytes())
            others = [_random_frame(rng, 2 * pixels), image._replace(payload=rng.bytes(pixels)),
                      image._replace(version=2), image._replace(command=Command.IDENTIFY, payload=b""),
                      image._replace(command=Command.CLASSIFY | REPLY)]
            data += encode(image if rng.random() < 0.5 else others[rng.integers(len(others))])
        return np.frombuffer(data, np.uint8)


def _random_frame(rng, longest):
    payload = rng.bytes(int(rng.integers(longest + 1)))
    return Frame(int(rng.integers(256)), int(rng.integers(128)), payload)


model_of.register(FrameReceiver, FrameReceiverModel)
model_of.register(FrameTransmitter, FrameTransmitterModel)
model_of.register(DigitsTop, DigitsModel)
