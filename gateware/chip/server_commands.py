"""What the command server does for LOAD and for READ."""

from amaranth.hdl import Cat, Mux, Signal
from amaranth.lib import data

from ..bus.format import Command, Status
from .recorder import Recorder

__all__ = ["Load", "Read"]


class Load:
    """LOAD: an address, then words that are written from there on, one in every second clock.

    Parameters
    ----------
    m : Module
        Of the server.
    server : Server
        With ``words``.

    Attributes
    ----------
    loaded : Signal
        Whether the last word has been written.
    """

    command, states = Command.LOAD, ("ADDRESS", "ROOM", "LOAD")

    def __init__(self, m, server):
        word_address, end = Signal(24), Signal(25)
        low = Signal(8)
        loaded = Signal()
        m.d.comb += [server.load.address.eq(word_address), server.load.word.eq(Cat(low, server.data))]
        self.loaded, self._server = loaded, server
        self._signals = word_address, end, low

    def begin(self, m, refuse, flash):
        """When a request has come: three bytes of address, then whole words, all of which the buffer holds."""
        length = self._server.request.payload.length
        m.next = "ADDRESS"
        with m.If(~length[0] | (length < 5) | (length > self._server.buffer)):
            refuse(Status.BAD_LENGTH)
        if flash is not None:
            with m.Elif(flash.busy):
                refuse(Status.LOADING)

    def work(self, m, refuse, index, advance, rewind):
        """The states between the request and its reply."""
        server, (word_address, end, low), loaded = self._server, self._signals, self.loaded
        length, words = server.request.payload.length, server.words
        with m.State("ADDRESS"):
            m.d.sync += word_address.eq(Cat(word_address[8:], server.data))
            m.d.comb += advance.eq(1)
            with m.If(index == 2):
                m.next = "REACH"
        with m.State("REACH"):
            m.d.sync += end.eq(word_address + ((length - 3) >> 1))
            m.next = "ROOM"
        with m.State("ROOM"):
            # The index stays at the first word's first byte.
            m.next = "LOAD"
            with m.If(end > words):
                m.d.comb += rewind.eq(1)
                refuse(Status.OUT_OF_MEMORY)
        with m.State("LOAD"):
            m.d.comb += [advance.eq(1), server.load.write.eq(~index[0])]
            m.d.sync += low.eq(server.data)
            with m.If(~index[0]):
                m.d.sync += [word_address.eq(word_address + 1), loaded.eq(loaded | (word_address == words - 1))]
            with m.If(index == length - 1):
                m.d.comb += rewind.eq(1)
                m.next = "HEADER"


class Read:
    """READ: region, layer, address and bytes less one; the bytes come from a recorder while they are sent.

    Parameters
    ----------
    m : Module
        Of the server.
    server : Server
        That is ``observed``.

    Attributes
    ----------
    coming : Value
        Whether the byte that is to be sent is not there yet.
    """

    command, states = Command.READ, ("ASKED", "REACHED", "KNOWN")

    def __init__(self, m, server):
        # The address goes on with each byte that is sent.
        asked = Signal(data.StructLayout({"region": 8, "layer": 8, "byte": 16, "more": 8}))
        reach = Signal(17)
        # A bit for each clock until the byte that is asked for is seen.
        coming = Signal(Recorder.latency)
        where = server.where
        m.d.comb += [where.region.eq(asked.region), where.layer.eq(asked.layer), where.byte.eq(asked.byte)]
        m.d.sync += [reach.eq(asked.byte + asked.more), coming.eq(coming >> 1)]
        self.coming, self._server = coming[0], server
        self._signals = asked, reach, coming

    def begin(self, m, refuse, flash):
        """When a request has come."""
        m.next = "ASKED"
        with m.If(self._server.request.payload.length != 5):
            refuse(Status.BAD_LENGTH)

    def work(self, m, refuse, index, advance, rewind):
        """The states between the request and its reply."""
        server, (asked, reach, _) = self._server, self._signals
        with m.State("ASKED"):
            m.d.sync += asked.eq(Cat(asked.as_value()[8:], server.data))
            m.d.comb += advance.eq(1)
            with m.If(index == 4):
                m.d.comb += rewind.eq(1)
                m.next = "REACHED"
        with m.State("REACHED"):
            m.d.comb += rewind.eq(1)
            m.next = "KNOWN"
        with m.State("KNOWN"):
            m.d.comb += rewind.eq(1)
            m.next = "HEADER"
            with m.If(reach >= server.end):
                refuse(Status.OUT_OF_MEMORY)

    def reply(self, m, length, last, index, status):
        """The status, and then what is seen."""
        asked, _, _ = self._signals
        m.d.comb += [length.eq(asked.more + 2), last.eq(asked.more + 1), self._server.o.payload.eq(Mux(index == 0, status, self._server.seen))]

    def go_on(self, m, index):
        """When a byte of the reply has been sent, the first of which is the status."""
        asked, _, coming = self._signals
        with m.If(index != 0):
            m.d.sync += [asked.byte.eq(asked.byte + 1), coming.eq(~0)]
