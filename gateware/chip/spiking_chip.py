"""A trained spiking network as one elaboratable: a sample in, scores and the class out."""

from dataclasses import replace
from typing import NamedTuple

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, stream
from amaranth.lib.wiring import In, Out, connect

from gateware.component import Component
from gateware.parameters import integer

from ..stream_fork import StreamFork
from .connections import Conv2d, Dense
from .core import SpikingCore
from .event_merge import EventMerge
from .events import AddressEvents, EventLayout
from .first_spike_readout import FirstSpikeReadout
from .input_encoder import InputEncoder
from .membrane_readout import MembraneReadout
from .network import Layer, Projection, SpikingNetwork
from .readout import CountReadout
from .spike_delays import SpikeDelays
from .weight_memory import SPRAM_WIDTH, LoadLayout

__all__ = ["Link", "SpikingChip", "links_to"]

CLOCK_BITS = 32


class Link(NamedTuple):
    """The way of spikes from one core to another.

    Parameters
    ----------
    source, target : int
        The cores.
    delays : tuple of int
        Of each neuron of the source, in the order in which they leave.
    kept : bool
        Whether a time step's spikes are kept on the way: where they are late, and beside the way from the core before, for the target
        takes the events of its links one link after the other, and the source must not wait for that.
    """

    source: int
    target: int
    delays: tuple
    kept: bool

    @property
    def ahead(self):
        """Whether the target needs a time step's spikes before the source has made those of the same time step."""
        return self.source >= self.target


