"""The models of what speaks the board protocol: frames, and a classifier from request to reply."""

import numpy as np
from amaranth.hdl import Shape

from gateware.bus.format import (
    LONGEST_READ,
    PROTOCOL_VERSION,
    REPLY,
    Classification,
    Command,
    Decoder,
    Frame,
    Region,
    Registers,
    Status,
    encode,
    score_bytes,
)
from gateware.bus.frame import FrameReceiver, FrameTransmitter
from gateware.chip.flash_loader import flash_image
from gateware.chip.recorder import membrane_bytes
from gateware.chip.serial_classifier import SerialClassifier

from . import model_of
from .event_blocks import event_words
from .flash import SerialFlash

__all__ = ["SerialModel", "FrameReceiverModel", "FrameTransmitterModel"]


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


class SerialModel:
    """The golden model of :class:`gateware.chip.serial_classifier.SerialClassifier`, for a host that waits for each reply.

    Parameters
    ----------
    top : SerialClassifier
    """

    def __init__(self, top):
        self.top, self._core = top, model_of(top.core)
        self._words = np.array(top.core.load_words() if getattr(top.core, "words", 0) else [], np.int64)
        self._memory, self._loaded = np.full(len(self._words), -1), not len(self._words)
        # Of a design with events what takes them, and what the last block has left behind.
        self._blocks = model_of(top.blocks) if top.blocks else None
        self._block_state, self._outcome = self._blocks.start if top.blocks else None, b""
        # What a recorder saw: samples, good frames before the one that is answered, frames that were given up.
        self._samples, self._frames, self._dropped = [], 0, 0
        if top.boot_clocks:
            # The flash has been read before the first request.
            self._memory, self._loaded = self._words.copy(), True

    def flash(self):
        """A flash with the weights that the design reads from it."""
        reader, _ = self.top._flash
        return SerialFlash({reader.address: flash_image(self._words.tolist())}, wake=reader.wake)

    def answer(self, request, heard=None):
        """The reply to a request, or None where there is none.

        Parameters
        ----------
        request : gateware.bus.format.Frame
        heard : gateware.bus.format.Frame, optional
            The reply of the design, whose clocks are taken where the core's model does not know how many it takes.

        Raises
        ------
        ValueError
            If a sample is to be classified while the weights that are loaded are not the network's.
        """
        answer = None if request.command & REPLY else Frame(request.sequence, request.command | REPLY, self._reply(request, heard))
        self._frames += 1
        return answer

    def _reply(self, request, heard):
        payload, sources = request.payload, self.top.identity.layers[0]
        if request.version != PROTOCOL_VERSION:
            return bytes([Status.UNSUPPORTED_VERSION])
        if request.command == Command.LOAD and len(self._words):
            return bytes([self._load(payload)])
        if request.command == Command.READ and self.top._recorder is not None:
            return self._read(payload)
        fits = {Command.IDENTIFY: lambda length: length == 0}
        fits |= {Command.EVENTS: self._blocks.fits} if self._blocks else {Command.CLASSIFY: lambda length: length == sources}
        if request.command not in fits:
            return bytes([Status.UNKNOWN_COMMAND])
        if not fits[request.command](len(payload)):
            return bytes([Status.BAD_LENGTH])
        if request.command == Command.IDENTIFY:
            return bytes([Status.OK]) + self.top.identity.pack()
        if not self._loaded:
            return bytes([Status.NOT_LOADED])
        if self._blocks:
            return self._take_events(payload, heard)
        if max(payload) > self.top.levels:
            return bytes([Status.PIXEL_OUT_OF_RANGE])
        return bytes([Status.OK]) + self._classify(np.frombuffer(payload, np.uint8), heard)

    def _take_events(self, block, heard):
        """Status, and with the block that ends a sample its result: once more where it is sent once more."""
        before = self._block_state
        self._block_state, status, words = self._blocks.take(before, block)
        if len(words) and self._blocks.ended(self._block_state):
            self._outcome = self._classify(self._blocks.sample(self._block_state), heard)
        return bytes([status]) + (self._outcome if status == Status.OK and self._blocks.ended(self._block_state) else b"")

    def _read(self, payload):
        """Status and bytes of what is read, of the samples since reset."""
        if len(payload) != 5:
            return bytes([Status.BAD_LENGTH])
        told = self._told().get((payload[0], payload[1]), b"")
        begin, count = int.from_bytes(payload[2:4], "little"), payload[4] + 1
        return bytes([Status.OK]) + told[begin:begin + count] if begin + count <= len(told) else bytes([Status.OUT_OF_MEMORY])

    def _told(self):
        """All that can be read, by region and layer."""
        return model_of(self.top._recorder).run({"samples": self._samples, "lines": (self._frames, self._dropped, 0)})

    def _load(self, payload):
        """Take words of weights; the status of the reply."""
        if not 5 <= len(payload) <= self.top.identity.capacity or len(payload) % 2 == 0:
            return Status.BAD_LENGTH
        address, words = int.from_bytes(payload[:3], "little"), np.frombuffer(payload, "<u2", offset=3)
        end = address + len(words)
        if end > len(self._words):
            return Status.OUT_OF_MEMORY
        self._memory[address:end] = words
        self._loaded = self._loaded or end == len(self._words)
        return Status.OK

    def _classify(self, sample, heard):
        if not np.array_equal(self._memory, self._words):
            raise ValueError("the weights that are loaded must be those of the network")
        if self._blocks:
            result = self._core.classify(sample[None])
            result = {"scores": result.scores, "label": result.label}
        else:
            result = self._core.run(sample)
        name, = result.keys() - {"label", "clocks"}
        shape = Shape.cast(self.top.core.o.payload.shape()[name].shape.elem_shape)
        if self.top._recorder is not None:
            seen = self._core.inspect(sample)
            # A new list: a copy of the model goes on by itself.
            self._samples = [*self._samples, {"spikes": seen.spikes, "v": [v[None] for v in seen.membranes], "events": seen.events,
                                              "clocks": Classification.unpack(heard.payload[1:]).clocks if heard else 0}]
        clocks = result["clocks"][0] if "clocks" in result else Classification.unpack(heard.payload[1:]).clocks if heard else 0
        return Classification(result["label"][0], clocks, result[name][0]).pack(score_bytes(shape.width, shape.signed))

    def run(self, items, heard=b""):
        """The bytes sent for bytes received; ``heard`` is what the design sent, as in :meth:`answer`."""
        decoder, replies = Decoder(), []
        heard = iter(Decoder().feed(heard))
        for request in decoder.feed(np.asarray(items, np.uint8).tobytes()):
            replies.append(self.answer(request, None if request.command & REPLY else next(heard, None)))
        self._dropped += decoder.dropped
        return np.frombuffer(b"".join(encode(reply) for reply in replies if reply), np.uint8)

    def stimulus(self, rng, size=200):
        """The bytes of random requests, about ``size`` of them: most images, some of everything that is refused."""
        sources, levels = self.top.identity.layers[0], self.top.levels
        data = b"".join(map(encode, self._loads(rng, sources))) if len(self._words) else b""
        size += len(data)
        if self._blocks:
            return np.frombuffer(data + self._event_requests(rng, size), np.uint8)
        while len(data) < size:
            image = Frame(int(rng.integers(256)), Command.CLASSIFY, rng.integers(0, levels + 1, sources, np.uint8).tobytes())
            others = [_random_frame(rng, 2 * sources), image._replace(payload=rng.bytes(sources)), image._replace(version=2),
                      image._replace(command=Command.IDENTIFY, payload=b""), image._replace(command=Command.CLASSIFY | REPLY)]
            if self.top._recorder is not None:
                others += [image._replace(command=Command.READ, payload=each) for each in self._reads(rng)]
            request = image if rng.random() < 0.5 else others[rng.integers(len(others))]
            if request.command != Command.LOAD:
                data += encode(request)
        return np.frombuffer(data, np.uint8)

    def _event_requests(self, rng, size):
        """Blocks of events in whatever order, some of everything else that is answered, and reads where no sample is open."""
        data, state = b"", self._blocks.start
        while len(data) < size:
            for block in self._blocks.stimulus(rng, size):
                frame = Frame(int(rng.integers(256)), Command.EVENTS, block)
                data += encode(frame)
                state = self._blocks.take(state, block)[0]
                others = [_random_frame(rng, 60)._replace(command=0x31), frame._replace(version=2), frame._replace(payload=block[:-1]),
                          frame._replace(command=Command.CLASSIFY), frame._replace(payload=rng.bytes(self.top.blocks.capacity + 4)),
                          frame._replace(command=Command.IDENTIFY, payload=b"")]
                if self.top._recorder is not None and self._blocks.ended(state):
                    others += [frame._replace(command=Command.READ, payload=each) for each in self._reads(rng)]
                request = others[rng.integers(len(others))]
                if rng.random() < 0.2 and request.command != Command.LOAD:
                    data += encode(request)
        # A sample of blocks as long as they may be.
        sample = rng.integers(0, self.top.levels + 1, (self.top.blocks.time_steps, self.top.blocks.inputs))
        blocks = self._blocks.split(event_words(sample, self.top.blocks.word_bytes))
        return data + b"".join(encode(Frame(number, Command.EVENTS, block)) for number, block in enumerate(blocks))

    def _reads(self, rng):
        """Payloads of READ: of each region and layer everything, something, and too much."""
        recorder = self.top._recorder
        last = len(recorder.neurons) - 1
        layer = int(rng.integers(last + 1))
        ends = {(Region.REGISTERS, 0): Registers.size(last + 1), (Region.SPIKES, layer): recorder.spike_bytes(layer),
                (Region.MEMBRANES, layer): recorder.neurons[layer] * membrane_bytes(recorder.widths[layer])}
        for (region, layer), end in ends.items():
            begin = int(rng.integers(end))
            for start, count in ((0, min(end, LONGEST_READ)), (begin, 1), (begin, min(end - begin, LONGEST_READ)), (begin, end - begin + 1)):
                if count <= LONGEST_READ:
                    yield bytes([region, layer]) + start.to_bytes(2, "little") + bytes([count - 1])
        yield bytes([Region.SPIKES, last + 1, 0, 0, 0])
        yield bytes(4)

    def _loads(self, rng, sources):
        """Requests that load the weights, and some that are refused; the blocks are of all sizes."""
        image, start, longest = Frame(1, Command.CLASSIFY, bytes(sources)), 0, (self.top.identity.capacity - 3) // 2
        while start < len(self._words):
            count = min(int(rng.integers(1, longest + 1)), len(self._words) - start)
            block = start.to_bytes(3, "little") + self._words[start:start + count].astype("<u2").tobytes()
            beyond = (len(self._words) - count + 1).to_bytes(3, "little") + block[3:]
            for payload in (block[:-1], block[:3], block + bytes(2 * longest), beyond, b"\xff" * 5, block):
                yield Frame(int(rng.integers(256)), Command.LOAD, payload)
            # Before the last word is written nothing is classified.
            start += count
            if start < len(self._words):
                yield image


def _random_frame(rng, longest):
    payload = rng.bytes(int(rng.integers(longest + 1)))
    return Frame(int(rng.integers(256)), int(rng.integers(128)), payload)


model_of.register(FrameReceiver, FrameReceiverModel)
model_of.register(FrameTransmitter, FrameTransmitterModel)
model_of.register(SerialClassifier, SerialModel)
