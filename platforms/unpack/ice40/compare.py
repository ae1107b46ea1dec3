"""A netlist of the iCE40 family held against the circuit that a bitstream configures, cell by cell and bit by bit.

Every signal of the netlist is given a signal of the circuit, after what nextpnr says of places: no more than a guess. Then for each
cell of the netlist it is shown that the circuit computes the same function of the same signals, and that nothing else is configured.
So by induction over the clocks the two never differ: both begin with all flip-flops 0, and with the same memory contents.
"""

from __future__ import annotations

import re
from collections import Counter

from ...errors import DifferenceError
from ..functions import MAJORITY, reduce_function
from .cells import LARGE, expected_options
from .fabric import TABLE_BITS

__all__ = ["Comparison", "find_unknown"]

FLIP_FLOP = re.compile(r"SB_DFF(?P<negative>N)?(?P<enable>E)?(?P<control>SR|SS|R|S)?$")
LOGIC_WIRE = re.compile(r"X(\d+)/Y(\d+)/lutff_(\d):(out|cout)$")
LARGE_PLACE = re.compile(r"X(\d+)/Y(\d+)/(mac16|[a-z]+)_?(\d*)$")
INPUT_PIN, OUTPUT_PIN = 0b000001, 0b011001  # PIN_TYPE of the buffers that nextpnr puts at a port without one
# Rows of tiles with the buffers of the global networks' columns.
COLUMN_BUFFERS = {"5k": (4, 5, 14, 15, 26, 27), "8k": (8, 9, 24, 25), "1k": (4, 5, 12, 13)}
RAM_COLUMN_BUFFERS = {"1k": (3, 5, 11, 13)}


def find_unknown(netlist):
    """A kind of cell, or a parameter of one, that cannot be compared; empty if there is none.

    Parameters
    ----------
    netlist : Netlist

    Returns
    -------
    str
    """
    for cell in netlist.cells:
        if cell.kind in LARGE:
            if (unknown := expected_options(cell)[1]):
                return f"no rule is known for the parameter {unknown[0]} of {cell.name}, a {cell.kind}"
        elif cell.kind not in ("SB_LUT4", "SB_CARRY") and not FLIP_FLOP.match(cell.kind):
            return f"no rule is known for {cell.name}, a {cell.kind}"
    return ""