class SpikingChip(Component):
    """The encoded sample as events, a core for each layer, events between them, and the read-out, joined by streams.

    Parameters
    ----------
    network : SpikingNetwork
    lanes : sequence of int, optional
        Weights that each layer reads per clock; 8 if not given.
    loaded : sequence of int
        The layers whose weights are loaded into large memories; all others are part of the bitstream.
    sparse : sequence of int, optional
        The dense layers of which rows of zeros are neither stored nor walked.
    target : str
        The family of parts, as in :class:`~gateware.step.pipeline.Pipeline`.
    observed : bool
        Whether there are ``answers<k>`` and ``event<k>``.

    Members
    -------
    i : In(stream of unsigned)
        The inputs of a sample in row order, each 0 to ``network.levels``; of a network whose encoder is ``"events"`` a stream of
        EventLayout(inputs, levels, shape), of ``time_steps`` time steps.
    o : Out(stream of struct)
        ``scores`` (of each output neuron: its spikes, the sum of its membrane, or the time step of its first spike), ``label`` (the
        class), ``clocks`` (from the last input accepted to this result valid).
    spikes<k> : Out(stream of unsigned(1), always ready)
        For observation: the spikes of layer ``k``, neuron by neuron, time step by time step; of a convolution place by place, at each
        channel by channel.
    answers<k> : Out(stream of AnswerLayout, always ready), event<k> : Out(1)
        The membranes beside those spikes; high in each clock in which an event arrives at layer ``k``.
    load : In(LoadLayout(words))
        The weights of the layers ``loaded``, one layer's after the other's, before the first sample.

    Attributes
    ----------
    words : int
        Of the weights that are loaded; 0 if none are.
    links : tuple of Link
        In the order of their targets, and at each target in that of its inputs.

    Raises
    ------
    TypeError
        If the network is no SpikingNetwork.
    ValueError
        If there is not one entry of ``lanes`` for each layer, or no layer ``loaded`` or ``sparse``.

    Notes
    -----
    The clocks depend on the events; the next sample is accepted once this one's result is taken.
    """

    def __init__(self, network, *, lanes=None, loaded=(), sparse=(), target="ice40", observed=False):
        if not isinstance(network, SpikingNetwork):
            raise TypeError(f"SpikingChip network must be a SpikingNetwork, not {network!r}")
        self.network, layers = network, network.layers
        self.lanes = (8,) * len(layers) if lanes is None else tuple(lanes)
        self.loaded = tuple(sorted({integer("SpikingChip loaded", k) for k in loaded}))
        self.sparse = tuple(integer("SpikingChip sparse", each) for each in sparse)
        if len(self.lanes) != len(layers):
            raise ValueError(f"SpikingChip lanes must have {len(layers)} entries, one for each layer, not {self.lanes!r}")
        if self.loaded and not 0 <= self.loaded[0] <= self.loaded[-1] < len(layers):
            raise ValueError(f"SpikingChip loaded must be layers from 0 to {len(layers) - 1}, not {self.loaded}")
        if not all(0 <= each < len(layers) for each in self.sparse):
            raise ValueError(f"SpikingChip sparse must be layers from 0 to {len(layers) - 1}, not {self.sparse}")
        # A sample's currents stay the same where nothing else arrives at the first layer: they are summed once.
        self.constant = network.encoder == "current" and not layers[0].projections
        encoded = network.encoder != "events" and not self.constant
        self.encoder = InputEncoder(network.sizes[0], network.levels, network.time_steps, network.encoder, seed=network.seed) if encoded else None
        self.links = tuple(link for k in range(len(layers)) for link in links_to(network, k))
        # Neurons of a convolution leave place by place, so that their channels share a row of sums.
        last = [False, *(isinstance(layer.connection, Conv2d) for layer in layers)]
        self.cores = tuple(
            SpikingCore(_placed(network, k), levels=1 if k else network.input_levels, time_steps=network.time_steps,
                        constant=self.constant and not k, lanes=self.lanes[k], loaded=k in self.loaded, channels_last=last[k],
                        sparse=k in self.sparse, target=target)
            for k in range(len(layers)))

        def shape(k):
            connection = layers[k].connection
            return connection.inputs if isinstance(connection, Conv2d) else None

        self.inputs = None
        if network.encoder != "events":
            self.inputs = AddressEvents(network.sizes[0], network.input_levels, shape=shape(0))
        self.delays = tuple(SpikeDelays(link.delays, network.time_steps, ahead=link.ahead) if link.kept else None for link in self.links)
        self.events = tuple(AddressEvents(len(link.delays), shape=shape(link.target), channels_last=last[link.target]) for link in self.links)
        self.merges = tuple(self._merge(k) for k in range(len(layers)))
        takers = [sum(link.source == k for link in self.links) + (k == len(layers) - 1) for k in range(len(layers))]
        self.forks = tuple(StreamFork(core.o.payload.shape(), count) if count > 1 else None for core, count in zip(self.cores, takers))
        last = layers[-1]
        if network.readout == "membrane":
            self.readout, self._scores = MembraneReadout(last.neurons, network.time_steps, last.neuron), "scores"
        else:
            readout, self._scores = {"count": (CountReadout, "counts"), "first spike": (FirstSpikeReadout, "times")}[network.readout]
            self.readout = readout(last.neurons, network.time_steps, last.neuron.outputs.v)
        self.score = self.readout.layout[self._scores].shape
        self.result = data.StructLayout({"scores": self.score, "label": range(last.neurons), "clocks": CLOCK_BITS})
        sample = range(network.levels + 1) if self.inputs else EventLayout(network.sizes[0], network.levels, shape(0))
        members = {"i": In(stream.Signature(sample)), "o": Out(stream.Signature(self.result))}
        members |= {f"spikes{k}": Out(stream.Signature(1, always_ready=True)) for k in range(len(layers))}
        self.observed = observed
        if observed:
            members |= {f"answers{k}": Out(stream.Signature(core.o.payload.shape(), always_ready=True)) for k, core in enumerate(self.cores)}
            members |= {f"event{k}": Out(1) for k in range(len(layers))}
        self.words = sum(self._words(k) for k in self.loaded)
        if self.loaded:
            members["load"] = In(LoadLayout(self.words))
        super().__init__(members)

    def _merge(self, target):
        """What joins the events of all that arrives at a core, where it is more than one stream."""
        links = [link for link in self.links if link.target == target]
        sources, levels = [len(link.delays) for link in links], [1] * len(links)
        if target == 0:
            sources, levels = [self.network.sizes[0], *sources], [self.network.input_levels, *levels]
        return EventMerge(sources, levels) if len(sources) > 1 else None

    def load_words(self):
        """The 16-bit words of the weights that are loaded, in the order of their addresses."""
        mask = (1 << SPRAM_WIDTH) - 1
        memories = [self.cores[k].synapses for k in self.loaded]
        return [row >> SPRAM_WIDTH * part & mask for synapses in memories for row in synapses.contents() for part in range(synapses.weights.parts)]

    def _words(self, k):
        return self.cores[k].synapses.weights.words

    def _load(self, m):
        """Pass each word to the memory in whose part of the addresses it is."""
        begin = 0
        for k in self.loaded:
            load, end = self.cores[k].load, begin + self._words(k)
            inside = (self.load.address >= begin) & (self.load.address < end) if len(self.loaded) > 1 else 1
            m.d.comb += [load.write.eq(self.load.write & inside), load.address.eq(self.load.address - begin), load.word.eq(self.load.word)]
            begin = end

    def elaborate(self, platform):
        m = Module()
        network, begin = self.network, self.encoder or self.inputs
        m.submodules.readout = readout = self.readout

        # One sample at a time: the next one's inputs wait until this one's result is taken.
        busy = Signal()
        number = Signal(range(network.sizes[0] if self.inputs else network.time_steps))
        clocks = Signal(CLOCK_BITS)

        # What arrives at each core, and who takes its answers.
        arriving = [[merge.i0, merge.i1, *(getattr(merge, f"i{j}") for j in range(2, len(merge.sources)))] if merge else [core.i]
                    for merge, core in zip(self.merges, self.cores)]
        takers = [[] for _ in self.cores]
        if self.inputs:
            m.submodules.inputs = self.inputs
            connect(m, self.inputs.o, arriving[0].pop(0))
            if self.encoder:
                m.submodules.encoder = self.encoder
                connect(m, self.encoder.o, self.inputs.i)
            sample = begin.i
        else:
            sample = arriving[0].pop(0)
        m.d.comb += [sample.payload.eq(self.i.payload), sample.valid.eq(self.i.valid & ~busy), self.i.ready.eq(sample.ready & ~busy)]
        for k, (link, events, delays) in enumerate(zip(self.links, self.events, self.delays)):
            m.submodules[f"events{k}"] = events
            connect(m, events.o, arriving[link.target].pop(0))
            if delays:
                m.submodules[f"delays{k}"] = delays
                connect(m, delays.o, events.i)
            takers[link.source].append(delays or events)
        takers[-1].append(readout)
        for k, (core, merge, fork) in enumerate(zip(self.cores, self.merges, self.forks)):
            m.submodules[f"core{k}"] = core
            answer, passed = core.o, getattr(self, f"spikes{k}")
            m.d.comb += [passed.valid.eq(answer.valid & answer.ready), passed.payload.eq(answer.payload.spike)]
            if self.observed:
                seen, event = getattr(self, f"answers{k}"), getattr(self, f"event{k}")
                m.d.comb += [seen.valid.eq(passed.valid), seen.payload.eq(answer.payload),
                             event.eq(core.i.valid & core.i.ready & ~core.i.payload.last)]
            if merge:
                m.submodules[f"merge{k}"] = merge
                connect(m, merge.o, core.i)
            copies = [answer]
            if fork:
                m.submodules[f"fork{k}"] = fork
                connect(m, answer, fork.i)
                copies = [getattr(fork, f"o{j}") for j in range(fork.takers)]
            for copy, taker in zip(copies, takers[k]):
                m.d.comb += [taker.i.valid.eq(copy.valid), copy.ready.eq(taker.i.ready)]
                if taker is readout:
                    m.d.comb += [taker.i.payload.spike.eq(copy.payload.spike), taker.i.payload.v.eq(copy.payload.v)]
                else:
                    m.d.comb += taker.i.payload.eq(copy.payload.spike)

        if self.loaded:
            self._load(m)

        # Of a sample of events the time steps count, else the values.
        counted = self.i.valid & self.i.ready & (1 if self.inputs else self.i.payload.last)
        last = counted & (number == (network.sizes[0] if self.inputs else network.time_steps) - 1)
        with m.If(~readout.o.valid):
            m.d.sync += clocks.eq(Mux(last, 1, clocks + 1))
        with m.If(counted):
            m.d.sync += number.eq(number + 1)
        with m.If(last):
            m.d.sync += [number.eq(0), busy.eq(1)]
        with m.If(self.o.valid & self.o.ready):
            m.d.sync += busy.eq(0)
        m.d.comb += [
            self.o.payload.scores.eq(readout.o.payload[self._scores]),
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

        first = [[(53 * j + 29 * k + 7 * j * k) % 127 - 50 for k in range(9)] for j in range(6)]
        second = [[(71 * j + 31 * k + 5 * j * k) % 151 - 60 for k in range(6)] for j in range(3)]
        lif = SubtractiveLIF(tau=4.0, membrane=Q(4, 10), current=Q(5, 10))
        hidden = Layer(Dense(first, [3, -4, 5, 0, 1, -7]), lif)
        kernel = [[[[(31 * o + 11 * y + 5 * x) % 15 - 7 for x in range(3)] for y in range(3)]] for o in range(2)]
        quick = SubtractiveLIF(tau=4.0, threshold=0.5, membrane=Q(4, 6), current=Q(8, 6))
        conv = Layer(Conv2d(kernel, (1, 6, 6), padding=(1, 1), bias=[1, -2]), quick)
        pooled = Layer(Conv2d([[[[9, -3], [4, 1]], [[7, 2], [-8, 5]]], [[[-6, 3], [8, 8]], [[1, 1], [9, -2]]]], (2, 6, 6), pool=(2, 2)),
                       SubtractiveLIF(tau=4.0, threshold=0.5, membrane=Q(6, 4), current=Q(8, 4)))
        dense = Layer(Dense([[each % 17 - 8 for each in range(8)], [each * 5 % 17 - 8 for each in range(8)]]), LeakyIntegrator(tau=6.0))
        output = Layer(Dense(second), LeakyIntegrator(tau=6.0))

        def square(neurons, sources):
            return Dense([[(43 * j + 17 * k + 3 * j * k) % 61 - 30 for k in range(sources)] for j in range(neurons)])

        recurrent = Layer(Dense(first), lif, projections=[Projection(0, square(6, 6), 1)])
        thinned = [[weight if weight % 3 == 0 else 0 for weight in row] for row in first]
        pruned = Layer(Dense(thinned), lif, projections=[Projection(0, Dense([row[:6] for row in thinned]), 1)])
        fed_back = Layer(Dense(first), quick, projections=[Projection(2, square(6, 3), (2, 1, 3))])
        late = Layer(square(4, 6), quick, delays=(0, 3, 1, 0, 2, 0))
        passed = Layer(square(3, 4), quick, projections=[Projection(0, square(3, 6), 0)])

        def network(layers, time_steps=5, levels=7, **more):
            return SpikingNetwork("example", levels, layers, time_steps, **more)

        return {"membrane": cls(network([hidden, output]), lanes=(2, 4)),
                "count": cls(network([hidden, Layer(Dense(second), quick)], readout="count"), lanes=(8, 1)),
                "convolutions": cls(network([conv, pooled, dense], 4), lanes=(2, 1, 2)),
                "recurrent": cls(network([recurrent, output]), lanes=(2, 4)),
                "feedback": cls(network([fed_back, late, passed], 6, 8, readout="first spike", encoder="stochastic"), lanes=(3, 4, 1)),
                "sparse": cls(network([pruned, output], 4), lanes=(2, 1), sparse=(0, 1)),
                "latency": cls(network([Layer(Dense(first), quick), Layer(Dense(second), quick)], readout="first spike", encoder="latency"),
                               lanes=(2, 2)),
                "events": cls(network([hidden, output], 3, encoder="events"), lanes=(4, 3))}


def _leaving(layer):
    """The numbers of a layer's neurons in the order in which they leave: of a convolution channels last."""
    if isinstance(layer.connection, Conv2d):
        channels, height, width = layer.connection.outputs
        return [(channel * height + y) * width + x for y in range(height) for x in range(width) for channel in range(channels)]
    return range(layer.neurons)


def links_to(network, target):
    """The links to a core."""
    layers, layer = network.layers, network.layers[target]
    ways = [(target - 1, layer.delays, any(layer.delays))] if target else []
    ways += [(projection.source, projection.delays, True) for projection in layer.projections]
    for source, delays, kept in ways:
        yield Link(source, target, tuple(delays[n] for n in _leaving(layers[source])), kept)


def _placed(network, k):
    """A layer with its inputs in the order in which they arrive, all projections among them."""
    layers, layer = network.layers, network.layers[k]
    if isinstance(layer.connection, Conv2d):
        return layer
    inputs = [_leaving(layers[k - 1]) if k else range(network.sizes[0]), *(_leaving(layers[each.source]) for each in layer.projections)]
    starts = [sum(map(len, inputs[:j])) for j in range(len(inputs))]
    order, fan_in = [start + n for start, numbers in zip(starts, inputs) for n in numbers], layer.fan_in
    rows = [[row[n] for n in order] for row in fan_in.weights]
    return Layer(replace(fan_in, weights=rows), layer.neuron, layer.weight_bits)
