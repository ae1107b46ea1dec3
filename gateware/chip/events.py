"""Address events: of a time step's values only those that are not zero travel, each with its number."""

from math import prod

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.parameters import integer

__all__ = ["AddressEvents", "EventLayout"]


def EventLayout(sources, levels=1, shape=None):
    """One event: ``number`` of its source, its ``level`` (1 to ``levels``); or, with ``last``, the end of a time step.

    Of sources in a ``shape`` (channels, height, width) an event says its ``channel``, ``y`` and ``x`` as well.
    """
    places = dict(zip(("channel", "y", "x"), map(range, shape))) if shape else {}
    return data.StructLayout({"last": 1, "number": range(sources), "level": levels.bit_length()} | places)


class AddressEvents(Component):
    """Turns the values of a time step, source by source, into events.

    Each value that is not zero gives an event; after a time step's last value there is one more, with ``last`` and a level of 0.

    Parameters
    ----------
    sources : int
        Values in a time step, 1 to 65536.
    levels : int
        A value is 0 to ``levels``, 1 to 255; a spike is a value of one bit.
    shape : (int, int, int), optional
        Channels, height and width of the sources, which an event then says as well.
    channels_last : bool
        Whether the sources of a ``shape`` come place by place, at each channel by channel, rather than channel by channel.

    Members
    -------
    i : In(stream of unsigned)
        The values, source 0 first.
    o : Out(stream of EventLayout(sources, levels, shape))

    Raises
    ------
    TypeError, ValueError
        If a parameter is not an integer or out of its range, or the shape has another number of sources.

    Notes
    -----
    Latency 0: an event leaves in the clock in which its value is taken, ``last`` in the clock after. One value per clock.
    """

    def __init__(self, sources, levels=1, *, shape=None, channels_last=False):
        self.sources, self.levels = integer("AddressEvents sources", sources), integer("AddressEvents levels", levels)
        for name, value, hi in (("sources", self.sources, 65536), ("levels", self.levels, 255)):
            if not 1 <= value <= hi:
                raise ValueError(f"AddressEvents {name} must be between 1 and {hi}, not {value}")
        self.shape = None if shape is None else tuple(integer("AddressEvents shape", size) for size in shape)
        self.channels_last = bool(channels_last)
        if self.shape is not None and (len(self.shape) != 3 or min(self.shape) < 1 or prod(self.shape) != self.sources):
            raise ValueError(f"AddressEvents shape must be channels, height and width of {self.sources} sources, not {shape!r}")
        super().__init__({
            "i": In(stream.Signature(self.levels.bit_length())),
            "o": Out(stream.Signature(EventLayout(self.sources, self.levels, self.shape))),
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
        if self.shape:
            self._count_places(m, self.i.valid & self.i.ready)
        return m

    def _count_places(self, m, carry):
        """Count the place of the next source, the fastest first; every one wraps at its end."""
        order = ("channel", "x", "y") if self.channels_last else ("x", "y", "channel")
        sizes = dict(zip(("channel", "y", "x"), self.shape))
        for name in order:
            place, last = Signal(range(max(2, sizes[name])), name=name), Signal(name=f"last_{name}")
            m.d.comb += [last.eq(place == sizes[name] - 1), self.o.payload[name].eq(place)]
            with m.If(carry):
                m.d.sync += place.eq(Mux(last, 0, place + 1))
            carry = carry & last

    @classmethod
    def examples(cls):
        return {"spikes": cls(10), "levels": cls(7, 15), "image": cls(12, 3, shape=(2, 2, 3)),
                "channels last": cls(12, shape=(2, 2, 3), channels_last=True)}
