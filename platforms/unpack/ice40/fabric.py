"""What the bits make of a part: which wires are connected, and what function each logic cell computes of what it is connected to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import DifferenceError
from ..functions import MAJORITY, reduce_function

__all__ = ["TABLE_BITS", "Fabric"]

# Where a logic cell's 20 bits hold the rows of its truth table, and what the other four are.
TABLE_BITS = (4, 14, 15, 5, 6, 16, 17, 7, 3, 13, 12, 2, 1, 11, 10, 0)
CARRY_ENABLE, FLIP_FLOP, SET, ASYNCHRONOUS = 8, 9, 18, 19
# Ports that are one signal under two names: into the fabric, and onto a global network.
SAME = {"PLLOUT_A_GLOBAL": "PLLOUT_A", "PLLOUT_B_GLOBAL": "PLLOUT_B", "CLKHF_FABRIC": "CLKHF", "GLOBAL_BUFFER_OUTPUT": "D_IN_0"}
IDLE_HIGH = {"CEN", "CE", "CLOCK_ENABLE", "RCLKE", "WCLKE"}  # what an input is that nothing is connected to; all others are low


@dataclass(frozen=True)
class LogicCell:
    """A logic cell's configuration."""

    table: int
    carry: bool
    flip_flop: bool
    set: bool
    asynchronous: bool


