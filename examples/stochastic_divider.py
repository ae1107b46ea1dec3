"""A stochastic divider behind a serial line: send two bytes X <= Y, receive the quotient X / Y in 256ths as two bytes.

    python examples/stochastic_divider.py                # simulate the hardware, pin by pin, and compare
    python examples/stochastic_divider.py --build        # a bitstream for the iCEBreaker, and what it takes
"""

import argparse

from amaranth.hdl import Module, ResetInserter, Signal
from amaranth.lib.wiring import Component, In, Out

from gateware.bus.uart import UARTReceiver, UARTTransmitter
from gateware.sc.expression import SC
from gateware.sc.synthesis import StochasticCircuit

__all__ = ["SerialDivider"]


class SerialDivider(Component):
    """Takes X and Y from the line, runs the circuit of X / Y for 256 clocks from reset, and sends the count of ones.

    Parameters
    ----------
    divisor : int
        Clocks per bit of the line: 104 is 115,200 baud at 12 MHz.

    Members
    -------
    rx : In(1, init=1)
    tx : Out(1, init=1)
    """

    def __init__(self, divisor=104):
        y = SC.input("y")
        x = SC.input("x", at_most=y)
        self.circuit = StochasticCircuit(x / y, width=8)
        self.receiver, self.transmitter = UARTReceiver(divisor), UARTTransmitter(divisor)
        super().__init__({"rx": In(1, init=1), "tx": Out(1, init=1)})

    def elaborate(self, platform):
        m = Module()
        m.submodules.receiver, m.submodules.transmitter = receiver, transmitter = self.receiver, self.transmitter
        reset = Signal(init=1)
        m.submodules.circuit = ResetInserter(reset)(self.circuit)
        x, y, ones = Signal(8), Signal(8), Signal(16)
        m.d.comb += [receiver.rx.eq(self.rx), self.tx.eq(transmitter.tx), self.circuit.x.eq(x), self.circuit.y.eq(y)]
        with m.FSM():
            with m.State("X"):
                m.d.comb += receiver.o.ready.eq(1)
                with m.If(receiver.o.valid):
                    m.d.sync += x.eq(receiver.o.payload)
                    m.next = "Y"
            with m.State("Y"):
                m.d.comb += receiver.o.ready.eq(1)
                with m.If(receiver.o.valid):
                    m.d.sync += [y.eq(receiver.o.payload), reset.eq(0)]
                    m.next = "DIVIDE"
            with m.State("DIVIDE"):
                with m.If(self.circuit.done):
                    m.d.sync += [ones.eq(self.circuit.ones), reset.eq(1)]
                    m.next = "HIGH"
            with m.State("HIGH"):
                m.d.comb += [transmitter.i.valid.eq(1), transmitter.i.payload.eq(ones[8:])]
                with m.If(transmitter.i.ready):
                    m.next = "LOW"
            with m.State("LOW"):
                m.d.comb += [transmitter.i.valid.eq(1), transmitter.i.payload.eq(ones[:8])]
                with m.If(transmitter.i.ready):
                    m.next = "X"
        return m


def simulate(pairs, divisor=4):
    """The counts that the hardware sends for pairs (X, Y), from its pins."""
    from sim import cxxrtl
    simulation = cxxrtl.compile({"divider": SerialDivider(divisor)})["divider"]
    counts = []
    for pair in pairs:
        line = [1] * (4 * divisor)
        for byte in pair:
            bits = [0, *(byte >> k & 1 for k in range(8)), 1, 1]
            line += [bit for bit in bits for _ in range(divisor)]
        # 256 clocks of the divider, and two bytes back.
        line += [1] * (300 + 30 * divisor)
        sent = simulation.run({"rx": line}, outputs=["tx"])["tx"].tolist()
        counts.append(int.from_bytes(_bytes(sent, divisor), "big"))
    return counts


def _bytes(line, divisor):
    """The bytes on a serial line."""
    found, at = [], 0
    while 0 in line[at:]:
        at = line.index(0, at) + divisor // 2
        found.append(sum(line[at + (k + 1) * divisor] << k for k in range(8)))
        at += 9 * divisor
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", action="store_true", help="build a bitstream for the iCEBreaker")
    if parser.parse_args().build:
        from platforms import build
        report = build(SerialDivider(), "icebreaker", clock="12", folder="build/stochastic_divider")
        for each in report["utilisation"]:
            print(f"{each['name']:<12} {each['used']:>5} of {each['available']}")
        print(f"Fmax         {report['timing']['fmax_hz'] / 1e6:.1f} MHz, runs at {report['timing']['clock_hz'] / 1e6:.0f} MHz")
        print(f"bitstream    build/stochastic_divider/{report['bitstream']['file']}")
        return
    pairs = [(1, 2), (50, 200), (100, 250), (200, 250), (255, 255), (0, 100)]
    for (x, y), ones in zip(pairs, simulate(pairs)):
        print(f"{x:>3} / {y:<3} = {x / y:.4f}    hardware {ones:>3} / 256 = {ones / 256:.4f}")


if __name__ == "__main__":
    main()
