"""Contract of the schedule of synapses, of dense layers and of convolutions."""

from typing import NamedTuple

from amaranth.hdl import Const, Mux, Signal

from gateware.chip.network import Dense

__all__ = ["SynapsesWatch", "synapses"]


class SynapsesWatch(NamedTuple):
    """What the specification counted.

    Parameters
    ----------
    left : Signal
        Places that have left of the time step.
    """

    left: object


def synapses(spec, m, part, *path):
    """At a time step's end each place leaves once, in order; what is read of the sums is written back; nothing is taken meanwhile.

    Of dense layers as well: each event adds each row of its weights once. It depends on the numbers of neurons, inputs, lanes, places
    and time steps; not on weights, levels or sums.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    part : Synapses
    *path : str
        Where they are in the specified component.

    Returns
    -------
    SynapsesWatch
    """
    of = f" of {'.'.join(path)}" if path else ""
    rows, lanes, places, time_steps = part.rows, part.lanes, part.places, part.time_steps
    (read,), (write,) = spec.memory(*path, "sums")
    clear, walk, settle, fetch, leave = (spec.state(name, *path) for name in ("CLEAR", "WALK", "SETTLE", "FETCH", "LEAVE"))
    adding, storing, added, stored, place, lane, row, inner_step, ending = (
        spec.inside(name, *path) for name in ("adding", "storing", "added", "stored", "place", "lane", "row", "time_step", "ending"))

    def register(name, last):
        return Signal(range(last + 1), name="_".join((*path, name)))

    # The rows that are 0 since reset; the row of sums that is read, one clock and two clocks later, and that in the port's register.
    cleared = register("cleared", rows)
    reads = [register(f"reads{k}", 1) for k in range(2)]
    sums = [register(f"sums{k}", (1 << len(read._addr)) - 1) for k in range(2)]
    held = register("held", (1 << len(read._addr)) - 1)
    # Places and time steps that have left of a sample; whether sums have to leave.
    left, time_step, due = register("places_left", places), register("time_step_left", time_steps), register("due", 1)

    taken, given = part.i.valid & part.i.ready, part.o.valid & part.o.ready
    reading, writing = walk & read._en, write._en.any()
    final = (time_step == time_steps - 1) if part.constant else Const(1)
    m.d.sync += [reads[0].eq(reading), reads[1].eq(reads[0]), sums[0].eq(read._addr), sums[1].eq(sums[0])]
    with m.If(writing & ~storing & (cleared != rows)):
        m.d.sync += cleared.eq(cleared + 1)
    with m.If(read._en):
        m.d.sync += held.eq(read._addr)
    with m.If(taken):
        m.d.sync += due.eq(part.i.payload.last)
    with m.If(given):
        m.d.sync += left.eq(left + 1)
        with m.If(left == places - 1):
            m.d.sync += [left.eq(0), time_step.eq(Mux(time_step == time_steps - 1, 0, time_step + 1)), due.eq(~final)]

    spec.claim(m, f"no event{of} is taken before every sum is 0, nor while sums have to leave", ~taken | ((cleared == rows) & ~due))
    spec.claim(m, f"every row of sums{of} that was read is written two clocks later, and no other but to clear it",
               (storing == reads[1]) & (~storing | (writing & (write._addr == sums[1]))))
    spec.claim(m, f"sums{of} leave exactly at the end of a time step, when all are written, and first is so in a sample's first",
               ~part.o.valid | (due & ~reads[0] & ~reads[1] & (part.o.payload.first == (time_step == 0))))
    spec.claim(m, f"every neuron's sum{of} leaves from its own row and lane, in order",
               ~(part.o.valid & (left < part.neurons)) | (held * lanes + lane == left))
    ends = given & ((lane == lanes - 1) | (left == places - 1))
    spec.claim(m, f"a row of sums{of} is cleared when the last of them leaves for the last time, after a reset, and never else",
               Mux(cleared == rows, (writing & ~storing) == (ends & final), writing & ~storing & (write._addr == cleared))
               & (~(writing & ~storing) | (write._data == 0)) & (~ends | ~writing | (left >= part.neurons) | (write._addr == held)))

    spec.help(m, (cleared <= rows) & (clear == (cleared != rows)) & (~clear | ((row == cleared) & ~adding & ~storing)))
    spec.help(m, (adding == reads[0]) & (~adding | (added == sums[0])) & (storing == reads[1]) & (~storing | (stored == sums[1])))
    spec.help(m, (place == left) & (left < places) & (inner_step == time_step) & (time_step < time_steps))
    spec.help(m, due == ((walk & ending) | settle | fetch | leave))
    spec.help(m, leave | ((left == 0) & (lane == 0)))
    spec.help(m, leave | clear | (row == 0))
    spec.help(m, ~leave | ((lane < lanes) & (held == row) & ~adding & ~storing
                           & ((left >= part.neurons) | (row * lanes + lane == left))))
    if part.constant:
        spec.help(m, due | (time_step == 0))
    (_dense if isinstance(part.connection, Dense) else _convolution)(spec, m, part, path, of, read, walk, reading, taken)
    return SynapsesWatch(left)


