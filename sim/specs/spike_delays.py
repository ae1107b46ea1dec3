"""Contract of spike delays: each source's spikes meet its own row, and time steps are taken and given in turn."""

from amaranth.hdl import Array, Cat, Const, Mux, Signal

__all__ = ["spike_delays"]


def spike_delays(spec, m, delays, *path):
    """A time step is taken as a whole and given as a whole, in turn; each spike is put before the last ones of its source.

    It depends on the delays and the number of time steps; not on the spikes. That a row still holds what was written is what a memory
    does, and is taken for granted.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    delays : SpikeDelays
    *path : str
        Where they are in the specified component.
    """
    of = f" of {'.'.join(path)}" if path else ""
    sources, time_steps = delays.sources, delays.time_steps
    (read,), (write,) = spec.memory(*path, "history")

    def register(name, last, init=0):
        return Signal(range(last + 1), name="_".join((*path, name)), init=init)

    # Of the present time step: the source that is next, on which way; the row that was read last.
    next_source, giving, step = register("next_source", sources - 1), register("giving", 1, int(delays.ahead)), register("step", time_steps - 1)
    held, held_row = register("held", 1), register("held_row", (1 << len(read._addr)) - 1)
    taken, given = delays.i.valid & delays.i.ready, delays.o.valid & delays.o.ready
    with m.If(read._en):
        m.d.sync += [held_row.eq(read._addr), held.eq(1)]
    with m.If(taken | given):
        m.d.sync += next_source.eq(next_source + 1)
        with m.If(next_source == sources - 1):
            m.d.sync += [next_source.eq(0), giving.eq(~giving)]
            with m.If(giving ^ delays.ahead):
                m.d.sync += step.eq(Mux(step == time_steps - 1, 0, step + 1))

    begins, row = step == 0, read._data
    place = Array(Const(each, range(delays.width)) for each in delays.places)[next_source]
    spec.claim(m, f"spikes{of} are taken and given a whole time step at a time, in turn", (~taken | ~giving) & (~delays.o.valid | giving))
    spec.claim(m, f"a spike{of} is put before the last ones of its own source, of which a sample's first time step has none",
               (write._en.any() == taken) & (~taken | ((write._addr == next_source) & held & (held_row == next_source)
                                                       & (write._data == Cat(delays.i.payload, Mux(begins, 0, row[:-1]))))))
    late = row.bit_select(place, 1) & ~(begins & delays.ahead)
    spec.claim(m, f"what is given{of} is its own source's spike, late by its delay",
               ~delays.o.valid | (held & (held_row == next_source) & (delays.o.payload == late)))

    fetching = [spec.state(name, *path) for name in ("FETCH_TAKE", "FETCH_GIVE")]
    way = [spec.state(name, *path) for name in ("TAKE", "GIVE")]
    spec.help(m, (spec.inside("source", *path) == next_source) & (next_source < sources))
    spec.help(m, (spec.inside("time_step", *path) == step) & (step < time_steps))
    spec.help(m, giving == (fetching[1] | way[1]))
    spec.help(m, ~Cat(fetching).any() | (next_source == 0))
    spec.help(m, ~Cat(way).any() | (held & (held_row == next_source)))
    if len(set(delays.places)) > 1:
        (place_read,), _ = spec.memory(*path, "places")
        spec.help(m, ~Cat(way).any() | (place_read._data == place))
