"""Read-out of a classifier whose last neurons do not spike: sums of membranes and the class."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.parameters import integer
from gateware.step import Range

from .core import AnswerLayout

__all__ = ["MembraneReadout"]


class MembraneReadout(Component):
    r"""Sums each output neuron's membrane over a sample and picks the class.

    .. math:: label = \arg\max_j \sum_t v_{tj}

    Among equals the first.

    Parameters
    ----------
    classes : int
        Output neurons, 2 to 256.
    time_steps : int
        Of a sample, 1 to 1024.
    neuron : StepComponent
        What the output neurons are.

    Members
    -------
    i : In(stream of AnswerLayout(neuron))
        The output layer's neurons in order, time step by time step.
    o : Out(stream of struct)
        ``scores`` (an array of ``classes``), ``label``.

    Raises
    ------
    TypeError, ValueError
        If a parameter is not an integer or out of its range.

    Notes
    -----
    Latency 2 clocks from a sample's last neuron; one neuron per clock.
    """

    def __init__(self, classes, time_steps, neuron):
        self.classes, self.time_steps = integer("MembraneReadout classes", classes), integer("MembraneReadout time_steps", time_steps)
        for name, value, lo, hi in (("classes", self.classes, 2, 256), ("time_steps", self.time_steps, 1, 1024)):
            if not lo <= value <= hi:
                raise ValueError(f"MembraneReadout {name} must be between {lo} and {hi}, not {value}")
        self.neuron, v = neuron, neuron.outputs.v
        self.score = Range(self.time_steps * min(v.lo, 0), self.time_steps * max(v.hi, 0))
        self.layout = data.StructLayout({"scores": data.ArrayLayout(self.score.shape, self.classes), "label": range(self.classes)})
        super().__init__({"i": In(stream.Signature(AnswerLayout(neuron))), "o": Out(stream.Signature(self.layout))})

    def elaborate(self, platform):
        m = Module()
        # Neurons come in order, so their sums rotate past one adder; the newest is compared in the clock after.
        sums = [Signal(self.score.shape, name=f"sum{j}") for j in range(self.classes)]
        neuron = Signal(range(self.classes))
        time_step = Signal(range(self.time_steps))
        total = Signal(self.score.shape)
        best = Signal(self.score.shape)
        compared = Signal(range(self.classes))
        label = Signal(range(self.classes))
        comparing = Signal()
        last = Signal()
        done = Signal()
        m.d.comb += [
            total.eq(Mux(time_step == 0, 0, sums[0]) + self.i.payload.v),
            self.i.ready.eq(~done & ~last),
            self.o.valid.eq(done),
            self.o.payload.scores.eq(Cat(sums)),
            self.o.payload.label.eq(label),
        ]
        m.d.sync += comparing.eq(0)
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += [register.eq(value) for register, value in zip(sums, [*sums[1:], total])]
            m.d.sync += [neuron.eq(neuron + 1), compared.eq(neuron), comparing.eq(time_step == self.time_steps - 1)]
            with m.If(neuron == self.classes - 1):
                m.d.sync += [neuron.eq(0), time_step.eq(time_step + 1)]
                with m.If(time_step == self.time_steps - 1):
                    m.d.sync += [time_step.eq(0), last.eq(1)]
        with m.If(comparing & ((compared == 0) | (sums[-1] > best))):
            m.d.sync += [best.eq(sums[-1]), label.eq(compared)]
        with m.If(last):
            m.d.sync += [last.eq(0), done.eq(1)]
        with m.If(self.o.valid & self.o.ready):
            m.d.sync += done.eq(0)
        return m

    @classmethod
    def examples(cls):
        from gateware.neurons.leaky_integrator import LeakyIntegrator
        from gateware.step import Q
        return {"default": cls(10, 8, LeakyIntegrator()), "two": cls(2, 1, LeakyIntegrator(membrane=Q(2, 2)))}
