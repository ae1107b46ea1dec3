from collections import deque

import pytest

from platforms.errors import DifferenceError
from platforms.unpack.ice40.bits import Bits
from platforms.unpack.ice40.database import load_database
from platforms.unpack.ice40.fabric import TABLE_BITS, Fabric

PASS = {k: sum((row >> k & 1) << row for row in range(16)) for k in range(4)}  # tables that pass one input on
CARRY_ENABLE, FLIP_FLOP = 8, 9


class Part:
    """A part whose bits are set by hand."""

    def __init__(self):
        self.database = load_database("1k")
        self.bits = Bits(self.database)

    def cell(self, place, table, *options):
        """Configure a logic cell."""
        positions = self.bits.entry(place[:2], f"LC_{place[2]}")
        for row, at in enumerate(TABLE_BITS):
            self.bits.values[positions[at]] = bool(table >> row & 1)
        for option in options:
            self.bits.values[positions[option]] = True

    def connect(self, source, target):
        """Set the switches of a shortest way from a cell's output to a LUT's input."""
        pips, switches = self.database.pips, self.database.switches
        wire, last = self.database.lut_inputs[target[:3]][target[3]], self.database.cells[source].pins["O"]
        before, waiting = {wire: None}, deque([wire])
        while waiting and last not in before:
            wire = waiting.popleft()
            for pip in (pips["target"] == wire).nonzero()[0]:
                if switches["bel"][pips["switch"][pip]] < 0 and pips["source"][pip] not in before:
                    before[int(pips["source"][pip])] = int(pip)
                    waiting.append(int(pips["source"][pip]))
        while (pip := before[last]) is not None:
            self.make(pip)
            last = int(pips["target"][pip])

    def make(self, pip):
        """Set the switch of one connection."""
        switch, mask = self.database.switches[self.database.pips["switch"][pip]], int(self.database.pips["mask"][pip])
        for k in range(switch["bits"]):
            row, column = switch["places"][k]
            position = self.bits.index((int(switch["x"]), int(switch["y"])), int(row), int(column))
            self.bits.values[position] = bool(mask >> (switch["bits"] - 1 - k) & 1)

    def fabric(self):
        return Fabric(self.database, self.bits)


A, B = (1, 2, 6), (1, 2, 7)  # two flip-flops


@pytest.fixture
def part():
    made = Part()
    made.cell(A, 0, FLIP_FLOP)
    made.cell(B, 0, FLIP_FLOP)
    return made


def _output(fabric, place, port="O"):
    return fabric.wire(fabric.database.cells[place].pins[port])


def test_function_is_of_the_signals_and_not_of_the_inputs(part):
    part.cell((1, 1, 0), PASS[1] & PASS[3])
    part.connect(A, (1, 1, 0, 1))
    part.connect(B, (1, 1, 0, 3))
    fabric = part.fabric()
    assert _output(fabric, (1, 1, 0)) == ("lut", 1, 1, 0)
    assert fabric.function(("lut", 1, 1, 0)) == ("function", (("register", *A), ("register", *B)), 0b1000)
    assert fabric.connections >= 4
    fabric.explain_connections()
    positions = [part.bits.entry(place[:2], f"LC_{place[2]}")[FLIP_FLOP] for place in (A, B)]
    assert set((part.bits.values & ~part.bits.explained).nonzero()[0]) == set(positions)  # that they are flip-flops, nobody has asked


def test_lut_that_passes_a_signal_on_is_that_signal(part):
    part.cell((1, 1, 2), PASS[2])
    part.connect(A, (1, 1, 2, 2))
    assert _output(part.fabric(), (1, 1, 2)) == ("register", *A)


def test_unconnected_inputs_are_0_and_constants_come_from_luts(part):
    part.cell((1, 1, 3), 0x0001)
    part.cell((1, 1, 4), PASS[0] & PASS[1])
    part.connect((1, 1, 3), (1, 1, 4, 0))
    part.connect(B, (1, 1, 4, 1))
    fabric = part.fabric()
    assert _output(fabric, (1, 1, 3)) is True and _output(fabric, (1, 1, 5)) is False
    assert _output(fabric, (1, 1, 4)) == ("register", *B)
    assert fabric.control(A, "CEN") is True and fabric.control(A, "SR") is False


def test_carry_that_is_passed_on_is_that_carry(part):
    # A enters the chain through a cell with the carry-in at 1; the next, with a constant 1 at one input, passes it on.
    part.bits.values[part.bits.entry((1, 1), "CarryInSet")] = True
    part.cell((1, 1, 0), 0, CARRY_ENABLE)
    part.connect(A, (1, 1, 0, 1))
    part.cell((2, 1, 0), 0xFFFF)
    part.cell((1, 1, 1), 0, CARRY_ENABLE)
    part.connect((2, 1, 0), (1, 1, 1, 1))
    part.cell((1, 1, 2), 0, CARRY_ENABLE)
    part.connect(B, (1, 1, 2, 2))
    fabric = part.fabric()
    assert _output(fabric, (1, 1, 0), "COUT") == _output(fabric, (1, 1, 1), "COUT") == ("register", *A)
    assert fabric.function(_output(fabric, (1, 1, 2), "COUT")) == ("function", (("register", *A), ("register", *B)), 0b1000)
    with pytest.raises(DifferenceError, match=r"^the carry of X1/Y1/lc3 is used and not enabled$"):
        _output(fabric, (1, 1, 3), "COUT")


def test_wire_with_two_drivers_is_no_circuit(part):
    pips, switches = part.database.pips, part.database.switches
    ways = {}
    for pip in (switches["bel"][pips["switch"]] < 0).nonzero()[0].tolist():
        wire = int(pips["target"][pip])
        first = ways.setdefault(wire, pip)
        if pips["switch"][first] != pips["switch"][pip]:
            break
    part.make(first)
    part.fabric()
    part.make(pip)
    with pytest.raises(DifferenceError, match=rf"^the wire {part.database.wire_name(wire)} has two drivers$"):
        part.fabric()
