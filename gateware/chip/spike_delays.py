"""Spikes that arrive late: each source's own number of time steps."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import memory, stream
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from gateware.component import Component
from gateware.parameters import integer

from .network import MOST_DELAY

__all__ = ["SpikeDelays"]


class SpikeDelays(Component):
    r"""Gives each source's spikes again, time steps later.

    .. math:: o_{t,n} = i_{t - d_n,\,n}, \qquad i_{t,n} = 0 \text{ for } t < 0

    Of each source the last spikes are in block RAM. A time step is taken as a whole and given as a whole, so that neither way waits
    for the other. For a recurrence it is given *before* it is taken, which a delay of at least 1 allows.

    Parameters
    ----------
    delays : sequence of int
        Time steps, 0 to 63, of each of 1 to 65536 sources; with ``ahead`` at least 1.
    time_steps : int
        Of a sample, 1 to 255.
    ahead : bool
        Whether a time step's spikes leave before those of the same time step are taken.

    Members
    -------
    i : In(stream of unsigned(1))
        The spikes, source 0 first, time step by time step.
    o : Out(stream of unsigned(1))
        The same, late.

    Raises
    ------
    TypeError, ValueError
        If a parameter is not an integer or out of its range.

    Notes
    -----
    One spike per clock; a time step takes ``2 * sources + 2`` clocks. What is late beyond a sample's last time step is dropped.
    """

    def __init__(self, delays, time_steps, *, ahead=False):
        self.delays = tuple(integer("SpikeDelays delays", delay) for delay in delays)
        self.sources, self.ahead = len(self.delays), bool(ahead)
        self.time_steps = integer("SpikeDelays time_steps", time_steps)
        if not 1 <= self.sources <= 65536:
            raise ValueError(f"SpikeDelays delays must be those of 1 to 65536 sources, not of {self.sources}")
        if not int(self.ahead) <= min(self.delays) <= max(self.delays) <= MOST_DELAY:
            raise ValueError(f"SpikeDelays delays must be between {int(self.ahead)} and {MOST_DELAY}{' ahead' * self.ahead}, "
                             f"not {min(self.delays)} to {max(self.delays)}")
        if not 1 <= self.time_steps <= 255:
            raise ValueError(f"SpikeDelays time_steps must be between 1 and 255, not {self.time_steps}")
        super().__init__({"i": In(stream.Signature(1)), "o": Out(stream.Signature(1))})

    @property
    def places(self):
        """Of each source, where its late spike is among the last ones, the newest at 0."""
        return tuple(delay - self.ahead for delay in self.delays)

    @property
    def width(self):
        """How many of each source's last spikes are kept."""
        return max(self.places) + 1

    def elaborate(self, platform):
        m = Module()
        depth = 1 << max(1, ceil_log2(self.sources))
        # No row is read while it is written, which is proven.
        m.submodules.history = history = memory.Memory(shape=self.width, depth=depth, init=[], attrs={"no_rw_check": 1})
        read, write = history.read_port(), history.write_port()
        source = Signal(range(depth))
        time_step = Signal(range(self.time_steps))
        late = read.data[self.places[0]]
        if len(set(self.places)) > 1:
            m.submodules.places = places = memory.Memory(shape=range(self.width), depth=depth, init=self.places)
            place = places.read_port()
            m.d.comb += [place.addr.eq(read.addr), place.en.eq(read.en)]
            late = read.data.bit_select(place.data, 1)
        begins = time_step == 0
        m.d.comb += [
            write.addr.eq(source),
            # Before a sample's first time step nothing has spiked, whatever the rows hold.
            write.data.eq(Cat(self.i.payload, Mux(begins, 0, read.data[:-1]))),
            self.o.payload.eq(late & ~begins if self.ahead else late),
        ]

        def go_on(following, *, ends):
            """To the next source, or after the last one the other way."""
            with m.If(source == self.sources - 1):
                m.d.sync += source.eq(0)
                if ends:
                    m.d.sync += time_step.eq(Mux(time_step == self.time_steps - 1, 0, time_step + 1))
                m.next = following
            with m.Else():
                m.d.comb += [read.addr.eq(source + 1), read.en.eq(1)]
                m.d.sync += source.eq(source + 1)

        with m.FSM(init="FETCH_GIVE" if self.ahead else "FETCH_TAKE"):
            with m.State("FETCH_TAKE"):
                m.d.comb += read.en.eq(1)
                m.next = "TAKE"
            with m.State("TAKE"):
                m.d.comb += [self.i.ready.eq(1), read.en.eq(0), write.en.eq(self.i.valid)]
                with m.If(self.i.valid):
                    go_on("FETCH_GIVE", ends=self.ahead)
            with m.State("FETCH_GIVE"):
                m.d.comb += read.en.eq(1)
                m.next = "GIVE"
            with m.State("GIVE"):
                m.d.comb += [self.o.valid.eq(1), read.en.eq(0)]
                with m.If(self.o.ready):
                    go_on("FETCH_TAKE", ends=not self.ahead)
        return m

    @classmethod
    def examples(cls):
        return {"forward": cls((0, 3, 1, 0, 2), 6), "ahead": cls((2,) * 4, 5, ahead=True), "one": cls((1,), 3, ahead=True)}
