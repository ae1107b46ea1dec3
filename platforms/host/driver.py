"""The driver: a board as a Python object."""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np

from gateware.bus.format import MAX_PIXEL, Classification, Command, Decoder, Frame, Identity, Region, Registers, Status, encode
from gateware.chip.recorder import membrane_bytes

from .errors import CorruptionError, RefusalError, SilenceError, UnobservedError, VersionError, WrongBuildError
from .protocol import event_payloads, image_bytes, is_reply, load_payloads, read_payloads, reply_content

__all__ = ["Board", "Port"]

# Weights are read from a flash in less than a fifth of a second.
LOADING_SECONDS = 5


class Port(Protocol):
    """A serial line, real or simulated: what :class:`Board` needs of it."""

    name: str

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def read(self, timeout: float) -> bytes:
        """Wait up to ``timeout`` seconds for bytes and return those that are there; empty if none came."""

    def now(self) -> float:
        """Seconds on the clock by which ``read`` waits."""

    def close(self) -> None:
        """Give the line back."""


class Board:
    """A board that runs a trained network.

    Every request carries a new sequence number, so that the late answer to an earlier one is never taken for its own.
    A request without a good answer in time is sent again.

    Parameters
    ----------
    port : Port
        The line; closed by :meth:`close` and at the end of a ``with`` block.
    build_id : int, optional
        The build that is expected.
    levels : int
        The largest value of an input.
    timeout : float
        Seconds to wait for the answer in each attempt; more than the board's own time-out of 10 ms, so that the
        board has given up a damaged request before the next one arrives.
    attempts : int
        How often a request is sent before it is given up.

    Raises
    ------
    ValueError
        The time-out or the number of attempts is out of range.
    """

    def __init__(self, port: Port, *, build_id: int | None = None, levels: int = MAX_PIXEL, timeout: float = 0.25, attempts: int = 3):
        if not 0.02 <= timeout <= 60:
            raise ValueError(f"timeout must be between 0.02 and 60 s, not {timeout!r}")
        if not 1 <= attempts <= 100:
            raise ValueError(f"attempts must be between 1 and 100, not {attempts!r}")
        self._port = port
        self._build_id = build_id
        self._levels = levels
        self._timeout = timeout
        self._attempts = attempts
        self._sequence = 0
        self._identity: Identity | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Close the port."""
        self._port.close()

    def identify(self) -> Identity:
        """Ask the board what it is.

        Raises
        ------
        WrongBuildError
            It is not the build that is expected.
        PortError, SilenceError, CorruptionError, VersionError, RefusalError
            There was no good answer.
        """
        identity = self._ask(Command.IDENTIFY)
        if self._build_id is not None and identity.build_id != self._build_id:
            raise WrongBuildError(f"the board at {self._port.name} runs build {identity.build_id:016x}, "
                                  f"not {self._build_id:016x}: program it first")
        self._identity = identity
        return identity

    def classify(self, image) -> Classification:
        """Send an image and return the spike counts and the class.

        Asks for the identity first, once. A board that is still reading its weights from its flash is asked again, for up to five
        seconds.

        Parameters
        ----------
        image : array_like of int
            Pixels 0 to ``levels``, as many as the network has inputs, in row order.

        Raises
        ------
        TypeError, ValueError
            The image is not one; nothing has been sent.
        WrongBuildError, PortError, SilenceError, CorruptionError, VersionError, RefusalError
            There was no good answer.
        """
        identity = self._identity or self.identify()
        return self._ask_loaded(Command.CLASSIFY, image_bytes(image, identity.layers[0], self._levels), identity.layers[-1])

    def classify_events(self, sample) -> Classification:
        """Send a sample of events, and return the scores and the class: for designs whose network takes events.

        Asks for the identity first, once, and waits for a board that is still reading its weights from its flash.

        Parameters
        ----------
        sample : array_like of int, (time_steps, ...)
            Of each time step the level of each input's event, 0 to ``levels``, 0 where there is none;
            :func:`platforms.host.protocol.events_sample` makes it from a list of events.

        Raises
        ------
        TypeError, ValueError
            The sample is not one; nothing has been sent. Or the network has another number of time steps than the sample, which an
            answer that comes early or not at all shows.
        WrongBuildError, PortError, SilenceError, CorruptionError, VersionError, RefusalError
            There was no good answer; where the network's time steps end within a block, the board refuses that block (BAD_EVENT).
        """
        identity = self._identity or self.identify()
        *others, last = event_payloads(sample, identity.layers[0], self._levels, identity.capacity)
        refusal = "sample must have as many time steps as the network: the board "
        for payload in others:
            if self._ask_loaded(Command.EVENTS, payload, identity.layers[-1]) is not None:
                raise ValueError(f"{refusal}answers before all of {len(sample)} have been sent")
        answer = self._ask_loaded(Command.EVENTS, last, identity.layers[-1])
        if answer is None:
            raise ValueError(f"{refusal}waits for more than {len(sample)}")
        return answer

    def _ask_loaded(self, command, payload, classes):
        """Ask a board that may still be reading its weights."""
        deadline = self._port.now() + LOADING_SECONDS
        while True:
            try:
                return self._ask(command, payload, classes)
            except RefusalError as error:
                if error.status != Status.LOADING or self._port.now() > deadline:
                    raise
            # What may come now answers nothing.
            self._port.read(0.01)

    def load(self, words, progress=lambda done, total: None) -> None:
        """Write the weights that are not part of the bitstream; a board wants them once after it is switched on.

        Parameters
        ----------
        words : sequence of int
            16 bits each, all of them.
        progress : callable
            Called after each block with the words written and all words.

        Raises
        ------
        WrongBuildError, PortError, SilenceError, CorruptionError, VersionError, RefusalError
            There was no good answer.
        """
        identity, done = self._identity or self.identify(), 0
        for payload in load_payloads(words, identity.capacity):
            self._ask(Command.LOAD, payload)
            done += (len(payload) - 3) // 2
            progress(done, len(words))

    def registers(self) -> Registers:
        """Read what the board has counted: samples, frames, and of the last sample its clocks, events and spikes.

        Raises
        ------
        UnobservedError
            The design was not built to be observed.
        WrongBuildError, PortError, SilenceError, CorruptionError, VersionError, RefusalError
            There was no good answer.
        """
        layers = len((self._identity or self.identify()).layers) - 1
        content = self._read(Region.REGISTERS, 0, Registers.size(layers))
        try:
            return Registers.unpack(content)
        except ValueError as error:
            raise VersionError(f"the registers of the board at {self._port.name} cannot be read: {error}") from None

    def spikes(self) -> tuple[np.ndarray, ...]:
        """Read every neuron's spikes in the last sample: of each layer an array of bool (time steps, neurons).

        The neurons of a convolution stand place by place, at each channel by channel. Raises as :meth:`registers`.
        """
        found, registers = [], self.registers()
        for k, layer in enumerate(registers.layers):
            row = -(-layer.neurons // 8)
            rows = np.frombuffer(self._read(Region.SPIKES, k, registers.time_steps * row), np.uint8).reshape(-1, row)
            found.append(np.unpackbits(rows, axis=1, count=layer.neurons, bitorder="little").astype(bool))
        return tuple(found)

    def membranes(self) -> tuple[np.ndarray, ...]:
        """Read every neuron's membrane at the end of the last sample, in the neuron's own unit: of each layer an array (neurons,).

        In the order of :meth:`spikes`. Raises as :meth:`registers`.
        """
        found = []
        for k, layer in enumerate(self.registers().layers):
            size = membrane_bytes(layer.membrane_bits)
            found.append(np.frombuffer(self._read(Region.MEMBRANES, k, layer.neurons * size), f"<i{size}").astype(np.int64))
        return tuple(found)

    def _read(self, region, layer, count):
        try:
            return b"".join(self._ask(Command.READ, payload) for payload in read_payloads(region, layer, count))
        except RefusalError as error:
            if error.status == Status.UNKNOWN_COMMAND:
                raise UnobservedError(f"the design on the board at {self._port.name} does not offer {region.name.lower()} to be read: build "
                                      f"it with --observe", error.status) from None
            raise

    def _ask(self, command: Command, payload: bytes = b"", classes: int | None = None):
        heard = 0
        for _ in range(self._attempts):
            self._sequence = (self._sequence + 1) % 256
            request = Frame(self._sequence, command, payload)
            self._port.write(encode(request))
            decoder = Decoder()
            deadline = self._port.now() + self._timeout
            while (left := deadline - self._port.now()) > 0:
                data = self._port.read(left)
                heard += len(data)
                for frame in decoder.feed(data):
                    if is_reply(frame, request):
                        return reply_content(frame, command, classes)
        tries = f"{self._attempts} attempts of {self._timeout:g} s"
        if heard:
            raise CorruptionError(f"no good reply to {command.name} from {self._port.name} in {tries}, though {heard} "
                                  f"bytes came: is this the board's data port, and the line rate right?")
        raise SilenceError(f"no reply to {command.name} from {self._port.name} in {tries}: "
                           f"is the board powered and programmed, and this its data port?")
