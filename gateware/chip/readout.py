"""Read-out of a classifier: spike counts and the class."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.layers.dense import SpikeLayout
from gateware.parameters import integer

__all__ = ["CountReadout"]


class CountReadout(Component):
    r"""Counts each output neuron's spikes over a sample and picks the class.

    .. math:: label = \arg\max_j (c_j, v_j)

    lexicographically: the most spikes, among equals the highest final membrane, among equals the first neuron.

    Parameters
    ----------
    classes : int
        Output neurons, 2 to 256.
    time_steps : int
        Of a sample, 1 to 1024.
    membrane : shape
        Of the neurons' membrane (an Int of the step language).

    Members
    -------
    i : In(stream of SpikeLayout(v=membrane))
        The output layer's neurons in order, time step by time step.
    o : Out(stream of struct)
        ``counts`` (an array of ``classes``), ``label``.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Notes
    -----
    Latency 1 clock from a sample's last neuron; one neuron per clock.
    """

    def __init__(self, classes, time_steps, membrane):
        self.classes = integer("CountReadout classes", classes)
        self.time_steps, self.membrane = integer("CountReadout time_steps", time_steps), membrane
        for name, value, lo, hi in (("classes", self.classes, 2, 256), ("time_steps", self.time_steps, 1, 1024)):
            if not lo <= value <= hi:
                raise ValueError(f"CountReadout {name} must be between {lo} and {hi}, not {value}")
        self.layout = data.StructLayout({
            "counts": data.ArrayLayout(self.time_steps.bit_length(), self.classes),
            "label": range(self.classes),
        })
        super().__init__({
            "i": In(stream.Signature(SpikeLayout(v=membrane.shape))),
            "o": Out(stream.Signature(self.layout)),
        })

    def elaborate(self, platform):
        m = Module()
        # Neurons come in order, so their counts rotate past one adder.
        counts = [Signal(self.time_steps.bit_length(), name=f"count{j}") for j in range(self.classes)]
        neuron = Signal(range(self.classes))
        time_step = Signal(range(self.time_steps))
        first, last = time_step == 0, time_step == self.time_steps - 1
        count = Signal.like(counts[0])
        best_count, best_v, label = Signal.like(count), Signal(self.membrane.shape), Signal(range(self.classes))
        result_valid = Signal()
        spike, v = self.i.payload.spike, self.i.payload.v
        with m.If(first):
            m.d.comb += count.eq(spike)
        with m.Else():
            m.d.comb += count.eq(counts[0] + spike)
        m.d.comb += [
            self.i.ready.eq(~result_valid),
            self.o.valid.eq(result_valid),
            self.o.payload.counts.eq(Cat(counts)),
            self.o.payload.label.eq(label),
        ]
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += [register.eq(value) for register, value in zip(counts, [*counts[1:], count])]
            m.d.sync += neuron.eq(neuron + 1)
            with m.If(last & ((neuron == 0) | (count > best_count) | ((count == best_count) & (v > best_v)))):
                m.d.sync += [best_count.eq(count), best_v.eq(v), label.eq(neuron)]
            with m.If(neuron == self.classes - 1):
                m.d.sync += [neuron.eq(0), time_step.eq(time_step + 1)]
                with m.If(last):
                    m.d.sync += [time_step.eq(0), result_valid.eq(1)]
        with m.If(self.o.valid & self.o.ready):
            m.d.sync += result_valid.eq(0)
        return m

    @classmethod
    def examples(cls):
        from gateware.step import Q
        return {"default": cls(10, 16, Q(8, 8)), "two": cls(2, 1, Q(2, 2))}
