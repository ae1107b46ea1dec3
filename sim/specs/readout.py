"""Contract of the read-out's schedule."""

from typing import NamedTuple

from amaranth.hdl import Signal

__all__ = ["CountReadoutWatch", "count_readout"]


class CountReadoutWatch(NamedTuple):
    """What the specification counted.

    Parameters
    ----------
    neuron, time_step : Signal
        Of the next input.
    due : Signal
        Whether a result has to be there.
    """

    neuron: object
    time_step: object
    due: object


def count_readout(spec, m, readout, *path):
    """Each ``time_steps * classes`` inputs give one result, whose label is a class; no input is lost while it waits.

    It depends on the numbers of classes and time steps; spikes and membranes may be anything.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    readout : CountReadout
    *path : str
        Where the read-out is in the specified component.

    Returns
    -------
    CountReadoutWatch
    """
    of = f" of {'.'.join(path)}" if path else ""

    def register(name, last):
        return Signal(range(last + 1), name="_".join((*path, name)))

    neuron, time_step = register("neuron", readout.classes), register("time_step", readout.time_steps)
    due = register("due", 1)
    taken, given = readout.i.valid & readout.i.ready, readout.o.valid & readout.o.ready
    with m.If(given):
        m.d.sync += due.eq(0)
    with m.If(taken):
        m.d.sync += neuron.eq(neuron + 1)
        with m.If(neuron == readout.classes - 1):
            m.d.sync += [neuron.eq(0), time_step.eq(time_step + 1)]
            with m.If(time_step == readout.time_steps - 1):
                m.d.sync += [time_step.eq(0), due.eq(1)]

    spec.claim(m, f"one result{of} is given for each time_steps * classes inputs", readout.o.valid == due)
    spec.claim(m, f"inputs{of} are accepted exactly while no result waits", readout.i.ready == ~readout.o.valid)
    spec.claim(m, f"the label{of} is a class", readout.o.payload.label < readout.classes)

    spec.help(m, (neuron < readout.classes) & (spec.inside("neuron", *path) == neuron))
    spec.help(m, (time_step < readout.time_steps) & (spec.inside("time_step", *path) == time_step))
    return CountReadoutWatch(neuron, time_step, due)
