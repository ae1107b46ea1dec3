"""Contract of a spiking core: its parts' contracts, and that each current meets its own neuron."""

from amaranth.hdl import Mux, Signal

from .neuron_bank import neuron_bank
from .synapses import synapses

__all__ = ["spiking_core"]


def spiking_core(spec, m, core, *path):
    """Every sum drives the neuron whose it is, and every neuron answers once per time step, in order.

    It depends on the sizes and the bank's latency; not on weights or neuron.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    core : SpikingCore
    *path : str
        Where the core is in the specified component.
    """
    of = f" of {'.'.join(path)}" if path else ""
    sums = synapses(spec, m, core.synapses, *path, "synapses")
    bank = neuron_bank(spec, m, core.bank, *path, "bank")
    neurons, count = core.layer.neurons, core.bank.count
    # The neuron whose answer is the next to leave.
    answering = Signal(range(neurons + 1), name="_".join((*path, "answering")))
    with m.If(core.o.valid & core.o.ready):
        m.d.sync += answering.eq(Mux(answering == neurons - 1, 0, answering + 1))

    spec.claim(m, f"every sum{of} drives the neuron whose it is", ~core.synapses.o.valid | (sums.left == bank.begun))
    spec.claim(m, f"every neuron{of} answers in turn, and empty places do not", ~core.o.valid | (bank.updated == answering))

    spec.help(m, sums.left == bank.begun)
    spec.help(m, spec.inside("place", *path) == bank.updated)
    spec.help(m, answering == Mux(bank.updated < neurons, bank.updated, 0) if count > neurons else answering == bank.updated)
