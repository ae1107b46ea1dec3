"""Registers and two pins around any component, so that it can be built, measured and timed on its own."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["Harness", "is_serial"]


def is_serial(component):
    """Whether a component already speaks over the two pins of a serial line: ports ``rx`` and ``tx`` of one bit."""
    members = getattr(getattr(component, "signature", None), "members", {})
    return "rx" in members and "tx" in members


class Harness(wiring.Component):
    """A component between two shift registers.

    Bits from ``rx`` move through a register that drives every input of the component; every output is registered, and those
    registers are copied into a second shift register that moves out at ``tx``. So no port is optimised away, no pin is
    needed per port, and every path of the component lies between registers: its Fmax means something.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        Any component.

    Members
    -------
    rx : In(1)
    tx : Out(1)

    Raises
    ------
    TypeError
        If ``component`` has no signature.
    """

    def __init__(self, component):
        if not isinstance(getattr(component, "signature", None), wiring.Signature):
            raise TypeError(f"component must be an amaranth.lib.wiring.Component, not {component!r}")
        self._component = component
        super().__init__({"rx": In(1), "tx": Out(1)})

    def elaborate(self, platform):
        m = Module()
        m.submodules.component = self._component
        leaves = [(Value.cast(value), member.flow) for _, member, value in self._component.signature.flatten(self._component)]
        # What is always valid or always ready is a constant, and no port.
        inputs = Cat(value for value, flow in leaves if flow == In and not isinstance(value, Const))
        outputs = Cat(value for value, flow in leaves if flow == Out and not isinstance(value, Const))

        feed = Signal(max(len(inputs), 1))
        m.d.sync += feed.eq(Cat(self.rx, feed))
        m.d.comb += inputs.eq(feed)

        if len(outputs):
            captured = Signal(len(outputs))
            shift = Signal(len(outputs))
            load = Signal()
            m.d.sync += [captured.eq(outputs), load.eq(feed[-1]), shift.eq(Mux(load, captured, shift >> 1))]
            m.d.comb += self.tx.eq(shift[0])
        return m