class Comparison:
    """A netlist and the circuit of a bitstream, to be compared.

    Parameters
    ----------
    netlist : Netlist
        One in which `find_unknown` finds nothing.
    bels, begins : dicts
        What `read_places` gave.
    fabric : Fabric
    pins : dict of str to str
        Package pin of each port.
    package : str
        nextpnr's name of the package.

    Attributes
    ----------
    cells : Counter
        Cells compared, by kind.
    inputs : int
        Connections to cells' inputs, and flip-flops' options, that were compared.
    memory_bits : int
        Bits of memory contents that were compared.
    """

    def __init__(self, netlist, bels, begins, fabric, pins, package):
        self._netlist, self._fabric, self._bits, self._database = netlist, fabric, fabric.bits, fabric.database
        self._bels, self._begins, self._pins, self._package = bels, begins, pins, package
        self._places = {(bel.x, bel.y, bel.kind, bel.z): bel for bel in self._database.bels if bel.kind != "lc"}
        self._signals = {True: True, False: False}
        self._driver = {bit: (cell, port) for cell in netlist.cells for port in cell.outputs for bit in cell.ports.get(port, [])}
        self.cells, self.inputs, self.memory_bits = Counter(), 0, 0

    def run(self):
        """Compare everything.

        Raises
        ------
        DifferenceError
            At the first difference, or where the bits make no circuit.
        """
        large = {cell.name: (LARGE[cell.kind], self._large_bel(cell)) for cell in self._netlist.cells if cell.kind in LARGE}
        self._match(large)
        for cell in self._netlist.cells:
            if cell.kind in LARGE:
                self._compare_large(cell, *large[cell.name])
            elif cell.kind == "SB_LUT4":
                self._compare_function(cell, "O", cell.number("LUT_INIT"), ["I0", "I1", "I2", "I3"])
            elif cell.kind == "SB_CARRY":
                self._compare_function(cell, "CO", MAJORITY, ["I0", "I1", "CI"])
            else:
                self._compare_flip_flop(cell)
            self.cells[cell.kind] += 1
        self._compare_bare_ports()
        self._compare_rest(large)

    @property
    def signals(self) -> int:
        """Signals of the netlist that were found in the circuit."""
        return len(self._signals) - 2

    def _match(self, large):
        """Give every signal of the netlist one of the circuit."""
        for cell in self._netlist.cells:
            if cell.name in large:
                rule, bel = large[cell.name]
                for port in sorted(cell.outputs - rule.elsewhere):
                    for k, bit in enumerate(cell.ports.get(port, [])):
                        self._signals[bit] = self._fabric.output(bel, rule.port(port, k, len(cell.ports[port])))
        for name, (direction, bit) in self._netlist.ports.items():
            if direction == "input" and bit not in self._driver:
                self._signals[bit] = self._fabric.output(self._pin_bel(name), "D_IN_0")
        for bit in self._driver:
            for name in self._netlist.names.get(bit, []):
                begin = LOGIC_WIRE.match(self._begins.get(name, ""))
                if bit not in self._signals and begin:
                    x, y, z = map(int, begin.groups()[:3])
                    self._signals[bit] = self._fabric.wire(self._database.cells[x, y, z].pins[{"out": "O", "cout": "COUT"}[begin[4]]])
        for cell in self._netlist.cells:
            register = self._signals.get(cell.bit("Q")) if FLIP_FLOP.match(cell.kind) else None
            # A LUT whose only reader is a flip-flop is in the same logic cell, and its net is no wire.
            if isinstance(register, tuple) and register[0] == "register":
                self._signals.setdefault(cell.bit("D"), self._fabric.lut_signal(register[1:]))

    def _signal(self, bit, what):
        if bit not in self._signals:
            raise DifferenceError(f"{what}: the net {self._netlist.name(bit)} is not in the bitstream")
        return self._signals[bit]

    def _compare_function(self, cell, output, table, inputs):
        what = f"the {cell.kind} {cell.name}"
        signals = [self._signal(cell.bit(port), what) if cell.bit(port) is not None else False for port in inputs]
        expected, found = reduce_function(table, signals), self._signal(cell.bit(output), what)
        # What merely passes a signal on is that signal, also where it is that of another LUT.
        if expected != found and expected != (found := self._fabric.function(found)):
            raise DifferenceError(f"{what} computes {_words(expected)}, in the bitstream {_words(found)}")
        self.inputs += len(inputs)

    def _compare_flip_flop(self, cell):
        what, kind = f"the {cell.kind} {cell.name}", FLIP_FLOP.match(cell.kind)
        register = self._signal(cell.bit("Q"), what)
        if not isinstance(register, tuple) or register[0] != "register":
            raise DifferenceError(f"{what} is no flip-flop in the bitstream, but {_words(register)}")
        place = register[1:]
        logic, control = self._fabric.register(place), kind["control"] or ""
        self._equal(f"{what}: its input", self._signal(cell.bit("D"), what), self._fabric.lut_signal(place))
        for port, pin, idle in (("C", "CLK", False), ("E", "CEN", True), (control[-1:], "SR", False)):
            bit = cell.bit(port) if port else None
            self._equal(f"{what}: its {pin}", idle if bit is None else self._signal(bit, what), self._fabric.control(place, pin))
        self._equal(f"{what}: its clock's edge", bool(kind["negative"]), self._bits.flag(place[:2], "NegClk"))
        self._equal(f"{what}: that it is set", control.endswith("S"), logic.set)
        self._equal(f"{what}: that its reset is asynchronous", control in ("R", "S"), logic.asynchronous)

    def _compare_large(self, cell, rule, bel):
        what = f"the {cell.kind} {cell.name}"
        for port, bits in sorted(cell.ports.items()):
            if port in cell.outputs or port in rule.elsewhere:
                continue
            for k, bit in enumerate(bits):
                name = rule.port(port, k, len(bits))
                self._equal(f"{what}: its {name}", self._signal(bit, what), self._fabric.input(bel, name))
        for name, value in expected_options(cell)[0].items():
            if name not in bel.options and not value:
                continue  # SHIFTREG_DIV_MODE has one bit in the smallest part
            place, entry = bel.options[name]
            self._equal(f"{what}: its {name}", value, self._bits.flag(place, rule.prefix + entry))
        if bel.kind == "io":
            self._compare_pin(what, bel, cell.number("PIN_TYPE"), cell.number("PULLUP"), cell.number("NEG_TRIGGER"),
                              any(cell.bit(port) is not None for port in ("D_IN_0", "D_IN_1", "GLOBAL_BUFFER_OUTPUT")),
                              any(cell.bit(port) is not None for port in ("INPUT_CLK", "OUTPUT_CLK")))
        elif bel.kind == "ram":
            self._compare_ram(what, cell, bel)
        elif bel.kind == "mac16":
            self._compare_cascade(what, cell, bel)
        elif bel.kind == "pll":
            self._compare_pll_pin(what, cell, bel)

    def _compare_ram(self, what, cell, bel):
        low, high = (bel.x, bel.y), (bel.x, bel.y + 1)
        edges = cell.kind.removeprefix("SB_RAM40_4K")
        first = self._database.name == "1k"
        self._equal(f"{what}: its power", not first, self._bits.flag(low, "RamConfig.PowerUp"))
        for place, port in ((low, "W" if first else "R"), (high, "R" if first else "W")):
            self._equal(f"{what}: the edge of its {port}CLK", f"N{port}" in edges, self._bits.flag(place, "NegClk"))
        for parameter, start in (("WRITE_MODE", 0), ("READ_MODE", 2)):
            for k in range(2):
                self._equal(f"{what}: its {parameter}", bool(cell.number(parameter) >> k & 1), self._bits.flag(high, f"RamConfig.CBIT_{start + k}"))
        contents = self._bits.rams.pop(low, [0] * 16)
        for k in range(16):
            difference = cell.number(f"INIT_{k:X}") ^ contents[k]
            if difference:
                raise DifferenceError(f"{what}: bit {difference.bit_length() - 1} of INIT_{k:X} differs in the bitstream")
        self.memory_bits += 16 * 256

    def _compare_cascade(self, what, cell, bel):
        for port, option, selected in (("ACCUMCI", "BOTADDSUB_CARRYSELECT", 2), ("SIGNEXTIN", "BOTADDSUB_LOWERINPUT", 3)):
            bit = cell.bit(port)
            if cell.number(option) == selected and bit is not None:
                self._equal(f"{what}: its {port}", self._signal(bit, what), self._fabric.input(bel, port))

    def _compare_pll_pin(self, what, cell, bel):
        """The pin through which a PLL's output goes, and in one of the two kinds its input comes."""
        pin = self._pll_pin(bel)
        self._compare_pin_type(what, pin, INPUT_PIN)
        if cell.kind == "SB_PLL40_PAD":
            ports = {bit: name for name, (_, bit) in self._netlist.ports.items()}
            if self._pin_bel(ports[cell.bit("PACKAGEPIN")]) is not pin:
                raise DifferenceError(f"{what}: its input is not at the pin {pin}")
            self._compare_pin(what, pin, INPUT_PIN, 0, 0, True, False)

    def _compare_pin(self, what, bel, pin_type, pullup, negative, input_enabled, clocked):
        self._compare_pin_type(what, bel, pin_type)
        if clocked:
            self._equal(f"{what}: its clocks' edge", bool(negative), self._bits.flag((bel.x, bel.y), "NegClk"))
        if (bel.x, bel.y, bel.z) not in self._database.input_enables:
            return
        x, y, z = self._database.input_enables[bel.x, bel.y, bel.z]
        inverted = self._database.name == "1k"
        self._equal(f"{what}: that it is an input", input_enabled, self._bits.flag((x, y), f"IoCtrl.IE_{z}") != inverted)
        self._equal(f"{what}: its pull-up", bool(pullup), not self._bits.flag((x, y), f"IoCtrl.REN_{z}"))
        if self._database.name == "5k":
            self._equal(f"{what}: its 100 kohm pull-up", bool(pullup), not self._bits.flag((x, y), f"IoCtrl.cf_bit_{(39, 35)[z]}"))

    def _compare_pin_type(self, what, bel, pin_type):
        for k in range(6):
            self._equal(f"{what}: its PIN_TYPE[{k}]", bool(pin_type >> k & 1), self._bits.flag((bel.x, bel.y), f"IOB_{bel.z}.PINTYPE_{k}"))

    def _compare_bare_ports(self):
        """Ports without a cell in the netlist, to which nextpnr gives one."""
        seen = {bit for cell in self._netlist.cells for port in ("PACKAGE_PIN", "PACKAGEPIN") for bit in cell.ports.get(port, [])}
        for name, (direction, bit) in self._netlist.ports.items():
            if bit in seen:
                continue
            bel, what = self._pin_bel(name), f"the port {name}"
            if direction == "output":
                self._equal(f"{what}: its D_OUT_0", self._signal(bit, what), self._fabric.input(bel, "D_OUT_0"))
            self._compare_pin(what, bel, OUTPUT_PIN if direction == "output" else INPUT_PIN, 0, 0, direction == "input", False)

    def _compare_rest(self, large):
        """Show that no bit is set that nothing has asked for."""
        bits, database = self._bits, self._database
        self._fabric.explain_connections()
        for place, kind in database.grid.items():
            rows = (RAM_COLUMN_BUFFERS if kind.startswith("ram") else COLUMN_BUFFERS).get(database.name, COLUMN_BUFFERS[database.name])
            if place[1] in rows:
                for network in range(8):
                    self._equal(f"tile {place}: its column buffer {network}", True, bits.flag(place, f"ColBufCtrl.glb_netwk_{network}"))
            if kind.startswith("dsp") or kind == "ipcon":
                self._compare_way_through(place, kind)
        if database.name == "1k":
            self._compare_idle(large)
        if (wrong := bits.unexplained()):
            raise DifferenceError(f"{len(wrong)} bits are set that the netlist does not ask for, the first in the tile {wrong[0]}")
        for place, contents in bits.rams.items():
            if any(contents):
                raise DifferenceError(f"the block RAM at {place} has contents and is not of the netlist")

    def _compare_way_through(self, place, kind):
        """Of a tile with a large cell: its LUTs pass on what the large cell gives."""
        if self._database.name == "5k" and place == (25, 14) and not any(self._bits.read(place, "LC_0")):
            return
        prefix = "Cascade.IPCON" if kind == "ipcon" else f"Cascade.MULT{kind[-1]}"
        for z in range(8 if place != (25, 14) else 1):
            bits = self._bits.read(place, f"LC_{z}")
            ones = {at for at, value in enumerate(bits) if value}
            self._equal(f"tile {place}: that LUT {z} passes its third input on", True, ones == {TABLE_BITS[row] for row in range(16) if row & 4})
            self._equal(f"tile {place}: the way into LUT {z}", True, self._bits.flag(place, f"{prefix}_LC0{z}_inmux02_5"))

    def _compare_idle(self, large):
        """In the smallest part a bit is set to disable an input, and to leave a memory off."""
        bels = [bel for _, bel in large.values()]
        bels += [*map(self._pin_bel, self._netlist.ports), *(self._pll_pin(bel) for bel in bels if bel.kind == "pll")]
        used = {(bel.x, bel.y, bel.z) for bel in bels}
        for bel in self._database.bels:
            place = (bel.x, bel.y, bel.z)
            if place not in used and bel.kind == "io" and place in self._database.input_enables:
                x, y, z = self._database.input_enables[place]
                self._equal(f"{bel}: that it is no input", True, self._bits.flag((x, y), f"IoCtrl.IE_{z}"))
            elif place not in used and bel.kind == "ram":
                self._equal(f"{bel}: its power", True, self._bits.flag((bel.x, bel.y), "RamConfig.PowerUp"))

    def _large_bel(self, cell):
        rule = LARGE[cell.kind]
        if rule.bel == "io":
            ports = {bit: name for name, (_, bit) in self._netlist.ports.items()}
            return self._pin_bel(ports[cell.bit("PACKAGE_PIN")])
        place = LARGE_PLACE.match(self._bels.get(cell.name + rule.suffix, ""))
        bel = self._places.get((int(place[1]), int(place[2]), place[3], int(place[4] or 0))) if place else None
        if bel is None or bel.kind != rule.bel:
            raise DifferenceError(f"the {cell.kind} {cell.name} is not in the bitstream: nextpnr names no place for it")
        return bel

    def _pll_pin(self, bel):
        """The pin through which a PLL's output goes."""
        return next(each for each in self._database.bels if each.kind == "io" and each.pins["D_IN_0"] == bel.pins["PLLOUT_A"])

    def _pin_bel(self, port):
        return self._database.bels[self._database.packages[self._package][self._pins[port]]]

    def _equal(self, what, expected, found):
        if expected != found:
            raise DifferenceError(f"{what} is {_words(expected)} in the netlist and {_words(found)} in the bitstream")
        self.inputs += 1


def _words(signal):
    """A signal or a function in an error message."""
    if isinstance(signal, tuple) and signal[0] == "function":
        return f"the function {signal[2]:#x} of {', '.join(map(_words, signal[1]))}"
    if isinstance(signal, tuple):
        kind, *place = signal
        return f"the {kind} {' '.join(map(str, place))}" if kind == "pin" else f"the {kind} at X{place[0]}/Y{place[1]}/{place[2]}"
    return str(int(signal)) if isinstance(signal, bool) else str(signal)
