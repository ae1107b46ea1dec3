"""The models of the UART: bytes, and the levels of the line that carries them."""

import numpy as np

from gateware.bus.uart import UARTReceiver, UARTTransmitter

from . import model_of

__all__ = ["ReceiverModel", "TransmitterModel", "line_bytes", "line_levels"]


def line_levels(data, divisor):
    """Levels of a line that carries some bytes without gaps, one for each clock.

    Parameters
    ----------
    data : bytes
    divisor : int
        Clocks per bit.

    Returns
    -------
    array of int64, (10 * divisor * len(data),)
    """
    frames = np.ones((len(data), 10), np.int64)
    frames[:, 0] = 0
    frames[:, 1:9] = np.unpackbits(np.frombuffer(data, np.uint8)[:, None], axis=1, bitorder="little")
    return np.repeat(frames.reshape(-1), divisor)


def line_bytes(levels, divisor):
    """Bytes that a line carried; those with a low stop bit are left out.

    Parameters
    ----------
    levels : array of int, (T,)
        The line's level in each clock.
    divisor : int
        Clocks per bit.

    Returns
    -------
    data : bytes
    rest : int
        Where the levels begin that belong to a byte which is not complete yet.
    """
    data = bytearray()
    low, high = np.flatnonzero(levels == 0), np.flatnonzero(levels != 0)
    middles = divisor // 2 + divisor * np.arange(10)
    at = 0
    while (index := np.searchsorted(low, at)) < len(low):
        start = low[index]
        if start + middles[-1] >= len(levels):
            return bytes(data), int(start)
        bits = levels[start + middles]
        at = start + middles[-1]
        if bits[9]:
            data.append(int(np.packbits(bits[1:9].astype(np.uint8), bitorder="little")[0]))
        else:
            # The line is held low: go on where it is high again.
            index = np.searchsorted(high, at)
            at = high[index] if index < len(high) else len(levels)
    return bytes(data), len(levels)


class TransmitterModel:
    """The golden model of :class:`gateware.bus.uart.UARTTransmitter`.

    Parameters
    ----------
    transmitter : UARTTransmitter
    """

    def __init__(self, transmitter):
        self.transmitter = transmitter

    def run(self, items):
        """The levels of ``tx`` (clocks,) for bytes sent without gaps, from the clock after the first transfer."""
        return line_levels(np.asarray(items, np.uint8).tobytes(), self.transmitter.divisor)

    def stimulus(self, rng, size=200):
        """Random bytes."""
        return rng.integers(0, 256, size)


class ReceiverModel:
    """The golden model of :class:`gateware.bus.uart.UARTReceiver`.

    Parameters
    ----------
    receiver : UARTReceiver
    """

    def __init__(self, receiver):
        self.receiver = receiver

    def run(self, levels):
        """The bytes at ``o`` for levels of ``rx`` (clocks,) that are those of a transmitter, and end idle."""
        return np.frombuffer(line_bytes(np.asarray(levels), self.receiver.divisor)[0], np.uint8)

    def stimulus(self, rng, size=200):
        """The levels of random bytes, with gaps of up to two bits between some."""
        divisor = self.receiver.divisor
        gaps = (np.ones(rng.integers(2 * divisor + 1), np.int64) for _ in range(size))
        levels = [part for gap in gaps for part in (gap, line_levels(rng.bytes(1), divisor))]
        return np.concatenate([*levels, np.ones(2 * divisor, np.int64)])


model_of.register(UARTTransmitter, TransmitterModel)
model_of.register(UARTReceiver, ReceiverModel)
