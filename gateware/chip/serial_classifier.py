"""A classifier behind a UART, as one elaboratable with pins."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib.wiring import In, Out, connect

from gateware.component import Component

from ..bus.flash_reader import FlashReader, flash_timing
from ..bus.format import LONGEST_BLOCK, MAX_PIXEL, Identity
from ..bus.frame import FrameReceiver, FrameTransmitter
from ..bus.uart import UARTReceiver, UARTTransmitter
from .classifier import Classifier
from .event_blocks import EventBlocks
from .flash_loader import FlashLoader
from .network import Conv2d
from .recorder import Recorder
from .server import Server
from .spiking_chip import SpikingChip

__all__ = ["SerialClassifier"]


class SerialClassifier(Component):
    """Receives images over a UART, classifies them and sends back class and scores, such as spike counts.

    The protocol is described in ``docs/protocol.md``. One command is executed at a time; what arrives in
    the meantime is lost, and the host asks again. Where the core is a SpikingChip whose network takes events, the host sends them in
    blocks of up to 511 bytes.

    Parameters
    ----------
    core : Component
        The classifier: a stream ``i`` of pixels, a stream ``o`` of results with an array of numbers such as ``counts``,
        ``label`` and ``clocks``, and ``load`` and ``words`` where its weights are loaded.
    divisor : int
        Clocks per bit of the UART, 4 to 65535.
    build_id : int
        64 bits that tell this build from another.
    clock_hz : int
        Frequency at which the design will run, in Hz; told to the host.
    layers : tuple of int
        Neurons in each layer of the core's network, inputs first.
    levels : int
        The largest value of a pixel, 1 to 255.
    name : str
        Name of the design, up to 32 ASCII characters; told to the host.
    timeout_bits : int
        Quiet time after which a frame that was begun is given up, in bit times.
    flash : int, optional
        Where in the board's configuration flash the core's weights lie, as :func:`~gateware.chip.flash_loader.flash_image` makes them.

    observed : bool
        Whether the host can read spikes, membranes and counters of the last sample; the core is a SpikingChip with ``observed`` then.

    Members
    -------
    rx : ``In(1, init=1)``
        Pin, asynchronous.
    tx : ``Out(1, init=1)``
        Pin.
    busy : ``Out(1)``
        High from a good request until its reply has been handed over for sending.
    fault : ``Out(1)``
        High from the time a byte or frame was lost until the next good frame.
    cs, sck, copi : ``Out(1)``, cipo : ``In(1)``
        With ``flash``: its pins, as those of :class:`~gateware.bus.flash_reader.FlashReader`.

    Raises
    ------
    TypeError, ValueError
        A parameter is not an integer or out of range, or the core's results do not fit ``layers``.
    """

    def __init__(self, core, divisor, build_id, *, clock_hz, layers, levels=MAX_PIXEL, name="digits", timeout_bits=10_000, flash=None,
                 observed=False):
        self.core, self.levels = core, levels
        blocks = _event_blocks(core)
        capacity = blocks.capacity if blocks else layers[0]
        self._identity = Identity(build_id, clock_hz, capacity=capacity, layers=tuple(layers), name=name)
        self._uart = UARTReceiver(divisor), UARTTransmitter(divisor)
        self._server = Server(self._identity, core.o.payload.shape(), levels=levels, words=getattr(core, "words", 0), flash=flash is not None,
                              observed=observed, events=blocks)
        self._recorder = None
        if observed:
            self._recorder = Recorder([each.o.payload.shape() for each in core.cores], [each.layer.neurons for each in core.cores],
                                      core.network.time_steps)
        self._frames = (FrameReceiver(capacity=capacity, timeout=timeout_bits * divisor),
                        FrameTransmitter(longest=self._server.longest_reply))
        self._flash, pins = None, {}
        if flash is not None:
            loader = FlashLoader(core.load_words())
            self._flash = FlashReader(flash, loader.length, **flash_timing(clock_hz)), loader
            pins = {"cs": Out(1), "sck": Out(1), "copi": Out(1), "cipo": In(1)}
        super().__init__({
            "rx": In(1, init=1),
            "tx": Out(1, init=1),
            "busy": Out(1),
            "fault": Out(1),
        } | pins)

    @property
    def blocks(self):
        """What takes a host's blocks of events; None where samples are images."""
        return self._server.blocks

    @property
    def identity(self):
        """What the design answers to IDENTIFY."""
        return self._identity

    @property
    def divisor(self):
        """Clocks per bit of the UART."""
        return self._uart[0].divisor

    @property
    def boot_clocks(self):
        """Clocks from reset until the weights have been read from the flash and checked; 0 without one."""
        return 0 if self._flash is None else self._flash[0].clocks + 1

    @classmethod
    def examples(cls):
        """Configurations for which all evidence is produced."""
        core, spiking = Classifier.examples()["small"], SpikingChip(SpikingChip.examples()["membrane"].network, lanes=(3, 4), loaded=[0])
        layers = (core.hidden_layer.n_inputs, core.hidden_layer.n_neurons, core.output_layer.n_neurons)
        common = {"divisor": 4, "build_id": 0x0123456789ABCDEF, "clock_hz": 4_000_000, "timeout_bits": 1000}
        spiked = {"layers": spiking.network.sizes, "levels": spiking.network.levels} | common
        return {"small": cls(core, layers=layers, **common), "loaded": cls(spiking, name="loaded", **spiked),
                "flash": cls(spiking, name="flash", flash=0x40000, **spiked),
                "observed": cls(SpikingChip(spiking.network, lanes=(3, 4), observed=True), name="observed", observed=True, **spiked),
                "events": cls(SpikingChip.examples()["events"], name="events", **spiked)}

    def elaborate(self, platform):
        m = Module()

        m.submodules.uart_receiver, m.submodules.uart_transmitter = uart_receiver, uart_transmitter = self._uart
        m.submodules.frame_receiver, m.submodules.frame_transmitter = frame_receiver, frame_transmitter = self._frames
        m.submodules.server = server = self._server
        m.submodules.core = core = self.core

        m.d.comb += [
            uart_receiver.rx.eq(self.rx),
            self.tx.eq(uart_transmitter.tx),
            frame_receiver.address.eq(server.address),
            server.data.eq(frame_receiver.data),
            self.busy.eq(frame_receiver.o.valid),
        ]
        if self._flash is not None:
            m.submodules.flash_reader, m.submodules.flash_loader = reader, loader = self._flash
            connect(m, reader.o, loader.i)
            m.d.comb += [
                self.cs.eq(reader.cs), self.sck.eq(reader.sck), self.copi.eq(reader.copi), reader.cipo.eq(self.cipo),
                server.flash.busy.eq(loader.busy), server.flash.loaded.eq(loader.loaded),
                # The server loads nothing while the loader is busy.
                core.load.eq(Mux(loader.busy, loader.load, server.load)),
            ]
        elif "load" in server.signature.members:
            m.d.comb += core.load.eq(server.load)
        connect(m, uart_receiver.o, frame_receiver.i)
        connect(m, frame_receiver.o, server.request)
        connect(m, server.events if self.blocks else server.pixels, core.i)
        connect(m, core.o, server.result)
        connect(m, server.reply, frame_transmitter.header)
        connect(m, server.o, frame_transmitter.i)
        connect(m, frame_transmitter.o, uart_transmitter.i)

        if self._recorder is not None:
            self._record(m)

        with m.If(uart_receiver.framing_error | uart_receiver.overflow | frame_receiver.dropped):
            m.d.sync += self.fault.eq(1)
        with m.Elif(frame_receiver.o.valid):
            m.d.sync += self.fault.eq(0)

        return m

    def _record(self, m):
        """Let the recorder watch, and the server read what it keeps."""
        m.submodules.recorder = recorder = self._recorder
        core, server, (uart, _), (frames, _) = self.core, self._server, self._uart, self._frames
        fresh = Signal(init=1)
        begun, taken = core.i.valid & core.i.ready, core.o.valid & core.o.ready
        with m.If(begun | taken):
            m.d.sync += fresh.eq(taken)
        done = taken
        if self.blocks:
            # A result is held until the next sample begins; that of a sample which was not finished is none.
            came, was = core.o.valid & server.ended, Signal()
            m.d.sync += was.eq(came)
            done = came & ~was
        m.d.comb += [
            recorder.start.eq(begun & fresh), recorder.done.eq(done), recorder.clocks.eq(core.o.payload.clocks),
            recorder.frame.eq(frames.o.valid & frames.o.ready), recorder.dropped.eq(frames.dropped),
            recorder.lost.eq(uart.framing_error | uart.overflow),
            recorder.where.eq(server.where), server.end.eq(recorder.end), server.seen.eq(recorder.data),
        ]
        for k in range(len(core.cores)):
            answers, seen = getattr(recorder, f"answers{k}"), getattr(core, f"answers{k}")
            m.d.comb += [answers.valid.eq(seen.valid), answers.payload.eq(seen.payload),
                         getattr(recorder, f"event{k}").eq(getattr(core, f"event{k}"))]


def _event_blocks(core):
    """What takes the blocks of events for a classifier, None where it takes images."""
    if not isinstance(core, SpikingChip) or core.network.encoder != "events":
        return None
    network = core.network
    shape = network.inputs if isinstance(network.layers[0].connection, Conv2d) else None
    return EventBlocks(network.sizes[0], network.levels, network.time_steps, capacity=LONGEST_BLOCK, shape=shape)
