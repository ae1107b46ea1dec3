"""Contract of the membrane read-out's schedule."""

from amaranth.hdl import Signal

__all__ = ["membrane_readout"]


def membrane_readout(spec, m, readout, *path):
    """Each ``time_steps * classes`` answers give one result, two clocks later, whose label is a class.

    It depends on the numbers of classes and time steps; membranes may be anything.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    readout : MembraneReadout
    *path : str
        Where the read-out is in the specified component.
    """
    of = f" of {'.'.join(path)}" if path else ""

    def register(name, last):
        return Signal(range(last + 1), name="_".join((*path, name)))

    neuron, time_step = register("neuron", readout.classes), register("time_step", readout.time_steps)
    due, late = register("due", 1), register("late", 1)
    taken, given = readout.i.valid & readout.i.ready, readout.o.valid & readout.o.ready
    m.d.sync += late.eq(due)
    with m.If(given):
        m.d.sync += [due.eq(0), late.eq(0)]
    with m.If(taken):
        m.d.sync += neuron.eq(neuron + 1)
        with m.If(neuron == readout.classes - 1):
            m.d.sync += [neuron.eq(0), time_step.eq(time_step + 1)]
            with m.If(time_step == readout.time_steps - 1):
                m.d.sync += [time_step.eq(0), due.eq(1)]

    spec.claim(m, f"one result{of} is given for each time_steps * classes inputs, two clocks after the last", readout.o.valid == late)
    spec.claim(m, f"inputs{of} are accepted exactly while no result is due", readout.i.ready == ~due)
    spec.claim(m, f"the label{of} is a class", readout.o.payload.label < readout.classes)

    inner, compared, label, last, done = (spec.inside(name, *path) for name in ("neuron", "compared", "label", "last", "done"))
    spec.help(m, (neuron < readout.classes) & (inner == neuron))
    spec.help(m, (time_step < readout.time_steps) & (spec.inside("time_step", *path) == time_step))
    spec.help(m, (compared < readout.classes) & (label < readout.classes))
    spec.help(m, (due == (last | done)) & ~(last & done) & (done == late))
