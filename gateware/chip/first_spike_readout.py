"""Read-out of a classifier whose output neurons answer by the time of their spikes."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.parameters import integer

__all__ = ["FirstSpikeReadout"]


class FirstSpikeReadout(Component):
    r"""Tells when each output neuron first spikes, and picks the class that does so before the others.

    .. math:: label = \arg\min_j (t_j, -v_j)

    lexicographically: :math:`t_j` is the time step of neuron j's first spike, ``time_steps`` if it has none, and :math:`v_j` its membrane in
    that time step, in the last one if it has none. The earliest spike, among equals the highest membrane, among equals the first
    neuron.

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
    i : In(stream of struct)
        ``spike`` and ``v`` of the output layer's neurons in order, time step by time step.
    o : Out(stream of struct)
        ``times`` (an array of ``classes``), ``label``.

    Raises
    ------
    TypeError, ValueError
        If a parameter is not an integer or out of its range.

    Notes
    -----
    Latency 1 clock from a sample's last neuron; one neuron per clock.
    """

    def __init__(self, classes, time_steps, membrane):
        self.classes = integer("FirstSpikeReadout classes", classes)
        self.time_steps, self.membrane = integer("FirstSpikeReadout time_steps", time_steps), membrane
        for name, value, lo, hi in (("classes", self.classes, 2, 256), ("time_steps", self.time_steps, 1, 1024)):
            if not lo <= value <= hi:
                raise ValueError(f"FirstSpikeReadout {name} must be between {lo} and {hi}, not {value}")
        self.layout = data.StructLayout({
            "times": data.ArrayLayout(self.time_steps.bit_length(), self.classes),
            "label": range(self.classes),
        })
        super().__init__({
            "i": In(stream.Signature(data.StructLayout({"spike": 1, "v": membrane.shape}))),
            "o": Out(stream.Signature(self.layout)),
        })

    def elaborate(self, platform):
        m = Module()
        # Neurons come in order, so their times rotate past one comparison.
        times = [Signal(self.time_steps.bit_length(), name=f"time{j}") for j in range(self.classes)]
        before = Signal.like(times[0])
        time = Signal.like(times[0])
        neuron = Signal(range(self.classes))
        time_step = Signal(range(self.time_steps))
        first, last = time_step == 0, time_step == self.time_steps - 1
        # Whether a neuron has spiked in this sample, and whether one has before this time step.
        found = Signal()
        decided = Signal()
        best_v = Signal(self.membrane.shape)
        label = Signal(range(self.classes))
        higher = Signal()
        wins = Signal()
        result_valid = Signal()
        spike, v = self.i.payload.spike, self.i.payload.v
        m.d.comb += [
            before.eq(Mux(first, self.time_steps, times[0])),
            time.eq(Mux(spike & (before == self.time_steps), time_step, before)),
            higher.eq(v > best_v),
            # Until one has spiked, the last time step's membranes are compared.
            wins.eq(~decided & Mux(found, spike & higher, spike | (last & ((neuron == 0) | higher)))),
            self.i.ready.eq(~result_valid),
            self.o.valid.eq(result_valid),
            self.o.payload.times.eq(Cat(times)),
            self.o.payload.label.eq(label),
        ]
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += [register.eq(value) for register, value in zip(times, [*times[1:], time])]
            m.d.sync += [neuron.eq(neuron + 1), found.eq(found | spike)]
            with m.If(wins):
                m.d.sync += [best_v.eq(v), label.eq(neuron)]
            with m.If(neuron == self.classes - 1):
                m.d.sync += [neuron.eq(0), time_step.eq(time_step + 1), decided.eq(found | spike)]
                with m.If(last):
                    m.d.sync += [time_step.eq(0), found.eq(0), decided.eq(0), result_valid.eq(1)]
        with m.If(self.o.valid & self.o.ready):
            m.d.sync += result_valid.eq(0)
        return m

    @classmethod
    def examples(cls):
        from gateware.step import Q
        return {"default": cls(10, 16, Q(8, 8)), "three": cls(3, 4, Q(4, 0)), "two": cls(2, 1, Q(2, 2))}