class Fabric:
    """The circuit that a bitstream configures.

    A *signal* is ``("lut", x, y, z)``, ``("register", ...)``, ``("carry", ...)`` or ``("pin", bel, port)``; what merely passes
    another signal on, be it a wire, a LUT or a global buffer, is that signal.

    Parameters
    ----------
    database : ChipDatabase
    bits : Bits

    Raises
    ------
    DifferenceError
        If a wire has two drivers: the bits make no circuit.
    """

    def __init__(self, database, bits):
        self.database, self.bits = database, bits
        pips, switches = database.pips, database.switches
        self._positions = bits.switch_starts(switches)
        counts = switches["bits"].astype(np.int64)
        columns = np.arange(5)
        present = (columns < counts[:, None]) & (switches["bel"] < 0)[:, None]
        weights = np.where(present, 1 << np.maximum(counts[:, None] - 1 - columns, 0), 0)
        settings = (bits.values[self._positions] * weights).sum(axis=1)
        made = np.flatnonzero((settings[pips["switch"]] == pips["mask"]) & (pips["mask"] != 0))
        targets = pips["target"][made]
        self._pip = np.full(database.wires, -1)
        self._pip[targets] = made
        self._outputs, self._cells, self._inputs = database.drivers, database.cells, database.lut_inputs
        repeated = targets[np.flatnonzero(np.bincount(targets, minlength=database.wires)[targets] > 1)]
        driven = [wire for wire in targets.tolist() if wire in self._outputs]
        for wire in [*repeated.tolist(), *driven]:
            raise DifferenceError(f"the wire {database.wire_name(wire)} has two drivers")
        self._known, self._configured, self._used = {}, {}, set()

    @property
    def connections(self) -> int:
        """How many connections the signals that were followed took."""
        return len(self._used)

    def explain_connections(self):
        """Account for the bits of the connections that were followed, and for carries of cells in use that go nowhere."""
        for place in self._configured:
            self._explain(place, CARRY_ENABLE)
        switches = self.database.pips["switch"][sorted(self._used)]
        for count in range(1, 6):
            chosen = switches[self.database.switches["bits"][switches] == count]
            self.bits.explained[self._positions[chosen][:, :count]] = True

    def wire(self, wire):
        """The signal on a wire; None if nothing is connected to it."""
        wire = self._follow(wire)
        if wire not in self._known:
            self._known[wire] = None  # a loop of LUTs that pass on each other's output ends here
            self._known[wire] = self._driver(wire)
        return self._known[wire]

    def _follow(self, wire):
        """The wire at which the connections to a wire begin."""
        path = []
        while (pip := self._pip[wire]) >= 0:
            path.append(int(pip))
            wire = int(self.database.pips["source"][pip])
            if len(path) > 10_000:
                raise DifferenceError(f"the wire {self.database.wire_name(wire)} drives itself")
        self._used.update(path)
        return wire

    def input(self, bel, port):
        """The signal or constant at an input of a cell, idle inputs included."""
        signal = self.wire(bel.pins[port])
        return port in IDLE_HIGH if signal is None else signal

    def output(self, bel, port):
        """The signal of an output of a large cell."""
        return ("pin", str(bel), SAME.get(port, port))

    def cell(self, place):
        """The configuration of the logic cell at (x, y, z)."""
        if place not in self._configured:
            bits = self.bits.values[self.bits.entry(place[:2], f"LC_{place[2]}")].tolist()
            self._configured[place] = LogicCell(sum(bits[at] << row for row, at in enumerate(TABLE_BITS)), bits[CARRY_ENABLE],
                                                bits[FLIP_FLOP], bits[SET], bits[ASYNCHRONOUS])
        return self._configured[place]

    def register(self, place):
        """The configuration of a logic cell as a flip-flop's."""
        self._explain(place, FLIP_FLOP, SET, ASYNCHRONOUS)
        return self.cell(place)

    def _explain(self, place, *which):
        positions = self.bits.entry(place[:2], f"LC_{place[2]}")
        self.bits.explained[[positions[at] for at in which]] = True

    def lut_signal(self, place):
        """The signal of a LUT's output."""
        self._explain(place, *TABLE_BITS)
        return self._signal("lut", place, self.cell(place).table, self._inputs[place])

    def control(self, place, port):
        """The signal or constant at a logic cell's ``CLK``, ``CEN`` or ``SR``."""
        return self.input(self._cells[place], port)

    def function(self, signal):
        """What the signal of a LUT or carry is a function of, as `reduce_function` has it; any other signal or constant is itself."""
        if not isinstance(signal, tuple) or signal[0] not in ("lut", "carry"):
            return signal
        kind, *place = signal
        table, wires = ((self.cell(tuple(place)).table, self._inputs[tuple(place)]) if kind == "lut" else
                        (MAJORITY, self._carry_wires(tuple(place))))
        return reduce_function(table, [self._constant_or_signal(wire) for wire in wires])

    def _constant_or_signal(self, wire):
        signal = wire if isinstance(wire, bool) else self.wire(wire)
        return False if signal is None else signal

    def _constant_or_wire(self, wire):
        source = self._follow(wire)
        if source not in self._outputs:
            return False
        bel, port = self._outputs[source][0]
        place = (bel.x, bel.y, bel.z)
        if bel.kind != "lc" or port != "O" or self.cell(place).flip_flop:
            return source
        function = reduce_function(self.cell(place).table, [each if self._connected(each) else False for each in self._inputs[place]])
        if not isinstance(function, bool):
            return source
        self._explain(place, *TABLE_BITS)  # a constant 1, or a 0 for an input that is idle at 1, made by a LUT
        return function

    def _connected(self, wire):
        return self._pip[wire] >= 0 or wire in self._outputs

    def _signal(self, kind, place, table, wires):
        # Only what needs no function to be known counts as constant here, so that following a signal never goes through a function.
        function = reduce_function(table, [wire if isinstance(wire, bool) else self._constant_or_wire(wire) for wire in wires])
        if isinstance(function, tuple):
            return (kind, *place)
        return function if isinstance(function, bool) else self._constant_or_signal(function)

    def _carry_wires(self, place):
        bel, wires = self._cells[place], self._inputs[place]
        if not self.cell(place).carry:
            raise DifferenceError(f"the carry of {bel} is used and not enabled")
        self._explain(place, CARRY_ENABLE)
        carry_in = bel.pins["CIN"]
        if place[2] == 0 and self.bits.flag(place[:2], "CarryInSet"):
            if self._pip[carry_in] >= 0:
                raise DifferenceError(f"the carry into {bel} has two drivers")
            carry_in = True
        return [wires[1], wires[2], carry_in]

    def _driver(self, wire):
        drivers = self._outputs.get(wire, [])
        if not drivers:
            return None
        bel, port = drivers[0]
        place = (bel.x, bel.y, bel.z)
        if bel.kind == "lc":
            if port == "COUT":
                return self._signal("carry", place, MAJORITY, self._carry_wires(place))
            return ("register", *place) if port == "O" and self.cell(place).flip_flop else self.lut_signal(place)
        return self._large(drivers)

    def _large(self, drivers):
        buffers = [bel for bel, _ in drivers if bel.kind == "gb"]
        if buffers:
            network = int(self.database.wire_name(buffers[0].pins["GLOBAL_BUFFER_OUTPUT"])[-1])
            if self.database.pad_globals[network] not in self.bits.extra:
                return self.wire(buffers[0].pins["USER_SIGNAL_TO_GLOBAL_BUFFER"])
        for kind in ("hfosc", "pll", "io"):
            for bel, port in drivers:
                if bel.kind == kind and self._runs(bel):
                    return self.output(bel, port)
        bel, port = drivers[0]
        return self.output(bel, port)

    def _runs(self, bel):
        """Whether a cell that shares its output's wire with others drives it."""
        if bel.kind == "hfosc":
            return self._pip[bel.pins["CLKHFPU"]] >= 0
        options = (bel.options[f"PLLTYPE_{k}"] for k in range(3)) if bel.kind == "pll" else ()
        return bel.kind != "pll" or any([self.bits.flag(place, f"PLL.{name}") for place, name in options])
