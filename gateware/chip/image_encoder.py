"""Images as stochastic streams: every pixel one stream, all from one LFSR."""

from amaranth.hdl import EnableInserter, Module, ResetInserter, Signal
from amaranth.lib import memory, stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.layers.dense import SpikeLayout
from gateware.parameters import integer
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.lfsr import LFSR

__all__ = ["ImageEncoder"]


class ImageEncoder(Component):
    r"""Encodes an image as stochastic streams, one bit per pixel and time step.

    .. math:: s_{t,i} = [X_i > r_{t,i}]

    :math:`r_{t,i}` are the low ``pixel_bits`` bits of a 16-bit LFSR that shifts left once per pixel and time step and
    starts from its seed with every image, so that the same image always gives the same spikes.

    Parameters
    ----------
    pixels : int
        Pixels of an image, 1 to 4096.
    time_steps : int
        Bits of each pixel's stream, 1 to 1024.
    seed : int
        Of the LFSR, 1 to 65535.
    pixel_bits : int
        A pixel lies between 0 and ``2**pixel_bits``; 1 to 8.

    Members
    -------
    i : In(stream of unsigned(pixel_bits + 1))
        The pixels of an image in order, each at most ``2**pixel_bits``.
    o : Out(stream of SpikeLayout())
        The spikes, time step by time step, pixel 0 first.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Notes
    -----
    Latency 2 clocks from the last pixel to the first spike; one spike per clock.
    """

    def __init__(self, pixels, time_steps, *, seed=0xACE1, pixel_bits=4):
        self.pixels = integer("ImageEncoder pixels", pixels)
        self.time_steps = integer("ImageEncoder time_steps", time_steps)
        self.pixel_bits = integer("ImageEncoder pixel_bits", pixel_bits)
        for name, value, lo, hi in (("pixels", self.pixels, 1, 4096), ("time_steps", self.time_steps, 1, 1024),
                                    ("pixel_bits", self.pixel_bits, 1, 8)):
            if not lo <= value <= hi:
                raise ValueError(f"ImageEncoder {name} must be between {lo} and {hi}, not {value}")
        self.lfsr, self.comparator = LFSR(16, seed=seed, direction="left"), ComparatorEncoder(self.pixel_bits)
        super().__init__({
            "i": In(stream.Signature(self.pixel_bits + 1)),
            "o": Out(stream.Signature(SpikeLayout())),
        })

    def elaborate(self, platform):
        m = Module()
        restart, transfer = Signal(), Signal()
        m.submodules.comparator = comparator = self.comparator
        # The reset goes outermost: it must work while the register is held.
        m.submodules.lfsr = ResetInserter(restart)(EnableInserter(transfer | restart)(self.lfsr))
        m.submodules.image = image = memory.Memory(shape=self.pixel_bits + 1, depth=self.pixels, init=[])
        read, write = image.read_port(), image.write_port()

        pixel = Signal(range(self.pixels))
        following = Signal(range(self.pixels))
        time_step = Signal(range(self.time_steps))
        last_pixel = pixel == self.pixels - 1
        with m.If(~last_pixel):
            m.d.comb += following.eq(pixel + 1)
        m.d.comb += [
            write.addr.eq(pixel),
            write.data.eq(self.i.payload),
            read.en.eq(0),
            comparator.value.eq(read.data),
            comparator.random.eq(self.lfsr.random),
            self.o.payload.spike.eq(comparator.stream),
            self.o.payload.first.eq(time_step == 0),
        ]

        with m.FSM():
            with m.State("LOAD"):
                m.d.comb += [self.i.ready.eq(1), write.en.eq(self.i.valid), restart.eq(1)]
                with m.If(self.i.valid):
                    m.d.sync += pixel.eq(following)
                    with m.If(last_pixel):
                        m.next = "FETCH"

            with m.State("FETCH"):
                m.d.comb += [read.addr.eq(0), read.en.eq(1)]
                m.next = "ENCODE"

            with m.State("ENCODE"):
                # The next pixel is read while this one goes out, and again as long as this one waits.
                m.d.comb += [
                    self.o.valid.eq(1),
                    transfer.eq(self.o.ready),
                    read.en.eq(transfer),
                    read.addr.eq(following),
                ]
                with m.If(transfer):
                    m.d.sync += pixel.eq(following)
                    with m.If(last_pixel):
                        m.d.sync += time_step.eq(time_step + 1)
                        with m.If(time_step == self.time_steps - 1):
                            m.d.sync += time_step.eq(0)
                            m.next = "LOAD"
        return m

    @classmethod
    def examples(cls):
        return {"default": cls(6, 5), "fine": cls(3, 4, seed=1, pixel_bits=8)}
