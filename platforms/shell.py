"""The outermost level of a board's design: clock, reset and pins around a component."""

from amaranth.build import Attrs, Pins, Resource, Subsignal
from amaranth.hdl import ClockDomain, Elaboratable, Module
from amaranth.lib import io

from .clocks import ClockGenerator
from .designs.harness import Harness, is_serial

__all__ = ["Shell"]


class Shell(Elaboratable):
    """A component with its serial line on a board's UART pins, and the clock generator beside it.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        One with ports ``rx`` and ``tx``, and those of a flash; any other is put into a `Harness`.
    board : Board
    clock : Clock
    """

    def __init__(self, component, board, clock):
        self._component = component if is_serial(component) else Harness(component)
        self._board, self._clock = board, clock

    def elaborate(self, platform):
        m = Module()
        m.domains.sync = ClockDomain("sync")
        m.submodules.clock = ClockGenerator(self._clock)
        m.submodules.design = design = self._component
        # A resource of our own, for all boards alike: some have none for the UART, others one with modem lines that no one drives.
        platform.add_resources([Resource(
            "link", 0, Subsignal("rx", Pins(self._board.uart_rx, dir="i")), Subsignal("tx", Pins(self._board.uart_tx, dir="o")),
            Attrs(**self._board.uart_attrs))])
        link = platform.request("link", dir={"rx": "-", "tx": "-"})
        m.submodules.rx_pin = rx = io.Buffer("i", link.rx)
        m.submodules.tx_pin = tx = io.Buffer("o", link.tx)
        m.d.comb += [design.rx.eq(rx.i), tx.o.eq(design.tx)]
        if "cipo" in design.signature.members:
            self._connect_flash(m, platform, design)
        return m

    def _connect_flash(self, m, platform, design):
        """The configuration flash: its pins belong to the design once the part has configured itself."""
        flash = platform.request("spi_flash_1x", dir="-")
        for name, value in (("cs", design.cs), ("clk", design.sck), ("copi", design.copi)):
            m.submodules[f"{name}_pin"] = pin = io.Buffer("o", getattr(flash, name))
            m.d.comb += pin.o.eq(value)
        m.submodules.cipo_pin = cipo = io.Buffer("i", flash.cipo)
        m.d.comb += design.cipo.eq(cipo.i)
        # Neither write protection nor hold, which are active low: a flash without its quad mode listens to them.
        for name in ("wp", "hold"):
            if hasattr(flash, name):
                m.submodules[f"{name}_pin"] = io.Buffer("o", getattr(flash, name))