def _dense(spec, m, part, path, of, read, walk, reading, taken):
    """Each event reads the rows of its weights, and of the sums, once and in order."""
    rows, event, address = part.rows, part.i.payload, part.weights.address
    steps, base = max(rows, 3), part.inputs * rows
    step, weight_row, adding, storing, added, stored = (
        spec.inside(name, *path) for name in ("step", "weight_row", "adding", "storing", "added", "stored"))
    accept, settle, fetch = (spec.state(name, *path) for name in ("ACCEPT", "SETTLE", "FETCH"))
    # Of the event under way its first row of weights, and the rows that it has not read.
    first = Signal(range(max(base, 1 << len(address)) + 1), name="_".join((*path, "first_row")))
    unread = Signal(range(rows + 1), name="_".join((*path, "unread")))
    with m.If(reading):
        m.d.sync += unread.eq(unread - 1)
    with m.If(taken):
        m.d.sync += [first.eq(event.number * rows), unread.eq(rows)]
        with m.If(event.last):
            m.d.sync += [first.eq(base), unread.eq(rows if part.connection.bias else 0)]

    spec.claim(m, f"an event{of} reads the rows of its weights in order, each with the sums of the same row",
               ~reading | ((unread != 0) & (read._addr == rows - unread) & (address == first + rows - unread)))
    spec.claim(m, f"every event{of} has read all its rows when the next one is taken or sums leave",
               ~(taken | part.o.valid) | (unread == reading))

    spec.help(m, Mux(walk, (step < steps) & (unread == Mux(step < rows, rows - step, 0)), unread == 0))
    spec.help(m, ~walk | (step >= rows) | (weight_row == first + step))
    # An event may have any number that its field holds.
    spec.help(m, first <= max(base, ((1 << len(event.number)) - 1) * rows))
    # Which rows are on their way through the adders.
    spec.help(m, ~adding | Mux(walk & (step != 0), added == step - 1, (walk | accept | settle) & (added == steps - 1)))
    spec.help(m, ~storing | Mux(walk & (step >= 2), stored == step - 2,
                                Mux(fetch | (walk & (step == 1)), stored == steps - 1, (walk | accept | settle) & (stored >= steps - 2))))


def _convolution(spec, m, part, path, of, read, walk, reading, taken):
    """An event is over when its last sum is stored."""
    left, adding, storing = (spec.inside(name, *path) for name in ("left", "adding", "storing"))
    spec.claim(m, f"every sum{of} of an event is stored when the next one is taken", ~taken | (~reading & ~adding))
    spec.help(m, ~adding | (walk & (left >= 1)))
    spec.help(m, ~storing | walk)
