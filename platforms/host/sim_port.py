"""A simulated serial port: the pins of the very RTL that goes into the bitstream, in the CXXRTL engine."""

from __future__ import annotations

import numpy as np

from models import golden
from models.structures.uart import line_bytes, line_levels
from sim import cxxrtl

__all__ = ["SimPort"]

_FLASH = ("cs", "sck", "copi")


class SimPort:
    """Toggles ``rx`` of a simulated design clock by clock and reads its ``tx``.

    The simulation's time moves on only while bytes are sent, or an answer is waited for. A design that reads its weights from a flash
    has one at its pins.

    Parameters
    ----------
    top : gateware.chip.serial_classifier.SerialClassifier
        The design: ports ``rx`` and ``tx``, attributes ``divisor`` and ``identity``.
    make_flash : callable, optional
        Makes the flash as it is after power-up, a :class:`models.structures.flash.SerialFlash`; by default one that holds the design's
        weights.

    Attributes
    ----------
    reply_clocks : int
        From the last good request being shown to its reply's first start bit, as ``busy`` and ``tx`` say it.

    Raises
    ------
    sim.cxxrtl.SimulationError
        The design does not settle, or what it says to its flash depends on what happens at ``rx`` or on the flash's answers.
    """

    name = "sim"

    def __init__(self, top, make_flash=None):
        self._divisor = top.divisor
        self._clock_hz = top.identity.clock_hz
        self._simulation = cxxrtl.compile({"digits": top})["digits"]
        self._boot_clocks, self._make_flash = top.boot_clocks, make_flash
        if top.boot_clocks and make_flash is None:
            self._make_flash = golden(top).flash
        self.reset()

    def reset(self) -> None:
        """As after power-up."""
        self._simulation.reset()
        self._undecoded = np.zeros(0, np.int64)
        self._received = b""
        self.clocks = self.reply_clocks = 0
        self._busy, self._shown = 0, None
        if self._boot_clocks:
            # What the design says to the flash is the same whatever comes back: heard once, answered, and then as it was.
            self._asked = self._simulation.run({"rx": 1, "cipo": 1}, cycles=self._boot_clocks, outputs=_FLASH)
            self._answer = self._make_flash().respond(*(self._asked[pin] for pin in _FLASH))
            self._simulation.reset()

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
        inputs, now = {"rx": levels}, slice(self.clocks, self.clocks + len(levels))
        if self._boot_clocks:
            answer = self._answer[now]
            inputs["cipo"] = np.pad(answer, (0, len(levels) - len(answer)), constant_values=1)
        out = self._simulation.run(inputs, outputs=["tx", "busy", *(_FLASH if self._boot_clocks else ())])
        tx = out["tx"]
        for pin in _FLASH[:2] if self._boot_clocks else ():
            asked = self._asked[pin][now]
            if not np.array_equal(asked, out[pin][:len(asked)]) or out[pin][len(asked):].any():
                raise cxxrtl.SimulationError(f"{pin} of the simulated design depends on what came at its other pins")
        self._time_reply(out["busy"], tx)
        self.clocks += len(levels)
        line = np.concatenate([self._undecoded, tx])
        data, rest = line_bytes(line, self._divisor)
        self._received += data
        self._undecoded = line[rest:]

    def _time_reply(self, busy, tx):
        """Note when a request was shown, and when its reply begins."""
        shown = np.flatnonzero(np.diff(np.r_[self._busy, busy]) == 1)
        if len(shown):
            self._shown = self.clocks + int(shown[-1])
        if self._shown is not None:
            begun = np.flatnonzero(tx[max(self._shown - self.clocks, 0):] == 0)
            if len(begun):
                self.reply_clocks = max(self.clocks - self._shown, 0) + int(begun[0])
                self._shown = None
        self._busy = int(busy[-1])
