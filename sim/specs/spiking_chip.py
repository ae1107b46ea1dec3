"""Contract of a spiking chip: its parts' contracts, where they are, and one sample at a time."""

from amaranth.hdl import Signal

from gateware.chip.membrane_readout import MembraneReadout

from .address_events import address_events
from .membrane_readout import membrane_readout
from .readout import count_readout
from .spiking_core import spiking_core

__all__ = ["spiking_chip"]


def spiking_chip(spec, m, chip, *path):
    """What its parts promise holds inside the chip, and no input is taken between a sample's last one and its result.

    It depends on the sizes of the layers, their lanes and the number of time steps; not on weights, neurons or inputs.

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
    address_events(spec, m, chip.inputs, *path, "inputs")
    for k, core in enumerate(chip.cores):
        spiking_core(spec, m, core, *path, f"core{k}")
    for k, events in enumerate(chip.events):
        address_events(spec, m, events, *path, f"events{k}")
    readout = membrane_readout if isinstance(chip.readout, MembraneReadout) else count_readout
    readout(spec, m, chip.readout, *path, "readout")

    sources = chip.inputs.sources
    accepted, waits = Signal(range(sources + 1), name="_".join((*path, "values"))), Signal(name="_".join((*path, "result_waits")))
    taken = chip.i.valid & chip.i.ready
    with m.If(taken):
        m.d.sync += [accepted.eq(accepted + 1), waits.eq(accepted == sources - 1)]
        with m.If(accepted == sources - 1):
            m.d.sync += accepted.eq(0)
    with m.If(chip.o.valid & chip.o.ready):
        m.d.sync += waits.eq(0)
    spec.claim(m, f"no input{of} is taken between a sample's last one and its result", ~(taken & waits))
    spec.help(m, (accepted < sources) & (spec.inside("number", *path) == accepted))
    spec.help(m, spec.inside("busy", *path) == waits)
