"""Contract of merged events: none lost, duplicated or reordered."""

from amaranth.hdl import Cat, Mux, Signal

__all__ = ["event_merge"]


def event_merge(spec, m, merge, *path):
    """Each event of each stream leaves once, in the clock in which it is taken, in its time step; each time step ends once.

    It depends on the numbers of sources; not on the events.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    merge : EventMerge
    *path : str
        Where it is in the specified component.
    """
    of = f" of {'.'.join(path)}" if path else ""
    inputs = [getattr(merge, f"i{k}") for k in range(len(merge.sources))]
    # How many streams have ended the present time step.
    ended = Signal(range(len(inputs) + 1), name="_".join((*path, "ended")))
    taken = [each.valid & each.ready for each in inputs]
    ends = [now & each.payload.last for now, each in zip(taken, inputs)]
    given, event = merge.o.valid & merge.o.ready, merge.o.payload
    with m.If(Cat(ends).any()):
        m.d.sync += ended.eq(Mux(ended == len(inputs) - 1, 0, ended + 1))

    spec.claim(m, f"an event{of} leaves exactly when one is taken",
               (given & ~event.last) == Cat(now & ~end for now, end in zip(taken, ends)).any())
    spec.claim(m, f"only the stream whose turn it is{of} gives events: those before it have ended the time step, it has not",
               Cat(~now | (ended == k) for k, now in enumerate(taken)).all())
    spec.claim(m, f"an event{of} keeps its level, and has its number among all sources",
               Cat(~(now & ~end) | (each.payload.number >= count)
                   | ((event.number == each.payload.number + offset) & (event.level == each.payload.level))
                   for now, end, each, count, offset in zip(taken, ends, inputs, merge.sources, merge.offsets)).all())
    spec.claim(m, f"a time step{of} ends exactly when it has ended on every stream", (given & event.last) == ends[-1])
    spec.help(m, spec.inside("turn", *path) == ended)
    spec.help(m, ended < len(inputs))
