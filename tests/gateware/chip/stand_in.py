"""A classifier without a network, for tests of what is around it."""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["LAYERS", "StandIn", "expected"]

LAYERS = (64, 5, 10)
CLOCKS = 321


def expected(image):
    """Counts, label and clocks of an image: how often each pixel value modulo 10 occurs, and the last one of them."""
    residues = [int(pixel) % 10 for pixel in image]
    return tuple(residues.count(k) for k in range(10)), residues[-1], CLOCKS


class StandIn(wiring.Component):
    """Counts the pixels' values modulo 10 and answers a fixed time after the last pixel."""

    def __init__(self):
        result = data.StructLayout({"counts": data.ArrayLayout(7, 10), "label": 4, "clocks": 32})
        super().__init__({"i": In(stream.Signature(5)), "o": Out(stream.Signature(result))})

    def elaborate(self, platform):
        m = Module()
        pixels = Signal(range(65))
        result = self.o.payload
        residue = Signal(4)
        m.d.comb += [
            residue.eq(self.i.payload % 10),
            # A pixel in every other clock, so that the sender has to wait.
            self.i.ready.eq((pixels != 64) & result.clocks[0]),
            self.o.valid.eq((pixels == 64) & (result.clocks == CLOCKS)),
        ]
        with m.If(~self.o.valid):
            m.d.sync += result.clocks.eq(result.clocks + 1)
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += [
                pixels.eq(pixels + 1),
                result.counts[residue].eq(result.counts[residue] + 1),
                result.label.eq(residue),
                result.clocks.eq(0),
            ]
        with m.If(self.o.valid & self.o.ready):
            m.d.sync += [pixels.eq(0), result.eq(0)]
        return m
