"""Contract of the read-out by the first spike: its schedule, the times and the class."""

from amaranth.hdl import Cat, Const, Mux, Signal

__all__ = ["first_spike_readout"]


def first_spike_readout(spec, m, readout, *path):
    """Each ``time_steps * classes`` inputs give one result: when each neuron first spiked, and the class that the rule names.

    It depends on the numbers of classes and time steps and on the membrane's width; spikes and membranes may be anything.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    readout : FirstSpikeReadout
    *path : str
        Where the read-out is in the specified component.
    """
    of = f" of {'.'.join(path)}" if path else ""
    classes, never = readout.classes, Const(readout.time_steps)

    def register(name, last, init=0):
        return Signal(range(last + 1), name="_".join((*path, name)), init=init)

    neuron, time_step, due = register("neuron", classes), register("time_step", readout.time_steps), register("due", 1)
    # Of each neuron when it first spiked, and its membrane then, or the latest one.
    times = [register(f"first{j}", readout.time_steps, readout.time_steps) for j in range(classes)]
    membranes = [Signal(readout.membrane.shape, name="_".join((*path, f"membrane{j}"))) for j in range(classes)]
    taken, given = readout.i.valid & readout.i.ready, readout.o.valid & readout.o.ready
    spike, v = readout.i.payload.spike, readout.i.payload.v
    with m.If(given):
        m.d.sync += [due.eq(0), *(time.eq(never) for time in times)]
    with m.If(taken):
        for j, (time, membrane) in enumerate(zip(times, membranes)):
            with m.If((neuron == j) & (time == never)):
                m.d.sync += [membrane.eq(v), time.eq(Mux(spike, time_step, never))]
        m.d.sync += neuron.eq(neuron + 1)
        with m.If(neuron == classes - 1):
            m.d.sync += [neuron.eq(0), time_step.eq(time_step + 1)]
            with m.If(time_step == readout.time_steps - 1):
                m.d.sync += [time_step.eq(0), due.eq(1)]

    # What the label stands for: each neuron is compared with it, and the label's own values are shown to be these.
    label, best_v = readout.o.payload.label, spec.inside("best_v", *path)
    best_time = register("best_time", readout.time_steps)
    with m.If(taken & spec.inside("wins", *path)):
        m.d.sync += best_time.eq(Mux(spike, time_step, never))

    def stands(j):
        """Whether the label comes before neuron j by the rule, or is j."""
        higher = (best_v > membranes[j]) | ((best_v == membranes[j]) & (label <= j))
        own = (best_time == times[j]) & (best_v == membranes[j])
        return ((best_time < times[j]) | ((best_time == times[j]) & higher)) & ((label != j) | own)

    spec.claim(m, f"one result{of} is given for each time_steps * classes inputs", readout.o.valid == due)
    spec.claim(m, f"inputs{of} are accepted exactly while no result waits", readout.i.ready == ~due)
    spec.claim(m, f"the times{of} are those of the neurons' first spikes", ~due | (readout.o.payload.times.as_value() == Cat(times)))
    spec.claim(m, f"the label{of} is the class with the earliest spike, among equals with the highest membrane, among equals the first",
               ~due | ((label < classes) & Cat(stands(j) for j in range(classes)).all()))

    found, last = Cat(time != never for time in times).any(), time_step == readout.time_steps - 1
    spec.help(m, (neuron < classes) & (spec.inside("neuron", *path) == neuron) & (label < classes))
    spec.help(m, (time_step < readout.time_steps) & (spec.inside("time_step", *path) == time_step))
    spec.help(m, ~due | ((neuron == 0) & (time_step == 0)))
    spec.help(m, spec.inside("found", *path) == (found & ~due))
    earlier = Cat((time != never) & (time < time_step) for time in times).any()
    spec.help(m, spec.inside("decided", *path) == (earlier & ~due))
    for j, time in enumerate(times):
        # Neurons whose turn in this time step is still to come have not spiked in it.
        spec.help(m, due | (time == never) | (time < time_step) | ((time == time_step) & (neuron > j)))
    for turn in range(classes):
        # A time that rotates is of this sample if its neuron's turn was, or once the first time step is over.
        kept = [(spec.inside(f"time{k}", *path), (turn + k) % classes) for k in range(classes)]
        known = due | (time_step != 0)
        spec.help(m, (neuron != turn) | Cat((~known if j >= turn else 0) | (register == times[j]) for register, j in kept).all())
    for j in range(classes):
        spec.help(m, ~(due | found | (last & (neuron > j))) | stands(j))
    spec.help(m, ~found | (best_time != never))
    spec.help(m, due | found | ~last | (label < neuron) | (neuron == 0))
