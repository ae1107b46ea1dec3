"""Contract of a spiking chip: its parts' contracts, where they are, and one sample at a time."""

from amaranth.hdl import Signal

from gateware.chip.first_spike_readout import FirstSpikeReadout
from gateware.chip.membrane_readout import MembraneReadout
from gateware.chip.readout import CountReadout

from .address_events import address_events
from .event_merge import event_merge
from .first_spike_readout import first_spike_readout
from .input_encoder import input_encoder
from .membrane_readout import membrane_readout
from .readout import count_readout
from .spike_delays import spike_delays
from .spiking_core import spiking_core
from .stream_fork import stream_fork

__all__ = ["spiking_chip"]

_READOUTS = {CountReadout: count_readout, FirstSpikeReadout: first_spike_readout, MembraneReadout: membrane_readout}


def spiking_chip(spec, m, chip, *path):
    """What its parts promise holds inside the chip, and no input is taken between a sample's last one and its result.

    It depends on the sizes of the layers, their links, their lanes and the number of time steps; not on weights, neurons or inputs.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    chip : SpikingChip
    *path : str
        Where the chip is in the specified component.
    """
    of = f" of {'.'.join(path)}" if path else ""
    parts = [("encoder", input_encoder, chip.encoder), ("inputs", address_events, chip.inputs),
             ("readout", _READOUTS[type(chip.readout)], chip.readout)]
    for name, contract, found in (("core", spiking_core, chip.cores), ("events", address_events, chip.events),
                                  ("delays", spike_delays, chip.delays), ("merge", event_merge, chip.merges),
                                  ("fork", stream_fork, chip.forks)):
        parts += [(f"{name}{k}", contract, part) for k, part in enumerate(found)]
    for name, contract, part in parts:
        if part:
            contract(spec, m, part, *path, name)

    # Values of a sample, or time steps of its events.
    whole = chip.network.sizes[0] if chip.inputs else chip.network.time_steps
    accepted, waits = Signal(range(whole + 1), name="_".join((*path, "values"))), Signal(name="_".join((*path, "result_waits")))
    taken = chip.i.valid & chip.i.ready
    with m.If(taken & (1 if chip.inputs else chip.i.payload.last)):
        m.d.sync += [accepted.eq(accepted + 1), waits.eq(accepted == whole - 1)]
        with m.If(accepted == whole - 1):
            m.d.sync += accepted.eq(0)
    with m.If(chip.o.valid & chip.o.ready):
        m.d.sync += waits.eq(0)
    spec.claim(m, f"no input{of} is taken between a sample's last one and its result", ~(taken & waits))
    spec.help(m, (accepted < whole) & (spec.inside("number", *path) == accepted))
    spec.help(m, spec.inside("busy", *path) == waits)
