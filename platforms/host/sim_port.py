"""A simulated serial port: the pins of the very RTL that goes into the bitstream, in the CXXRTL engine."""

from __future__ import annotations

import numpy as np

from sim import cxxrtl

__all__ = ["SimPort", "line_bytes", "line_levels"]


def line_levels(data: bytes, divisor: int) -> np.ndarray:
    """Levels of a line that carries some bytes without gaps, one for each clock.

    Parameters
    ----------
    data : bytes
    divisor : int
        Clocks per bit.

    Returns
    -------
    ndarray of int64, shape (10 * divisor * len(data),)
    """
    frames = np.ones((len(data), 10), np.int64)
    frames[:, 0] = 0
    frames[:, 1:9] = np.unpackbits(np.frombuffer(data, np.uint8)[:, None], axis=1, bitorder="little")
    return np.repeat(frames.reshape(-1), divisor)


def line_bytes(levels: np.ndarray, divisor: int) -> tuple[bytes, int]:
    """Bytes that a line carried; those with a low stop bit are left out.

    Parameters
    ----------
    levels : ndarray of int, shape (T,)
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
    at = 0
    low = np.flatnonzero(levels == 0)
    high = np.flatnonzero(levels != 0)
    middles = divisor // 2 + divisor * np.arange(10)
    while True:
        index = np.searchsorted(low, at)
        if index == len(low):
            return bytes(data), len(levels)
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
            if index == len(high):
                return bytes(data), len(levels)
            at = high[index]


class SimPort:
    """Toggles ``rx`` of a simulated design clock by clock and reads its ``tx``.

    The simulation's time moves on only while bytes are sent, or an answer is waited for.

    Parameters
    ----------
    top : gateware.chip.digits.DigitsTop
        The design: ports ``rx`` and ``tx``, attributes ``divisor`` and ``identity``.

    Raises
    ------
    sim.cxxrtl.SimulationError
        The design does not settle.
    """

    name = "sim"

    def __init__(self, top):
        self._divisor = top.divisor
        self._clock_hz = top.identity.clock_hz
        self._simulation = cxxrtl.compile({"digits": top})["digits"]
        self.reset()

    def reset(self) -> None:
        """As after power-up."""
        self._simulation.reset()
        self._undecoded = np.zeros(0, np.int64)
        self._received = b""
        self.clocks = 0

    def write(self, data: bytes) -> None:
        """Send bytes, and listen meanwhile."""
        self._run(line_levels(data, self._divisor))

    def read(self, timeout: float) -> bytes:
        """Let up to ``timeout`` simulated seconds pass until bytes come, and return them."""
        end = self.clocks + round(timeout * self._clock_hz)
        while not self._received and self.clocks < end:
            self._run(np.ones(min(10 * self._divisor, end - self.clocks), np.int64))
        data, self._received = self._received, b""
        return data

    def now(self) -> float:
        """Simulated seconds."""
        return self.clocks / self._clock_hz

    def close(self) -> None:
        """Nothing is held."""

    def _run(self, levels):
        tx = self._simulation.run({"rx": levels}, outputs=["tx"])["tx"]
        self.clocks += len(levels)
        line = np.concatenate([self._undecoded, tx])
        data, rest = line_bytes(line, self._divisor)
        self._received += data
        self._undecoded = line[rest:]
