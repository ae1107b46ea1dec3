"""A simulated serial port: the pins of the very RTL that goes into the bitstream, in the CXXRTL engine."""

from __future__ import annotations

import numpy as np

from models.structures.uart import line_bytes, line_levels
from sim import cxxrtl

__all__ = ["SimPort"]


class SimPort:
    """Toggles ``rx`` of a simulated design clock by clock and reads its ``tx``.

    The simulation's time moves on only while bytes are sent, or an answer is waited for.

    Parameters
    ----------
    top : gateware.chip.serial_classifier.SerialClassifier
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
        start, byte = self.clocks, 10 * self._divisor
        end = start + round(timeout * self._clock_hz)
        while not self._received and self.clocks < end:
            # Byte by byte, until a design that is alive would have answered.
            step = byte if self.clocks - start < 1000 * byte else 100 * byte
            self._run(np.ones(min(step, end - self.clocks), np.int64))
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
