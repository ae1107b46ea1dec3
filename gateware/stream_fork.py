"""One stream to several takers."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.parameters import integer

__all__ = ["StreamFork"]


class StreamFork(Component):
    """Gives every item of a stream to each of several takers, to each as soon as it is ready.

    Parameters
    ----------
    shape : ShapeLike
        Of an item.
    takers : int
        2 to 16.

    Members
    -------
    i : In(stream of shape)
    o<k> : Out(stream of shape)

    Raises
    ------
    TypeError, ValueError
        If the number of takers is not an integer or out of its range.

    Notes
    -----
    Latency 0; one item per clock. An item is accepted in the clock in which its last taker takes it.
    """

    def __init__(self, shape, takers):
        self.takers = integer("StreamFork takers", takers)
        if not 2 <= self.takers <= 16:
            raise ValueError(f"StreamFork takers must be between 2 and 16, not {self.takers}")
        super().__init__({"i": In(stream.Signature(shape))} | {f"o{k}": Out(stream.Signature(shape)) for k in range(self.takers)})

    def elaborate(self, platform):
        m = Module()
        outputs = [getattr(self, f"o{k}") for k in range(self.takers)]
        # Who has the present item already.
        served = Signal(self.takers)
        ready = Cat(output.ready for output in outputs)
        m.d.comb += self.i.ready.eq((served | ready).all())
        for k, output in enumerate(outputs):
            m.d.comb += [output.payload.eq(self.i.payload), output.valid.eq(self.i.valid & ~served[k])]
        with m.If(self.i.valid):
            m.d.sync += served.eq((served | ready) & ~self.i.ready.replicate(self.takers))
        return m

    @classmethod
    def examples(cls):
        return {"two": cls(4, 2), "three": cls(1, 3)}
