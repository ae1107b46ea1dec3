"""Contract of address events: none lost, duplicated or reordered."""

from amaranth.hdl import Mux, Signal

__all__ = ["address_events"]


def address_events(spec, m, events, *path):
    """Each value that is not zero gives one event, with its number; each time step ends with one ``last``.

    It depends on the number of sources; not on the values.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    events : AddressEvents
    *path : str
        Where they are in the specified component.
    """
    of = f" of {'.'.join(path)}" if path else ""
    sources = events.sources

    def register(name, last):
        return Signal(range(last + 1), name="_".join((*path, name)))

    # Values of the time step that were accepted, the lowest number that the next event may have, whether the end is due.
    accepted, lowest, due = register("accepted", sources), register("lowest", sources), register("due", 1)
    taken, given = events.i.valid & events.i.ready, events.o.valid & events.o.ready
    event = events.o.payload
    with m.If(taken):
        m.d.sync += [accepted.eq(Mux(accepted == sources - 1, 0, accepted + 1)), due.eq(accepted == sources - 1)]
    with m.If(given):
        m.d.sync += lowest.eq(event.number + 1)
        with m.If(event.last):
            m.d.sync += [lowest.eq(0), due.eq(0)]

    spec.claim(m, f"no event{of} is lost or made up: one leaves exactly when a value that is not zero is taken",
               (given & ~event.last) == (taken & (events.i.payload != 0)))
    spec.claim(m, f"an event{of} has the number and the level of its value",
               ~(events.o.valid & ~event.last) | (events.i.valid & (event.number == accepted) & (event.level == events.i.payload)))
    spec.claim(m, f"the numbers of the events{of} rise within a time step", ~(events.o.valid & ~event.last) | (event.number >= lowest))
    spec.claim(m, f"the end of a time step{of} is told exactly once, after its values and before those of the next",
               ((events.o.valid & event.last) == due) & ~(taken & due))

    if events.shape:
        channels, height, width = events.shape
        channel, y, x = (spec.inside(name, *path) for name in ("channel", "y", "x"))
        place = (y * width + x) * channels + channel if events.channels_last else (channel * height + y) * width + x
        spec.claim(m, f"an event{of} says the channel and the place of its number", place == accepted)
        spec.claim(m, f"channel and place of an event{of} are those that are counted",
                   (event.channel == channel) & (event.y == y) & (event.x == x))
        spec.help(m, (channel < channels) & (y < height) & (x < width))

    spec.help(m, (accepted < sources) & (spec.inside("number", *path) == accepted) & (spec.inside("ended", *path) == due))
    spec.help(m, Mux(due, accepted == 0, lowest <= accepted))
