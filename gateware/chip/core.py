"""A layer as hardware: its synapses, and a bank of its neurons."""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream
from amaranth.lib.wiring import Out, connect, flipped

from gateware.component import Component
from gateware.neurons.bank import NeuronBank
from gateware.step.pipeline import Pipeline

from .connections import Conv2d, Dense
from .conv_synapses import ConvSynapses
from .network import Layer
from .sparse_synapses import SparseSynapses
from .synapses import DenseSynapses

__all__ = ["AnswerLayout", "SpikingCore"]


def AnswerLayout(neuron):
    """What a neuron says in a time step: ``spike``, and its membrane ``v``."""
    return data.StructLayout({"spike": 1, "v": neuron.outputs.v.shape})


class SpikingCore(Component):
    """The neurons of a layer, time-multiplexed: events in, every neuron's answer out.

    Parameters
    ----------
    layer : Layer
    levels, time_steps, constant, lanes, loaded
        As in :class:`~gateware.chip.synapses.DenseSynapses`.
    channels_last : bool
        As in :class:`~gateware.chip.conv_synapses.ConvSynapses`, of a convolution.
    sparse : bool
        Whether the rows of zeros of a dense layer are left out: :class:`~gateware.chip.sparse_synapses.SparseSynapses`.
    target : str
        As in :class:`~gateware.step.pipeline.Pipeline`.

    Members
    -------
    i : In(stream of events)
    o : Out(stream of AnswerLayout(neuron))
        Neuron 0 first.
    load : In
        As in :class:`~gateware.chip.synapses.DenseSynapses`.

    Notes
    -----
    Each neuron is updated once per time step. Events of the next time step are taken when the last sum has left.
    """

    def __init__(self, layer, *, levels=1, time_steps=1, constant=False, lanes=8, loaded=False, channels_last=False, sparse=False,
                 target="ice40"):
        if not isinstance(layer, Layer):
            raise TypeError(f"SpikingCore layer must be a Layer, not {layer!r}")
        self.layer = layer
        # Of a bank that is smaller than its pipeline some places are empty.
        places = max(layer.neurons, Pipeline(layer.neuron, target=target).latency + 3)
        arguments = {"weight_bits": layer.weight_bits, "levels": levels, "time_steps": time_steps, "constant": constant, "lanes": lanes,
                     "places": places, "loaded": loaded}
        if sparse:
            self.synapses = SparseSynapses(layer.connection, **arguments)
        elif isinstance(layer.connection, Conv2d):
            self.synapses = ConvSynapses(layer.connection, channels_last=channels_last, **arguments)
        else:
            self.synapses = DenseSynapses(layer.connection, **arguments)
        self.bank = NeuronBank(layer.neuron, places, target=target)
        members = {
            "i": self.synapses.signature.members["i"],
            "o": Out(stream.Signature(AnswerLayout(layer.neuron))),
        }
        if loaded:
            members["load"] = self.synapses.signature.members["load"]
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        m.submodules.synapses, m.submodules.bank = synapses, bank = self.synapses, self.bank
        connect(m, flipped(self.i), synapses.i)
        if synapses.loaded:
            m.d.comb += synapses.load.eq(self.load)
        m.d.comb += [
            bank.i.payload.current.eq(synapses.o.payload.current),
            bank.i.payload.first.eq(synapses.o.payload.first),
            bank.i.valid.eq(synapses.o.valid),
            synapses.o.ready.eq(bank.i.ready),
        ]
        place = Signal(range(bank.count))
        empty = place >= self.layer.neurons if bank.count > self.layer.neurons else 0
        m.d.comb += [
            self.o.payload.spike.eq(bank.o.payload.spike),
            self.o.payload.v.eq(bank.o.payload.v),
            self.o.valid.eq(bank.o.valid & ~empty),
            bank.o.ready.eq(self.o.ready | empty),
        ]
        with m.If(bank.o.valid & bank.o.ready):
            m.d.sync += place.eq(place + 1)
            with m.If(place == bank.count - 1):
                m.d.sync += place.eq(0)
        return m

    @classmethod
    def examples(cls):
        from gateware.neurons.leaky_integrator import LeakyIntegrator
        from gateware.neurons.subtractive_lif import SubtractiveLIF
        from gateware.step import Q
        weights = [[(37 * j + 101 * k + 11 * j * k) % 256 - 128 for k in range(6)] for j in range(12)]
        lif = SubtractiveLIF(tau=4.0, membrane=Q(4, 8), current=Q(8, 8))
        return {"constant": cls(Layer(Dense(weights), lif), levels=15, time_steps=4, constant=True, lanes=4),
                "small": cls(Layer(Dense(weights[:3], [1, -2, 3]), LeakyIntegrator(tau=4.0)), time_steps=3, lanes=2),
                "sparse": cls(Layer(Dense([[each if each % 5 == 0 else 0 for each in row] for row in weights]), lif), time_steps=3, lanes=2,
                              sparse=True)}
