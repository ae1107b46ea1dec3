"""A trained spiking network as one elaboratable: input levels in, scores and the class out."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, stream
from amaranth.lib.wiring import In, Out, connect

from gateware.component import Component
from gateware.parameters import integer

from .core import SpikingCore
from .events import AddressEvents
from .membrane_readout import MembraneReadout
from .network import Conv2d, Dense, Layer, SpikingNetwork
from .readout import CountReadout
from .weight_memory import SPRAM_WIDTH

__all__ = ["SpikingChip"]

CLOCK_BITS = 32


class SpikingChip(Component):
    """Input events, a core for each layer, events between them, and the read-out, joined by streams.

    Parameters
    ----------
    network : SpikingNetwork
    lanes : sequence of int, optional
        Weights that each layer reads per clock; 8 if not given.
    loaded : int, optional
        The layer whose weights are loaded into large memory; all others are part of the bitstream.
    target : str
        The family of parts, as in :class:`~gateware.step.pipeline.Pipeline`.

    Members
    -------
    i : In(stream of unsigned)
        The inputs of a sample in row order, each 0 to ``network.levels``.
    o : Out(stream of struct)
        ``scores`` (of each output neuron: its spikes, or the sum of its membrane), ``label`` (the class), ``clocks`` (from the
        last input accepted to this result valid).
    spikes<k> : Out(stream of unsigned(1), always ready)
        For observation: the spikes of layer ``k``, neuron by neuron, time step by time step; of a convolution place by place, at each
        channel by channel.
    load : In(LoadLayout(words))
        The weights of the layer ``loaded``, before the first sample.

    Attributes
    ----------
    words : int
        Of the weights that are loaded; 0 if none are.

    Raises
    ------
    TypeError
        If the network is no SpikingNetwork.
    ValueError
        If there is not one entry of ``lanes`` for each layer, or no layer ``loaded``.

    Notes
    -----
    The clocks depend on the events; the next sample is accepted once this one's result is taken.
    """

    def __init__(self, network, *, lanes=None, loaded=None, target="ice40"):
        if not isinstance(network, SpikingNetwork):
            raise TypeError(f"SpikingChip network must be a SpikingNetwork, not {network!r}")
        self.network, layers = network, network.layers
        self.lanes = (8,) * len(layers) if lanes is None else tuple(lanes)
        self.loaded = loaded if loaded is None else integer("SpikingChip loaded", loaded)
        if len(self.lanes) != len(layers):
            raise ValueError(f"SpikingChip lanes must have {len(layers)} entries, one for each layer, not {self.lanes!r}")
        if self.loaded is not None and not 0 <= self.loaded < len(layers):
            raise ValueError(f"SpikingChip loaded must be a layer from 0 to {len(layers) - 1}, not {self.loaded}")
        # Neurons of a convolution leave place by place, so that their channels share a row of sums.
        last = [False, *(isinstance(layer.connection, Conv2d) for layer in layers)]
        placed = [each if not last[k] else _channels_last(each, layers[k - 1]) for k, each in enumerate(layers)]
        self.cores = tuple(
            SpikingCore(layer, levels=1 if k else network.levels, time_steps=network.time_steps, constant=not k, lanes=self.lanes[k],
                        loaded=k == self.loaded, channels_last=last[k], target=target) for k, layer in enumerate(placed))

        def events(k, levels=1):
            """What turns the values before layer ``k`` into events."""
            shape = layers[k].connection.inputs if isinstance(layers[k].connection, Conv2d) else None
            return AddressEvents(network.sizes[k], levels, shape=shape, channels_last=last[k])

        self.inputs = events(0, network.levels)
        self.events = tuple(events(k) for k in range(1, len(layers)))
        last = layers[-1]
        if network.readout == "count":
            self.readout = CountReadout(last.neurons, network.time_steps, last.neuron.outputs.v)
            self.score = self.readout.layout["counts"].shape
        else:
            self.readout = MembraneReadout(last.neurons, network.time_steps, last.neuron)
            self.score = self.readout.layout["scores"].shape
        self.result = data.StructLayout({"scores": self.score, "label": range(last.neurons), "clocks": CLOCK_BITS})
        members = {"i": In(stream.Signature(range(network.levels + 1))), "o": Out(stream.Signature(self.result))}
        members |= {f"spikes{k}": Out(stream.Signature(1, always_ready=True)) for k in range(len(layers))}
        self.words = 0
        if self.loaded is not None:
            self.words = self.cores[self.loaded].synapses.weights.words
            members["load"] = self.cores[self.loaded].signature.members["load"]
        super().__init__(members)

    def load_words(self):
        """The 16-bit words of the weights that are loaded, in the order of their addresses."""
        synapses = self.cores[self.loaded].synapses
        mask = (1 << SPRAM_WIDTH) - 1
        return [row >> SPRAM_WIDTH * part & mask for row in synapses.contents() for part in range(synapses.weights.parts)]

    def elaborate(self, platform):
        m = Module()
        m.submodules.inputs, m.submodules.readout = inputs, readout = self.inputs, self.readout

        # One sample at a time: the next one's inputs wait until this one's result is taken.
        busy = Signal()
        number = Signal(range(inputs.sources))
        clocks = Signal(CLOCK_BITS)
        m.d.comb += [
            inputs.i.payload.eq(self.i.payload),
            inputs.i.valid.eq(self.i.valid & ~busy),
            self.i.ready.eq(inputs.i.ready & ~busy),
        ]
        before = inputs.o
        for k, core in enumerate(self.cores):
            m.submodules[f"core{k}"] = core
            connect(m, before, core.i)
            answer, passed = core.o, getattr(self, f"spikes{k}")
            m.d.comb += [passed.valid.eq(answer.valid & answer.ready), passed.payload.eq(answer.payload.spike)]
            if k == self.loaded:
                m.d.comb += core.load.eq(self.load)
            if k < len(self.events):
                m.submodules[f"events{k}"] = events = self.events[k]
                m.d.comb += [events.i.payload.eq(answer.payload.spike), events.i.valid.eq(answer.valid), answer.ready.eq(events.i.ready)]
                before = events.o
        m.d.comb += [
            readout.i.payload.spike.eq(answer.payload.spike),
            readout.i.payload.v.eq(answer.payload.v),
            readout.i.valid.eq(answer.valid),
            answer.ready.eq(readout.i.ready),
        ]

        last = self.i.valid & self.i.ready & (number == inputs.sources - 1)
        with m.If(~readout.o.valid):
            m.d.sync += clocks.eq(Mux(last, 1, clocks + 1))
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += number.eq(number + 1)
        with m.If(last):
            m.d.sync += [number.eq(0), busy.eq(1)]
        with m.If(self.o.valid & self.o.ready):
            m.d.sync += busy.eq(0)
        scores = readout.o.payload.counts if self.network.readout == "count" else readout.o.payload.scores
        m.d.comb += [
            self.o.payload.scores.eq(scores),
            self.o.payload.label.eq(readout.o.payload.label),
            self.o.payload.clocks.eq(clocks),
            self.o.valid.eq(readout.o.valid),
            readout.o.ready.eq(self.o.ready),
        ]
        return m

    @classmethod
    def examples(cls):
        from gateware.neurons.leaky_integrator import LeakyIntegrator
        from gateware.neurons.subtractive_lif import SubtractiveLIF
        from gateware.step import Q

        from .network import Dense, Layer
        first = [[(53 * j + 29 * k + 7 * j * k) % 127 - 50 for k in range(9)] for j in range(6)]
        second = [[(71 * j + 31 * k + 5 * j * k) % 151 - 60 for k in range(6)] for j in range(3)]
        lif = SubtractiveLIF(tau=4.0, membrane=Q(4, 10), current=Q(5, 10))
        hidden = Layer(Dense(first, [3, -4, 5, 0, 1, -7]), lif)
        kernel = [[[[(31 * o + 11 * y + 5 * x) % 15 - 7 for x in range(3)] for y in range(3)]] for o in range(2)]
        conv = Layer(Conv2d(kernel, (1, 6, 6), padding=(1, 1), bias=[1, -2]), lif)
        pooled = Layer(Conv2d([[[[9, -3], [4, 1]], [[7, 2], [-8, 5]]], [[[-6, 3], [8, 8]], [[1, 1], [9, -2]]]], (2, 6, 6), pool=(2, 2)),
                       SubtractiveLIF(tau=4.0, membrane=Q(6, 4), current=Q(8, 4)))
        dense = Layer(Dense([[each % 17 - 8 for each in range(8)], [each * 5 % 17 - 8 for each in range(8)]]), LeakyIntegrator(tau=6.0))
        return {"membrane": cls(SpikingNetwork("example", 7, [hidden, Layer(Dense(second), LeakyIntegrator(tau=6.0))], 5), lanes=(2, 4)),
                "count": cls(SpikingNetwork("example", 7, [hidden, Layer(Dense(second), lif)], 5, "count"), lanes=(8, 1)),
                "convolutions": cls(SpikingNetwork("example", 7, [conv, pooled, dense], 4), lanes=(2, 1, 2))}


def _channels_last(layer, before):
    """A layer after a convolution, whose neurons leave channels last: the columns of a dense one in that order."""
    connection = layer.connection
    if isinstance(connection, Conv2d):
        return layer
    channels, height, width = before.connection.outputs
    order = [(channel * height + y) * width + x for y in range(height) for x in range(width) for channel in range(channels)]
    return Layer(Dense([[row[k] for k in order] for row in connection.weights], connection.bias), layer.neuron, layer.weight_bits)
