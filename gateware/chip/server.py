"""Command server of the digits design: takes good frames, runs the classifier, makes the replies."""

from amaranth.hdl import Const, Module, Mux, Shape, Signal
from amaranth.lib import data, memory, stream, wiring
from amaranth.lib.wiring import In, Out

from ..bus.format import MAX_PAYLOAD, MAX_PIXEL, PROTOCOL_VERSION, REPLY, Classification, Command, Identity, Status

__all__ = ["Server"]

LENGTH = range(MAX_PAYLOAD + 1)
REFUSAL_BYTES = 3


class Server(wiring.Component):
    """Executes one command at a time and answers each with one reply.

    A request is taken when its reply has been sent; its fields and payload have to hold until then, and
    so does the result of the classifier, so that neither is copied. All pixels are checked before the
    first one is sent on: an image with a bad pixel never reaches the classifier.

    Requests whose command has the reply bit are taken without an answer. From a request with ``n`` pixels
    to its first pixel at ``pixels`` there are ``n + 1`` clocks; then one pixel is sent per clock.

    Parameters
    ----------
    identity : Identity
        The answer to IDENTIFY. Its ``layers`` give the number of pixels and of classes.
    result_shape : StructLayout
        The classifier's result: ``counts`` (one for each class, up to 8 bits each), ``label`` and ``clocks``.

    Members
    -------
    request : ``In(stream.Signature(StructLayout({"supported": 1, "sequence": 8, "command": 8, "length": 12})))``
        Header of a good frame.
    address : ``Out(range(layers[0]))``
        Byte of the payload to be read.
    data : ``In(8)``
        That byte, one clock later.
    reply : ``Out(stream.Signature(StructLayout({"sequence": 8, "command": 8, "length": 12})))``
        Header of the reply.
    o : ``Out(stream.Signature(8))``
        Payload of the reply.
    pixels : ``Out(stream.Signature(range(17)))``
        ``layers[0]`` pixels for each image.
    result : ``In(stream.Signature(result_shape))``
        The classifier's result for each image.

    Raises
    ------
    ValueError
        A field of the identity is out of range, or the result does not have a count for each class.
    """

    def __init__(self, identity, result_shape):
        self._identity = bytes([Status.OK]) + identity.pack()
        self._pixels, self._classes = identity.layers[0], identity.layers[-1]
        if self._pixels < 2:
            raise ValueError(f"layers must begin with at least 2 inputs, not {self._pixels}")
        counts = result_shape["counts"].shape
        if counts.length != self._classes or Shape.cast(counts.elem_shape).width > 8:
            raise ValueError(f"classifier result must have {self._classes} counts of at most 8 bits, "
                             f"not {counts.length} of {Shape.cast(counts.elem_shape).width}")
        super().__init__({
            "request": In(stream.Signature(data.StructLayout(
                {"supported": 1, "sequence": 8, "command": 8, "length": LENGTH}))),
            "address": Out(range(self._pixels)),
            "data": In(8),
            "reply": Out(stream.Signature(data.StructLayout({"sequence": 8, "command": 8, "length": LENGTH}))),
            "o": Out(stream.Signature(8)),
            "pixels": Out(stream.Signature(range(MAX_PIXEL + 1))),
            "result": In(stream.Signature(result_shape)),
        })

    def elaborate(self, platform):
        m = Module()

        request, result = self.request.payload, self.result.payload
        classification = [
            Const(Status.OK, 8), result.label, *(result.clocks[at:at + 8] for at in range(0, 32, 8)), *result.counts]

        # Memories are read with the index of the next clock, so that their data always belong to `index`.
        index = Signal(range(max(self._pixels, len(self._identity), len(classification))))
        next_index = Signal.like(index)
        advance = Signal()
        rewind = Signal()
        m.d.comb += [
            next_index.eq(Mux(rewind, 0, index + advance)),
            self.address.eq(next_index),
        ]
        m.d.sync += index.eq(next_index)

        # As deep as the index goes, for a read beyond the end of a memory is undefined.
        m.submodules.identity = identity = memory.Memory(
            shape=8, depth=2 ** len(index), init=self._identity, attrs={"rom_style": "block"})
        identity_read = identity.read_port()
        m.d.comb += identity_read.addr.eq(next_index)

        status = Signal(Status)
        detail = Signal(range(self._pixels + 1))

        def refuse(reason, value):
            m.d.sync += [status.eq(reason), detail.eq(value)]
            m.next = "HEADER"

        # The reply's last byte, and the byte at `index`.
        last = Signal.like(index)
        with m.If(status != Status.OK):
            m.d.comb += last.eq(REFUSAL_BYTES - 1)
            with m.Switch(index):
                with m.Case(0):
                    m.d.comb += self.o.payload.eq(status)
                with m.Case(1):
                    m.d.comb += self.o.payload.eq(detail[:8])
                with m.Default():
                    m.d.comb += self.o.payload.eq(detail[8:])
        with m.Elif(request.command == Command.IDENTIFY):
            m.d.comb += [last.eq(len(self._identity) - 1), self.o.payload.eq(identity_read.data)]
        with m.Else():
            m.d.comb += last.eq(len(classification) - 1)
            with m.Switch(index):
                for at, value in enumerate(classification):
                    with m.Case(at):
                        m.d.comb += self.o.payload.eq(value)

        m.d.comb += [
            self.reply.payload.sequence.eq(request.sequence),
            self.reply.payload.command.eq(request.command | REPLY),
            self.reply.payload.length.eq(last + 1),
            self.pixels.payload.eq(self.data),
        ]

        with m.FSM():
            with m.State("IDLE"):
                m.d.comb += rewind.eq(1)
                m.d.sync += status.eq(Status.OK)
                with m.If(self.request.valid):
                    with m.If(request.command & REPLY):
                        m.d.comb += self.request.ready.eq(1)
                    with m.Elif(~request.supported):
                        refuse(Status.UNSUPPORTED_VERSION, PROTOCOL_VERSION)
                    with m.Elif(request.command == Command.IDENTIFY):
                        m.next = "HEADER"
                        with m.If(request.length != 0):
                            refuse(Status.BAD_LENGTH, 0)
                    with m.Elif(request.command == Command.CLASSIFY):
                        m.next = "CHECK"
                        with m.If(request.length != self._pixels):
                            refuse(Status.BAD_LENGTH, self._pixels)
                    with m.Else():
                        refuse(Status.UNKNOWN_COMMAND, 0)
            with m.State("CHECK"):
                m.d.comb += advance.eq(1)
                with m.If(index == self._pixels - 1):
                    m.d.comb += rewind.eq(1)
                    m.next = "FEED"
                with m.If(self.data > MAX_PIXEL):
                    m.d.comb += rewind.eq(1)
                    refuse(Status.PIXEL_OUT_OF_RANGE, index)
            with m.State("FEED"):
                m.d.comb += self.pixels.valid.eq(1)
                with m.If(self.pixels.ready):
                    m.d.comb += advance.eq(1)
                    with m.If(index == self._pixels - 1):
                        m.d.comb += rewind.eq(1)
                        m.next = "WAIT"
            with m.State("WAIT"):
                with m.If(self.result.valid):
                    m.next = "HEADER"
            with m.State("HEADER"):
                m.d.comb += self.reply.valid.eq(1)
                with m.If(self.reply.ready):
                    m.next = "PAYLOAD"
            with m.State("PAYLOAD"):
                m.d.comb += self.o.valid.eq(1)
                with m.If(self.o.ready):
                    m.d.comb += advance.eq(1)
                    with m.If(index == last):
                        m.d.comb += [
                            self.request.ready.eq(1),
                            self.result.ready.eq((status == Status.OK) & (request.command == Command.CLASSIFY)),
                        ]
                        m.next = "IDLE"

        return m
