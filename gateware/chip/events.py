"""Address events: of a time step's values only those that are not zero travel, each with its number."""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.parameters import integer

__all__ = ["AddressEvents", "EventLayout"]


def EventLayout(sources, levels=1):
    """One event: ``number`` of its source, its ``level`` (1 to ``levels``); or, with ``last``, the end of a time step."""
    return data.StructLayout({"last": 1, "number": range(sources), "level": levels.bit_length()})


class AddressEvents(Component):
    """Turns the values of a time step, source by source, into events.

    Each value that is not zero gives an event; after a time step's last value there is one more, with ``last`` and a level of 0.

    Parameters
    ----------
    sources : int
        Values in a time step, 1 to 65536.
    levels : int
        A value is 0 to ``levels``, 1 to 255; a spike is a value of one bit.

    Members
    -------
    i : In(stream of unsigned)
        The values, source 0 first.
    o : Out(stream of EventLayout(sources, levels))

    Raises
    ------
    TypeError, ValueError
        If a parameter is not an integer or out of its range.

    Notes
    -----
    Latency 0: an event leaves in the clock in which its value is taken, ``last`` in the clock after. One value per clock.
    """

    def __init__(self, sources, levels=1):
        self.sources, self.levels = integer("AddressEvents sources", sources), integer("AddressEvents levels", levels)
        for name, value, hi in (("sources", self.sources, 65536), ("levels", self.levels, 255)):
            if not 1 <= value <= hi:
                raise ValueError(f"AddressEvents {name} must be between 1 and {hi}, not {value}")
        super().__init__({
            "i": In(stream.Signature(self.levels.bit_length())),
            "o": Out(stream.Signature(EventLayout(self.sources, self.levels))),
        })

    def elaborate(self, platform):
        m = Module()
        number = Signal(range(self.sources))
        ended = Signal()
        event = self.i.payload != 0
        m.d.comb += [
            self.o.payload.number.eq(number),
            self.o.payload.level.eq(self.i.payload),
            self.o.valid.eq(self.i.valid & event),
            self.i.ready.eq(~event | self.o.ready),
        ]
        with m.If(ended):
            # The value that waits belongs to the next time step.
            m.d.comb += [self.o.payload.last.eq(1), self.o.payload.level.eq(0), self.o.valid.eq(1), self.i.ready.eq(0)]
            with m.If(self.o.ready):
                m.d.sync += ended.eq(0)
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += number.eq(number + 1)
            with m.If(number == self.sources - 1):
                m.d.sync += [number.eq(0), ended.eq(1)]
        return m

    @classmethod
    def examples(cls):
        return {"spikes": cls(10), "levels": cls(7, 15)}
