"""Command server of a chip: takes good frames, runs the classifier, loads its weights, makes the replies."""

import enum
from functools import reduce
from operator import or_

from amaranth.hdl import Assert, Cat, Const, Module, Mux, Shape, Signal, Value
from amaranth.lib import data, memory, stream
from amaranth.lib.wiring import In, Out, connect, flipped
from amaranth.utils import ceil_log2

from gateware.component import Component
from gateware.parameters import integer

from ..bus.format import LONGEST_READ, MAX_PAYLOAD, MAX_PIXEL, REPLY, Command, Status, score_bytes
from .recorder import WhereLayout
from .server_commands import Load, Read
from .weight_memory import LoadLayout

__all__ = ["Server"]

# What a design without a flash says, in a bit less; what one with a flash says; and one that takes events.
_WITHOUT_FLASH, _WITHOUT_EVENTS = (enum.IntEnum("Status", {status.name: status.value for status in Status if status < end})
                                   for end in (Status.LOADING, Status.BAD_EVENT))


class Server(Component):
    """Executes one command at a time and answers each with one reply.

    A request is taken when its reply has been sent; its fields and payload have to hold until then, and
    so does the result of the classifier, so that neither is copied. All pixels are checked before the
    first one is sent on: an image with a bad pixel never reaches the classifier.

    Requests whose command has the reply bit are taken without an answer. From a request with ``n`` pixels
    to its first pixel at ``pixels`` there are ``n + 1`` clocks; then one pixel is sent per clock.

    With ``events`` there is EVENTS in place of CLASSIFY, and the result holds until the next sample begins.

    Parameters
    ----------
    identity : Identity
        The answer to IDENTIFY. Its ``layers`` give the number of pixels and of classes.
    result_shape : StructLayout
        The classifier's result: ``label``, ``clocks``, and an array of one number for each class, such as ``counts``, each of which
        is sent in :func:`~gateware.bus.format.score_bytes` bytes.
    levels : int
        The largest value of a pixel, 1 to 255.
    words : int
        16-bit words that the classifier's weights are loaded as before it is ready; 0 where they are part of the bitstream.
    flash : bool
        Whether the words come from a flash first; LOAD writes others, or the same where the flash does not hold them.

    observed : bool
        Whether READ is answered, with bytes from a :class:`~gateware.chip.recorder.Recorder`.
    events : EventBlocks, optional
        What takes the blocks of EVENTS, for inputs and a buffer as the identity says; the classifier takes events.

    Members
    -------
    request : ``In(stream.Signature(StructLayout({"supported": 1, "sequence": 8, "command": 8, "length": 12})))``
        Header of a good frame.
    address : ``Out(range(layers[0]))``
        Byte of the payload to be read.
    data : ``In(8)``
        That byte, one clock later.
    reply : ``Out(stream.Signature(StructLayout({"sequence": 8, "command": 8, "length": range(longest_reply + 1)})))``
        Header of the reply.
    o : ``Out(stream.Signature(8))``
        Payload of the reply.
    pixels : ``Out(stream.Signature(range(levels + 1)))``
        ``layers[0]`` pixels for each image.
    events : ``Out(stream.Signature(EventLayout(inputs, levels, shape)))``, ended : ``Out(1)``
        With ``events``, in place of ``pixels``: those of the host's samples, and whether a sample's last one has left.
    result : ``In(stream.Signature(result_shape))``
        The classifier's result for each image, or sample.
    load : ``Out(LoadLayout(words))``
        Where there are ``words``: in a clock with ``write`` the word is one of the weights.
    flash : ``In(StructLayout({"busy": 1, "loaded": 1}))``
        With ``flash``: whether words are being read from it, and whether it held all of them.

    where : ``Out(WhereLayout)``
    end : ``In(17)``
    seen : ``In(8)``
        With ``observed``: the byte to be read, how many there are in its region, and that byte, as
        :class:`~gateware.chip.recorder.Recorder` gives them.

    Raises
    ------
    ValueError
        A field of the identity is out of range, or the result does not have a number for each class.
    """

    def __init__(self, identity, result_shape, *, levels=MAX_PIXEL, words=0, flash=False, observed=False, events=None):
        self._identity = bytes([Status.OK]) + identity.pack()
        self._pixels, classes = identity.layers[0], identity.layers[-1]
        self._levels, self._words = integer("Server levels", levels), integer("Server words", words)
        for name, value, lo, hi in (("levels", self._levels, 1, 255), ("words", self._words, 0, 1 << 24)):
            if not lo <= value <= hi:
                raise ValueError(f"Server {name} must be between {lo} and {hi}, not {value}")
        if flash and not self._words:
            raise ValueError("Server flash must be False where there are no words to load")
        self._blocks = events
        # The buffer of a request holds the pixels of an image, or the address of a block and one word.
        self._buffer, fewest = identity.capacity if events else self._pixels, 5 if self._words or observed else 2
        if events and (events.inputs, events.capacity) != (self._pixels, identity.capacity):
            raise ValueError(f"Server events must be for {self._pixels} inputs and a buffer of {identity.capacity} bytes, not for {events.inputs} "
                             f"and {events.capacity}")
        if self._buffer < fewest:
            raise ValueError(f"layers must begin with at least {fewest} inputs, not {self._pixels}")
        widths = {name: Shape.cast(field.shape).width for name, field in result_shape}
        (self._numbers,) = widths.keys() - {"label", "clocks"}
        numbers = result_shape[self._numbers].shape
        if numbers.length != classes or widths["label"] > 8 or widths["clocks"] != 32:
            raise ValueError(f"classifier result must have {classes} {self._numbers}, a label of up to 8 bits, and "
                             f"32 bits of clocks, not {result_shape!r}")
        self._number = Shape.cast(numbers.elem_shape)
        self._classification_bytes = 1 + 1 + 4 + classes * score_bytes(self._number.width, self._number.signed)
        self._observed, self._statuses = observed, Status if events else _WITHOUT_EVENTS if flash else _WITHOUT_FLASH
        self._longest_reply = max(len(self._identity), self._classification_bytes, 1 + LONGEST_READ if observed else 0)
        super().__init__({
            "request": In(stream.Signature(data.StructLayout(
                {"supported": 1, "sequence": 8, "command": 8, "length": range(MAX_PAYLOAD + 1)}))),
            "address": Out(range(self._buffer)),
            "data": In(8),
            "reply": Out(stream.Signature(data.StructLayout(
                {"sequence": 8, "command": 8, "length": range(self._longest_reply + 1)}))),
            "o": Out(stream.Signature(8)),
        } | ({"events": Out(stream.Signature(events.o.payload.shape())), "ended": Out(1)} if events else
             {"pixels": Out(stream.Signature(range(self._levels + 1)))})
          | {"result": In(stream.Signature(result_shape))}
          | ({"load": Out(LoadLayout(self._words))} if self._words else {})
          | ({"flash": In(data.StructLayout({"busy": 1, "loaded": 1}))} if flash else {})
          | ({"where": Out(WhereLayout), "end": In(17), "seen": In(8)} if observed else {}))

    @property
    def blocks(self):
        """What takes the blocks of EVENTS, or None."""
        return self._blocks

    @property
    def buffer(self):
        """Bytes of a request that are kept."""
        return self._buffer

    @property
    def words(self):
        """Of the weights that are loaded."""
        return self._words

    @property
    def longest_reply(self):
        """Bytes in the longest payload of a reply."""
        return self._longest_reply

    def elaborate(self, platform):
        m = Module()

        request, result = self.request.payload, self.result.payload
        status = Signal(self._statuses)
        # Each field fills whole bytes; the status comes first.
        bits = 8 * score_bytes(self._number.width, self._number.signed)
        numbers = [Value.cast(number) for number in result[self._numbers]]
        if self._number.signed:
            numbers = [Cat(number, number[-1].replicate(bits - len(number))) for number in numbers]
        else:
            numbers = [Cat(number, Const(0, bits - len(number))) for number in numbers]
        fields = [status, Value.cast(result.label), result.clocks, *numbers]
        classification = Cat(Cat(field, Const(0, -len(field) % 8)) for field in fields)

        # Memories are read with the index of the next clock, so that their data always belong to `index`.
        index = Signal(range(max(self._buffer, self._longest_reply)))
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

        length = self.reply.payload.length
        last = Signal.like(index)

        def reply_with(bytes_, payload):
            m.d.comb += [length.eq(bytes_), last.eq(bytes_ - 1), self.o.payload.eq(payload)]

        load = Load(m, self) if self._words else None
        read = Read(m, self) if self._observed else None
        flash = getattr(self, "flash", None)

        identifying = request.command == Command.IDENTIFY
        with m.If(status != Status.OK):
            reply_with(1, status)
        with m.Elif(identifying):
            reply_with(len(self._identity), identity_read.data)
        if load:
            with m.Elif(request.command == load.command):
                reply_with(1, status)
        if read:
            with m.Elif(request.command == read.command):
                read.reply(m, length, last, index, status)
        if self._blocks:
            with m.Elif(~self._blocks.ended):
                reply_with(1, status)
        with m.Else():
            at = index[:ceil_log2(self._classification_bytes)]
            reply_with(self._classification_bytes, classification.word_select(at, 8))

        m.d.comb += [
            self.reply.payload.sequence.eq(request.sequence),
            self.reply.payload.command.eq(request.command | REPLY),
        ]
        if self._blocks:
            m.submodules.blocks = blocks = self._blocks
            connect(m, blocks.o, flipped(self.events))
            m.d.comb += [blocks.i.payload.eq(request.length), blocks.data.eq(self.data), blocks.finished.eq(self.result.valid),
                         self.result.ready.eq(blocks.forget), self.ended.eq(blocks.ended)]
        else:
            m.d.comb += self.pixels.payload.eq(self.data)

        with m.FSM() as fsm:
            def refuse(reason):
                m.d.sync += status.eq(reason)
                m.next = "HEADER"

            with m.State("IDLE"):
                m.d.comb += rewind.eq(1)
                m.d.sync += status.eq(Status.OK)
                with m.If(self.request.valid):
                    with m.If(request.command & REPLY):
                        m.d.comb += self.request.ready.eq(1)
                    with m.Elif(~request.supported):
                        refuse(Status.UNSUPPORTED_VERSION)
                    with m.Elif(identifying):
                        m.next = "HEADER"
                        with m.If(request.length != 0):
                            refuse(Status.BAD_LENGTH)
                    with m.Elif(request.command == (Command.EVENTS if self._blocks else Command.CLASSIFY)):
                        m.next = "EVENTS" if self._blocks else "CHECK"
                        with m.If(~self._blocks.fits if self._blocks else request.length != self._pixels):
                            refuse(Status.BAD_LENGTH)
                        if flash is not None:
                            with m.Elif(flash.busy):
                                refuse(Status.LOADING)
                            with m.Elif(~load.loaded & ~flash.loaded):
                                refuse(Status.BAD_FLASH)
                        elif load:
                            with m.Elif(~load.loaded):
                                refuse(Status.NOT_LOADED)
                    for each in filter(None, (load, read)):
                        with m.Elif(request.command == each.command):
                            each.begin(m, refuse, flash)
                    with m.Else():
                        refuse(Status.UNKNOWN_COMMAND)
            for each in filter(None, (read, load)):
                each.work(m, refuse, index, advance, rewind)
            if self._blocks:
                with m.State("EVENTS"):
                    m.d.comb += [rewind.eq(1), blocks.i.valid.eq(1), self.address.eq(blocks.address)]
                    with m.If(blocks.i.ready):
                        m.d.sync += status.eq(blocks.status)
                        m.next = "WAIT"
            else:
                with m.State("CHECK"):
                    m.d.comb += advance.eq(1)
                    with m.If(index == self._pixels - 1):
                        m.d.comb += rewind.eq(1)
                        m.next = "FEED"
                    with m.If(self.data > self._levels):
                        m.d.comb += rewind.eq(1)
                        refuse(Status.PIXEL_OUT_OF_RANGE)
                with m.State("FEED"):
                    m.d.comb += self.pixels.valid.eq(1)
                    with m.If(self.pixels.ready):
                        m.d.comb += advance.eq(1)
                        with m.If(index == self._pixels - 1):
                            m.d.comb += rewind.eq(1)
                            m.next = "WAIT"
            with m.State("WAIT"), m.If(self.result.valid | (status != Status.OK) | ~self._blocks.ended if self._blocks else self.result.valid):
                m.next = "HEADER"
            with m.State("HEADER"):
                m.d.comb += self.reply.valid.eq(1)
                with m.If(self.reply.ready):
                    m.next = "PAYLOAD"
            with m.State("PAYLOAD"):
                m.d.comb += self.o.valid.eq(~read.coming if read else 1)
                with m.If(self.o.ready & ~read.coming if read else self.o.ready):
                    m.d.comb += advance.eq(1)
                    if read:
                        read.go_on(m, index)
                    with m.If(index == last):
                        m.d.comb += self.request.ready.eq(1)
                        if not self._blocks:
                            m.d.comb += self.result.ready.eq((status == Status.OK) & (request.command == Command.CLASSIFY))
                        m.next = "IDLE"

        if platform == "formal":
            # What a reply is made of is there as long as the reply is being sent.
            replying = fsm.ongoing("HEADER") | fsm.ongoing("PAYLOAD")
            with m.If(~fsm.ongoing("IDLE")):
                m.d.comb += Assert(self.request.valid)
            classifying = ~identifying
            for each in filter(None, (load, read)):
                classifying &= request.command != each.command
            if self._blocks:
                classifying &= self._blocks.ended
            with m.If(replying & (status == Status.OK) & classifying):
                m.d.comb += Assert(self.result.valid)
            for each in filter(None, (load, read)):
                with m.If(reduce(or_, map(fsm.ongoing, each.states))):
                    m.d.comb += Assert(request.command == each.command)

        return m
