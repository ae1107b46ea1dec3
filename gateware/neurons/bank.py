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
        Neurons, from ``latency + 1`` (so that a neuron's state is written before it is read again) to 65536.
    target : str
    period : float, optional
        As in :class:`~gateware.step.pipeline.Pipeline`.

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

    def __init__(self, neuron, count, *, target="ice40", period=None):
        if not isinstance(neuron, StepComponent) or not neuron.state or not neuron.inputs:
            raise TypeError(f"NeuronBank neuron must be a StepComponent with state and inputs, not {neuron!r}")
        self.neuron, self.count = neuron, integer("NeuronBank count", count)
        self.pipeline = Pipeline(neuron, target=target, period=period)
        # The state's read and its choice take a clock each.
        self.latency = self.pipeline.latency + 2
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
        # No row is read while it is written, which is proven of every bank. Yosys believes it of an asynchronous port with a
        # register behind it, which is a synchronous one all the same, and leaves out what would emulate such a collision.
        m.submodules.states = states = memory.Memory(shape=state_layout, depth=self.count, attrs={"no_rw_check": 1},
                                                     init=[neuron.init._asdict()] * self.count)
        read, write = states.read_port(domain="comb"), states.write_port()

        def following(number):
            return Mux(number == self.count - 1, 0, number + 1)

        # One valid bit per clock on the way: the state's read, its choice, then the pipeline's stages.
        valid = Signal(self.latency)
        reading = Signal(range(self.count))
        writing = Signal(range(self.count))
        accepted = Signal(self.i.payload.shape())
        kept = Signal(state_layout, reset_less=True)
        m.d.comb += [
            advance.eq(self.o.ready | ~valid[-1]),
            self.i.ready.eq(advance),
            self.o.valid.eq(valid[-1]),
            read.addr.eq(reading),
            write.addr.eq(writing),
            write.en.eq(valid[-1] & advance),
        ]
        with m.If(advance):
            m.d.sync += [valid.eq((valid << 1) | self.i.valid), accepted.eq(self.i.payload), kept.eq(read.data)]
            with m.If(self.i.valid):
                m.d.sync += reading.eq(following(reading))
            with m.If(valid[-1]):
                m.d.sync += writing.eq(following(writing))
        # What the pipeline takes is registered in the same clock as the choice of the state.
        taken = {f"state_{name}": Mux(accepted.first, init, kept[name]) for name, init in neuron.init._asdict().items()}
        taken |= {name: accepted[name] for name in neuron.inputs._fields}
        for name, value in taken.items():
            port = getattr(pipeline, name)
            register = Signal.like(port, name=f"present_{name}", reset_less=True)
            m.d.comb += port.eq(register)
            with m.If(advance):
                m.d.sync += register.eq(value)
        m.d.comb += [write.data[name].eq(getattr(pipeline, f"next_{name}")) for name in neuron.state._fields]
        m.d.comb += [self.o.payload[name].eq(getattr(pipeline, name)) for name in neuron.outputs._fields]
        return m

    @classmethod
    def examples(cls):
        from gateware.neurons import catalogue
        from gateware.neurons.lif import LIF
        return {"LIF": cls(LIF(), 16), "deep": cls(LIF(refractory=3), 100, period=11.0),
                "tables": cls(catalogue.neuron("sigmoid_rate"), 32)}
