"""A bank of equal neurons: one pipeline, the state in block RAM, one neuron per clock."""

from amaranth.hdl import EnableInserter, Module, Mux, Signal
from amaranth.lib import data, memory, stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.parameters import integer
from gateware.step import StepComponent
from gateware.step.pipeline import Pipeline

__all__ = ["NeuronBank"]


class NeuronBank(Component):
    """``count`` neurons that share one pipelined step, updated in turn.

    The k-th input accepted belongs to neuron ``k % count``; outputs come in the same order.

    Parameters
    ----------
    neuron : StepComponent
        With state and inputs.
    count : int
        Neurons, from the pipeline's latency + 2 (so that a neuron's state is written before it is read again) to 65536.
    period : float
        Nanoseconds between two registers, by estimate.

    Members
    -------
    i : In(stream of struct)
        The neuron's inputs, and ``first``: start this neuron anew, from its initial state.
    o : Out(stream of struct)
        The neuron's outputs.

    Attributes
    ----------
    latency : int
        Clocks from an input to its output.

    Raises
    ------
    TypeError
        If the neuron is no StepComponent with state and inputs.
    ValueError
        If the count is out of range.

    Notes
    -----
    Interval 1: one neuron per clock. While ``o`` waits, the whole pipeline does.
    """

    def __init__(self, neuron, count, *, period=20.0):
        if not isinstance(neuron, StepComponent) or not neuron.state or not neuron.inputs:
            raise TypeError(f"NeuronBank neuron must be a StepComponent with state and inputs, not {neuron!r}")
        self.neuron, self.count, self.pipeline = neuron, integer("NeuronBank count", count), Pipeline(neuron, period=period)
        self.latency = self.pipeline.latency + 1
        if not self.latency + 1 <= self.count <= 65536:
            raise ValueError(f"NeuronBank count must be between {self.latency + 1}, which fills the pipeline, and 65536, "
                             f"not {self.count}")
        inputs = {name: shape.shape for name, shape in neuron.inputs._asdict().items()}
        super().__init__({
            "i": In(stream.Signature(data.StructLayout(inputs | {"first": 1}))),
            "o": Out(stream.Signature(data.StructLayout(
                {name: shape.shape for name, shape in neuron.outputs._asdict().items()}))),
        })

    def elaborate(self, platform):
        m = Module()
        advance = Signal()
        m.submodules.pipeline = EnableInserter(advance)(self.pipeline)
        pipeline, neuron = self.pipeline, self.neuron
        state_layout = data.StructLayout({name: shape.shape for name, shape in neuron.state._asdict().items()})
        m.submodules.states = states = memory.Memory(shape=state_layout, depth=self.count,
                                                     init=[neuron.init._asdict()] * self.count)
        read, write = states.read_port(), states.write_port()

        def following(number):
            return Mux(number == self.count - 1, 0, number + 1)

        # One valid bit per clock on the way: the state's read, then the pipeline's stages.
        valid = Signal(self.latency)
        reading = Signal(range(self.count))
        writing = Signal(range(self.count))
        accepted = Signal(self.i.payload.shape())
        m.d.comb += [
            advance.eq(self.o.ready | ~valid[-1]),
            self.i.ready.eq(advance),
            self.o.valid.eq(valid[-1]),
            read.addr.eq(reading),
            read.en.eq(advance),
            write.addr.eq(writing),
            write.en.eq(valid[-1] & advance),
        ]
        with m.If(advance):
            m.d.sync += [valid.eq((valid << 1) | self.i.valid), accepted.eq(self.i.payload)]
            with m.If(self.i.valid):
                m.d.sync += reading.eq(following(reading))
            with m.If(valid[-1]):
                m.d.sync += writing.eq(following(writing))
        for name, init in neuron.init._asdict().items():
            m.d.comb += [
                getattr(pipeline, f"state_{name}").eq(Mux(accepted.first, init, read.data[name])),
                write.data[name].eq(getattr(pipeline, f"next_{name}")),
            ]
        m.d.comb += [getattr(pipeline, name).eq(accepted[name]) for name in neuron.inputs._fields]
        m.d.comb += [self.o.payload[name].eq(getattr(pipeline, name)) for name in neuron.outputs._fields]
        return m

    @classmethod
    def examples(cls):
        from gateware.neurons.lif import LIF
        return {"LIF": cls(LIF(), 16), "deep": cls(LIF(refractory=3), 100, period=8.0)}
