"""Events of several sources of events as one sequence, time step by time step."""

from amaranth.hdl import Array, Module, Mux, Signal
from amaranth.lib import stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.parameters import integer

from .events import EventLayout

__all__ = ["EventMerge"]


class EventMerge(Component):
    """Joins streams of events: within a time step those of the first stream, then those of each further one.

    A source's number becomes that among all sources. A time step ends once, when it has ended on every stream.

    Parameters
    ----------
    sources : sequence of int
        Of each of 2 to 16 streams, each 1 to 65536.
    levels : sequence of int
        Of each stream's events, 1 to 255.

    Members
    -------
    i<k> : In(stream of EventLayout(sources[k], levels[k]))
    o : Out(stream of EventLayout(sum(sources), max(levels)))

    Raises
    ------
    TypeError, ValueError
        If a parameter is not an integer or out of its range.

    Notes
    -----
    Latency 0; one event per clock, and one clock more for each stream but the last at the end of a time step.
    """

    def __init__(self, sources, levels):
        self.sources = tuple(integer("EventMerge sources", each) for each in sources)
        self.levels = tuple(integer("EventMerge levels", each) for each in levels)
        if not 2 <= len(self.sources) <= 16 or len(self.levels) != len(self.sources):
            raise ValueError(f"EventMerge must have 2 to 16 sources and as many levels, not {len(self.sources)} and {len(self.levels)}")
        for name, values, hi in (("sources", self.sources, 65536), ("levels", self.levels, 255)):
            if not 1 <= min(values) <= max(values) <= hi:
                raise ValueError(f"EventMerge {name} must be between 1 and {hi}, not {values}")
        members = {f"i{k}": In(stream.Signature(EventLayout(*each))) for k, each in enumerate(zip(self.sources, self.levels))}
        super().__init__(members | {"o": Out(stream.Signature(EventLayout(sum(self.sources), max(self.levels))))})

    @property
    def offsets(self):
        """The number that each stream's source 0 has among all."""
        return tuple(sum(self.sources[:k]) for k in range(len(self.sources)))

    def elaborate(self, platform):
        m = Module()
        final = len(self.sources) - 1
        turn = Signal(range(final + 1))
        inputs = [getattr(self, f"i{k}") for k in range(final + 1)]
        valid, last = (Array(values)[turn] for values in ([each.valid for each in inputs], [each.payload.last for each in inputs]))
        # The end of a time step on a stream before the final one gives way to the next stream.
        passes = last & (turn != final)
        m.d.comb += [
            self.o.valid.eq(valid & ~passes),
            self.o.payload.last.eq(last),
            self.o.payload.number.eq(Array(Mux(each.payload.last, 0, each.payload.number + offset)
                                           for each, offset in zip(inputs, self.offsets))[turn]),
            self.o.payload.level.eq(Array(each.payload.level for each in inputs)[turn]),
        ]
        for k, each in enumerate(inputs):
            m.d.comb += each.ready.eq((turn == k) & (self.o.ready | passes))
        with m.If(valid & last & (passes | self.o.ready)):
            m.d.sync += turn.eq(Mux(turn == final, 0, turn + 1))
        return m

    @classmethod
    def examples(cls):
        return {"levels": cls((3, 5), (7, 1)), "three": cls((2, 1, 4), (1, 1, 1))}
