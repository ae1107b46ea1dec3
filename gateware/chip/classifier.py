"""A trained spiking classifier as one elaboratable: pixels in, spike counts and the class out."""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream
from amaranth.lib.wiring import In, Out, connect

from gateware.component import Component
from gateware.layers.dense import DenseLayer

from .image_encoder import ImageEncoder
from .readout import CountReadout

__all__ = ["Classifier"]

CLOCK_BITS = 32


class Classifier(Component):
    """Stochastic image encoder, hidden layer, output layer and read-out, joined by streams.

    Parameters
    ----------
    network : object
        ``hidden_weights``, ``output_weights`` (rows of signed 8-bit integers), ``time_steps``, ``lfsr_seed`` and
        ``neuron`` (the StepComponent that every neuron is), such as :class:`models.networks.Network`.
    hidden_lanes, output_lanes : int
        Weights that each layer reads per clock.

    Members
    -------
    i : In(stream of unsigned(5))
        The pixels of an image in row order, each 0 to 16.
    o : Out(stream of struct)
        ``counts`` (spikes of each output neuron), ``label`` (the class), ``clocks`` (from the last pixel accepted to
        this result valid).
    hidden, output : Out(stream of unsigned(1), always ready)
        For observation: the spikes of each layer's neurons, in order, as they pass.

    Attributes
    ----------
    declared_clocks : int
        What ``clocks`` always is.

    Raises
    ------
    TypeError
        If the network lacks one of these.
    ValueError
        If the weights' shapes do not match, or the output layer is too slow to keep up with the hidden one.

    Notes
    -----
    Latency ``declared_clocks`` from the last pixel; the next image is accepted once this one's result is taken.
    """

    def __init__(self, network, *, hidden_lanes=8, output_lanes=4):
        for name in ("hidden_weights", "output_weights", "time_steps", "lfsr_seed", "neuron"):
            if not hasattr(network, name):
                raise TypeError(f"Classifier network must have {name}, and {network!r} has not")
        neuron, time_steps = network.neuron, network.time_steps
        self.network = network
        self.hidden_layer = DenseLayer(neuron, network.hidden_weights, lanes=hidden_lanes)
        self.output_layer = DenseLayer(neuron, network.output_weights, lanes=output_lanes)
        hidden, output = self.hidden_layer, self.output_layer
        if output.n_inputs != hidden.n_neurons:
            raise ValueError(f"network output_weights must have {hidden.n_neurons} columns, one per hidden neuron, "
                             f"not {output.n_inputs}")
        self.encoder = ImageEncoder(hidden.n_inputs, time_steps, seed=network.lfsr_seed)
        self.readout = CountReadout(output.n_neurons, time_steps, neuron.outputs.v)
        # The output layer must be done with a time step before the hidden layer's first answer in the next.
        pause, busy = 2 * hidden.n_inputs + 1, output.latency - 1
        if busy > pause:
            raise ValueError(f"Classifier output_lanes must be more than {output_lanes}: the output layer takes {busy} "
                             f"clocks after its last input, and the next one comes after {pause}")
        # Fetch of the first pixel, hidden time steps back to back and an answer's register, the output layer's last
        # time step, the result's register.
        self.declared_clocks = 1 + time_steps * hidden.interval + 1 + output.latency + 1
        self.result = data.StructLayout(self.readout.layout.members | {"clocks": CLOCK_BITS})
        super().__init__({
            "i": In(stream.Signature(self.encoder.pixel_bits + 1)),
            "o": Out(stream.Signature(self.result)),
            "hidden": Out(stream.Signature(1, always_ready=True)),
            "output": Out(stream.Signature(1, always_ready=True)),
        })

    def elaborate(self, platform):
        m = Module()
        m.submodules.encoder = encoder = self.encoder
        m.submodules.hidden = hidden = self.hidden_layer
        m.submodules.output = output = self.output_layer
        m.submodules.readout = readout = self.readout

        # One image at a time: the next one's pixels wait until this one's result is taken.
        busy = Signal()
        m.d.comb += [
            encoder.i.payload.eq(self.i.payload),
            encoder.i.valid.eq(self.i.valid & ~busy),
            self.i.ready.eq(encoder.i.ready & ~busy),
        ]
        connect(m, encoder.o, hidden.i)
        m.d.comb += [
            output.i.payload.spike.eq(hidden.o.payload.spike),
            output.i.payload.first.eq(hidden.o.payload.first),
            output.i.valid.eq(hidden.o.valid),
            hidden.o.ready.eq(output.i.ready),
        ]
        connect(m, output.o, readout.i)

        pixel = Signal(range(encoder.pixels))
        clocks = Signal(CLOCK_BITS)
        with m.If(~readout.o.valid):
            m.d.sync += clocks.eq(clocks + 1)
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += pixel.eq(pixel + 1)
            with m.If(pixel == encoder.pixels - 1):
                m.d.sync += [pixel.eq(0), clocks.eq(1), busy.eq(1)]
        with m.If(self.o.valid & self.o.ready):
            m.d.sync += busy.eq(0)
        m.d.comb += [
            self.o.payload.counts.eq(readout.o.payload.counts),
            self.o.payload.label.eq(readout.o.payload.label),
            self.o.payload.clocks.eq(clocks),
            self.o.valid.eq(readout.o.valid),
            readout.o.ready.eq(self.o.ready),
        ]
        for port, layer in ((self.hidden, hidden), (self.output, output)):
            m.d.comb += [port.valid.eq(layer.o.valid & layer.o.ready), port.payload.eq(layer.o.payload.spike)]
        return m

    @classmethod
    def examples(cls):
        return {"small": cls(_ExampleNetwork())}


class _ExampleNetwork:
    """A network small enough to be looked at whole; its weights are arbitrary."""

    def __init__(self):
        from gateware.neurons.lif import LIF
        from gateware.step import Q
        self.neuron = LIF(tau=6.0, current=Q(8, 6))
        self.hidden_weights = [[(53 * j + 29 * k + 7 * j * k) % 127 - 50 for k in range(9)] for j in range(6)]
        self.output_weights = [[(71 * j + 31 * k + 5 * j * k) % 151 - 60 for k in range(6)] for j in range(3)]
        self.time_steps, self.lfsr_seed = 7, 0xACE1
